"""Settings for all tests: a cache of its own, no way to a real API, and no silent skips where forbidden."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.examples import examples
from tests.support.plugin import InnerModules
from tests.support.shared import folder, said

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = (
    "tests.support.fixtures",
    "tests.support.modules",
    "tests.support.shuffle",
    "tests.support.authorities",
)

# What a clock says of a machine that does other things too is no property of this project.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples()
)
settings.load_profile("untimed")

_CLIENT_VARIABLES = ("ANTHROPIC_", "MOCKAPI_")
_KEPT = {
    *("MOCKAPI_SHARED", "MOCKAPI_FORBID_SKIPS", "MOCKAPI_SDK_0121", "MOCKAPI_NEIGHBOURS", "MOCKAPI_AXE"),
    "MOCKAPI_DEPLOY",
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A developer's own settings change no result, and the cache of a run goes with it.

    No fixture does this, because every test would pay for it and for the `monkeypatch` that it takes.
    """
    for name in [name for name in os.environ if name.startswith(_CLIENT_VARIABLES) and name not in _KEPT]:
        del os.environ[name]
    folder_of_run = item.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined] # has no public name
    os.environ["MOCKAPI_CACHE"] = str(folder_of_run / "cache")


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Generator[None]:
    """What a module leaves unclosed is found at its end, and not by chance in a test that comes later."""
    yield
    gc.collect()
    gc.freeze()  # what has stayed is looked at no more: without this, most of a run would be this


@pytest.fixture
def _inner_modules(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of pytest in this process leave loaded what they loaded, but for their own files."""
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setattr("_pytest.pytester.SysModulesSnapshot", lambda preserve: InnerModules(folder))  # noqa: ARG005


@pytest.fixture
def pytester(_inner_modules: None, pytester: pytest.Pytester) -> pytest.Pytester:
    """Pytest's own, which loads no module twice."""
    return pytester


def pytest_configure() -> None:
    """Let the processes that tests start keep their byte code, and heed Ctrl-C.

    Containers like to forbid the first: then each of some hundred processes compiles all that it imports.
    Shells have their jobs in the background ignore the second, and what these start likewise.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker gets one half of the tests, and help with it when the other one has finished.

    Dealt out one by one, as xdist does by itself, the tests of nearly every module run in both workers: each
    then has its servers and caches twice.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected lasts as long as the run: the garbage collector need not look at it once more."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that is skipped as a whole has failed likewise."""
    report = yield
    if report.skipped and os.environ.get("MOCKAPI_FORBID_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped as a whole: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where MOCKAPI_FORBID_SKIPS is set, a test that should have run and did not has failed.

    Recorded traffic is no part of the project: without it, the tests that need it may be skipped.
    """
    report = yield
    if call.when == "call":
        report.user_properties.extend(("said", words) for words in said)
        said.clear()
    if report.skipped and os.environ.get("MOCKAPI_FORBID_SKIPS"):
        if hasattr(report, "wasxfail") or (item.get_closest_marker("corpus") and folder() is None):
            return report
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in {call.when}: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted, at the end of the run, from wherever they ran."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    lines = [
        words
        for report in reports
        for name, words in getattr(report, "user_properties", ())
        if name == "said" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("counted")
        for line in lines:
            terminalreporter.write_line(line)
