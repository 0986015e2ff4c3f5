"""Matching rules as people write them, in a cassette, a session's options or on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from mockapi._wording import first_line
from mockapi.cassettes._checks import OWN, STRING
from mockapi.cassettes._model import Compare, Matching, Substitution
from mockapi.cassettes._substitutions import PATTERNS, named_substitutions
from mockapi.errors import UsageError
from mockapi.options import (
    FLAG,
    HEADER_NAME,
    LIST,
    OptionError,
    expression,
    items,
    mapping,
    nearest,
    one_of,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.options import Path

_KEYS = ("substitute", "headers", "ignore", "compare", "rename_tool_ids")
COMPARISONS: tuple[Compare, ...] = get_args(Compare)
_COMPARE = one_of(COMPARISONS)


def parse_matching(value: Any, path: Path, folders: Mapping[str, str]) -> Matching:
    """The matching rules of a cassette's `matching` or of a session's option of that name.

    Raises:
        OptionError: with the path of what is wrong.
    """
    if value is None:
        return Matching()
    mapping(value, path, _KEYS, own=OWN)
    return Matching(
        substitutions=_substitutions(value.get("substitute", []), (*path, "substitute"), folders),
        headers=tuple(
            name.lower() for name in items(value.get("headers", []), (*path, "headers"), HEADER_NAME)
        ),
        ignore=json_paths(value.get("ignore", []), (*path, "ignore")),
        compare=_COMPARE(value.get("compare", "all"), (*path, "compare")),
        rename_tool_ids=FLAG(value.get("rename_tool_ids", False), (*path, "rename_tool_ids")),
    )


def read_matching(text: str, name: str, folders: Mapping[str, str]) -> Matching:
    """Rules as people write them in one line or a few: what is compared, or rules as in a cassette.

    Args:
        text: such as `uri`, or `compare: uri`.
        name: of the option that has the text, for what is said of a mistake.
        folders: places on this machine that substitutions stand for.

    Raises:
        UsageError: with the place of what is wrong, or the text is not YAML.
    """
    from mockapi.cassettes import _yaml  # noqa: PLC0415 - only where somebody writes rules so

    try:
        value = _yaml.parse(text.encode("utf-8", "replace"))
    except _yaml.YAMLError as error:
        raise UsageError(f"{name}: {error.cause}.") from error
    return parse_matching({"compare": value} if isinstance(value, str) else value, (name,), folders)


def _substitutions(value: Any, path: Path, folders: Mapping[str, str]) -> tuple[Substitution, ...]:
    names: list[str] = []
    own: list[Substitution] = []
    for index, item in enumerate(LIST(value, path)):
        here = (*path, index)
        if isinstance(item, str):
            if item not in PATTERNS:
                raise OptionError(here, f"names an unknown pattern {shown(item)}", nearest(item, PATTERNS))
            names.append(item)
            continue
        mapping(item, here, ("name", "pattern"), ("name", "pattern"), OWN)
        name = STRING(item["name"], (*here, "name"))
        own.append(Substitution(name, expression(item["pattern"], (*here, "pattern"))))
    # A user's own pattern is the more special one: it goes first.
    return (*own, *named_substitutions(names, folders))


def json_paths(value: Any, path: Path) -> tuple[str, ...]:
    """A list of JSON paths (RFC 9535).

    Raises:
        OptionError: with the path of what is wrong.
    """
    paths = items(value, path, STRING)
    if paths:
        import jsonpath  # noqa: PLC0415 - costs every start 50 ms, and few cassettes use it

        for index, item in enumerate(paths):
            try:
                jsonpath.compile(item)
            # Besides its own errors: an index of too many digits, filters nested too deep.
            except (jsonpath.JSONPathError, ValueError, RecursionError) as error:
                problem = f"must be a JSON path; got {shown(item)}: {first_line(error).rstrip('.')}"
                raise OptionError((*path, index), problem) from error
    return tuple(paths)
