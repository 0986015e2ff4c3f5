"""Processes that are forked: what they keep of the one before, and how they end."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from mockapi.cluster._forked import threads

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


def run(program: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of one thread, which may fork; the tests' own process may have more."""
    head = "import os, signal, socket, sys\nfrom mockapi.cluster._forked import ForkedProcess, threads\n"
    code = head + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, cwd=cwd
    )


def test_exit_codes_are_those_of_any_process() -> None:
    """Zero at the end of the work, the code of an exit, one for an error, which is told; minus a signal."""
    done = run("""
        print(ForkedProcess(lambda: None, ()).wait())
        print(ForkedProcess(lambda: sys.exit(3), ()).wait())
        print(ForkedProcess(lambda: sys.exit("words"), ()).wait())
        print(ForkedProcess(lambda: 1 / 0, ()).wait())
        waiting = ForkedProcess(signal.pause, ())
        waiting.kill()
        print(waiting.wait())
    """)
    assert done.stdout.split() == ["0", "3", "1", "1", "-9"]
    assert "ZeroDivisionError" in done.stderr


def test_only_named_descriptors_are_kept() -> None:
    """A connection that another process holds ends with that process, whoever was forked meanwhile."""
    done = run("""
        ours, theirs = socket.socketpair()
        kept, told = socket.socketpair()
        work = lambda: (told.send(b"kept"), signal.pause())
        forked = ForkedProcess(work, (told.fileno(),))
        print(kept.recv(4).decode())
        theirs.close()
        print(ours.recv(1))
        forked.kill()
        forked.wait()
    """)
    assert done.stdout.splitlines() == ["kept", "b''"], done.stderr


def test_signals_are_heeded_as_by_a_new_process() -> None:
    """Handlers belong to the process that set them; what is ignored stays ignored."""
    done = run("""
        signal.signal(signal.SIGTERM, lambda *_: print("not this one", flush=True))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        def work():
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        print(ForkedProcess(work, ()).wait())
        os.kill(os.getpid(), signal.SIGTERM)
    """)
    assert done.stdout.splitlines() == ["-15", "not this one"]


def test_threads_are_counted() -> None:
    """Those of this process."""
    done = run("""
        import threading
        print(threads())
        stop = threading.Event()
        threading.Thread(target=stop.wait).start()
        print(threads())
        stop.set()
    """)
    assert done.stdout.split() == ["1", "2"]
    assert threads() >= 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the template is no fork of the supervisor")
def test_nothing_is_imported_after_a_fork(tmp_path: Path) -> None:
    """What template and workers need is imported before: each would have it for itself otherwise."""
    program = """
        from mockapi import cluster, server
        from mockapi.cassettes import DEFAULT

        plan = cluster.WorkerPlan(
            workers=2, paths=(), settings=server.Settings(), access=server.access_of(), rules=DEFAULT,
            log_format=None,
        )
        supervisor = cluster.Supervisor(
            plan, server.listen("127.0.0.1", 0), server.Console(quiet=True), lambda: supervisor.stop()
        )
        own = os.getpid()

        def hear(event, arguments):
            if event == "import" and os.getpid() != own:
                print("imported", arguments[0], file=sys.stderr, flush=True)

        sys.addaudithook(hear)
        supervisor.run()
    """
    done = run(program, tmp_path)  # a folder without a project, whose file would be read
    assert (done.returncode, done.stderr) == (0, "")
