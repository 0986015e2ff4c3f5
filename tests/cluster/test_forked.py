"""Processes that are forked: what they keep of the one before, and how they end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest

from mockapi.cluster._forked import threads
from tests.support.alone import run_alone

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


_HEAD: Final = """
import os, signal, socket, sys
from mockapi.cluster._forked import ForkedProcess, threads
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program that forks."""
    return run_alone(program, head=_HEAD)


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
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        print(ForkedProcess(work, ()).wait())
        os.kill(os.getpid(), signal.SIGTERM)
    """)
    assert done.stdout.splitlines() == ["-15", "not this one"]


def test_a_terminal_does_not_reach_it_from_its_first_moment() -> None:
    """Ctrl-C goes to all processes of a terminal, also to one that has just been forked and is not out."""
    done = run("""
        real = os.fork
        def fork():
            pid = real()
            if pid == 0:
                os.kill(os.getpid(), signal.SIGINT)
            return pid
        os.fork = fork
        print(ForkedProcess(lambda: sys.exit(os.getsid(0) != os.getpid()), ()).wait())
    """)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_fork_that_fails_leaves_signals_as_they_were() -> None:
    """A process that cannot fork can still be stopped."""
    done = run("""
        def fork():
            raise BlockingIOError(11, "Resource temporarily unavailable")
        os.fork = fork
        try:
            ForkedProcess(signal.pause, ())
        except BlockingIOError as error:
            print(error.strerror, signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    """)
    assert done.stdout == "Resource temporarily unavailable set()\n", done.stderr


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no supervisor forks")
def test_an_end_is_waited_for_and_missed() -> None:
    """Once it has come, it is known however late somebody asks, and how it came."""
    done = run("""
        waiting = ForkedProcess(signal.pause, ())
        print(waiting.ends_within(0.01))
        waiting.kill()
        print(waiting.ends_within(60), waiting.ends_within(0), waiting.wait())
        print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    """)
    assert done.stdout.splitlines() == ["False", "True True -9", "set()"], done.stderr
