"""A supervisor that is itself what its workers are forked from."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.alone import SUPERVISOR, run_alone
from tests.support.process import Serving
from tests.support.server import ask, eventually, interaction, message, write_cassette
from tests.support.workers import workers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a template is forked from")


def run(program: str, folder: Path) -> Sequence[str]:
    """Run a program with a supervisor in a folder without a project; what it says, errors included."""
    done = run_alone(program, folder, head=SUPERVISOR)
    assert done.returncode == 0, done.stderr
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def is_refused(base_url: str) -> bool:
    """Whether nobody takes connections there."""
    try:
        ask(base_url, message("hi"))
    except httpx.TransportError as error:
        return isinstance(error, httpx.ConnectError)
    return False


def test_nothing_is_imported_after_a_fork(tmp_path: Path) -> None:
    """What workers need is imported before: each would have it for itself otherwise."""
    program = """
        import os, sys

        own = os.getpid()

        def hear(event, arguments):
            if event == "import" and os.getpid() != own:
                print("imported", arguments[0], file=sys.stderr, flush=True)

        sys.addaudithook(hear)
        supervisor = supervisor_of()
        supervisor.run()
        print(supervisor.template_pid == own)
    """
    assert run(program, tmp_path) == ["True"]


def test_nothing_is_drawn_before_a_fork(tmp_path: Path) -> None:
    """What is drawn at random differs between processes, and between one and that which takes its place."""
    program = """
        import dataclasses, os, secrets
        from functools import partial

        own = os.getpid()

        def told(name, draw, *arguments):
            if os.getpid() == own:
                print("drawn by", name)
            return draw(*arguments)

        supervisor = supervisor_of()
        recording = server.RecordOptions("http://127.0.0.1:1", to="recorded")
        supervisor._plan = dataclasses.replace(supervisor._plan, recording=recording, has_metrics=True)
        for name in ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "randbits"):
            setattr(secrets, name, partial(told, name, getattr(secrets, name)))
        supervisor.run()
        print("has served")
    """
    assert run(program, tmp_path) == ["has served"]


_AS_IT_READS = "os.kill(os.getpid(), signal.SIGTERM)"
_AS_IT_MAKES_A_CLASS = """
    class Signalled:
        def __set_name__(self, *_):
            os.kill(os.getpid(), signal.SIGTERM)

    try:
        class Made:
            attribute = Signalled()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.parametrize("signalled", [_AS_IT_READS, _AS_IT_MAKES_A_CLASS], ids=["once", "twice, in a class"])
def test_a_signal_ends_the_reading(tmp_path: Path, signalled: str) -> None:
    """Of however many cassettes: nothing is served then, and nothing is left.

    Where a class is made, as imports do, Python before 3.12 wraps it; and a second one does no harm.
    """
    program = f"""
import os, signal
from mockapi.storage import CassetteReader

def read_all(*_):
{indent(dedent(signalled), "    ")}
    raise AssertionError("it goes on reading")

CassetteReader.read_all = read_all
supervisor = supervisor_of()
signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
print(supervisor.run().recordings, supervisor.pids, os.path.exists(supervisor._plan.folder))
"""
    assert run(program, tmp_path) == ["[] {} False"]


def test_what_cannot_be_played_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    """As with one process: the same error."""
    program = """
        import os
        from mockapi.errors import CassetteError

        supervisor = supervisor_of("x.yaml")
        try:
            supervisor.run()
        except CassetteError as error:
            print("no such file" in str(error), os.path.exists(supervisor._plan.folder))
    """
    assert run(program, tmp_path) == ["True False"]


_PORT_OF_NOBODY = 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (f"redis://127.0.0.1:{_PORT_OF_NOBODY}", "--state needs redis: pip install"),
        pytest.param(None, "has served", marks=pytest.mark.slow),
    ],
)
def test_without_the_client_of_redis_a_node_says_so_once_or_does_without(
    tmp_path: Path, state: str | None, words: str
) -> None:
    """As with one process: a node that shares nothing needs none."""
    program = f"""
        import dataclasses, sys
        from mockapi import nodes
        from mockapi.errors import UsageError

        sys.modules["redis"] = sys.modules["redis.asyncio"] = None
        supervisor = supervisor_of()
        node = nodes.node_options({state!r}, "http://127.0.0.1:{_PORT_OF_NOBODY}")
        supervisor._plan = dataclasses.replace(supervisor._plan, node=node)
        try:
            supervisor.run()
            print("has served")
        except UsageError as error:
            print(error)
    """
    (told,) = run(program, tmp_path)
    assert words in told


@pytest.mark.slow
def test_an_address_of_redis_that_does_not_fit_is_told_once(tmp_path: Path) -> None:
    """As with one process; workers that met it would tell it one after the other."""
    program = """
        import dataclasses
        from mockapi import nodes
        from mockapi.errors import UsageError

        supervisor = supervisor_of()
        node = nodes.node_options("rediss://127.0.0.1?ssl_ca_certs=nothing.pem", None)
        supervisor._plan = dataclasses.replace(supervisor._plan, node=node)
        try:
            supervisor.run()
        except UsageError as error:
            print(error, supervisor.pids)
    """
    (told,) = run(program, tmp_path)
    assert "ssl_ca_certs names nothing.pem" in told
    assert told.endswith("{}")


def test_a_system_without_room_for_processes_is_told(tmp_path: Path) -> None:
    """Three in a row are no accident, as of those that die."""
    program = """
        import os

        def fork():
            raise BlockingIOError(11, "Resource temporarily unavailable")

        os.fork = fork
        try:
            supervisor_of().run()
        except cluster.WorkersFailedError as error:
            print(error)
    """
    (told,) = run(program, tmp_path)
    assert told.endswith("the last one could not be started: Resource temporarily unavailable.")


def test_a_system_without_room_for_a_while_costs_no_worker_that_serves(tmp_path: Path) -> None:
    """Another takes a dead one's place once there is room again, and what it waits for is told once."""
    program = """
        import os, signal
        from mockapi.cluster import _restarts

        class Told(server.Console):
            def problem(self, text):
                print(text.split(" (")[0])

        def later():
            tries.append(1)
            if len(tries) < 5:
                raise BlockingIOError(11, "Resource temporarily unavailable")
            supervisor.stop()
            return fork()

        def ready():
            os.fork = later
            os.kill(supervisor.pids[1], signal.SIGKILL)

        _restarts._PAUSE = 0.01
        fork, tries = os.fork, []
        supervisor = supervisor_of()
        supervisor._console, supervisor._on_ready = Told(), ready
        supervisor.run()
        print(len(tries))
    """
    assert run(program, tmp_path) == [
        "worker 1",
        "worker 1 could not be started: Resource temporarily unavailable. It is tried again every second.",
        "5",
    ]


def test_a_long_account_of_what_was_played_comes_whole(tmp_path: Path) -> None:
    """However much longer it is than what a socket holds: the server ends, and has it."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    program = f"""
        from mockapi import cassettes

        cassettes.fingerprint = lambda _: "x" * 2**22
        print(len(supervisor_of({cassette!r}).run().recordings[0].fingerprint) == 2**22)
    """
    assert run(program, tmp_path) == ["True"]


@pytest.mark.slow
def test_workers_are_its_children_and_are_replaced(tmp_path: Path) -> None:
    """No other process is between; each is out of Ctrl-C's reach, and how one ended is told."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    with Serving("serve", cassette, "--workers", "2", "--port", "0") as server:
        pid = server.process.pid
        first = workers_of(pid)
        assert len(first) == 2
        assert [os.getsid(worker) for worker in first] == first
        assert [Path(f"/proc/{worker}/fd/0").readlink() for worker in first] == [Path(os.devnull)] * 2
        os.kill(first[1], signal.SIGKILL)
        assert f"worker 1 (process {first[1]}) was ended by SIGKILL" in server.told("worker 1")
        eventually(lambda: len(workers_of(pid)) == 2, "another takes its place")
        assert first[0] in workers_of(pid)
        assert ask(server.url, message("hi")).content == b"ok"
        assert server.stop().code == 0
    assert not workers_of(pid)


@pytest.mark.slow
def test_nothing_is_left_of_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """Its workers end with it, and remove the folder that they shared."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    command = ("serve", cassette, "--workers", "2", "--port", "0")
    # A socket's path has little room, less than the tests' own folder leaves.
    with TemporaryDirectory() as folder, Serving(*command, env={"TMPDIR": folder}) as server:
        assert any(Path(folder).iterdir())
        server.process.kill()
        eventually(lambda: not any(Path(folder).iterdir()), "the shared folder is removed")
        eventually(lambda: is_refused(server.url), "the other worker has ended, too")


_WHILE_A_TEMPLATE_READS = """
    from mockapi.cluster import _pool

    class Killed(_pool.Template):
        def begin(self):
            super().begin()
            os.kill(os.getpid(), signal.SIGKILL)

    _pool.Template, _pool.may_fork = Killed, lambda: False
"""
_WHILE_A_WORKER_BEGINS = """
    from mockapi.cluster import _worker

    own = os.getpid()

    def kill(*arguments):
        while os.getppid() == own:
            os.kill(own, signal.SIGKILL)
        shutil.rmtree(supervisor._plan.folder, ignore_errors=True)  # as another worker does
        return loads(*arguments)

    loads, _worker.Loads = _worker.Loads, kill
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "killed", [_WHILE_A_TEMPLATE_READS, _WHILE_A_WORKER_BEGINS], ids=["template", "worker"]
)
def test_nothing_is_left_or_told_where_it_is_killed_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    """Neither a folder nor a traceback of those that were still beginning."""
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        program = f"""
import os, shutil, signal

supervisor = supervisor_of()
{dedent(killed)}
supervisor.run()
"""
        done = run_alone(program, tmp_path, head=SUPERVISOR)
        assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, "", "")
        assert not any(Path(folder).iterdir())


@pytest.mark.slow
def test_a_cassette_that_is_broken_meanwhile_costs_one_worker_until_it_is_mended(tmp_path: Path) -> None:
    """What the others loaded stays in use; the dead one's place is taken once the file can be read again."""
    cassette = Path(write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok")))
    good = cassette.read_text()
    with Serving("serve", str(cassette), "--workers", "2", "--watch", "--port", "0") as server:
        pid = server.process.pid
        cassette.write_text(good + "# changed\n")  # so another one is played than at the start
        server.told("reloaded")
        cassette.write_text("interactions: [1")
        server.told("stays in use")
        os.kill(workers_of(pid)[1], signal.SIGKILL)
        told = server.told("worker 1 could not take another's place")
        assert "malformed YAML" in told
        assert told.endswith(" It is tried again every second.\n")
        assert ask(server.url, message("hi")).content == b"ok"
        sessions = f"{server.url}/_mockapi/sessions"  # all workers have to say theirs
        assert httpx.get(sessions).status_code == 503
        cassette.write_text(good)
        eventually(lambda: httpx.get(sessions).status_code == 200, "another takes its place")
        assert server.stop().code == 0
