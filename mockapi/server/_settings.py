"""What a server or a session is told: plain options, checked where they come in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mockapi.cassettes import Fault, Matching, parse_matching
from mockapi.errors import UsageError

AFTER_LAST = ("repeat", "fail")
ON_UNMATCHED = ("fail",)
_KEYS = ("name", "cassettes", "matching", "speed", "after_last", "convert", "on_unmatched")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session answers.

    Attributes:
        matching: rules added to those of every cassette.
        speed: None sends at once; 1 as recorded, 2 twice as fast.
        after_last: when all recordings of a request were played: "repeat" the last, or "fail".
        convert: whether a JSON recording may answer a request for a stream, and the other way.
        on_unmatched: what answers a request that nothing matches.
    """

    matching: Matching = field(default_factory=Matching)
    speed: float | None = None
    after_last: str = "repeat"
    convert: bool = False
    on_unmatched: str = "fail"

    @property
    def effective_matching(self) -> Matching:
        """The rules as the index needs them: conversion is a match that ignores `stream`."""
        if not self.convert:
            return self.matching
        return self.matching.with_added(Matching(ignore=("$.stream",)))


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What opens a session: its name, its settings, and cassettes of its own if it has any."""

    settings: Settings
    name: str | None = None
    cassettes: tuple[str, ...] | None = None


def session_options(value: Any, default: Settings, folders: dict[str, str]) -> SessionOptions:
    """Read the JSON options of a session; what they do not say is as the server's.

    Raises:
        UsageError: an option that does not exist or has no sense, with what to write instead.
    """
    if not isinstance(value, dict):
        raise UsageError("The options of a session are a JSON object; {} takes all defaults.")
    for key in value:
        if key not in _KEYS:
            raise UsageError(f"There is no session option {key!r}; there are {', '.join(_KEYS)}.")
    changes: dict[str, Any] = {}
    if "matching" in value:
        try:
            changes["matching"] = default.matching.with_added(
                parse_matching(value["matching"], ("matching",), folders)
            )
        except Fault as fault:
            place = ".".join(map(str, fault.path))
            raise UsageError(f"{place}: {fault.cause} {fault.remedy}") from fault
    if "speed" in value:
        changes["speed"] = parse_speed(value["speed"])
    if "convert" in value:
        changes["convert"] = _flag(value["convert"], "convert")
    changes |= {
        key: _choice(value[key], key, choices)
        for key, choices in (("after_last", AFTER_LAST), ("on_unmatched", ON_UNMATCHED))
        if key in value
    }
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        raise UsageError(f"`name` is a string, not {name!r}.")
    return SessionOptions(replace(default, **changes), name, _paths(value.get("cassettes")))


def parse_speed(value: Any) -> float | None:
    """`max` as None, or a factor above 0.

    Raises:
        UsageError: neither.
    """
    if value == "max":
        return None
    try:
        factor = float(value)
    except (TypeError, ValueError):
        factor = 0.0
    if isinstance(value, bool) or not 0 < factor < 1e6:
        raise UsageError(
            f"The speed is `max`, or a factor above 0 (1 as recorded, 2 twice as fast), not {value!r}."
        )
    return factor


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"`{name}` is true or false, not {value!r}.")
    return value


def _choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise UsageError(f"`{name}` is one of {', '.join(choices)}, not {value!r}.")
    return str(value)


def _paths(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError("`cassettes` is a list of paths of files and folders.")
    return tuple(value)
