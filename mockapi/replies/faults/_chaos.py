"""Faults that fail silently in clients, and the report of which of them some code swallowed.

Each is a reply after which a careful client must not carry on as if all were well: the message
is cut, broken or not there, although status, or even the whole HTTP exchange, looks fine. Code
under test has noticed if it raised, or said otherwise that something was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from mockapi.replies.faults._orders import OrderedFault, parse_faults


class SilentFault(NamedTuple):
    """A fault that is easily overlooked.

    Attributes:
        name: what reports call it.
        order: the fault, as an order in JSON.
        why: what a client that notices nothing gets wrong.
        needs: what the reply must have: "stream", "tool" (a streamed tool use) or "json".
    """

    name: str
    order: dict[str, Any]
    why: str
    needs: str = "stream"

    @property
    def ordered(self) -> OrderedFault:
        """The fault, ready to be done."""
        return parse_faults(self.order)[0]


SILENT_FAULTS: Final = (
    SilentFault("no message_stop", {"fault": "drop_event"}, "a cut message passes for a whole one"),
    SilentFault(
        "no message_delta",
        {"fault": "drop_event", "event": "message_delta"},
        "stop reason and usage are unknown",
    ),
    SilentFault(
        "no content_block_stop",
        {"fault": "drop_event", "event": "content_block_stop"},
        "a block that was never finished counts",
    ),
    SilentFault("clean end in mid-text", {"fault": "cut", "part": 0.5}, "half an answer counts as one"),
    SilentFault("end after the first event", {"fault": "cut", "event": 0}, "an empty answer counts as one"),
    SilentFault("last chunk missing", {"fault": "close", "event": -2}, "the connection's loss is overlooked"),
    SilentFault(
        "error after a 200", {"fault": "stream_error", "event": 2}, "an error event is taken for no news"
    ),
    SilentFault(
        "error instead of message_stop",
        {"fault": "stream_error", "event": -2},
        "all text had come, and the error is dropped",
    ),
    SilentFault("no usage", {"fault": "no_usage"}, "costs are counted as nothing"),
    SilentFault(
        "first block never started",
        {"fault": "drop_event", "event": "content_block_start"},
        "deltas fall into a block that is not there",
    ),
    SilentFault("empty stream", {"fault": "empty_body"}, "no answer counts as an empty one"),
    SilentFault(
        "JSON instead of a stream",
        {"fault": "json_for_stream"},
        "a stream without events passes for an answer",
    ),
    SilentFault(
        "HTML with status 200", {"fault": "html", "status": 200}, "a gateway's page counts as an answer"
    ),
    SilentFault(
        "cut tool input", {"fault": "broken_tool_json"}, "a tool is called with half its input", "tool"
    ),
    SilentFault(
        "tool input cut in an escape",
        {"fault": "broken_tool_json", "how": "escape"},
        "a tool is called with part of its input",
        "tool",
    ),
    SilentFault(
        "NaN in a tool input",
        {"fault": "broken_tool_json", "how": "nan"},
        "NaN passes for a number",
        "tool",
    ),
    SilentFault("cut JSON body", {"fault": "broken_json"}, "half a body is parsed as far as it goes", "json"),
    SilentFault("empty JSON body", {"fault": "empty_body"}, "nothing is read as a message", "json"),
)
"""What one chaos run goes through."""


@dataclass(frozen=True, slots=True)
class ChaosFinding:
    """What became of one fault.

    Attributes:
        fault: which.
        outcome: "noticed", "swallowed", or "skipped" (it did not fit the reply, or no request came).
        detail: the error that was raised, or why it was skipped.
    """

    fault: SilentFault
    outcome: str
    detail: str = ""


@dataclass(slots=True)
class ChaosReport:
    """The findings of a run."""

    findings: list[ChaosFinding] = field(default_factory=list)

    @property
    def swallowed(self) -> list[ChaosFinding]:
        """Those that went unnoticed."""
        return [finding for finding in self.findings if finding.outcome == "swallowed"]

    def __str__(self) -> str:
        """A table: outcome, fault, and why it matters or how it was noticed."""
        counts = {
            outcome: sum(finding.outcome == outcome for finding in self.findings)
            for outcome in ("noticed", "swallowed", "skipped")
        }
        width = max((len(finding.fault.name) for finding in self.findings), default=0)
        lines = [", ".join(f"{count} {outcome}" for outcome, count in counts.items())]
        for finding in self.findings:
            words = finding.fault.why if finding.outcome == "swallowed" else finding.detail
            lines.append(f"  {finding.outcome:<9}  {finding.fault.name:<{width}}  {words}".rstrip())
        return "\n".join(lines)
