"""The fixtures, and where a run and a test keep what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi import Server, Session
    from pytest_mockapi._running import Running
    from pytest_mockapi._tally import Tally
    from pytest_mockapi._worker import Worker

WORKER: pytest.StashKey[Worker] = pytest.StashKey()
TALLY: pytest.StashKey[Tally] = pytest.StashKey()
RUNNING: pytest.StashKey[Running] = pytest.StashKey()


def tally_of(config: pytest.Config) -> Tally:
    """The tally of a run, from its first use on."""
    if TALLY not in config.stash:
        from pytest_mockapi._tally import Tally

        config.stash[TALLY] = Tally(config.stash[WORKER].options)
    return config.stash[TALLY]


@pytest.fixture(scope="session")
def mockapi_server(pytestconfig: pytest.Config) -> Server:
    """The server of this process, for sessions of its own: `mockapi_server.open_session(...)`."""
    return pytestconfig.stash[WORKER].server


@pytest.fixture
def messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The Messages API of this test: script it with `reply`, look at its `requests`."""
    from pytest_mockapi._running import Running

    config = request.config
    running = Running(request.node, config.stash[WORKER], tally_of(config))
    request.node.stash[RUNNING] = running
    yield running.session
    del request.node.stash[RUNNING]  # a rerun of the test must not meet it
    running.close()
