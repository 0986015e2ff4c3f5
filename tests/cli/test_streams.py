"""Standard streams that are closed when the command starts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.alone import run_alone
from tests.support.process import command, environment
from tests.support.server import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes them")


def test_what_is_closed_leads_nowhere_and_what_is_open_stays() -> None:
    """No socket takes the number of a standard stream, and writing to one is no error."""
    done = run_alone("""
        import os, socket, sys
        from mockapi.cli._streams import open_standard_streams

        os.close(0)
        os.close(2)
        sys.stderr = None  # as Python has it where the stream was closed before it started
        open_standard_streams()
        print("into nothing", file=sys.stderr, flush=True)
        with socket.socket() as sock:
            print(os.read(0, 1), sock.fileno() > 2, os.get_inheritable(2))
    """)
    assert (done.stdout, done.stderr) == ("b'' True True\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_a_server_serves_without_them(workers: str, closed: str) -> None:
    """Whatever of them is closed: it is ready, and ends as it is told."""
    serving = command("serve", "--workers", workers, "--port", "0")
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *serving]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert ready.startswith(b"mockapi ready on ")
    assert process.returncode == 0
