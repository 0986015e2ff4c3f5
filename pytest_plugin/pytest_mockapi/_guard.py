"""Refuses connections to the real API while a test runs, with an error that names the test.

A name has to be resolved before it can be reached: `socket.getaddrinfo` is what Python's own
clients and asyncio ask; uvloop asks by itself, from `Loop.create_connection`. The server's thread
is let through: it is the recorder's. docs/limitations.md has the gaps.
"""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_HOSTS: Final = ("anthropic.com", "claude.com", "claude.ai")
_OURS: Final = "mockapi"  # the name of the server's thread


class RealAPIRefused(OSError):  # noqa: N818 - clients wrap it as a connection error; it says what happened
    """A connection to the real API was tried in a test."""


class Guard:
    """The functions that were replaced, and the messages of what was refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.is_on = True
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def replace(self, owner: Any, name: str, made: Callable[[Any], Any]) -> None:
        """Put `made(the present one)` in the place of an attribute."""
        present = getattr(owner, name)
        ours = made(present)
        self._replaced.append((owner, name, present, ours))
        setattr(owner, name, ours)

    def undo(self) -> None:
        """Put back what nobody else has replaced since, and refuse no more; harmless the second time."""
        self.is_on = False
        while self._replaced:
            owner, name, present, ours = self._replaced.pop()
            if getattr(owner, name) is ours:  # pytest-socket, for one, has put back its own by now
                setattr(owner, name, present)


def refusing(who: str) -> Guard:
    """Begin to refuse.

    Args:
        who: what the message names.
    """
    guard = Guard()

    def check(host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if not guard.is_on or not isinstance(name, str) or threading.current_thread().name == _OURS:
            return
        name = name.lower().rstrip(".")
        if any(name == known or name.endswith(f".{known}") for known in _HOSTS):
            words = (
                f"{who} tried to connect to {name}. The fixture messages_api refuses the real API:"
                " let the client read ANTHROPIC_BASE_URL, or give it base_url=messages_api.base_url."
                " The ini option mockapi_network = off lets it through."
            )
            guard.refused.append(words)
            raise RealAPIRefused(words)

    def checked(present: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
            check(host)
            return present(host, *args, **options)

        return getaddrinfo

    def checked_connection(present: Callable[..., Any]) -> Callable[..., Any]:
        async def create_connection(
            self: Any, protocol_factory: Any, host: Any = None, *args: Any, **options: Any
        ) -> Any:
            check(host)
            return await present(self, protocol_factory, host, *args, **options)

        return create_connection

    guard.replace(socket, "getaddrinfo", checked)
    uvloop = sys.modules.get("uvloop")
    if uvloop is not None:
        guard.replace(uvloop.Loop, "create_connection", checked_connection)
    return guard
