"""A pytest plugin for the runs of tools/suites.py, in the environment of the project whose tests run.

It writes the outcome of each test to a file, and which tests the recorder answered in the API's name. In the
run with mockapi it leaves out all others, and adds the lines that docs/pytest.md shows for a `conftest.py`.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

_REPORT: Final = Path(os.environ["SUITE_REPORT"])
_ONLY: Final = os.environ.get("SUITE_ONLY")
_WITH_MOCKAPI: Final = os.environ.get("SUITE_WITH_MOCKAPI") == "1"
_RECORDER_STAYS: Final = os.environ.get("SUITE_RECORDER_STAYS") == "1"
_HOST: Final = "api.anthropic.com"
_WORST_LAST: Final = ("skipped", "passed", "xpassed", "xfailed", "failed", "error")
_MOST_SIGNS: Final = 400

_outcomes: dict[str, str] = {}
_causes: dict[str, str] = {}
_played: set[str] = set()


class Recorder:
    """What tests ask the fixture `vcr` for, as docs/import.md shows it."""

    record_mode = "none"
    all_played = True  # mockapi itself reports what was not

    def __init__(self, session: Any) -> None:
        self._session = session

    @property
    def requests(self) -> list[Any]:
        """What the test has asked."""
        return [
            SimpleNamespace(method=one.method, path=one.path, headers=one.headers, body=one.content)
            for one in self._session.requests
        ]

    @property
    def play_count(self) -> int:
        """How often it was answered."""
        return len(self._session.requests)


class VcrFixture:
    """The fixture, in the place of the recorder's: a plugin that comes later counts more."""

    @pytest.fixture
    def vcr(self, vcr: Any, request: pytest.FixtureRequest) -> Any:
        """The recorder's own fixture, unless mockapi answers the test."""
        if request.node.get_closest_marker("messages_api") is None:
            return vcr
        return Recorder(request.getfixturevalue("messages_api"))


def pytest_configure(config: pytest.Config) -> None:
    """See which tests the recorder answers."""
    if _WITH_MOCKAPI and config.pluginmanager.hasplugin("recording"):
        config.pluginmanager.register(VcrFixture())
    try:
        cassette_type = importlib.import_module("vcr.cassette").Cassette
    except ImportError:
        return
    play: Callable[..., Any] = cassette_type.play_response

    def noted(cassette: Any, request: Any) -> Any:
        if request.host == _HOST:
            _played.add(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0])
        return play(cassette, request)

    cassette_type.play_response = noted


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Let what goes to mockapi pass the recorder by, as docs/pytest.md shows it."""
    del config
    if _RECORDER_STAYS:
        vcr.ignore_hosts = ("127.0.0.1", "localhost", _HOST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give recorded tests the marker, and leave out what is not to be compared."""
    if not _WITH_MOCKAPI:
        return
    for item in items:
        if item.get_closest_marker("vcr"):
            item.add_marker(pytest.mark.messages_api)
    if _ONLY is not None:
        wanted = set(json.loads(Path(_ONLY).read_text(encoding="utf-8")))
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in wanted])
        items[:] = [item for item in items if item.nodeid in wanted]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst that happened to a test, in set-up, call and teardown."""
    outcome: str = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.skipped else "xpassed"
    elif report.failed and report.when != "call":
        outcome = "error"
    elif report.passed and report.when != "call":
        return
    before = _outcomes.get(report.nodeid, outcome)
    _outcomes[report.nodeid] = max(before, outcome, key=_WORST_LAST.index)
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash is not None else report.longreprtext
        _causes.setdefault(report.nodeid, " ".join(message.split())[:_MOST_SIGNS])


def pytest_sessionfinish() -> None:
    """Write down what was seen."""
    seen = {"outcomes": _outcomes, "causes": _causes, "played": sorted(_played)}
    _REPORT.write_text(json.dumps(seen), encoding="utf-8")
