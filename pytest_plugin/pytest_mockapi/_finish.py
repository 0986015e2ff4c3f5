"""The end of a run, in a worker of xdist, in its controller, or without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats


def finish(session: pytest.Session, stats: RunStats, plugin_server: PluginServer | None) -> None:
    """Hand the numbers to the controller, or judge them here; the server, if there was one, has stopped."""
    if plugin_server is not None:
        stats.finish(plugin_server)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["mockapi"] = stats.as_json()
    elif session.exitstatus == pytest.ExitCode.OK and stats.must_fail(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
