"""Refuses connections to the real API while a test runs, with an error that names the test.

A name has to be resolved before it can be reached: `socket.getaddrinfo` is what Python's own
clients and asyncio ask; uvloop asks by itself, from `Loop.create_connection`. The server's thread
is let through: it is the recorder's. Subprocesses are led to a proxy that refuses, by their
environment. docs/limitations.md has the gaps.
"""

from __future__ import annotations

import inspect
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from pytest_mockapi._replacements import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HOSTS: Final = ("anthropic.com", "claude.com", "claude.ai")
OURS: Final = "mockapi"  # the name of the server's thread


class RealAPIRefused(OSError):  # noqa: N818 - clients wrap it as a connection error; it says what happened
    """A connection to the real API was tried in a test."""


class Guard:
    """The functions that were replaced, and the messages of what was refused.

    Args:
        who: what the message names.
    """

    def __init__(self, who: str) -> None:
        self.refused: list[str] = []
        self.is_on = True
        self._who = who
        self.replacements = Replacements()

    def refusal(self, host: Any) -> str | None:
        """Error for connecting to `host`; None if allowed."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if not self.is_on or not isinstance(name, str):
            return None
        name = name.lower().rstrip(".")
        if not any(name == known or name.endswith(f".{known}") for known in _HOSTS):
            return None
        words = (
            f"{self._who} tried to connect to {name}. The fixture messages_api refuses the real API:"
            " let the client read ANTHROPIC_BASE_URL, or give it base_url=messages_api.base_url."
            " One that is made before the test, as in a fixture of wider scope, finds it with the ini option"
            " mockapi_env = run; mockapi_network = off lets the real API through."
        )
        self.refused.append(words)
        return words

    def undo(self) -> None:
        """Put back what was replaced, and refuse no more; harmless the second time."""
        self.is_on = False
        self.replacements.undo()


def refusing(who: str, lead: Callable[[Mapping[Any, Any]], Mapping[Any, Any]] | None = None) -> Guard:
    """Begin to refuse.

    Args:
        who: what the message names.
        lead: changes the environment of a subprocess; None leaves it as it is.
    """
    guard = Guard(who)

    def check(host: Any) -> None:
        if threading.current_thread().name != OURS:
            words = guard.refusal(host)
            if words is not None:
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

    def led(present: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(*args: Any, **options: Any) -> None:  # noqa: N807 - the name that tracebacks show
            bound = inspect.signature(present).bind(*args, **options)
            if guard.is_on and lead is not None:
                environment = bound.arguments.get("env")
                bound.arguments["env"] = lead(os.environ if environment is None else environment)
            present(*bound.args, **bound.kwargs)

        return __init__

    guard.replacements.replace(socket, "getaddrinfo", checked)
    if lead is not None:
        import subprocess

        if isinstance(subprocess.Popen, type):  # or a test's own fake, which starts nothing
            guard.replacements.replace(subprocess.Popen, "__init__", led)
    uvloop = sys.modules.get("uvloop")
    if uvloop is not None:
        guard.replacements.replace(uvloop.Loop, "create_connection", checked_connection)
    return guard
