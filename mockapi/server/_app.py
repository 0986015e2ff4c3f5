"""The ASGI application: sessions by path prefix, the control API, and everything else is the API.

The API's endpoint is a bare ASGI callable that Starlette's middleware, routing, Request and
Response objects do not stand before: they would cost an exchange a third of its time, and a
recorded reply is ready to be sent as it is. So Starlette and the control API are imported when the control
API is first asked: to import them is a tenth of a start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import server
from mockapi._garbage import unsearched
from mockapi.server._access import access_of
from mockapi.server._api import MessagesAPI
from mockapi.server._base_url import CONTROL, below
from mockapi.server._places import places_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.server._access import Access
    from mockapi.server._elsewhere import Elsewhere
    from mockapi.server._hosted import RoutedApp
    from mockapi.server._service import Service

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]


def build_app(
    service: Service,
    access: Access | None = None,
    root_path: str = "",
    *,
    elsewhere: Elsewhere | None = None,
) -> App:
    """The application of a server.

    Args:
        service: its state.
        access: what opens its doors; by default a token that nobody knows.
        root_path: the prefix under which a proxy shows it; "" for none.
        elsewhere: the other processes of the same server; None if there are none.
    """
    return App(service, access or access_of(), root_path, elsewhere)


class App:
    """The application on a server of our own: the control API's paths go to it, all others to the endpoint.

    Args:
        service: its state.
        access: what opens its doors.
        root_path: the prefix under which a proxy shows it; "" for none.
        elsewhere: the other processes of the same server; None if there are none.

    Attributes:
        api: the API's endpoint.
    """

    def __init__(self, service: Service, access: Access, root_path: str, elsewhere: Elsewhere | None) -> None:
        self.api = MessagesAPI(service, access.api_keys, elsewhere)
        self._service = service
        self._access = access
        self._places = places_of(service, access)
        self._root_path = root_path
        self._elsewhere = elsewhere
        # Other processes reach the control API past this application, so there it is made at once.
        self._routed = None if elsewhere is None else self._with_control()

    def _with_control(self) -> RoutedApp:
        with unsearched():
            return server.RoutedApp(self.api, self._service, self._access, self._places, self._elsewhere)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._root_path:
            scope = below(self._root_path, scope)
        if CONTROL in scope["path"]:
            if self._routed is None:
                self._routed = self._with_control()
            await self._routed(scope, receive, send)
        else:
            await self.api(scope, receive, send)

    def place_of(self, scope: Any) -> Any:
        """Where a request came that may be answered without a task; see `AtOnce`."""
        if self._root_path or CONTROL in scope["path"]:
            return None
        return self.api.at_once.place_of(scope)

    def answer(self, place: Any, body: bytes, scope: Any) -> Any:
        """Answer a whole request without a task, if that can be; see `AtOnce`."""
        return self.api.at_once.answer(place, body, scope)
