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
from mockapi.server._access import access_of
from mockapi.server._api import MessagesAPI, defect_reply
from mockapi.server._base_url import below
from mockapi.server._console import Console
from mockapi.server._control import control_app
from mockapi.server._metrics import Metrics
from mockapi.server._service import Service
from mockapi.server.wire import without_doubles

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request as StarletteRequest

    from mockapi.exchange import Reply
    from mockapi.server._access import Access
    from mockapi.server._elsewhere import Elsewhere
    from mockapi.sessions import SessionLimits, Settings

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]

_CONTROL = "/_mockapi"


def build_app(
    service: Service,
    access: Access | None = None,
    root_path: str = "",
    *,
    is_hosted: bool = False,
    elsewhere: Elsewhere | None = None,
) -> Starlette:
    """The application of a server.

    Args:
        service: its state.
        access: what opens its doors; by default a token that nobody knows.
        root_path: the prefix under which a proxy shows it; "" for none.
        is_hosted: whether it may run on an ASGI server that adds fields to headers.
        elsewhere: the other processes of the same server; None if there are none.
    """
    access = access or access_of()

    async def defect(_request: StarletteRequest, _error: Exception) -> Response:
        return _as_response(defect_reply(service))

    around = None if elsewhere is None else elsewhere.around
    api = MessagesAPI(service, access.api_keys, elsewhere)
    app = (HostedApp if is_hosted else App)(
        api,
        root_path,
        routes=[Mount(_CONTROL, app=control_app(service, access, around))],
        exception_handlers={Exception: defect},
    )
    app.state.service = service
    app.state.api = api
    return app


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

    def place_of(self, scope: Any) -> Any:
        """Where a request came that may be answered without a task; see `AtOnce`."""
        if self._root_path or _CONTROL in scope["path"]:
            return None
        return self._endpoint.at_once.place_of(scope)

    def answer(self, place: Any, body: bytes, scope: Any) -> Any:
        """Answer a whole request without a task, if that can be; see `AtOnce`."""
        if self.user_middleware:
            return None
        return self._endpoint.at_once.answer(place, body, scope)


class HostedApp(App):
    """The same on somebody else's server."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer as the application does, without fields that the server sends already."""
        await super().__call__(scope, receive, without_doubles(send) if scope["type"] == "http" else send)


def _as_response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    response.raw_headers = list(reply.headers)
    return response
