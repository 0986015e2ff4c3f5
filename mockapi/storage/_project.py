r"""What a project says about recording: `[tool.mockapi]` in its pyproject.toml.

    [tool.mockapi.redact]
    patterns = ['customer-(?P<secret>\d+)']     # besides the built-in ones
    json_paths = ["$.metadata.tenant"]          # values to mask whole
    hook = "tests.redaction:secrets"            # names pieces of a text to mask
    request_headers = ["x-tenant"]              # kept besides the usual ones
    response_headers = ["x-cache"]
    payload_limit = 4096                        # false keeps payloads whole

    [tool.mockapi.max_age]                      # days after which recordings are called old
    "tests/cassettes" = 90

The nearest pyproject.toml that has a `[tool.mockapi]` counts, from the working folder upwards.
"""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockapi._wording import first_line
from mockapi.cassettes import COMPARED_FROM, DEFAULT, RedactionRules
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes import Cassette

_LISTS = ("patterns", "json_paths", "request_headers", "response_headers")
_DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Project:
    """What a project says.

    Attributes:
        rules: what is kept and masked.
        max_age: folder or file, absolute, to days.
    """

    rules: RedactionRules = DEFAULT
    max_age: tuple[tuple[Path, float], ...] = ()


def working_project() -> Project:
    """The settings of the project that the working folder belongs to; the defaults if it is gone.

    Raises:
        UsageError: as `read_project`.
    """
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        return Project()
    return read_project(folder)


def read_project(start: Path) -> Project:
    """The settings of the project that a folder belongs to; the defaults where it says nothing.

    Raises:
        UsageError: a setting that does not exist or has no sense, with the file's name.
    """
    found = project_table(start)
    return Project() if found is None else _project(found[1], found[0])


def project_table(start: Path) -> tuple[Path, dict[str, Any]] | None:
    """The nearest pyproject.toml that has a `[tool.mockapi]`, from a folder upwards, and that table.

    Raises:
        UsageError: the file cannot be read, or `mockapi` is not a table there.
    """
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if not file.is_file():
            continue
        table = _table(file)
        if table is None:
            continue
        if not isinstance(table, dict):
            raise UsageError(f"{file}: tool.mockapi is a table.")
        return file, table
    return None


def _table(file: Path) -> Any:
    try:
        text = file.read_text("utf-8")
        if "mockapi" not in text:  # most files: parsing them would cost every start milliseconds
            return None
        import tomllib  # noqa: PLC0415 - as above

        return tomllib.loads(text).get("tool", {}).get("mockapi")
    except (ValueError, OSError) as error:  # what TOML and UTF-8 raise are ValueErrors
        raise UsageError(f"{file} cannot be read: {error}.") from error


def old_recordings(cassettes: Iterable[Cassette], project: Project, now: float) -> Iterator[str]:
    """A line for every folder whose recordings are older than the project allows.

    Args:
        cassettes: those that are played.
        project: says what is old.
        now: seconds since 1970.
    """
    cassettes = tuple(cassettes)
    for place, days in project.max_age:
        old = [
            (age, cassette.name)
            for cassette in cassettes
            for _, age in _older(cassette, place, days * _DAY, now)
        ]
        if old:
            age, name = max(old)
            yield (
                f"{len(old)} recordings in {place} are older than {days:g} days; the oldest, in {name},"
                f" is {age / _DAY:.0f} days old. Compare them: mockapi record --record-mode verify"
                f" --upstream https://api.anthropic.com --to {shlex.quote(str(place))}"
            )


def expired(cassette: Cassette, project: Project, now: float) -> dict[int, tuple[float, float]]:
    """The interactions of a cassette that are older than the project allows.

    Args:
        cassette: where they stand.
        project: says what is old.
        now: seconds since 1970.

    Returns:
        By position: how many days old, and how many it may be; the shortest time, where several apply.
    """
    found: dict[int, tuple[float, float]] = {}
    for place, days in sorted(project.max_age, key=lambda item: -item[1]):
        for position, age in _older(cassette, place, days * _DAY, now):
            found[position] = (age / _DAY, days)
    return found


def _older(cassette: Cassette, place: Path, limit: float, now: float) -> Iterator[tuple[int, float]]:
    """Position and age of the interactions that are older than a limit, if the cassette is in a place."""
    path = Path(cassette.name).resolve()
    if path != place and place not in path.parents:
        return
    for position, item in enumerate(cassette.interactions):
        age = _age(item.recorded_at, now)
        if age is not None and age > limit:
            yield position, age


def _age(recorded_at: str | None, now: float) -> float | None:
    if recorded_at is None:
        return None
    try:
        at = datetime.fromisoformat(recorded_at)
    except ValueError:
        return None
    return None if at.tzinfo is None else now - at.timestamp()


def _project(table: dict[str, Any], file: Path) -> Project:
    redact = table.get("redact", {})
    known = (*_LISTS, "hook", "payload_limit")
    if not isinstance(redact, dict):
        raise UsageError(f"{file}: tool.mockapi.redact is a table with {', '.join(known)}.")
    for key in redact:
        if key not in known:
            raise UsageError(f"{file}: tool.mockapi.redact has no {key!r}; it has {', '.join(known)}.")
    lists = {key: _strings(redact.get(key, []), key, file) for key in _LISTS}
    for pattern in lists["patterns"]:
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"{file}: the pattern {pattern!r} is no regular expression: {error}.") from error
    _check_json_paths(lists["json_paths"], file)
    return Project(
        RedactionRules(
            request_headers=frozenset(name.lower() for name in lists["request_headers"]),
            response_headers=frozenset(name.lower() for name in lists["response_headers"]),
            patterns=tuple(lists["patterns"]),
            json_paths=tuple(lists["json_paths"]),
            hook=_hook(redact.get("hook"), file),
            payload_limit=_limit(redact.get("payload_limit", DEFAULT.payload_limit), file),
        ),
        tuple(_ages(table.get("max_age", {}), file)),
    )


def _strings(value: Any, key: str, file: Path) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{file}: tool.mockapi.redact.{key} is a list of strings, not {value!r}.")
    return value


def _check_json_paths(paths: list[str], file: Path) -> None:
    if not paths:
        return
    import jsonpath  # noqa: PLC0415 - costs every start 50 ms, and few projects use it

    for path in paths:
        try:
            jsonpath.compile(path)
        except jsonpath.JSONPathError as error:
            raise UsageError(f"{file}: {path!r} is no JSON path: {first_line(error)}.") from error


def _hook(name: Any, file: Path) -> Any:
    if name is None:
        return None
    module, colon, attribute = name.partition(":") if isinstance(name, str) else ("", "", "")
    if not colon:
        raise UsageError(f'{file}: tool.mockapi.redact.hook is "MODULE:FUNCTION", not {name!r}.')
    folder = str(file.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        hook = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{file}: the hook {name} cannot be loaded: {error}.") from error
    if not callable(hook):
        raise UsageError(f"{file}: the hook {name} is no function.")
    return hook


def _limit(value: Any, file: Path) -> int | None:
    if value is False or value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < COMPARED_FROM:
        raise UsageError(
            f"{file}: tool.mockapi.redact.payload_limit is a number of bytes from {COMPARED_FROM},"
            f" or false to keep payloads whole; not {value!r}."
        )
    return value


def _ages(value: Any, file: Path) -> Iterator[tuple[Path, float]]:
    if not isinstance(value, dict):
        raise UsageError(f"{file}: tool.mockapi.max_age is a table of folders and days.")
    for place, days in value.items():
        if isinstance(days, bool) or not isinstance(days, (int, float)) or days <= 0:
            raise UsageError(f"{file}: tool.mockapi.max_age of {place!r} is a number of days, not {days!r}.")
        yield (file.parent / place).resolve(), float(days)
