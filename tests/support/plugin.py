"""Running pytest in pytest, with the plugin, whether the distribution is installed or not."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import warnings
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
_PATHS = (str(ROOT), str(ROOT / "pytest_plugin"))
SECONDS = 100.0
_SECONDS_BESIDE = 600.0  # frameworks take a minute to load for the first time

CLIENT = """
import json, os, urllib.error, urllib.request

BASE_URL = os.environ.get("ANTHROPIC_BASE_URL", "none")

class Refused(Exception):
    pass

def ask(text="hi", base_url=None, headers=None, **more):
    body = {"model": "claude-opus-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(
        (base_url or BASE_URL) + "/v1/messages",
        json.dumps(body | more).encode(),
        {
            "content-type": "application/json",
            "anthropic-version": "2023-06-01",
            **(headers or {"x-api-key": os.environ.get("ANTHROPIC_API_KEY", "sk-ant-test-1")}),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(error.read().decode()) from None

def text_of(message):
    return "".join(block["text"] for block in message["content"] if block["type"] == "text")
"""
"""A client as small as can be: importing an SDK would cost each of these runs a second."""


def run(pytester: pytest.Pytester, *args: str, **environment: str) -> pytest.RunResult:
    """Run pytest in the test's folder, where `client.py` is at hand, in this process.

    That takes a tenth of the time of a process of its own, see `run_apart`.

    Args:
        pytester: pytest's own fixture.
        args: of its command line.
        environment: variables that are set.
    """
    arguments = _prepare(pytester, args, environment)
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess(*arguments)
    with warnings.catch_warnings():
        # Suites make their clients at import and close none. What is left of them must go here, or
        # the warning about their sockets meets whichever test runs when it is collected.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return result


def run_apart(pytester: pytest.Pytester, *args: str, **environment: str) -> pytest.RunResult:
    """Run pytest as `run` does, but in a process of its own: for tests of what a process loads,
    and for those that end it, fork it, or import what cannot be imported twice.
    """
    return pytester.runpytest_subprocess(*_prepare(pytester, args, environment), timeout=SECONDS)


def run_beside(pytester: pytest.Pytester, *args: str, **environment: str) -> pytest.RunResult:
    """Run pytest as `run_apart` does, with the Python that has other plugins and frameworks.

    The test is skipped where MOCKAPI_NEIGHBOURS names none; .ci/run makes one.
    """
    python = os.environ.get("MOCKAPI_NEIGHBOURS")
    if not python:
        pytest.skip("MOCKAPI_NEIGHBOURS names no Python with the packages of the extra `neighbours`")
    _prepare(pytester, (), environment)
    return pytester.run(python, "-m", "pytest", "-p", "no:cacheprovider", *args, timeout=_SECONDS_BESIDE)


def run_without_network(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """Run pytest as `run_apart` does, in a network of its own in which not even loopback is up.

    The test is skipped where the system does not let everybody have one.
    """
    unshare = shutil.which("unshare") or "unshare"
    if subprocess.run(["sh", "-c", f"{unshare} -rn true"], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody have a network of his own")
    arguments = _prepare(pytester, args, {})
    return pytester.run(unshare, "-rn", sys.executable, "-m", "pytest", *arguments, timeout=SECONDS)


class InnerModules:
    """Takes out of `sys.modules` what an inner run of pytest loaded from its own folder, and nothing else.

    It stands in for pytest's own snapshot of `sys.modules`, which takes out everything that came
    since, and empties the dictionary for a moment, in which another thread may import.

    Args:
        folder: where inner runs have their files; pytest names it without symbolic links, and so are theirs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder.resolve()) + "/"
        self._before = set(sys.modules)

    def restore(self) -> None:
        """Take them out."""
        for name, module in sys.modules.copy().items():
            if name not in self._before and self._is_inner(module):
                del sys.modules[name]

    def _is_inner(self, module: ModuleType) -> bool:
        places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
        return any(str(place).startswith(self._folder) for place in places if place)


def _prepare(
    pytester: pytest.Pytester, args: tuple[str, ...], environment: dict[str, str]
) -> tuple[str, ...]:
    pytester.makepyfile(client=CLIENT)
    monkeypatch = pytester._monkeypatch
    paths = [*_PATHS, os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.setenv("NO_COLOR", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    installed = any(entry.name == "mockapi" for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "pytest_mockapi.plugin")
    # hypothesis takes half a second to import, and no test in here uses it.
    return (*plugin, "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:hypothesispytest", *args)
