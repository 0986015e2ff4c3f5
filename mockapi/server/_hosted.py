"""The application as Starlette has it: with the control API, and for ASGI servers of others.

A defect of mockapi's own is answered with the API's 500, and its traceback goes to stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.websockets import WebSocketClose

from mockapi import sessions
from mockapi.server._access import access_of
from mockapi.server._api import MessagesAPI, defect_reply
from mockapi.server._base_url import CONTROL
from mockapi.server._console import Console
from mockapi.server._control import control_app
from mockapi.server._metrics import Metrics
from mockapi.server._places import places_of
from mockapi.server._service import Service
from mockapi.server.wire import without_doubles

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request as StarletteRequest

    from mockapi._files import Places
    from mockapi.exchange import Reply
    from mockapi.server._access import Access
    from mockapi.server._elsewhere import Elsewhere
    from mockapi.sessions import SessionLimits, Settings

    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]


class RoutedApp(Starlette):
    """The control API, and the API's endpoint for every path that no route has.

    Args:
        api: the endpoint.
        service: the state of the server.
        access: who may use the control API.
        places: what it may have read.
        elsewhere: the other processes of the same server; None if there are none.
    """

    def __init__(
        self,
        api: MessagesAPI,
        service: Service,
        access: Access,
        places: Places,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        async def defect(_request: StarletteRequest, _error: Exception) -> Response:
            return _as_response(defect_reply(service))

        around = None if elsewhere is None else elsewhere.around
        super().__init__(
            routes=[Mount(CONTROL, app=control_app(service, access, places, around))],
            exception_handlers={Exception: defect},
        )
        # Not a route: `OPTIONS *` has no path that a route could match.
        self.router.default = api  # type: ignore[assignment] # our Scope is a plain dict
        self.router.redirect_slashes = False


class HostedApp(RoutedApp):
    """The same on somebody else's server, which may send fields of its own: none is sent twice.

    What is not the control API's goes past Starlette. Only middleware that a user adds to the application
    stands before the endpoint too.

    Args:
        service: the state of the server.
        access: what opens its doors.
    """

    def __init__(self, service: Service, access: Access) -> None:
        self._endpoint = MessagesAPI(service, access.api_keys)
        super().__init__(self._endpoint, service, access, places_of(service, access))
        self.state.service = service

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request, or take part in the server's lifespan."""
        if scope["type"] == "websocket":  # neither API has one
            await WebSocketClose()(scope, receive, send)
            return
        is_request = scope["type"] == "http"
        send = without_doubles(send) if is_request else send
        if not is_request or self.user_middleware or CONTROL in scope["path"]:
            await super().__call__(scope, receive, send)
        else:
            await self._endpoint(scope, receive, send)


def create_app(
    cassettes: Iterable[str] = (),
    *,
    settings: Settings | None = None,
    allowed_hosts: Iterable[str] = (),
    control_token: str | None = None,
    api_keys: Iterable[str] = (),
    limits: SessionLimits | None = None,
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
        api_keys: what clients' keys have to be one of; none at all stands for any key.
        limits: how long sessions stay unused, and how many an owner may have; see `SessionLimits`.
        metrics: whether to count for Prometheus; it needs the extra `metrics`.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
        UsageError: there is no prometheus_client to count with.
    """
    access = access_of(allowed_hosts, control_token, api_keys)
    counts = Metrics() if metrics else None
    service = Service(cassettes, settings or sessions.Settings(), Console(), metrics=counts, limits=limits)
    return HostedApp(service, access)


def _as_response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    response.raw_headers = list(reply.headers)
    return response
