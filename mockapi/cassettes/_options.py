"""Matching rules as people write them, in a cassette, a session's options or on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockapi._wording import first_line
from mockapi.cassettes._checks import FormatError, Path, list_, mapping, string, strings
from mockapi.cassettes._model import Matching, Substitution
from mockapi.cassettes._substitutions import PATTERNS, named_substitutions
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPARE = ("all", "last-turn", "last-text", "stream", "uri")


def parse_matching(value: Any, path: Path, folders: Mapping[str, str]) -> Matching:
    """The matching rules of a cassette's `matching` or of a session's option of that name.

    Raises:
        Fault: with the path of what is wrong.
    """
    if value is None:
        return Matching()
    mapping(value, path, ("substitute", "headers", "ignore", "compare", "rename_tool_ids"))
    compare = value.get("compare", "all")
    if compare not in _COMPARE:
        raise FormatError((*path, "compare"), f"`compare` is one of {', '.join(_COMPARE)}, not {compare!r}.")
    rename = value.get("rename_tool_ids", False)
    if type(rename) is not bool:
        raise FormatError((*path, "rename_tool_ids"), "`rename_tool_ids` is true or false.")
    return Matching(
        substitutions=_substitutions(value.get("substitute", []), (*path, "substitute"), folders),
        headers=tuple(name.lower() for name in strings(value.get("headers", []), (*path, "headers"))),
        ignore=_json_paths(value.get("ignore", []), (*path, "ignore")),
        compare=compare,
        rename_tool_ids=rename,
    )


def read_matching(text: str, name: str, folders: Mapping[str, str]) -> Matching:
    """Rules as people write them in one line or a few: what is compared, or rules as in a cassette.

    Args:
        text: such as `uri`, or `compare: uri`.
        name: of the option that has the text, for what is said of a mistake.
        folders: places on this machine that substitutions stand for.

    Raises:
        UsageError: with the place of what is wrong.
    """
    import yaml  # noqa: PLC0415 - only where somebody writes rules so

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{name}: {first_line(error)}.") from error
    try:
        return parse_matching({"compare": value} if isinstance(value, str) else value, (name,), folders)
    except FormatError as fault:
        place = ".".join(map(str, fault.path))
        raise UsageError(f"{place}: {fault.cause} {fault.remedy}") from fault


def _substitutions(value: Any, path: Path, folders: Mapping[str, str]) -> tuple[Substitution, ...]:
    names: list[str] = []
    own: list[Substitution] = []
    for index, item in enumerate(list_(value, path)):
        here = (*path, index)
        if isinstance(item, str):
            if item not in PATTERNS:
                raise FormatError(
                    here, f"no substitution is called {item!r}; there are {', '.join(PATTERNS)}."
                )
            names.append(item)
            continue
        mapping(item, here, ("name", "pattern"), required=("name", "pattern"))
        string(item["name"], (*here, "name"))
        pattern = string(item["pattern"], (*here, "pattern"))
        try:
            re.compile(pattern)
        except re.error as error:
            raise FormatError((*here, "pattern"), f"not a regular expression: {error}.") from error
        own.append(Substitution(item["name"], pattern))
    # A user's own pattern is the more special one: it goes first.
    return (*own, *named_substitutions(names, folders))


def _json_paths(value: Any, path: Path) -> tuple[str, ...]:
    paths = strings(value, path)
    if paths:
        import jsonpath  # noqa: PLC0415 - costs every start 50 ms, and few cassettes use it

        for index, item in enumerate(paths):
            try:
                jsonpath.compile(item)
            except jsonpath.JSONPathError as error:
                raise FormatError(
                    (*path, index), f"not a JSON path: {item!r}: {first_line(error)}."
                ) from error
    return tuple(paths)
