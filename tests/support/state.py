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

from tests.support.redis import await_redis, end_redis, redis_command


def state_url() -> str:
    """An address for `--state` that no other server has."""
    return f"unix://{_socket()}?prefix=test-{secrets.token_hex(4)}"


@cache
def _socket() -> Path:
    """Where the Redis of this process listens: it starts at the first asking, and ends with the process."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on the path: Debian's package has it")
    folder = Path(tempfile.mkdtemp(prefix="mockapi-redis-"))
    command = redis_command(folder, "--port", "0", "--unixsocket", str(folder / "redis.sock"))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0)
    atexit.register(_end, process, folder)
    await_redis(process)
    return folder / "redis.sock"


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    end_redis(process)
    shutil.rmtree(folder, ignore_errors=True)
