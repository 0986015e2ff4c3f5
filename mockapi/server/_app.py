"""The ASGI application: sessions by path prefix, the control API, and everything else is the API.

The API's endpoint is a bare ASGI callable that Starlette's middleware, routing, Request and
Response objects do not stand before: they would cost an exchange a third of its time, and a
recorded reply is ready to be sent as it is.

A defect of mockapi's own is answered with the API's 500, and its traceback goes to stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from mockapi import sessions
from mockapi._clock import monotonic
from mockapi.exchange import Request, Source
from mockapi.messages import error_details
from mockapi.replies import error_reply
from mockapi.server._access import access_of, doubled, key_objection
from mockapi.server._base_url import base_url_of, below, is_plain, path_of
from mockapi.server._console import Console
from mockapi.server._control import DRAINING, RETRY_AFTER, control_app
from mockapi.server._cors import is_preflight
from mockapi.server._metrics import AT_ONCE, Metrics
from mockapi.server._pages import is_uninvited
from mockapi.server._service import Service
from mockapi.server.aside import is_heavy
from mockapi.server.wire import (
    ARRIVED,
    STARTED,
    ClientLeft,
    Refused,
    play,
    read_body,
    with_closed_connection,
    without_doubles,
)
from mockapi.validation import with_version

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request as StarletteRequest

    from mockapi.exchange import Headers, Reply
    from mockapi.server._access import Access
    from mockapi.sessions import ServerSession, Settings

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]

_CONTROL = "/_mockapi"
_SESSION_PREFIX = "/s/"
_UNVERSIONED = (
    "{} was taken as {}, because mockapi has set the base URL here. The real API has no such path: with it,"
    " this client needs a base URL that ends in /v1."
)
_CLOSE: Headers = ((b"connection", b"close"),)


def build_app(
    service: Service, access: Access | None = None, root_path: str = "", *, is_hosted: bool = False
) -> Starlette:
    """The application of a server.

    Args:
        service: its state.
        access: what opens its doors; by default a token that nobody knows.
        root_path: the prefix under which a proxy shows it; "" for none.
        is_hosted: whether it may run on an ASGI server that adds fields to headers.
    """
    access = access or access_of()

    async def defect(_request: StarletteRequest, _error: Exception) -> Response:
        return _as_response(_defect(service))

    app = (HostedApp if is_hosted else App)(
        MessagesAPI(service, access.api_keys),
        root_path,
        routes=[Mount(_CONTROL, app=control_app(service, access))],
        exception_handlers={Exception: defect},
    )
    app.state.service = service
    return app


def create_app(
    cassettes: Iterable[str] = (),
    *,
    settings: Settings | None = None,
    allowed_hosts: Iterable[str] = (),
    control_token: str | None = None,
    metrics: bool = False,
) -> Starlette:
    """The application alone, to be run by an ASGI server or an in-process transport.

        app = mockapi.create_app(["cassettes"])
        transport = httpx.ASGITransport(app)

    Args:
        cassettes: files and folders to play.
        settings: how it answers; see `Settings`.
        allowed_hosts: Host names, besides loopback, under which the control API answers.
        control_token: opens the control API to browsers and to callers from elsewhere; None lets
            neither in.
        metrics: whether to count for Prometheus; it needs the extra `metrics`.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
        UsageError: there is no prometheus_client to count with.
    """
    access = access_of(allowed_hosts, control_token)
    counts = Metrics() if metrics else None
    service = Service(cassettes, settings or sessions.Settings(), Console(), metrics=counts)
    return build_app(service, access, is_hosted=True)


class App(Starlette):
    """Starlette for the control API; all other paths go to the API's endpoint, past Starlette.

    Only middleware that a user adds to the application stands before the endpoint too.

    Args:
        endpoint: answers every path that no route has.
        root_path: the prefix under which a proxy shows it; "" for none.
        options: Starlette's own.
    """

    def __init__(self, endpoint: MessagesAPI, root_path: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._endpoint = endpoint
        self._root_path = root_path
        # Not a route: `OPTIONS *` has no path that a route could match.
        self.router.default = endpoint  # type: ignore[assignment] # our Scope is a plain dict
        self.router.redirect_slashes = False

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request, or take part in the server's lifespan."""
        if self._root_path and scope["type"] == "http":
            scope = below(self._root_path, scope)
        if scope["type"] != "http" or self.user_middleware or _CONTROL in scope["path"]:
            await super().__call__(scope, receive, send)
        else:
            await self._endpoint(scope, receive, send)


class HostedApp(App):
    """The same on somebody else's server."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer as the application does, without fields that the server sends already."""
        await super().__call__(scope, receive, without_doubles(send) if scope["type"] == "http" else send)


def _defect(service: Service) -> Reply:
    return error_reply(
        500,
        "api_error",
        "Internal server error: a defect of mockapi; its traceback is on the server's stderr.",
        service.next_request_id(),
        source=Source.INVALID,
        headers=_CLOSE,  # uvicorn closes the connection when the defect reaches it
    )


def _as_response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    response.raw_headers = list(reply.headers)
    return response


class MessagesAPI:
    """Answers every path that is not the control API's, as an ASGI application."""

    def __init__(self, service: Service, keys: tuple[str, ...] = ()) -> None:
        self._service = service
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request, answer it, play the reply, write it down."""
        service = self._service
        is_late = service.is_draining
        try:
            path = path_of(scope)
            id_ = ""
            if not path.startswith(_SESSION_PREFIX):
                session = service.sessions.root()
            else:
                id_, slash, rest = path[len(_SESSION_PREFIX) :].partition("/")
                session, path = service.sessions.get(id_), slash + rest or "/"
            hint = ""
            if service.takes_unversioned_paths and (versioned := with_version(path)) is not None:
                hint = _UNVERSIONED.format(path, versioned)
                path = versioned
            closes = service.closes_root_connections and not id_
            if closes:
                send = with_closed_connection(send)
            fields = self._let_in(scope, session)
            if session is None:
                await self._turn_away(self._no_session(id_), scope, receive, send)
                return
            body = await read_body(receive, fields, path, closes=closes)
            if is_late:
                await self._turn_away(self._ending(), scope, receive, send)
                return
            arrived = scope[ARRIVED] if ARRIVED in scope else monotonic()
            query = scope["query_string"].decode("latin-1")
            request = Request(scope["method"], path, query, scope["headers"], body)
            if not request.asks_for_message and not is_plain(scope, fields):  # a message has no links
                request.known = {"base_url": base_url_of(scope, fields)}
            large, index = is_heavy(body), session.index
            if not index.is_ready and (large or not index.has_as_it_came(request)):
                await service.make_ready(index)
            if large:
                entry = await service.answer_large(request, session, scope.get("server"), hint)
            else:
                entry = service.answer(request, session, scope.get("server"), hint)
        except Refused as refused:
            await self._turn_away(self._refusal(refused, scope["headers"]), scope, receive, send)
            return
        except ClientLeft:
            return
        except Exception:
            await self._turn_away(_defect(service), scope, receive, send)
            raise  # uvicorn writes the traceback and closes the connection
        if entry is None:
            service.lateness.streams += 1
            try:
                entry = await service.forward(request, session, scope, receive, send)
            finally:
                service.lateness.streams -= 1
        else:
            entry.complete = await play(entry.reply, scope, receive, send, service.lateness, arrived)
        entry.seconds = monotonic() - arrived
        metrics = service.metrics
        if metrics is not None:
            if STARTED in scope or not entry.complete:
                started = scope.get(STARTED)
                metrics.replied(entry.reply, None if started is None else started - arrived)
            else:
                metrics.at_once.append(entry)
                if len(metrics.at_once) >= AT_ONCE:
                    metrics.add_up()
        if service.console.verbose:
            service.console.request(entry, session)

    async def _turn_away(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        """Play a reply that no session has given."""
        await play(reply, scope, receive, send)
        if self._service.metrics is not None:
            self._service.metrics.replied(reply, None)

    def _let_in(self, scope: Scope, session: ServerSession | None) -> dict[bytes, bytes]:
        """The fields of a request's header, looked at before its body is read.

        Raises:
            Refused: what it shows does not open this door.
        """
        headers = scope["headers"]
        fields = dict(headers)
        if len(fields) != len(headers):
            objection = doubled(headers)
            if objection is not None:
                raise Refused(objection.status, "invalid_request_error", objection.message)
        if b"origin" in fields or b"sec-fetch-site" in fields:
            origins = () if session is None else session.settings.cors
            forwards = self._service.recorder is not None
            if is_uninvited(scope["method"], fields, origins, forwards=forwards):
                raise Refused(403, "permission_error", self._service.uninvited.told(fields))
            if is_preflight(scope["method"], fields, origins):
                return fields  # browsers send no key with it
        if self._keys:
            objection = key_objection(fields, self._keys)
            if objection is not None:
                raise Refused(objection.status, "authentication_error", objection.message)
        return fields

    def _refusal(self, refused: Refused, headers: Headers) -> Reply:
        # The rest of the body is read and dropped: closing while a client still sends could cost it
        # the reply. Who waits for "100 Continue" may send no body now, so that connection ends.
        waits = any(name == b"expect" for name, _ in headers)
        return error_reply(
            refused.status,
            refused.error_type,
            refused.message,
            self._service.next_request_id(),
            source=Source.INVALID,
            headers=_CLOSE if waits else (),
            details=error_details(refused.code),
        )

    def _ending(self) -> Reply:
        return error_reply(
            503,
            "api_error",
            DRAINING,
            self._service.next_request_id(),
            source=Source.INVALID,
            headers=(RETRY_AFTER,),
            retry=True,
        )

    def _no_session(self, id_: str) -> Reply:
        sessions = self._service.sessions
        if not id_:
            status, message = 404, sessions.unrouted_message
        elif not sessions.was_closed(id_):
            status, message = 404, f"Unknown session {id_!r}; open one with POST /_mockapi/sessions."
        else:
            name = sessions.closed_name(id_)
            which = id_ if name is None else f"{id_} ({name})"
            status, message = 410, f"The session {which} was closed; its base URL has ended with it."
        return error_reply(
            status,
            "mockapi_no_session",
            message,
            self._service.next_request_id(),
            source=Source.INVALID,
        )
