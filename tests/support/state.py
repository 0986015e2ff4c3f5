"""A Redis for the servers of one test process, at a Unix socket; every server keeps its own names there."""

from __future__ import annotations

import atexit
import secrets
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

_PATIENCE = 20.0


def state_url() -> str:
    """An address for `--state` that no other server has."""
    return f"unix://{_socket()}?prefix=test-{secrets.token_hex(4)}"


@cache
def _socket() -> Path:
    """Where the Redis of this process listens: it starts at the first asking, and ends with the process."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on the path: Debian's package has it")
    folder = Path(tempfile.mkdtemp(prefix="mockapi-redis-"))
    process = subprocess.Popen(
        [
            *("redis-server", "--port", "0", "--unixsocket", str(folder / "redis.sock")),
            *("--save", "", "--appendonly", "no", "--dir", str(folder)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    atexit.register(_end, process, folder)
    assert process.stdout is not None
    if not any(b"The server is now ready to accept connections" in line for line in process.stdout):
        raise RuntimeError(f"redis-server has ended with {process.wait(_PATIENCE)}")
    return folder / "redis.sock"


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.kill()
    process.wait(_PATIENCE)
    assert process.stdout is not None
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)
