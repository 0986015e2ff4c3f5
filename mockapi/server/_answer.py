"""From request to reply: the one place that says who is asked in which order.

    exact recorded match -> validation -> looser recorded match -> unmatched: fail or synthesize

An exact match comes first on purpose: the real API answered exactly this, so it outranks every
rule about what a request may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockapi.exchange import Reply, Source
from mockapi.replies import at_once, at_speed, converted, error_reply, no_recording, refused, wants_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Recording
    from mockapi.exchange import Request
    from mockapi.server._sessions import Session
    from mockapi.validation import Refusal
    from mockapi.validation import Settings as Validation

DOUBLED_VERSION = "/v1/v1/"


class Answer(NamedTuple):
    """A reply, and how it came about: the recording that it is, or the rule that refused."""

    reply: Reply
    recording: Recording | None = None
    refusal: Refusal | None = None


def answer(
    request: Request,
    session: Session,
    judge: Callable[[Request, Validation], Refusal | None],
    next_request_id: Callable[[], str],
    at: float,
) -> Answer:
    """What a session replies to a request.

    Args:
        request: what came.
        session: whose cassettes, settings and history count.
        judge: says whether the API would refuse a request.
        next_request_id: makes the id of a reply that mockapi has to write itself.
        at: when it came, in seconds since 1970.
    """
    recording = session.next_recording(session.index.find_exact(request))
    if recording is not None:
        return Answer(_play(recording, request, session), recording)
    refusal = judge(request, session.settings.validation)
    if refusal is not None:
        return Answer(refused(refusal, next_request_id()), refusal=refusal)
    recording = session.next_recording(session.index.find_looser(request))
    if recording is not None:
        return Answer(_play(recording, request, session), recording)
    if request.path.startswith(DOUBLED_VERSION):
        return Answer(not_found(next_request_id()))
    if session.on_unmatched == "synthesize":
        return Answer(_paced(session.making.synthesized(request, at, next_request_id()), session))
    return Answer(no_recording(next_request_id()))


def not_found(request_id: str) -> Reply:
    """The API's answer to a path it does not have."""
    return error_reply(404, "not_found_error", "Not Found", request_id, source=Source.INVALID)


def _paced(reply: Reply, session: Session) -> Reply:
    speed = session.settings.speed
    return at_once(reply) if speed is None else at_speed(reply, speed)


def _play(recording: Recording, request: Request, session: Session) -> Reply:
    settings = session.settings
    if settings.speed is None:
        reply = session.library.reply(recording)
    else:
        reply = at_speed(session.library.paced_reply(recording), settings.speed)
    if settings.convert and recording.interaction.request.path == "/v1/messages":
        return converted(reply, stream=wants_stream(request.parsed))
    return reply
