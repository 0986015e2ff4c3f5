"""From request to reply: the one place that says who is asked in which order.

    exact recorded match -> validation -> script -> looser recorded match
                         -> unmatched: fail, synthesize, or ask upstream

An exact match comes first on purpose: the real API answered exactly this, so it outranks every
rule about what a request may be. A session that has answered as many requests as it may answers
none any more: an agent that goes round in circles has to fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockapi.exchange import Reply, Source
from mockapi.replies import at_once, at_speed, converted, error_reply, no_recording, refused, wants_stream
from mockapi.server._settings import CALLS_OUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Recording
    from mockapi.exchange import Request
    from mockapi.server._sessions import Session
    from mockapi.validation import Refusal
    from mockapi.validation import Settings as Validation

DOUBLED_VERSION = "/v1/v1/"


class Answer(NamedTuple):
    """A reply, and how it came about: the recording that it is, or the rule that refused.

    No reply means that the upstream shall answer.
    """

    reply: Reply | None
    recording: Recording | None = None
    refusal: Refusal | None = None


FORWARD = Answer(None)


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
    session.answered += 1
    if 0 < session.max_requests < session.answered:
        return Answer(endless(session.max_requests, next_request_id()))
    if session.settings.record_mode == "all":
        return FORWARD
    exact = session.index.find_exact(request)
    recording = session.next_recording(exact)
    if recording is not None:
        return Answer(_play(recording, request, session), recording)
    refusal = judge(request, session.settings.validation)
    if refusal is not None:
        return Answer(refused(refusal, next_request_id(), at), refusal=refusal)
    if session.script is not None:
        reply = session.making.scripted(request, at, next_request_id)
        if reply is not None:
            return Answer(_paced(reply, session))
    if exact is None:  # else its recordings have all been played, and looser rules would play them again
        recording = session.next_recording(session.index.find_looser(request))
    if recording is not None:
        return Answer(_play(recording, request, session), recording)
    if request.path.startswith(DOUBLED_VERSION):
        return Answer(not_found(next_request_id()))
    if session.on_unmatched == "synthesize":
        return Answer(_paced(_made(request, session, judge, next_request_id, at), session))
    if session.on_unmatched in CALLS_OUT and session.settings.record_mode != "none":
        return FORWARD
    return Answer(no_recording(next_request_id()))


def not_found(request_id: str) -> Reply:
    """The API's answer to a path it does not have."""
    return error_reply(404, "not_found_error", "Not Found", request_id, source=Source.INVALID)


def endless(limit: int, request_id: str) -> Reply:
    """The answer to a loop."""
    return error_reply(
        422,
        "mockapi_request_limit",
        f"This loop does not end: the session has answered {limit:,} requests, which is its limit.",
        request_id,
        source=Source.INVALID,
    )


def _made(
    request: Request,
    session: Session,
    judge: Callable[[Request, Validation], Refusal | None],
    next_request_id: Callable[[], str],
    at: float,
) -> Reply:
    making = session.making
    refusal = making.refusal(request, next_request_id)
    if refusal is not None:
        return refusal
    validation = session.settings.validation
    return making.synthesized(request, at, next_request_id, lambda row: judge(row, validation))


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
