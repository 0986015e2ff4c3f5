r"""What a project says about recording: `[tool.mockapi]` in its pyproject.toml.

    [tool.mockapi.redact]
    patterns = ['customer-(?P<secret>\d+)']     # besides the built-in ones
    json_paths = ["$.metadata.tenant"]          # values to mask whole
    hook = "tests.redaction:secrets"            # names pieces of a text to mask
    request_headers = ["x-tenant"]              # kept besides the usual ones
    response_headers = ["x-cache"]
    payload_limit = 4096                        # false keeps payloads whole
    personal_data = true                        # e-mail addresses, phone and card numbers too

    [tool.mockapi.max_age]                      # days after which recordings are called old
    "tests/cassettes" = 90

The nearest pyproject.toml that has a `[tool.mockapi]` counts, from the working folder upwards.
"""

from __future__ import annotations

import importlib
import math
import shlex
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockapi._files import MIB, read_file
from mockapi.cassettes import COMPARED_FROM, DEFAULT, RedactionRules, json_paths
from mockapi.errors import UsageError
from mockapi.options import FLAG, LIST, OBJECT, Kind, OptionError, expression, mapping, shown, strings, whole
from mockapi.options import Path as Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes import Cassette

_TOP: Final[Place] = ("tool", "mockapi")
_HEADERS = ("request_headers", "response_headers")
_MAX_BYTES: Final = 16 * MIB
_KEYS = ("patterns", "json_paths", *_HEADERS, "hook", "payload_limit", "personal_data")
_LIMIT = replace(whole(COMPARED_FROM), remedy="It is a number of bytes; false keeps payloads whole.")
_AGE: Final[Kind[float]] = Kind(
    "a number of days above 0", lambda value: type(value) in (int, float) and 0 < value < math.inf
)
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
        UsageError: an unknown setting or a value that does not fit, with the file's name.
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
        return _table_in(read_file(file, _MAX_BYTES))
    except (ValueError, OSError, RecursionError) as error:  # what TOML and UTF-8 raise are ValueErrors
        raise UsageError(f"{file} cannot be read: {error}.") from error


@lru_cache(maxsize=1)  # a start asks three times, and parsing takes milliseconds; nobody changes the table
def _table_in(content: bytes) -> Any:
    text = content.decode("utf-8")
    if "mockapi" not in text:  # most files need no parser
        return None
    import tomllib  # noqa: PLC0415 - as above

    return tomllib.loads(text).get("tool", {}).get("mockapi")


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
    try:
        return _checked(table, file)
    except OptionError as error:
        raise UsageError(f"{file}: {error}") from error


def _checked(table: dict[str, Any], file: Path) -> Project:
    at = (*_TOP, "redact")
    redact = mapping(table.get("redact", {}), at, _KEYS)
    headers = {
        key: frozenset(name.lower() for name in strings(redact.get(key, []), (*at, key))) for key in _HEADERS
    }
    patterns = LIST(redact.get("patterns", []), (*at, "patterns"))
    return Project(
        RedactionRules(
            **headers,
            patterns=tuple(
                expression(pattern, (*at, "patterns", index)) for index, pattern in enumerate(patterns)
            ),
            json_paths=json_paths(redact.get("json_paths", []), (*at, "json_paths")),
            hook=_hook(redact.get("hook"), file),
            payload_limit=_limit(redact.get("payload_limit", DEFAULT.payload_limit), (*at, "payload_limit")),
            personal_data=FLAG(redact.get("personal_data", False), (*at, "personal_data")),
        ),
        tuple(_ages(table.get("max_age", {}), file)),
    )


def _hook(name: Any, file: Path) -> Any:
    if name is None:
        return None
    module, colon, attribute = name.partition(":") if isinstance(name, str) else ("", "", "")
    if not colon:
        raise OptionError((*_TOP, "redact", "hook"), f'must be "MODULE:FUNCTION"; got {shown(name)}')
    folder = str(file.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        hook = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{file}: the hook {name} cannot be loaded: {error}.") from error
    if not callable(hook):
        raise UsageError(f"{file}: the hook {name} is not a function.")
    return hook


def _limit(value: Any, path: Place) -> int | None:
    return None if value is False or value is None else _LIMIT(value, path)


def _ages(value: Any, file: Path) -> Iterator[tuple[Path, float]]:
    at = (*_TOP, "max_age")
    for place, days in OBJECT(value, at).items():
        yield (file.parent / place).resolve(), float(_AGE(days, (*at, place)))
