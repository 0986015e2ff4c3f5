"""The page of a server of several workers: each tells of its own sessions, and holds up nobody."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.support.feed import reading
from tests.support.server import ask, control, message, open_session
from tests.support.workers import WorkersServer


@pytest.mark.slow
def test_the_feed_of_a_worker_goes_on_while_the_server_answers() -> None:
    """A reply that never ends is passed on by nobody: the worker that was asked gives it itself."""
    with WorkersServer() as workers, reading(workers) as feed:
        assert feed.next()[0] == "hello"
        for _ in range(8):  # both workers have some
            session = open_session(workers, on_unmatched="synthesize")
            ask(session["base_url"], message("Hi"), headers={"x-api-key": "sk-ant-test-1"})
        assert feed.until("row", lambda row: row["session"] != "default")["words"] == "Hi"
        assert control(workers, "/health").json()["sessions"] == 9


@pytest.mark.slow
def test_each_worker_is_a_run_of_its_own() -> None:
    """The number of an event of one means nothing to another, whose reader is told everything anew."""
    with WorkersServer() as workers, ExitStack() as readers:
        feeds = [readers.enter_context(reading(workers)) for _ in range(12)]  # they meet both
        assert len({feed.next()[1]["run"] for feed in feeds}) == 2
