"""What is answered without a task: requests that have come whole, and need nothing to be waited for.

Recordings have a way of their own; whatever else a session answers by itself comes from `answer`.
That is a matter of speed alone: the endpoint answers the same to whatever is left to it. What the head of a
request says is looked at apart from its body, because a client sends the same head again and again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from mockapi._clock import monotonic, wall, wall_at
from mockapi.exchange import MESSAGES_PATH
from mockapi.replies import wire_head_of
from mockapi.server import _awaited
from mockapi.server._access import key_objection
from mockapi.server._answering import answer, is_at_hand
from mockapi.server._awaited import Coming, whole_of
from mockapi.server._elsewhere import OwnerAwayError
from mockapi.server._pages import PAGE_FIELDS
from mockapi.server.wire import ARRIVED, framed
from mockapi.sessions import CALLS_OUT, Asked, ServerSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Recording
    from mockapi.exchange import Headers, Request
    from mockapi.server._elsewhere import Elsewhere, Owner
    from mockapi.server._service import Service
    from mockapi.server.recording import Address
    from mockapi.server.wire import Framed
    from mockapi.sessions import JournalEntry, Playing

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    Plays = Callable[[Scope, Receive, Send], Awaitable[None]]

SESSION_PREFIX: Final = "/s/"
_OK: Final = 200
_LOOKED_AT: Final = PAGE_FIELDS | {b"content-encoding", b"expect"}
"""Fields by which a request may be turned away, or has to be read in another way."""


class Endpoint(_awaited.Endpoint, Protocol):
    """What plays replies, and writes down how they went."""

    async def play(
        self, entry: JournalEntry, session: ServerSession, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Play a reply that a session of this process has given."""

    def played(self, entry: JournalEntry, session: ServerSession, scope: Scope) -> None:
        """Write down that a reply has been played."""


class Place(NamedTuple):
    """Where a request came.

    Attributes:
        asked: the request but for its body.
        owner: who has the session; None if this process does, or would.
    """

    asked: Asked
    owner: Owner | None

    def with_headers(self, headers: Headers) -> Place:
        """The same with other fields."""
        return Place(self.asked.with_headers(headers), self.owner)


class AtOnce:
    """Answers whole requests.

    Args:
        endpoint: plays what takes time, and writes down how replies went.
        service: the state of the server.
        keys: what clients' keys have to be one of; none at all stands for any key.
        elsewhere: who has the sessions that this process does not have.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        service: Service,
        keys: tuple[str, ...],
        elsewhere: Elsewhere | None,
    ) -> None:
        self._endpoint = endpoint
        self._service = service
        self._keys = keys
        self._elsewhere = elsewhere

    def place_of(self, scope: Scope) -> Place | None:
        """Where a request came, if its head lets a recording be all there is to the reply.

        It depends on nothing but method, path, query and fields, the length of the body left out.

        Args:
            scope: of the ASGI request.
        """
        path = scope["raw_path"].decode("ascii")
        id_ = None
        if path.startswith(SESSION_PREFIX):
            id_, slash, rest = path[len(SESSION_PREFIX) :].partition("/")
            path = slash + rest
        if path != MESSAGES_PATH or scope["method"] != "POST":
            return None
        headers = scope["headers"]
        fields = dict(headers)
        if len(fields) != len(headers) or not fields.keys().isdisjoint(_LOOKED_AT):
            return None
        if self._keys and key_objection(fields, self._keys) is not None:
            return None
        asked = Asked(id_, path, scope["query_string"].decode("latin-1"), tuple(headers))
        return Place(asked, None if self._elsewhere is None else self._elsewhere.owner_of(id_))

    def answer(self, place: Place, body: bytes, scope: Scope) -> bytes | Framed | Coming | Plays | None:
        """The reply to a whole request, if nothing has to be waited for.

        Args:
            place: where it came.
            body: all of it.
            scope: the address at which it came, and the moment.

        Returns:
            The reply, to be sent; one that is still to come; an application that plays it over time; None if
            nothing was done.
        """
        service = self._service
        if service.is_draining or service.closes_root_connections or service.takes_unversioned_paths:
            return None
        asked, owner = place
        try:
            if owner is not None:
                return self._found_elsewhere(owner, asked, body, scope)
            id_ = asked.session_id
            session = service.sessions.root() if id_ is None else service.sessions.get(id_)
            return None if session is None else self._found_here(session, asked, asked.request(body), scope)
        except OwnerAwayError:  # the endpoint meets it, too, and tells
            return None
        except Exception as defect:  # noqa: BLE001 - told by what tells all of them
            return self._endpoint.fails(defect)

    def _found_here(
        self, session: ServerSession, asked: Asked, request: Request, scope: Scope
    ) -> bytes | Framed | Plays | None:
        recording = session.replay(request)
        if recording is None:
            return self._made_here(session, asked, request, scope)
        return self._replayed_here(session, recording, asked, request, scope)

    def _replayed_here(
        self, session: ServerSession, recording: Recording, asked: Asked, request: Request, scope: Scope
    ) -> bytes | Framed | Plays | None:
        service = self._service
        reply = session.library.reply(recording)
        head = reply.wire_head
        now = monotonic()
        at = wall_at(now)
        _used(service, request, recording, session, scope["server"], at)
        is_counted_alike = service.metrics is None or reply.status == _OK
        if head is not None and is_counted_alike and not service.console.verbose:
            seconds = now - scope[ARRIVED]
            # Where the recording has the body, the journal needs no copy of its own.
            body = None if request.spelled_as is recording else request.body
            session.journal.add_replayed(at, seconds, asked, body, recording, session.library)
            return framed(head.before, reply.body, head.after)
        entry = session.journal.add(at, request, reply, recording, None)
        if head is None:
            return partial(self._endpoint.play, entry, session)
        entry.complete = True
        self._endpoint.played(entry, session, scope)
        return framed(head.before, reply.body, head.after)

    def _made_here(
        self, session: ServerSession, asked: Asked, request: Request, scope: Scope
    ) -> bytes | Framed | Plays | None:
        """What a session makes of a request that has no recording, where nothing has to be waited for."""
        service = self._service
        asks_upstream = session.on_unmatched in CALLS_OUT or session.settings.record_mode == "all"
        if asks_upstream or not is_at_hand(request, session):
            return None
        at = wall()
        reply = session.make_up(request, at, service.validators.accepts_at_once)
        if reply is None:
            entry = answer(service, request, session, scope["server"])
            if entry is None:
                raise AssertionError("a session answers what it does not pass on")
            reply = entry.reply
            head = reply.wire_head or wire_head_of(reply, method="POST")
        else:
            service.asked += 1
            service.sessions.use(session, at)
            head = reply.wire_head
            if head is not None and not service.console.verbose:
                seconds = monotonic() - scope[ARRIVED]
                session.journal.add_made(at, seconds, asked, request.body, reply)
                return framed(head.before, reply.body, head.after)
            entry = session.journal.add(at, request, reply, None, None)
        if head is None:
            return partial(self._endpoint.play, entry, session)
        entry.complete = True
        self._endpoint.played(entry, session, scope)
        return framed(head.before, reply.body, head.after)

    def _found_elsewhere(
        self, owner: Owner, asked: Asked, body: bytes, scope: Scope
    ) -> bytes | Framed | Coming | Plays | None:
        if asked.session_id is None:
            request = asked.request(body)
            session = owner.stand_in(request)
            if session is not None:
                recording = session.replay(request)
                if recording is None:
                    return None
                return self._replayed_here(session, recording, asked, request, scope)
        found = owner.at_hand(asked, body, scope["server"])
        if isinstance(found, Coming):
            found.endpoint, found.scope = self._endpoint, scope
            return found
        if found is None or found.reply is None:
            return None
        reply = whole_of(found.reply)
        if reply is None:
            return partial(self._endpoint.play_passed_on, found, asked.request(body))
        found.complete = True
        self._endpoint.passed_on_played(found, scope)
        return reply


def replayed(
    service: Service, request: Request, session: ServerSession, server: Address
) -> JournalEntry | None:
    """As `answer`, where a recording is all there is to the reply; None says nothing.

    Args:
        service: the state of the server.
        request: what came, for a message.
        session: where it came.
        server: the address at which it came.
    """
    recording = session.replay(request)
    if recording is None:
        return None
    now = wall()
    _used(service, request, recording, session, server, now)
    return session.journal.add(now, request, session.library.reply(recording), recording, None)


def replayed_for_another(
    service: Service, asked: Asked, request: Request, session: ServerSession, server: Address, at: float
) -> Playing | None:
    """As `replayed`, where another process sends the reply.

    Args:
        service: the state of the server.
        asked: the request but for its body.
        request: what came, for a message.
        session: where it came.
        server: the address at which it came.
        at: when, in seconds since 1970.

    Returns:
        The recording, which is to be told how it was sent.
    """
    recording = session.replay(request)
    if recording is None:
        return None
    _used(service, request, recording, session, server, at)
    body = None if request.spelled_as is recording else request.body  # as above
    return session.journal.add_playing(at, asked, body, recording, session.library)


def _used(
    service: Service,
    request: Request,
    recording: Recording,
    session: ServerSession,
    server: Address,
    at: float,
) -> None:
    """What is to be done of each recording that answers, beside writing it down."""
    service.asked += 1
    service.sessions.use(session, at)
    if service.recorder is not None:
        service.recorder.replayed(request, recording, session, server)
