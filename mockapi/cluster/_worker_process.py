"""A worker as the supervisor holds it: what it is told and says, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from mockapi._clock import monotonic
from mockapi.cluster._process import LAST_SECONDS, how_it_ended

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._process import AnyTemplate


class WorkerProcess:
    """A worker.

    Args:
        template: what it is forked from.
        place: which one this is.
        tells: whether it tells people what is played.

    Attributes:
        place: which one this is.
        pid: its process id.
        channel: what it says, and is told.
        has: what it has said so far, by name.

    Raises:
        TemplateLostError: the template has ended.
        OSError: the system has no room for another process.
    """

    def __init__(self, template: AnyTemplate, place: Place, *, tells: bool) -> None:
        self.place = place
        self.has: set[str] = set()
        self._template = template
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.pid = template.fork(place, theirs, tells=tells)
            self.channel = Connection(ours.detach())

    def tell(self, what: Any) -> None:
        """Tell it something; one that has ended hears nothing."""
        with contextlib.suppress(OSError):
            self.channel.send(what)

    def reaped(self) -> str:
        """Wait until it is gone; how it ended, a clause."""
        if self._template.is_lost:
            self._wait_for_orphan()
        self.channel.close()
        return how_it_ended(self._template.exit_code(self.pid))

    def _wait_for_orphan(self) -> None:
        """Wait until it is gone, and end it if it stays, where its parent is not there to do so.

        That it holds its end of the connection says that it lives. Its process id does not: once it has
        ended, the system may give that to another process, which nobody here may end.
        """
        deadline = monotonic() + LAST_SECONDS
        with contextlib.suppress(EOFError, OSError):
            with socket.socket(fileno=os.dup(self.channel.fileno())) as ours:
                ours.shutdown(socket.SHUT_WR)  # to it as if the supervisor had ended; it is still heard
            while self.channel.poll(max(0.0, deadline - monotonic())):
                self.channel.recv_bytes()
            os.kill(self.pid, signal.SIGKILL)
