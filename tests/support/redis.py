"""How tests start redis-server, and one of a test's own on loopback: to be killed, paused, started again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Final

import pytest

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


def redis_command(folder: Path, *where: str) -> list[str]:
    """The command line of a Redis that keeps nothing.

    Args:
        folder: where it may write.
        where: options that say where it listens.
    """
    return ["redis-server", *where, "--save", "", "--appendonly", "no", "--dir", str(folder)]


def await_redis(process: subprocess.Popen[bytes]) -> None:
    """Wait until a Redis takes connections; its stdout is a pipe. Fails with what it said if it ends."""
    assert process.stdout is not None
    said = b""
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        for line in process.stdout:
            if b"eady to accept connections" in line:
                return
            said += line
    finally:
        late.cancel()
    raise AssertionError(f"redis-server has ended with {process.wait(_PATIENCE)}: {said.decode()}")


def end_redis(process: subprocess.Popen[bytes]) -> None:
    """Kill one that `await_redis` has waited for."""
    process.kill()
    process.wait(_PATIENCE)
    if process.stdout is not None:
        process.stdout.close()


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
        command = redis_command(self._folder, "--bind", "127.0.0.1", "--port", str(self.port))
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0)
        await_redis(self._process)
        return self

    def stop(self) -> None:
        """Kill it; what it held is lost."""
        if self._process is not None:
            end_redis(self._process)
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

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _packed(command: tuple[str, ...]) -> bytes:
    parts = [part.encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
