"""A redis-server of a test's own, on loopback, which can be killed, paused and started again."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.server import eventually

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

REDIS: Final = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(REDIS is None, reason="there is no redis-server here")
_PATIENCE: Final = 30.0


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class RedisServer:
    """A redis-server that writes nothing down, as a context manager.

    Args:
        folder: where it may write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it, empty; returns when it answers."""
        assert REDIS is not None
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        command = [REDIS, "--port", str(self.port), *options]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        eventually(self._answers, "Redis answers")
        return self

    def stop(self) -> None:
        """Kill it; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def pause(self) -> None:
        """Let it stand still: its connections stay, and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a paused one go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def do(self, *command: str) -> bytes:
        """What it answers to a command, as it came."""
        with socket.create_connection(("127.0.0.1", self.port), _PATIENCE) as sock:
            sock.sendall(_packed(command))
            return sock.recv(1_000_000)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.do("PING") == b"+PONG\r\n"
        return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _packed(command: tuple[str, ...]) -> bytes:
    parts = [part.encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
