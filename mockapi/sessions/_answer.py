"""What came out of a session's pipeline for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mockapi.cassettes import Recording
    from mockapi.exchange import Reply
    from mockapi.validation import Refusal


class Answer(NamedTuple):
    """A reply, and how it came about.

    Attributes:
        reply: what to play; None means that the upstream shall answer.
        recording: the recording that it is, if one.
        refusal: why it was refused, if it was.
    """

    reply: Reply | None
    recording: Recording | None = None
    refusal: Refusal | None = None


FORWARD = Answer(None)
"""The upstream shall answer: whoever has sockets acts on it."""
