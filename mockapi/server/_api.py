"""The API's endpoint: reads a request, finds who answers it, plays the reply, writes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import messages, replies, validation
from mockapi._clock import monotonic, wall
from mockapi.exchange import Request, Source
from mockapi.server._access import doubled, key_objection
from mockapi.server._answering import answer, answer_aside, forward, is_at_hand
from mockapi.server._at_once import SESSION_PREFIX, AtOnce
from mockapi.server._base_url import base_url_of, is_plain, path_of
from mockapi.server._cors import is_preflight
from mockapi.server._draining import DRAINING, RETRY_AFTER
from mockapi.server._elsewhere import OwnerAwayError, OwnerLostError, OwnerUnsureError
from mockapi.server._pages import is_uninvited
from mockapi.server.wire import (
    ARRIVED,
    STARTED,
    ClientLeft,
    Refused,
    play,
    read_body,
    reset,
    with_closed_connection,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Headers, Reply
    from mockapi.server._elsewhere import Elsewhere, PassedOn
    from mockapi.server._service import Service
    from mockapi.sessions import JournalEntry, ServerSession

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]

_UNVERSIONED = (
    "{} was taken as {}, because mockapi has set the base URL here. The real API has no such path: with it,"
    " this client needs a base URL that ends in /v1."
)
_CLOSE: Headers = ((b"connection", b"close"),)


def defect_reply(service: Service) -> Reply:
    """What the client is told of a defect of mockapi's own."""
    return replies.error_reply(
        500,
        "api_error",
        "Internal server error: a defect of mockapi; its traceback is on the server's stderr.",
        service.next_request_id(),
        source=Source.INVALID,
        headers=_CLOSE,  # uvicorn closes the connection when the defect reaches it
    )


class MessagesAPI:
    """Answers every path that is not the control API's, as an ASGI application.

    Args:
        service: the state of the server.
        keys: what clients' keys have to be one of; none at all stands for any key.
        elsewhere: who has the sessions that this process does not have; None if it has all of them.

    Attributes:
        at_once: answers what it can of whole requests without a task.
    """

    def __init__(
        self, service: Service, keys: tuple[str, ...] = (), elsewhere: Elsewhere | None = None
    ) -> None:
        self._service = service
        self._keys = keys
        self._elsewhere = elsewhere
        self.at_once = AtOnce(self, service, keys, elsewhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request, answer it, play the reply, write it down."""
        service = self._service
        is_late = service.is_draining
        try:
            path = path_of(scope)
            id_ = None
            if path.startswith(SESSION_PREFIX):
                id_, slash, rest = path[len(SESSION_PREFIX) :].partition("/")
                path = slash + rest or "/"
            owner = None if self._elsewhere is None else self._elsewhere.owner_of(id_)
            session = self._session(id_) if owner is None else owner.session
            hint = ""
            if service.takes_unversioned_paths and (versioned := validation.with_version(path)) is not None:
                hint = _UNVERSIONED.format(path, versioned)
                path = versioned
            closes = service.closes_root_connections and not id_
            if closes:
                send = with_closed_connection(send)
            is_elsewhere = owner is not None and session is None
            fields = self._let_in(scope["method"], scope["headers"], session, is_elsewhere=is_elsewhere)
            if session is None and owner is None:
                await self._turn_away(await self._missing(id_), scope, receive, send)
                return
            body = await read_body(receive, fields, path, closes=closes)
            if is_late:
                await self._turn_away(self._later(DRAINING), scope, receive, send)
                return
            if ARRIVED not in scope:
                scope[ARRIVED] = monotonic()
            query = scope["query_string"].decode("latin-1")
            request = Request(scope["method"], path, query, scope["headers"], body)
            if not request.asks_for_message and not is_plain(scope, fields):  # a message has no links
                request.known = {"base_url": base_url_of(scope, fields)}
            passed_on = entry = None
            if owner is not None:
                passed_on = await owner.answer(id_, request, scope.get("server"), hint)
            else:
                assert session is not None  # noqa: S101 - see above
                if is_at_hand(request, session):
                    entry = answer(service, request, session, scope.get("server"), hint)
                else:
                    entry = await answer_aside(service, request, session, scope.get("server"), hint)
        except Refused as refused:
            await self._turn_away(self.refusal(refused, scope["headers"]), scope, receive, send)
            return
        except ClientLeft:
            return
        except (OwnerAwayError, OwnerUnsureError) as error:
            await self._turn_away(self.not_answered(error), scope, receive, send)
            return
        except OwnerLostError:  # as a process that has the connection too would have ended
            await reset(scope, receive)
            return
        except Exception:
            await self._turn_away(defect_reply(service), scope, receive, send)
            raise  # uvicorn writes the traceback and closes the connection
        if passed_on is not None:
            await self.play_passed_on(passed_on, request, scope, receive, send)
            return
        assert session is not None  # noqa: S101 - see above
        if entry is None:
            with service.lateness.streaming():
                entry = await forward(service, request, session, scope, receive, send)
            self.played(entry, session, scope)
        else:
            await self.play(entry, session, scope, receive, send)

    async def play(
        self, entry: JournalEntry, session: ServerSession, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Play what a session has answered."""
        arrived = scope[ARRIVED]
        entry.complete = await play(entry.reply, scope, receive, send, self._service.lateness, arrived)
        self.played(entry, session, scope)

    def played(self, entry: JournalEntry, session: ServerSession, scope: Scope) -> None:
        """Write down that a reply has been played."""
        entry.seconds = seconds = monotonic() - scope[ARRIVED]
        if self._service.metrics is not None:
            self._count(entry.reply, seconds, scope, complete=entry.complete)
        if self._service.console.verbose:
            self._service.console.request(entry, session)

    async def play_passed_on(
        self, passed_on: PassedOn, request: Request, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Play what another process has answered, and tell it how that went."""
        service = self._service
        try:
            if passed_on.reply is None:
                recorder, at = service.recorder, wall()
                assert recorder is not None  # noqa: S101 - the owner has one, too
                keep, ours = passed_on.keeper(recorder), service.next_request_id()
                with service.lateness.streaming():
                    reply, complete = await recorder.forward(
                        request, keep, scope, receive, send, request_id=ours
                    )
                passed_on.upstream_answered(request, reply, at, complete=complete)
            else:
                arrived = scope[ARRIVED]
                passed_on.complete = await play(
                    passed_on.reply, scope, receive, send, service.lateness, arrived
                )
            passed_on.seconds = seconds = monotonic() - scope[ARRIVED]
        finally:
            passed_on.ended()
        self._count_passed_on(passed_on, seconds, scope)

    def passed_on_played(self, passed_on: PassedOn, scope: Scope) -> None:
        """Tell whoever has given a reply that it has been played whole."""
        passed_on.seconds = seconds = monotonic() - scope[ARRIVED]
        passed_on.ended()
        self._count_passed_on(passed_on, seconds, scope)

    def fails(self, defect: Exception) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """An application that tells of a defect."""

        async def tell(scope: Scope, receive: Receive, send: Send) -> None:
            await self._turn_away(defect_reply(self._service), scope, receive, send)
            raise defect  # uvicorn writes the traceback and closes the connection

        return tell

    def _session(self, id_: str | None) -> ServerSession | None:
        sessions = self._service.sessions
        return sessions.root() if id_ is None else sessions.get(id_)

    def admitted(self, id_: str | None, request: Request) -> ServerSession | Reply:
        """The session that answers a request which another process has read, or what turns it away.

        Args:
            id_: of the session; None for the root URL's.
            request: what came.
        """
        session = self._session(id_)
        try:
            self._let_in(request.method, request.headers, session)
        except Refused as refused:
            return self.refusal(refused, request.headers)
        return self._no_session(id_) if session is None else session

    def not_answered(self, error: OwnerAwayError | OwnerUnsureError) -> Reply:
        """What is said to a request that the owner of its session has not answered."""
        return self._later(str(error)) if isinstance(error, OwnerAwayError) else self._unsure(str(error))

    async def _turn_away(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        """Play a reply that no session has given.

        It is counted before: whoever has got it may ask another worker for the numbers at once.
        """
        if self._service.metrics is not None:
            self._service.metrics.replied(reply, None)
        await play(reply, scope, receive, send)

    def _count_passed_on(self, passed_on: PassedOn, seconds: float, scope: Scope) -> None:
        metrics, reply = self._service.metrics, passed_on.reply
        if metrics is None or reply is None:
            return
        if passed_on.is_turned_away:
            metrics.replied(reply, None)
        else:
            self._count(reply, seconds, scope, complete=passed_on.complete)

    def _count(self, reply: Reply, seconds: float, scope: Scope, *, complete: bool) -> None:
        metrics = self._service.metrics
        if metrics is None:
            return
        if STARTED in scope or not complete:
            started = scope.get(STARTED)
            metrics.replied(reply, None if started is None else started - scope[ARRIVED])
        else:
            metrics.sent(reply, seconds)

    def _let_in(
        self, method: str, headers: Headers, session: ServerSession | None, *, is_elsewhere: bool = False
    ) -> dict[bytes, bytes]:
        """The fields of a request's header, looked at before its body is read.

        Args:
            method: of the request.
            headers: of the request.
            session: that it came to, if there is one here.
            is_elsewhere: whether another process has the session; what depends on it is looked at there.

        Raises:
            Refused: what it shows does not open this door.
        """
        fields = dict(headers)
        if len(fields) != len(headers):
            objection = doubled(headers)
            if objection is not None:
                raise Refused(objection.status, "invalid_request_error", objection.message)
        if b"origin" in fields or b"sec-fetch-site" in fields:
            if is_elsewhere:
                return fields
            origins = () if session is None else session.settings.cors
            forwards = self._service.recorder is not None
            if is_uninvited(method, fields, origins, forwards=forwards):
                raise Refused(403, "permission_error", self._service.uninvited.told(fields))
            if is_preflight(method, fields, origins):
                return fields  # browsers send no key with it
        if self._keys:
            objection = key_objection(fields, self._keys)
            if objection is not None:
                raise Refused(objection.status, "authentication_error", objection.message)
        return fields

    def refusal(self, refused: Refused, headers: Headers) -> Reply:
        """What is said to a request that is not taken."""
        # The rest of the body is read and dropped: closing while a client still sends could cost it
        # the reply. Who waits for "100 Continue" may send no body now, so that connection ends.
        waits = any(name == b"expect" for name, _ in headers)
        return replies.error_reply(
            refused.status,
            refused.error_type,
            refused.message,
            self._service.next_request_id(),
            source=Source.INVALID,
            headers=_CLOSE if waits else (),
            details=messages.error_details(refused.code),
        )

    def _later(self, message: str) -> Reply:
        return replies.error_reply(
            503,
            "api_error",
            message,
            self._service.next_request_id(),
            source=Source.INVALID,
            headers=(RETRY_AFTER,),
            retry=True,
        )

    def _unsure(self, why: str) -> Reply:
        """Of what may count though nobody knows: a client that sent it again could count twice."""
        return self._error(
            503, "api_error", f"{why} Nobody knows whether this request counts in the default session."
        )

    async def _missing(self, id_: str | None) -> Reply:
        """What a request gets whose session is not here, as the list of all machines has it."""
        directory = self._service.keeper.directory
        found = None if directory is None or not id_ else await directory.find(id_)
        if found is None:
            return self._no_session(id_)
        if found.status == 503:
            return self._later(found.message)
        return self._error(found.status, "mockapi_no_session", found.message)

    def _no_session(self, id_: str | None) -> Reply:
        sessions = self._service.sessions
        if not id_:
            status, message = 404, sessions.unrouted_message
        elif (gone := sessions.why_gone(id_)) is not None:
            status, message = 410, gone
        else:
            status, message = 404, f"Unknown session {id_!r}; open one with POST /_mockapi/sessions."
        return self._error(status, "mockapi_no_session", message)

    def _error(self, status: int, error_type: str, message: str) -> Reply:
        return replies.error_reply(
            status, error_type, message, self._service.next_request_id(), source=Source.INVALID
        )
