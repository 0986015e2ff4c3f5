"""The marker `messages_api`: what it may say, and which cassettes a test has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_mockapi._names import candidates, default_cassette

if TYPE_CHECKING:
    from pytest_mockapi._options import Options

_OPTIONS: Final = (
    *("validation", "rules", "disabled_rules", "invalid_keys", "as_of", "evidence"),
    *("faults", "pace", "rate_limits", "speed"),
    *("matching", "after_last", "convert", "on_unmatched", "seed", "max_requests"),
)
ALLOWED: Final = ("cassette", *_OPTIONS)
"""What the marker may be told; all but `cassette` are options of sessions."""
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a test wants.

    Attributes:
        options: of its session.
        cassettes: files that it plays, those that exist.
        record_to: the file that its recordings are added to.
        looked_for: where a cassette was looked for, in vain, by a test that has to have one.
    """

    options: dict[str, Any]
    cassettes: tuple[Path, ...]
    record_to: Path
    looked_for: tuple[Path, ...] = ()


def wanted(item: pytest.Item | pytest.Collector, options: Options) -> Wanted:
    """What the markers of a test say, the nearest first.

    Raises:
        pytest.fail.Exception: an argument that does not exist, or a cassette that is not there.
    """
    told: dict[str, Any] = {}
    for marker in item.iter_markers("messages_api"):
        if marker.args:
            _refuse(item, "takes its arguments by name", f"cassette={marker.args[0]!r}")
        for name in marker.kwargs:
            if name not in ALLOWED:
                import difflib

                near = difflib.get_close_matches(name, ALLOWED, 1)
                advice = f"{near[0]}=" if near else f"one of {', '.join(ALLOWED)}"
                _refuse(item, f"has no argument {name!r}", advice)
        told = {**marker.kwargs, **told}
    named = told.pop("cassette", None)
    folder = options.cassettes or item.path.parent / "cassettes"
    if named is None:
        places = candidates(item, folder)
        found = next((path for path in places if path.exists()), None)
        if found is not None:
            return Wanted(told, (found,), found)
        has_to = options.cassettes is not None and "on_unmatched" not in told
        return Wanted(told, (), default_cassette(item, folder), places if has_to else ())
    names = _names(named)
    if not names:
        _refuse(item, f"has cassette={named!r}", 'cassette="NAME", or a list of names')
    paths = tuple(_path(name, folder) for name in names)
    missing = [path for path in paths if not path.exists()]
    if missing and options.record_mode in ("none", "verify"):
        pytest.fail(
            f"{item.nodeid} names the cassette {shown(missing[0])}, which does not exist."
            f" Record it: {record_command(item.nodeid, options)}",
            pytrace=False,
        )
    return Wanted(told, tuple(path for path in paths if path.exists()), paths[0])


def cassettes_of(item: pytest.Item, folder: Path) -> list[Path]:
    """The cassettes that a test may play, whether they exist or not."""
    for marker in item.iter_markers("messages_api"):
        named = marker.kwargs.get("cassette")
        if named is not None:
            return [_path(name, folder) for name in _names(named)]
    return list(candidates(item, folder))


def record_command(nodeid: str, options: Options) -> str:
    """The command that records what a test is missing."""
    quoted = nodeid if re.fullmatch(r"[\w./:-]+", nodeid) else f"'{nodeid}'"
    upstream = "" if options.upstream else " --mockapi-upstream=https://api.anthropic.com"
    return f"pytest {quoted} --mockapi-record-mode=new{upstream}"


def _names(named: Any) -> list[str | Path]:
    """The names that `cassette` gives; [] if it is neither a name nor a list of names."""
    names = named if isinstance(named, list | tuple) else [named]
    return list(names) if all(isinstance(name, str | Path) for name in names) else []


def _path(name: str | Path, folder: Path) -> Path:
    path = folder / name
    return path if path.is_dir() or path.suffix in _SUFFIXES else path.with_name(f"{path.name}.yaml")


def shown(path: Path) -> str:
    """A path as people know it, from the working folder on."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _refuse(item: pytest.Item | pytest.Collector, what: str, instead: str) -> None:
    pytest.fail(f"{item.nodeid}: the marker messages_api {what}; write {instead}.", pytrace=False)
