"""Recordings that are played without a task: their requests have come whole, and nothing else is to be done.

That is a matter of speed alone: the endpoint answers the same to whatever is left to it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import wall
from mockapi.exchange import Request
from mockapi.server._access import key_objection
from mockapi.server.wire import ARRIVED, Framed, play

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.server._elsewhere import Elsewhere
    from mockapi.server._service import Service
    from mockapi.server.recording import Address
    from mockapi.sessions import JournalEntry, ServerSession

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    Played = Callable[[JournalEntry, ServerSession, Scope, float], None]
    Plays = Callable[[Scope, Receive, Send], Awaitable[None]]

SESSION_PREFIX: Final = "/s/"
_MESSAGES: Final = "/v1/messages"
_LOOKED_AT: Final = frozenset({b"origin", b"sec-fetch-site", b"content-encoding", b"expect"})
"""Fields by which a request may be turned away, or has to be read in another way."""


class AtOnce:
    """Finds the recording of a whole request.

    Args:
        service: the state of the server.
        keys: what clients' keys have to be one of; none at all stands for any key.
        elsewhere: who has the sessions that this process does not have.
        played: told how a reply went.
        fails: an application that tells of a defect.
    """

    def __init__(
        self,
        service: Service,
        keys: tuple[str, ...],
        elsewhere: Elsewhere | None,
        played: Played,
        fails: Callable[[Exception], Plays],
    ) -> None:
        self._service = service
        self._keys = keys
        self._elsewhere = elsewhere
        self._played = played
        self._fails = fails

    def __call__(self, scope: Scope, body: bytes) -> Framed | Plays | None:
        """The reply to a whole request, if it is a recording and nothing else is to be done.

        Args:
            scope: of the ASGI request.
            body: all of it.

        Returns:
            The reply, to be sent; an application that plays it over time; None if nothing was done.
        """
        service = self._service
        if service.is_draining or service.closes_root_connections or service.takes_unversioned_paths:
            return None
        path = scope["raw_path"].decode("ascii")
        id_ = None
        if path.startswith(SESSION_PREFIX):
            id_, slash, rest = path[len(SESSION_PREFIX) :].partition("/")
            path = slash + rest
        if path != _MESSAGES or scope["method"] != "POST":
            return None
        if self._elsewhere is not None and self._elsewhere.owner_of(id_) is not None:
            return None
        session = service.sessions.root() if id_ is None else service.sessions.get(id_)
        headers = scope["headers"]
        fields = dict(headers)
        if session is None or len(fields) != len(headers) or not fields.keys().isdisjoint(_LOOKED_AT):
            return None
        if self._keys and key_objection(fields, self._keys) is not None:
            return None
        request = Request("POST", path, scope["query_string"].decode("latin-1"), headers, body)
        try:
            entry = self._replayed(request, session, scope["server"])
        except Exception as defect:  # noqa: BLE001 - told by what tells all of them
            return self._fails(defect)
        if entry is None:
            return None
        reply = entry.reply
        if reply.wire_head is None:
            return partial(self._play, entry, session)
        entry.complete = True
        self._played(entry, session, scope, scope[ARRIVED])
        return Framed(reply.wire_head.before, reply.chunks[0].data, reply.wire_head.after)

    def _replayed(self, request: Request, session: ServerSession, server: Address) -> JournalEntry | None:
        recording = session.replay(request)
        if recording is None:
            return None
        service = self._service
        service.asked += 1
        now = wall()
        service.sessions.use(session, now)
        if service.recorder is not None:
            service.recorder.replayed(request, recording, session, server)
        return session.journal.add(now, request, session.library.reply(recording), recording, None)

    async def _play(
        self, entry: JournalEntry, session: ServerSession, scope: Scope, receive: Receive, send: Send
    ) -> None:
        arrived = scope[ARRIVED]
        entry.complete = await play(entry.reply, scope, receive, send, self._service.lateness, arrived)
        self._played(entry, session, scope, arrived)
