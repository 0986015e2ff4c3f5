"""The keyword arguments of the methods that a test calls: their types, and what is said of a wrong one.

A misspelt keyword is an error twice: for a type checker, which knows these types, and when the test
runs, in words that name the method that was called and the keyword that was probably meant. The types
are the only list of keywords here; the parsers behind them have their own, and a test holds the two
to each other.

Values inside are what JSON has, because a session's options and a script may come from a file as well;
any mapping stands for an object, and any sequence for a list.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from mockapi.cassettes import Compare
    from mockapi.sessions import AfterLast, OnUnmatched, RecordMode
    from mockapi.testing._received import ParsedRequest
    from mockapi.validation import Evidence, Mode, Profile

__tracebackhide__ = True  # pytest shows the line of the test that made the mistake, not ours

__all__ = [
    "ConditionKeywords",
    "Content",
    "ErrorKeywords",
    "FaultOrders",
    "MakesContent",
    "Predicate",
    "ReplyKeywords",
    "SessionKeywords",
    "as_json",
    "check_keywords",
]

Content: TypeAlias = str | Mapping[str, Any]
"""A text, or a content block as the API writes it."""

MakesContent: TypeAlias = "Callable[[ParsedRequest], Content | Sequence[Content]]"
"""Makes the whole content of a reply from the request; called in the server's thread."""

Predicate: TypeAlias = "Callable[[ParsedRequest], bool]"
"""A condition in code; called in the server's thread."""

FaultOrders: TypeAlias = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
"""Faults by name or with options, such as `{"fault": "cut", "event": 3}`; docs/faults.md has them all."""


class TextCondition(TypedDict, total=False):
    """What a text has to be; exactly one of the three."""

    equals: str
    contains: str
    matches: str  # a regular expression, searched for


class ResultCondition(TypedDict, total=False):
    """What one of the tool results that a request hands back has to be."""

    tool: str
    text: str | TextCondition
    is_error: bool


class ConditionKeywords(TypedDict, total=False):
    """Conditions on a request; all that are named have to hold."""

    model: str  # * stands for any text
    last_user_text: str | TextCondition
    system: str | TextCondition
    tools: str | Sequence[str]
    tool_results: bool | str | ResultCondition
    turn: int  # from 1
    custom_id: str  # of a row of a batch; * stands for any text


class _GivingKeywords(TypedDict, total=False):
    times: int | None
    always: bool
    optional: bool


class ReplyKeywords(_GivingKeywords, total=False):
    """What `reply`, `reply_tool` and `reply_json` can be told; see `reply`."""

    thinking: str | None
    tools: Mapping[str, Mapping[str, Any]] | None
    stop_reason: str | None
    usage: Mapping[str, Any] | None
    faults: FaultOrders | None


class ErrorKeywords(_GivingKeywords, total=False):
    """What `reply_error` can be told; see there."""

    retry_after: float | None  # seconds
    error_code: str | None
    details: Mapping[str, Any] | None


class LogNormalDuration(TypedDict):
    """A duration as response times tend to be."""

    median: float  # seconds
    sigma: float


class PercentileDuration(TypedDict):
    """A duration from a table, percentile to seconds, with straight lines between its points."""

    percentiles: Mapping[str, float]


class RecordedDuration(TypedDict):
    """A duration that is one of some measured ones, in seconds."""

    recorded: Sequence[float]


Duration: TypeAlias = float | LogNormalDuration | PercentileDuration | RecordedDuration
"""Seconds, 0 to 3,600, or a distribution that they are drawn from."""


class PaceKeywords(TypedDict, total=False):
    """How long replies take."""

    first: Duration
    between: Duration
    tokens_per_event: int | None
    seed: int


class RateLimitKeywords(TypedDict, total=False):
    """Limits for one minute, for each API key."""

    requests: int
    input_tokens: int
    output_tokens: int


class SubstitutionKeywords(TypedDict):
    """A pattern of one's own for text that changes from run to run."""

    name: str
    pattern: str  # a regular expression


class MatchingKeywords(TypedDict, total=False):
    """How requests are compared with recorded ones; docs/cassettes.md explains each."""

    substitute: Sequence[str | SubstitutionKeywords]
    headers: Sequence[str]
    ignore: Sequence[str]  # JSON paths, RFC 9535
    compare: Compare
    rename_tool_ids: bool


class SessionKeywords(TypedDict, total=False):
    """What `Server.open_session` can be told; what is left out is as the server has it."""

    name: str | None
    owner: str | None
    lifetime: float | None  # seconds
    cassettes: Sequence[str | PathLike[str]] | None
    matching: MatchingKeywords | None
    speed: float | Literal["max"]
    after_last: AfterLast
    convert: bool
    on_unmatched: OnUnmatched | None
    record_mode: RecordMode
    seed: int
    max_requests: int
    cors: Sequence[str]
    faults: FaultOrders
    pace: PaceKeywords | None
    rate_limits: RateLimitKeywords | None
    twin: Mapping[str, Any] | None  # a profile, as `mockapi twin learn` writes it
    validation: Mode
    rules: Profile
    disabled_rules: Sequence[str]
    invalid_keys: Sequence[str]
    as_of: str | date | None  # a string such as 2026-11-01
    evidence: Evidence


def as_json(value: Any) -> Any:
    """A value as the parsers of JSON know it.

    Any mapping is a dict there, any sequence but a text is a list, and paths and dates are texts.
    """
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [as_json(item) for item in value]
    if isinstance(value, PathLike):
        return os.fspath(value)
    return value.isoformat() if isinstance(value, date) else value


def check_keywords(
    method: str,
    told: Mapping[str, Any],
    keywords: type,
    *,
    named: Sequence[str] = (),
    otherwise: str = "",
) -> None:
    """Refuse a keyword that a method does not have.

    Args:
        method: as the caller wrote it.
        told: the keyword arguments that came.
        keywords: the type that names the right ones.
        named: further ones, which stand in the method's own signature.
        otherwise: what to do instead, if no keyword is near.

    Raises:
        UsageError: with the keyword that was probably meant, or with all that there are.
    """
    known = [*named, *keywords.__annotations__]
    for name in told:
        if name not in known:
            raise UsageError(f"{method}() has no argument {name!r}. {_instead(name, known, otherwise)}")


def _instead(name: str, known: Sequence[str], otherwise: str) -> str:
    import difflib  # noqa: PLC0415 - only an error needs it

    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"Did you mean {near[0]}=?"
    return otherwise or f"There are {', '.join(known)}."
