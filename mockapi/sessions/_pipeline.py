"""From request to reply: the one place that says what answers, in which order.

    SOURCES   the first one that answers does
    CHANGES   each one changes that answer

An exact recording comes before validation on purpose: the real API answered exactly this, so it
outranks every rule about what a request may be. What refuses or replaces a reply comes before a
recording is looked for, so that a client which tries again gets the recording, or the scripted reply,
that it would have got. The pace comes before the other faults: a delay that a fault orders stays as it
was ordered. A cloud's surface writes the reply when everything is done that is said in terms of the API
(pace, events, limits), and before the faults of the wire, which break what that surface sends. A session
that has answered as many requests as it may answers no more: an agent that goes round in circles has to
fail.

A stage is a function of one `Exchange`, and does nothing where the session's settings do not ask for
it. What remembers something (positions in recordings, counts of faults, buckets) remembers it in the
session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from mockapi import replies
from mockapi import validation as validation_rules
from mockapi.errors import TooSlowError
from mockapi.exchange import MESSAGES_PATH, Chunk, Reply, Request, Source
from mockapi.replies import at_once, at_speed, faults, hint_field, surfaces
from mockapi.sessions._answer import FORWARD, Answer
from mockapi.sessions._settings import CALLS_OUT

if TYPE_CHECKING:
    from mockapi.cassettes import Recording
    from mockapi.replies.faults import OrderedFault
    from mockapi.replies.surfaces import Surface
    from mockapi.sessions._session import ServerSession
    from mockapi.validation import Refusal, ValidationSettings


@dataclass(slots=True, eq=False)
class Exchange:
    """One request on its way through the pipeline.

    Attributes:
        request: what came. Recordings are found by it, and the upstream gets it.
        session: whose cassettes, settings and memory count.
        at: when it came, in seconds since 1970.
        validate: the API's refusal of a request under some settings, or None.
        next_request_id: makes the id of a reply that mockapi has to write itself.
        due: the faults that were ordered for this request and are still to be done.
        surface: the cloud's surface that it came to; None for the API's own paths.
        plain: the Messages request that it stands for, which all but recordings go by.
        unreadable: why it stands for none, if so.
    """

    request: Request
    session: ServerSession
    at: float
    validate: Callable[[Request, ValidationSettings], Refusal | None]
    next_request_id: Callable[[], str]
    due: tuple[OrderedFault, ...] = ()
    surface: Surface | None = field(init=False)
    plain: Request = field(init=False)
    unreadable: Refusal | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Find the surface; a request to one stands for itself until it is read."""
        self.plain = request = self.request
        # `surface_of` says so too; nearly every request is spared the call.
        self.surface = None if request.path.startswith(MESSAGES_PATH) else surfaces.surface_of(request)

    def read(self, plain: Request | Refusal) -> None:
        """Take what the surface says that the request stands for."""
        if isinstance(plain, Request):
            self.plain = plain
        else:
            self.unreadable = plain


SourceStage: TypeAlias = Callable[[Exchange], Answer | None]
ChangeStage: TypeAlias = Callable[[Exchange, Reply], Reply]


def answer(exchange: Exchange) -> Answer:
    """What a session answers to a request; `FORWARD` where the upstream shall answer."""
    if exchange.surface is not None:
        exchange.read(exchange.surface.plain(exchange.request))
    found = None
    try:
        for source in SOURCES:
            found = source(exchange)
            if found is not None:
                break
    except TooSlowError as error:
        found = too_slow(exchange, error)
    return changed(exchange, found)


def too_slow(exchange: Exchange, error: TooSlowError) -> Answer:
    """The answer where looking at a request takes too long: nobody knows what matches."""
    message = f"mockapi cannot tell what answers this: {error}."
    return Answer(_error(exchange, 422, "mockapi_too_slow", message))


def changed(exchange: Exchange, found: Answer | None) -> Answer:
    """What a source answered, with the changes made."""
    assert found is not None  # noqa: S101 - the last source answers everything
    if found.reply is None:  # the upstream's reply is passed on as it comes
        return found
    reply = found.reply
    if found.recording is not None:
        exchange.surface = None  # it was recorded as the surface sends it
    for change in CHANGES:
        reply = change(exchange, reply)
    return found if reply is found.reply else Answer(reply, found.recording, found.refusal)


# --- sources ---------------------------------------------------------------------------------------


def rate_limits(exchange: Exchange) -> Answer | None:
    """The API's 429, where enforced limits are used up."""
    session = exchange.session
    if session.settings.rate_limits is None:
        return None
    refusal = session.account.refuse(exchange.plain, exchange.at, exchange.next_request_id)
    return None if refusal is None else Answer(refusal)


def replacing_faults(exchange: Exchange) -> Answer | None:
    """Note which faults are due; one that replaces the whole reply makes it here."""
    session, request = exchange.session, exchange.plain
    if not session.fault_counts:  # one for each fault
        return None
    due, session.fault_counts = faults.due(session.faults, session.fault_counts, request)
    if not any(order.replaces for order in due):
        exchange.due = due
        return None
    fields = session.account.fields(request, exchange.at)
    blank = faults.blank(exchange.next_request_id(), exchange.at, fields)
    # The one that makes the reply goes first: the others change what it made.
    now, exchange.due = _in_turn(exchange, sorted(due, key=lambda order: not order.replaces))
    return Answer(faults.apply(blank, now))


def request_limit(exchange: Exchange) -> Answer | None:
    """The answer to a loop: the session has answered as many requests as it may."""
    session = exchange.session
    session.answered += 1
    if not 0 < session.max_requests < session.answered:
        return None
    message = (
        f"This loop does not end: the session has answered {session.max_requests:,} requests,"
        " which is its limit."
    )
    return Answer(_error(exchange, 422, "mockapi_request_limit", message))


def record_everything(exchange: Exchange) -> Answer | None:
    """The upstream, where every request is recorded anew."""
    return FORWARD if exchange.session.settings.record_mode == "all" else None


def exact_recording(exchange: Exchange) -> Answer | None:
    """The recording of exactly this request."""
    session = exchange.session
    track = session.index.find_exact(exchange.request)
    return None if track is None else _recorded(exchange, session.next_recording(track))


def surface_refusal(exchange: Exchange) -> Answer | None:
    """A surface's own refusal of what stands for no request to the API.

    Where an upstream answers, it knows its own fields.
    """
    if exchange.unreadable is None or exchange.session.on_unmatched in CALLS_OUT:
        return None
    return _refused(exchange, exchange.unreadable)


def validation(exchange: Exchange) -> Answer | None:
    """The API's refusal of what it does not take, signatures handed back included."""
    settings = exchange.session.settings.validation
    for request in judged(exchange):
        refusal = exchange.validate(request, settings)
        if refusal is not None:
            return _refused(exchange, refusal)
    return None


def judged(exchange: Exchange) -> tuple[Request, ...]:
    """The requests that the rules judge, in this order.

    What came to a surface is judged where its path has a schema of its own, and then what it stands for.
    """
    if exchange.surface is not None:
        endpoint = validation_rules.find_endpoint(exchange.request.path)
        if endpoint is not None and endpoint.schema is not None:
            return exchange.request, exchange.plain
    return (exchange.plain,)


def script(exchange: Exchange) -> Answer | None:
    """The reply that a script has for this request."""
    session = exchange.session
    if session.script is None:
        return None
    found = session.generator.scripted(exchange.plain, exchange.at, exchange.next_request_id, session.account)
    if found is None:
        return None
    reply, ordered = found
    now, later = _in_turn(exchange, ordered)
    exchange.due = (*later, *exchange.due)
    reply = faults.apply(reply, now) if now else reply
    return Answer(_at_session_speed(reply, session))


def relaxed_recording(exchange: Exchange) -> Answer | None:
    """A recording that matches under the relaxed rules of its cassette or session."""
    session = exchange.session
    track = session.index.find_relaxed(exchange.request)
    return None if track is None else _recorded(exchange, session.next_recording(track))


def nearly_a_path(exchange: Exchange) -> Answer | None:
    """The API's 404 to a client whose base URL is a little wrong, where no rule said it before.

    Where an upstream answers, it knows its own paths.
    """
    if exchange.plain.asks_for_message or exchange.session.on_unmatched in CALLS_OUT:
        return None
    near = validation_rules.near_miss(exchange.plain.path)
    if near is None:
        return None
    reply = _error(exchange, 404, "not_found_error", "Not Found", hint=near.hint)
    return Answer(reply)


def twin(exchange: Exchange) -> Answer | None:
    """What the twin of recorded traffic answers to a request for a message: a drawn reply, or an error."""
    session = exchange.session
    if session.settings.twin is None or not exchange.plain.asks_for_message:
        return None
    fields = session.account.fields(exchange.plain, exchange.at)
    reply = session.generator.drawn(exchange.plain, session.settings.twin, exchange.at, fields)
    reply = _at_session_speed(reply, session)
    if session.settings.pace is None and reply.chunks:
        # Load generators take the time to the status line, and a server has none before it has a token.
        (delay, data), *rest = reply.chunks
        reply = replace(reply, hold=delay, chunks=(Chunk(0.0, data), *rest))
    return Answer(reply)


def fallback(exchange: Exchange) -> Answer:
    """What nothing matched: synthesized, forwarded, or a miss."""
    session = exchange.session
    if session.strict_messages and exchange.plain.asks_for_message:
        return Answer(replies.no_recording(exchange.next_request_id()))
    if session.on_unmatched == "synthesize" and _is_imitated(exchange.plain):
        return Answer(_at_session_speed(_synthesized(exchange), session))
    if session.on_unmatched in CALLS_OUT and session.settings.record_mode != "none":
        return FORWARD
    return Answer(replies.no_recording(exchange.next_request_id()))


# --- changes ---------------------------------------------------------------------------------------


def pace(exchange: Exchange, reply: Reply) -> Reply:
    """The reply as a model of the ordered pace would send it."""
    ordered = exchange.session.settings.pace
    return reply if ordered is None else replies.paced(reply, ordered)


def other_faults(exchange: Exchange, reply: Reply) -> Reply:
    """The reply with the faults that do not replace it; those of the wire wait for the surface."""
    if not exchange.due:
        return reply
    now, exchange.due = _in_turn(exchange, exchange.due)
    return faults.apply(reply, now) if now else reply


def accounting(exchange: Exchange, reply: Reply) -> Reply:
    """Charge what the reply used, and let it say what is left of the account's limits."""
    if reply.usage is None and exchange.session.settings.rate_limits is None:
        return reply  # a recording keeps the fields that it was recorded with
    return exchange.session.account.settle(exchange.plain, reply, exchange.at)


def surface(exchange: Exchange, reply: Reply) -> Reply:
    """The reply as the cloud's surface writes it that the request came to."""
    return reply if exchange.surface is None else exchange.surface.dressed(reply, exchange.request)


def wire_faults(exchange: Exchange, reply: Reply) -> Reply:
    """The surface's reply with the faults of what is sent: time, bytes, connection."""
    return faults.apply(reply, exchange.due) if exchange.due else reply


# --- the pipeline ----------------------------------------------------------------------------------

SOURCES: Final[tuple[SourceStage, ...]] = (
    rate_limits,
    replacing_faults,
    request_limit,
    record_everything,
    exact_recording,
    surface_refusal,
    validation,
    script,
    relaxed_recording,
    nearly_a_path,
    twin,
    fallback,  # answers everything
)
CHANGES: Final[tuple[ChangeStage, ...]] = (pace, other_faults, accounting, surface, wire_faults)


def _in_turn(
    exchange: Exchange, ordered: Sequence[OrderedFault]
) -> tuple[tuple[OrderedFault, ...], tuple[OrderedFault, ...]]:
    """The faults to be done before a surface writes the reply, and those after it.

    A cut or a slow byte is one of what is sent, and a surface could not read what is left of a stream.
    """
    if exchange.surface is None:
        return tuple(ordered), ()
    now = tuple(order for order in ordered if order.replaces or order.on_events)
    return now, tuple(order for order in ordered if order not in now)


def _refused(exchange: Exchange, refusal: Refusal) -> Answer:
    reply = replies.refused(refusal, exchange.next_request_id(), exchange.at)
    return Answer(reply, refusal=refusal)


def _recorded(exchange: Exchange, recording: Recording | None) -> Answer | None:
    if recording is None:
        return None
    session = exchange.session
    settings = session.settings
    if settings.speed is None:
        reply = session.library.reply(recording)
    else:
        reply = at_speed(session.library.paced_reply(recording), settings.speed)
    if settings.convert and recording.interaction.request.path == MESSAGES_PATH:
        reply = replies.converted(reply, stream=replies.wants_stream(exchange.request.parsed))
    return Answer(reply, recording)


def _at_session_speed(reply: Reply, session: ServerSession) -> Reply:
    speed = session.settings.speed
    return at_once(reply) if speed is None else at_speed(reply, speed)


def _synthesized(exchange: Exchange) -> Reply:
    session, request = exchange.session, exchange.plain
    if request.asks_for_message:
        return session.generator.message(request, exchange.at, at_once=session.settings.speed is None)
    rules = session.settings.validation
    return session.generator.synthesized(
        request, exchange.at, exchange.next_request_id, lambda row: exchange.validate(row, rules)
    )


def _is_imitated(request: Request) -> bool:
    """Whether replies to this path can be made up: what mockapi does not know, the API may know."""
    return request.asks_for_message or validation_rules.find_endpoint(request.path) is not None


def _error(exchange: Exchange, status: int, kind: str, message: str, hint: str = "") -> Reply:
    fields = (hint_field(hint),) if hint else ()
    return replies.error_reply(
        status, kind, message, exchange.next_request_id(), source=Source.INVALID, headers=fields
    )
