"""Clients over HTTP that were written without sight of the cases: broken ones are caught, correct ones pass.

Beside a broken client stands a case that shows its fault. The verdicts that name the fault rightly were
written down with the client, before it was judged.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mockapi.fuzzing import BY_ID, CaseServer, Driver, cases_for, run_conformance
from mockapi.fuzzing._conformance import look_at
from tests.support.holdout.broken_clients import VERDICTS
from tests.support.process import CHECKOUT, python_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

_PYTHON = (sys.executable, "-m")
_NODE = ("node", str(CHECKOUT / "tests" / "support" / "holdout" / "clients.mjs"))
SHOWN_BY = {
    "joins-halves": "http/FIN in mid-stream, then another message",
    "leaks": "http/silence in mid-stream",
    "empty-for-errors": "http/status 400",
    "empty-for-pages": "http/HTML with status 200",
    "shows-cut-streams": "http/FIN in mid-stream",
    "times-out-in-all": "http/one byte at a time",
    "returns-what-came-before-silence": "http/silence in mid-stream",
    "whole-body-first": "http/silence in mid-stream",
    "never-gives-up": "http/silence in mid-stream",
    "asks-for-ever": "http/status 400",
    "one-event-late": "http/silence in mid-stream",
    "no-chunked-transfer": "http/one byte at a time",
    "one-spelling-of-the-type": "http/content type TEXT/Event-Stream",
    "drops-half-a-chunk": "m-blocks/twelve blocks",
}
SHOWN_IN_JAVASCRIPT = {
    "decodes-each-chunk": ("m-text/cut in every character", "differs"),
    "blocks-of-each-chunk": ("http/one byte at a time", "differs"),
    "any-status": ("http/status 400", "silent loss"),
}
CORRECT = {
    "blocking-socket": "mockapi",
    "socket-as-file": "mockapi",
    "selected-socket": "mockapi",
    "asyncio-streams": "mockapi",
    "http-client": "mockapi",
    "url-open": "mockapi",
    "httpx-bytes": "httpx",
    "anthropic-bytes": "anthropic",
    "openai-bytes": "openai",
    "aiohttp-message": "aiohttp",
}
"""By name, with the package that each of them needs."""
CORRECT_IN_JAVASCRIPT = (
    "fetch-message",
    "reader-stream",
    "node-http-message",
    "node-http-events",
    "transform-events",
    "fetch-text",
)


def _has_node() -> bool:
    """Whether there is a Node with `ReadableStream.from`, which came with version 20.6."""
    node = shutil.which("node")
    if node is None:
        return False
    command = [node, "-p", "typeof ReadableStream.from"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "function"


needs_node = pytest.mark.skipif(not _has_node(), reason="needs Node 20.6 or newer")


@contextmanager
def _driver(command: Sequence[str]) -> Iterator[Driver]:
    driver = Driver(command, {**os.environ, "PYTHONPATH": str(CHECKOUT)})
    try:
        yield driver
    finally:
        driver.stop()


def _verdict(command: Sequence[str], case: str) -> str:
    with _driver(command) as driver, CaseServer() as stage:
        return str(look_at(driver, stage, BY_ID[case]).verdict)


def _judge_all(command: Sequence[str]) -> None:
    with _driver(command) as driver:
        assert run_conformance(driver, cases_for(driver.sees)).surprises == []


def test_every_broken_client_has_its_case() -> None:
    """None is left out."""
    assert set(SHOWN_BY) == set(VERDICTS)


@pytest.mark.parametrize("name", SHOWN_BY)
def test_a_broken_client_is_caught_with_the_right_verdict(name: str) -> None:
    """One fault each, of connections, statuses, silence and chunks."""
    verdict = _verdict([*_PYTHON, "tests.support.holdout.broken_clients", name], SHOWN_BY[name])
    assert verdict in VERDICTS[name]


@needs_node
@pytest.mark.parametrize("name", SHOWN_IN_JAVASCRIPT)
def test_a_broken_client_in_javascript_is_caught(name: str) -> None:
    """What people write with `fetch`."""
    case, right = SHOWN_IN_JAVASCRIPT[name]
    assert _verdict([*_NODE, name], case) == right


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_client_raises_no_alarm(name: str) -> None:
    """Raw sockets, the standard library, and what frameworks read bytes with; the whole table."""
    _judge_all([python_with(CORRECT[name]), "-m", "tests.support.holdout.correct_clients", name])


@needs_node
@pytest.mark.parametrize("name", CORRECT_IN_JAVASCRIPT)
def test_a_correct_client_in_javascript_raises_no_alarm(name: str) -> None:
    """By `fetch`, by its reader, by `node:http`; for messages, parts of them and events."""
    _judge_all([*_NODE, name])
