"""Rules: one small function each, and the order in which they speak.

A rule is a generator of `Violation`s. It names what must be present for it to have anything to say, any
one of: a top-level field; `block:TYPE`, a content block; `tool:TYPE`, a tool, without its date;
`last:ROLE`, who speaks last; `thinking:TYPE`; `role:system`, `empty`, `cache`, `strict`,
`server_result`: a message, an empty one, a cache breakpoint, a strict tool, a server tool's result;
`row`, the row of a batch; `chat`, a request to the OpenAI-compatible endpoint. So a request only runs
the rules of what it holds, and a rule need not ask for it again.

Rules speak in the order of their stage, within a stage in the order of their definition; the first
fault is the one error of the reply.

The order of the stages is measured as far as `SHAPE`, and that conversation faults come before
those of the container; the rest follows the order in which the API checks the fields. Whether a
block may stand where it does is asked of each message before anything is asked of them together.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mockapi.validation._refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from mockapi.validation._context import Context


Confidence = Literal["captured", "maintainer", "documentation", "double"]


@enum.unique
class Stage(enum.IntEnum):
    """When a rule speaks; a lower stage wins."""

    SIZE = 1
    ROUTE = 2
    AUTH = 3
    VERSION = 4
    BETA = 5
    JSON = 6
    SHAPE = 7
    MODEL = 8
    THREAD = 9
    CONVERSATION = 10
    TOOL_CHOICE = 11
    TOOLS = 12
    PLACEMENT = 13
    MESSAGES = 14
    SYSTEM = 15
    THINKING = 16
    OUTPUT = 17
    CACHE = 18
    MAX_TOKENS = 19
    METADATA = 20
    STOP = 21
    SAMPLING = 22
    CONTEXT = 23
    CONTAINER = 24


class Violation(NamedTuple):
    """What a rule found.

    Attributes:
        pointer: where.
        values: of the message's placeholders.
        details: members of the refusal's details.
        rule: the id of the rule that is broken, where one function speaks for several in the order of
            what it reads; None for the rule that was asked.
    """

    pointer: str | None
    values: dict[str, object] = {}  # noqa: RUF012 - a NamedTuple's default is never written to
    details: dict[str, object] = {}  # noqa: RUF012 - as above
    rule: str | None = None


Check: TypeAlias = "Callable[[Context], Iterator[Violation]]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the API refuses.

    Attributes:
        id: stable name, `SUBJECT.FAULT`.
        stage: when it speaks.
        summary: what is refused, in a sentence.
        message: the API's words, with `{placeholders}`.
        source: how the words are known.
        confidence: the best of its sources: `captured`, a raw answer or a table measured live, with
            nothing of ours in words or reach; `maintainer`, quoted by people who saw it, or captured in
            part; `documentation`, the vendor's page or client says that it is refused; `double`,
            another project's test double alone.
        on: what a body must hold for the rule to apply; empty for headers and the like.
        models: the models it applies to, in words; empty for all.
        versions: the API versions it applies to; empty for all.
        since: when it was first seen; models that were retired before are not judged by it.
        hint: what a person may want to know besides.
        status: HTTP status of the refusal.
        type: error type of the refusal.
        code: the `error_code` in the refusal's details, None if it has no details.
        check: the function, None where the schemas decide.
    """

    id: str
    stage: Stage
    summary: str
    message: str
    source: str
    on: tuple[str, ...] = ()
    models: str = ""
    versions: tuple[str, ...] = ()
    since: date | None = None
    hint: str | None = None
    status: int = 400
    type: str = "invalid_request_error"
    code: str | None = None
    check: Check | None = None
    confidence: Confidence = "captured"

    def refusal(self, fault: Violation) -> Refusal:
        """The error that this fault makes."""
        message = self.message.format_map(fault.values)
        details = None if self.code is None else {"error_code": self.code, **fault.details}
        return Refusal(self.status, self.type, message, self.id, self.hint, fault.pointer, details)


_RULES: dict[str, Rule] = {}


def declare(rule: Rule) -> Rule:
    """Put a rule into the list.

    Raises:
        ValueError: another rule has its id.
    """
    if rule.id in _RULES:
        raise ValueError(f"two rules have the id {rule.id}")
    _RULES[rule.id] = rule
    return rule


def rule(
    id: str,  # noqa: A002 - it is the rule's id
    stage: Stage,
    *on: str,
    message: str,
    source: str,
    models: str = "",
    versions: tuple[str, ...] = (),
    since: date | None = None,
    hint: str | None = None,
    status: int = 400,
    type: str = "invalid_request_error",  # noqa: A002 - it is the error's type
    code: str | None = None,
    confidence: Confidence = "captured",
) -> Callable[[Check], Check]:
    """Make a function a rule; the first line of its docstring is the rule's summary."""

    def register(check: Check) -> Check:
        summary = (check.__doc__ or "").strip().splitlines()[0]
        declare(
            Rule(
                id,
                stage,
                summary,
                message,
                source,
                on,
                models,
                versions,
                since,
                hint,
                status,
                type,
                code,
                check,
                confidence,
            )
        )
        return check

    return register


def declared() -> tuple[Rule, ...]:
    """All rules declared so far, in the order in which they speak."""
    return tuple(sorted(_RULES.values(), key=lambda rule: rule.stage))
