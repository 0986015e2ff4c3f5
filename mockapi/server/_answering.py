"""Answering a request: its reply is found, written into the journal, and told where it concerns people.

A recording that is all there is to a reply needs none of this; `_at_once` has a shorter way for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mockapi._clock import wall
from mockapi.exchange import Source
from mockapi.replies import hint_field
from mockapi.server._console import Console
from mockapi.server._cors import is_asking, preflight, with_cors
from mockapi.server._pages import Uninvited
from mockapi.server.aside import is_heavy
from mockapi.sessions import Exchange, answer_large
from mockapi.sessions import answer as session_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Reply, Request
    from mockapi.server._moment import Moment
    from mockapi.server._service import Service
    from mockapi.server.recording import Address
    from mockapi.server.wire import Message
    from mockapi.sessions import Answer, JournalEntry, ServerSession

_NOBODY: Final = Console(quiet=True)


def answer(
    service: Service,
    request: Request,
    session: ServerSession,
    server: Address = None,
    hint: str = "",
    moment: Moment | None = None,
) -> JournalEntry | None:
    """Find the reply to a request and write both down; the reply is still to be played.

    Args:
        service: the state of the server.
        request: what came.
        session: where it came.
        server: the address at which it came.
        hint: what its sender should know, whatever the answer is.
        moment: when, and with which ids; by default now, with the next ones of this server.

    Returns:
        None if the upstream shall answer: see `forward`.
    """
    exchange = _begun(service, request, session, moment)
    asked = _preflighted(exchange)
    if asked is not None:
        return asked
    return _written_down(service, exchange, session_answer(exchange), server, hint, moment)


def is_at_hand(request: Request, session: ServerSession) -> bool:
    """Whether `answer` answers a request without holding up others; else `answer_aside` does."""
    index = session.index
    return not is_heavy(request.body) and (index.is_ready or index.has_as_it_came(request))


async def answer_aside(
    service: Service,
    request: Request,
    session: ServerSession,
    server: Address = None,
    hint: str = "",
    moment: Moment | None = None,
) -> JournalEntry | None:
    """As `answer`, where something has to be worked out that would hold up the event loop."""
    large, index = is_heavy(request.body), session.index
    if not index.is_ready and (large or not index.has_as_it_came(request)):
        await service.make_ready(index)
    if not large:
        return answer(service, request, session, server, hint, moment)
    exchange = _begun(service, request, session, moment)
    asked = _preflighted(exchange)
    if asked is not None:
        return asked
    found = await answer_large(exchange, service.helpers.run)
    return _written_down(service, exchange, found, server, hint, moment)


def _begun(service: Service, request: Request, session: ServerSession, moment: Moment | None) -> Exchange:
    service.asked += 1
    now = wall() if moment is None else moment.at
    service.sessions.use(session, now)
    if moment is not None:
        return Exchange(request, session, now, service.validators.refusal, moment.next_request_id)
    return Exchange(request, session, now, service.validators.refusal, service.next_request_id)


def _preflighted(exchange: Exchange) -> JournalEntry | None:
    """The answer to a browser that asks what it may send, where one does."""
    session, request = exchange.session, exchange.request
    origins = session.settings.cors
    asked = preflight(request, origins) if origins else None
    return None if asked is None else session.journal.add(exchange.at, request, asked, None, None)


def _written_down(
    service: Service, exchange: Exchange, found: Answer, server: Address, hint: str, moment: Moment | None
) -> JournalEntry | None:
    """What answers, in the journal and, where it concerns people, on the console."""
    request, session = exchange.request, exchange.session
    reply, recording, refusal = found
    if reply is None:
        return None
    tells = moment is None or moment.tells
    console = service.console if tells else _NOBODY
    if recording is None and request.method == "OPTIONS" and is_asking("OPTIONS", dict(request.headers)):
        uninvited = service.uninvited if tells else Uninvited(console.problem)
        hint = uninvited.told(dict(request.headers))
    if hint:
        reply = reply.with_headers(hint_field(hint))
    origins = session.settings.cors
    if origins:
        reply = with_cors(reply, request, origins)
    miss = None
    if recording is not None:
        if service.recorder is not None and tells:
            service.recorder.replayed(request, recording, session, server)
    elif reply.source is Source.UNMATCHED:
        miss = service.explainer.explain(exchange, console)
    elif refusal is not None:
        if exchange.surface is not None:  # it may have fields of its own to speak of
            refusal = replace(refusal, hint=reply.header("x-mockapi-hint"))
        console.refusal(request, refusal, session)
    elif reply.status == 404 and (said := reply.header("x-mockapi-hint")) is not None and not hint:
        console.near_miss(request, said)
    elif exchange.surface is not None and (said := reply.header("x-mockapi-hint")) is not None:
        console.hint(request, said)
    return session.journal.add(exchange.at, request, reply, recording, miss, refusal)


async def forward(
    service: Service,
    request: Request,
    session: ServerSession,
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> JournalEntry:
    """Let the upstream answer: its reply is played while it comes, and then written down."""
    assert service.recorder is not None  # noqa: S101 - `Service.check` has seen to it
    now = wall()
    reply, complete = await service.recorder.forward(
        request, service.recorder.keeper(session), scope, receive, send, request_id=service.next_request_id()
    )
    return forwarded_entry(request, session, reply, now, complete=complete)


def forwarded_entry(
    request: Request, session: ServerSession, reply: Reply, at: float, *, complete: bool
) -> JournalEntry:
    """Write down what the upstream has answered, and that was played.

    Args:
        request: what came.
        session: where it came.
        reply: the answer.
        at: when the request came, in seconds since 1970.
        complete: whether the reply was sent whole.
    """
    entry = session.journal.add(at, request, reply, None, None)
    entry.complete = complete
    return entry
