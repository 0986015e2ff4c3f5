"""What a server or a session is told: plain options, checked where they come in."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from mockapi import replies, validation
from mockapi._data import data_dir
from mockapi.cassettes import Matching, parse_matching
from mockapi.errors import UsageError
from mockapi.options import (
    FLAG,
    Kind,
    OptionError,
    items,
    mapping,
    number,
    one_of,
    shown,
    strings,
    text,
    whole,
)
from mockapi.replies import faults, twin
from mockapi.validation import Evidence, Mode, Profile, ValidationSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.options import Path
    from mockapi.replies import Pace
    from mockapi.replies.faults import OrderedFault
    from mockapi.replies.rate_limits import RateLimits
    from mockapi.replies.twin import TwinProfile

AfterLast: TypeAlias = Literal["repeat", "fail"]
OnUnmatched: TypeAlias = Literal["fail", "synthesize", "record", "passthrough"]
RecordMode: TypeAlias = Literal["new", "all", "none", "verify"]

AFTER_LAST: tuple[str, ...] = get_args(AfterLast)
ON_UNMATCHED: tuple[str, ...] = get_args(OnUnmatched)
CALLS_OUT = ("record", "passthrough")
"""Of these, the ones that need an upstream."""
RECORD_MODES: tuple[str, ...] = get_args(RecordMode)
"""What is new is recorded; all is; nothing is asked; answers are compared and nothing is written."""
MAX_NAME = 500
"""Characters of a session's name; the names of closed sessions are kept."""
MAX_OWNER: Final = 100
"""Characters of an owner's label."""
MAX_LIFETIME: Final = 31_536_000
"""Seconds of a session's lifetime: a year."""

_ORIGIN_TEXT = re.compile(r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\s]+")
_ORIGIN: Final[Kind[str]] = Kind(
    "* or an origin such as http://localhost:5173",  # as browsers send them (RFC 6454, section 6.1)
    lambda value: isinstance(value, str) and _ORIGIN_TEXT.fullmatch(value) is not None,
)
_SPEED: Final[Kind[Any]] = Kind(
    "`max` or a factor above 0 (1 as recorded, 2 twice as fast)",
    lambda value: value == "max" or (type(value) in (int, float) and 0 < value < 1e6),
)
_NAME: Final = text(MAX_NAME)
_OWNER: Final = text(MAX_OWNER)
_LIFETIME: Final = number(0.001, MAX_LIFETIME, "a number of seconds")
_MODE: Final = one_of(get_args(Mode))
_PROFILE: Final = one_of(get_args(Profile))
_EVIDENCE: Final = one_of(get_args(Evidence))
_KINDS: Final[dict[str, Kind[Any]]] = {
    "after_last": one_of(AFTER_LAST),
    "on_unmatched": one_of(ON_UNMATCHED),
    "record_mode": one_of(RECORD_MODES),
    "seed": whole(0),
    "max_requests": whole(0),
}
"""Options that stand alone; null leaves them to the default."""
_VALIDATION_KEYS = ("validation", "rules", "disabled_rules", "invalid_keys", "as_of", "evidence")
_KEYS = (
    *("name", "cassettes", "matching", "speed", "after_last", "convert", "on_unmatched", "seed"),
    *("max_requests", "cors", "record_mode"),
    *("faults", "pace", "rate_limits", "twin"),
    *("owner", "lifetime"),
    *_VALIDATION_KEYS,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session answers.

        mockapi.Settings(on_unmatched="fail", pace=mockapi.parse_pace({"first": 0.5}))

    Attributes:
        matching: rules added to those of every cassette.
        speed: None sends at once; else the factor by which recorded delays are shortened: 1 as recorded,
            2 twice as fast.
        after_last: when all recordings of a request were played: "repeat" the last, or "fail".
        convert: whether a JSON recording may answer a request for a stream, and the other way.
        on_unmatched: what answers a request that nothing matches: "fail", "synthesize", or the
            upstream ("record", or "passthrough" without recording); None fails where cassettes are
            named and synthesizes otherwise.
        record_mode: "new"; "all" forwards and records every request, "verify" compares what is
            played with what the upstream answers, "none" never calls out.
        seed: synthesized replies of different seeds differ.
        max_requests: how many requests a session answers before it says that the loop does not end;
            0 for any number. None stands for 1,000, and for any number in the default session
            as long as it has no script.
        cors: origins whose pages may use the server, "*" for all.
        validation: how requests are judged that no recording answers exactly.
        faults: what goes wrong on purpose, and when; `parse_faults` makes them.
        pace: how long replies take; `parse_pace` makes one; None leaves it to `speed`.
        rate_limits: limits for each key; None for none.
        twin: a profile of recorded traffic, which requests for messages are answered like where nothing
            recorded or scripted answers them; `parse_twin` reads one; None for none. Its times are
            kept with a `speed` of 1.

    Raises:
        UsageError: a value of the wrong type, or one that the attribute does not have.
    """

    matching: Matching = field(default_factory=Matching)
    speed: float | None = None
    after_last: AfterLast = "repeat"
    convert: bool = False
    on_unmatched: OnUnmatched | None = None
    record_mode: RecordMode = "new"
    seed: int = 0
    max_requests: int | None = None
    cors: tuple[str, ...] = ()
    validation: ValidationSettings = field(default_factory=ValidationSettings)
    faults: tuple[OrderedFault, ...] = ()
    pace: Pace | None = None
    rate_limits: RateLimits | None = None
    twin: TwinProfile | None = None

    def __post_init__(self) -> None:
        """Refuse what would be a defect, or be ignored, once the first request has come."""
        for name, choices in (
            ("after_last", AFTER_LAST),
            ("on_unmatched", (*ON_UNMATCHED, None)),
            ("record_mode", RECORD_MODES),
        ):
            if (value := getattr(self, name)) not in choices:
                listed = ", ".join(map(repr, choices))
                raise UsageError(f"Settings.{name} is one of {listed}; not {value!r:.80}.")
        if self.speed is not None and not (type(self.speed) in (int, float) and self.speed > 0):
            raise UsageError(
                "Settings.speed is None to send at once, or a factor above 0 (1 as recorded),"
                f" not {self.speed!r:.80}."
            )
        for name, kind in (("matching", Matching), ("validation", ValidationSettings)):
            if not isinstance(value := getattr(self, name), kind):
                raise UsageError(f"Settings.{name} is a mockapi.{kind.__name__}, not {value!r:.80}.")
        for substitution in self.matching.substitutions:
            try:
                re.compile(substitution.pattern)
            except re.error as error:
                name = repr(substitution.name)
                raise UsageError(
                    f"The pattern of the substitution {name:.80} is not a regular expression: {error}."
                ) from None
        # The modules of these are imported only where there is one.
        if self.pace is not None and not isinstance(self.pace, replies.Pace):
            raise UsageError(f"Settings.pace is what mockapi.parse_pace makes, not {self.pace!r:.80}.")
        if self.rate_limits is not None and not isinstance(self.rate_limits, replies.RateLimits):
            raise UsageError(f"Settings.rate_limits is a mockapi.RateLimits, not {self.rate_limits!r:.80}.")
        if self.twin is not None and not isinstance(self.twin, twin.TwinProfile):
            raise UsageError(f"Settings.twin is what mockapi.parse_twin makes, not {self.twin!r:.80}.")
        if self.faults != () and not _are_faults(self.faults):
            raise UsageError(f"Settings.faults is what mockapi.parse_faults makes, not {self.faults!r:.80}.")

    @property
    def effective_matching(self) -> Matching:
        """The rules as the index needs them: conversion is a match that ignores `stream`."""
        if not self.convert:
            return self.matching
        return self.matching.with_added(Matching(ignore=("$.stream",)))


def _are_faults(value: object) -> bool:
    from mockapi.replies.faults import OrderedFault  # noqa: PLC0415 - only where some are ordered

    return isinstance(value, tuple) and all(isinstance(item, OrderedFault) for item in value)


def default_on_unmatched(paths: Iterable[str]) -> str:
    """The default of `on_unmatched`: fail where cassettes are named; the starter ones are not."""
    return "fail" if any(path != str(data_dir("cassettes")) for path in paths) else "synthesize"


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What opens a session.

    Attributes:
        settings: how it answers.
        name: what messages call it.
        cassettes: of its own; None plays the server's.
        owner: the label of those who open it; "" without one.
        lifetime: seconds without use after which it ends; None leaves that to the server.
    """

    settings: Settings
    name: str | None = None
    cassettes: tuple[str, ...] | None = None
    owner: str = ""
    lifetime: float | None = None


def session_options(value: Any, default: Settings, folders: dict[str, str]) -> SessionOptions:
    """Read the JSON options of a session; what they do not say is as the server's.

    Raises:
        OptionError: an unknown option or a value that does not fit, with what to write instead.
    """
    value = mapping(value, (), _KEYS)
    changes: dict[str, Any] = {}
    if "matching" in value:
        changes["matching"] = default.matching.with_added(
            parse_matching(value["matching"], ("matching",), folders)
        )
    if "speed" in value:
        changes["speed"] = parse_speed(value["speed"])
    if "convert" in value:
        changes["convert"] = FLAG(value["convert"], ("convert",))
    changes |= {key: kind(value[key], (key,)) for key, kind in _KINDS.items() if value.get(key) is not None}
    if "cors" in value:
        changes["cors"] = tuple(items(value["cors"], ("cors",), _ORIGIN))
    if any(key in value for key in _VALIDATION_KEYS):
        changes["validation"] = _validation(value, default.validation)
    changes |= _mishaps(value)
    name, cassettes = value.get("name"), value.get("cassettes")
    owner, lifetime = value.get("owner"), value.get("lifetime")
    return SessionOptions(
        replace(default, **changes),
        None if name is None else _NAME(name, ("name",)),
        None if cassettes is None else tuple(strings(cassettes, ("cassettes",))),
        "" if owner is None else _OWNER(owner, ("owner",)),
        None if lifetime is None else _LIFETIME(lifetime, ("lifetime",)),
    )


def changed_settings(value: Any, settings: Settings, folders: dict[str, str]) -> Settings:
    """The settings with what JSON says of those that may change while a session is open.

    Raises:
        OptionError: an option that may not, or a value that does not fit.
    """
    value = mapping(value, (), ("pace", "speed", "matching", "convert", "after_last"))
    return session_options(value, settings, folders).settings


def _mishaps(value: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "faults" in value:
        changes["faults"] = faults.parse_faults(value["faults"])
    if "pace" in value:
        changes["pace"] = None if value["pace"] is None else replies.parse_pace(value["pace"])
    if "rate_limits" in value:
        changes["rate_limits"] = replies.parse_rate_limits(value["rate_limits"])
    if "twin" in value:
        changes["twin"] = None if value["twin"] is None else twin.parse_twin(value["twin"])
        if value["twin"] is not None and "speed" not in value:
            changes["speed"] = 1.0
    return changes


def parse_speed(value: Any) -> float | None:
    """`max` as None, or a factor above 0, as a number or its text.

    Raises:
        OptionError: anything else.
    """
    if isinstance(value, str) and value != "max":
        with contextlib.suppress(ValueError):
            value = float(value)
    factor: str | float = _SPEED(value, ("speed",))
    return None if factor == "max" else float(factor)


def _validation(value: dict[str, Any], default: ValidationSettings) -> ValidationSettings:
    changes: dict[str, Any] = {}
    if "validation" in value:
        changes["mode"] = _MODE(value["validation"], ("validation",))
    if "rules" in value:
        changes["rules"] = _PROFILE(value["rules"], ("rules",))
    if "disabled_rules" in value:
        changes["disabled"] = frozenset(_known_rules(value["disabled_rules"]))
    if "invalid_keys" in value:
        changes["invalid_keys"] = frozenset(strings(value["invalid_keys"], ("invalid_keys",)))
    if "evidence" in value:
        changes["evidence"] = _EVIDENCE(value["evidence"], ("evidence",))
    if value.get("as_of") is not None:
        changes["as_of"] = _day(value["as_of"], ("as_of",))
    return replace(default, **changes)


def _known_rules(value: Any) -> list[str]:
    path = ("disabled_rules",)
    ids = strings(value, path)
    if ids:  # the rules bring the engine with them
        known = {rule.id for rule in validation.all_rules()}
        for index, id_ in enumerate(ids):
            if id_ not in known:
                remedy = "`mockapi rules` lists them."
                raise OptionError((*path, index), f"names an unknown rule {shown(id_)}", remedy)
    return ids


def _day(value: Any, path: Path) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        problem = f"must be a date such as 2026-11-01; got {shown(value)}"
        raise OptionError(path, problem) from error
