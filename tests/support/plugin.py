"""Running pytest in pytest, with the plugin, whether the distribution is installed or not."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]
_PATHS = (str(ROOT), str(ROOT / "pytest_plugin"))
SECONDS = 100.0

CLIENT = """
import json, os, urllib.error, urllib.request

BASE_URL = os.environ.get("ANTHROPIC_BASE_URL", "none")

class Refused(Exception):
    pass

def ask(text="hi", base_url=None, **more):
    body = {"model": "claude-opus-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(
        (base_url or BASE_URL) + "/v1/messages",
        json.dumps(body | more).encode(),
        {
            "content-type": "application/json",
            "anthropic-version": "2023-06-01",
            "x-api-key": os.environ.get("ANTHROPIC_API_KEY", "sk-ant-test-1"),
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
    """Run pytest in the test's folder, where `client.py` is at hand.

    Args:
        pytester: pytest's own fixture.
        args: of its command line.
        environment: variables that are set.
    """
    pytester.makepyfile(client=CLIENT)
    monkeypatch = pytester._monkeypatch
    paths = [*_PATHS, os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.setenv("NO_COLOR", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    installed = any(entry.name == "mockapi" for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "pytest_mockapi.plugin")
    return pytester.runpytest_subprocess(
        *plugin, "-p", "no:cacheprovider", "-p", "no:randomly", *args, timeout=SECONDS
    )
