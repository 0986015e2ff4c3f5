"""Helper processes: lazy, bounded, robust, and gone in the end."""

from __future__ import annotations

import asyncio
import operator
import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.errors import TooSlowError, UsageError
from mockapi.options import expression
from mockapi.server.aside import Helpers
from mockapi.server.aside._process import HelperGone, HelperProcess
from tests.support.server import ask, eventually, interaction, message, serving, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _with(helpers: Helpers, *calls: tuple[Callable[..., Any], *tuple[Any, ...]]) -> list[Any]:
    """What calls come to, all at once; the helpers are closed."""

    async def run() -> list[Any]:
        try:
            return await asyncio.gather(*(helpers.run(*call) for call in calls), return_exceptions=True)
        finally:
            helpers.close()

    return asyncio.run(run())


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_call_runs_in_another_process_and_none_is_left() -> None:
    """It starts with the first call."""
    helpers = Helpers()
    assert helpers.processes == set()
    found = _with(helpers, (os.getpid,), (operator.add, "a", "b"), (os.getpid,))
    assert os.getpid() not in {found[0], found[2]}
    assert found[1] == "ab"
    assert helpers.processes == set()
    eventually(lambda: _is_gone(found[0]) and _is_gone(found[2]), "the processes are gone")


@pytest.mark.slow
def test_no_more_processes_run_than_there_may_be() -> None:
    """Further calls wait for their turn."""
    assert len(set(_with(Helpers(most=2), *[(os.getpid,)] * 8))) <= 2


def test_what_cannot_be_sent_runs_on_a_thread() -> None:
    """A function of the user's own is no value."""
    assert _with(Helpers(), (lambda number: (number, os.getpid()), 1)) == [(1, os.getpid())]


@pytest.mark.slow
def test_what_a_function_raises_is_raised_here() -> None:
    """Errors speak for themselves, wherever they happen."""
    (error,) = _with(Helpers(), (expression, "(", ("a",)))
    assert isinstance(error, UsageError)
    assert "must be a regular expression" in str(error)


@pytest.mark.slow
def test_a_process_that_dies_costs_time_only() -> None:
    """The work is done here, and the next call starts another process."""

    async def run() -> None:
        helpers = Helpers()
        try:
            first = await helpers.run(os.getpid)
            os.kill(first, signal.SIGKILL)
            assert await helpers.run(operator.add, 1, 1) == 2
            assert await helpers.run(os.getpid) not in {first, os.getpid()}
        finally:
            helpers.close()

    asyncio.run(run())


@pytest.mark.slow
def test_what_takes_too_long_is_given_up() -> None:
    """It would hold up everybody on a thread; the process ends, and others answer on."""

    async def run() -> None:
        helpers = Helpers(patience=0.2)
        try:
            with pytest.raises(TooSlowError, match=r"a large body was not looked at within 0\.2 seconds"):
                await helpers.run(time.sleep, 60)
            assert helpers.processes == set()
        finally:
            helpers.close()

    asyncio.run(run())


def test_without_an_interpreter_to_start_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a frozen program `sys.executable` is the program itself, which must not be started again."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(HelperGone):
        HelperProcess()
    assert _with(Helpers(), (os.getpid,), (os.getpid,)) == [os.getpid()] * 2


@pytest.mark.slow
def test_a_process_ends_when_its_server_is_killed() -> None:
    """No one closes it then: its input ends."""
    program = textwrap.dedent("""
        import os, signal
        from mockapi.server.aside._parcel import packed
        from mockapi.server.aside._process import HelperProcess
        process = HelperProcess()
        print(process.ask(packed((os.getpid, ())))[0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    eventually(lambda: _is_gone(int(done.stdout)), "the helper is gone")


@pytest.mark.slow
def test_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    """A server in a plain script starts helpers that know nothing of the script."""
    script = tmp_path / "plain.py"
    script.write_text(
        textwrap.dedent("""
            import httpx, mockapi
            print("once")
            with mockapi.Server(settings=mockapi.Settings(on_unmatched="synthesize")) as server:
                body = {"model": "claude-opus-4-6", "max_tokens": 9,
                        "messages": [{"role": "user", "content": "a " * 200_000}]}
                print(httpx.post(server.base_url + "/v1/messages", json=body, timeout=60).status_code)
                print(len(server.service.helpers.processes))
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["once", "401", "1"], done.stderr
    assert done.stderr == ""


@pytest.mark.slow
def test_a_large_request_gets_the_reply_that_was_recorded(tmp_path: Path) -> None:
    """A helper looks at it, also where a secret in it has to be masked first; the server ends it."""
    secret = "sk-ant-api03-" + "a1B2" * 20
    text = "word " * 50_000
    kept = message(text + secret)
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message(text), b"1"), interaction(kept, b"2"))
    with serving(cassette) as server:
        assert (
            ask(server.base_url, content=orjson.dumps(message(text), option=orjson.OPT_INDENT_2)).content
            == b"1"
        )
        (process,) = server.service.helpers.processes
        assert ask(server.base_url, message(text + secret.replace("a1B2", "c3D4"))).content == b"2"
        assert ask(server.base_url, message(text + "!")).status_code == 422
    eventually(lambda: _is_gone(process.pid), "the helper is gone")
