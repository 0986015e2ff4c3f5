"""What a start may cost: modules that a replay does not need are not imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.process import CHECKOUT, Serving
from tests.support.server import ask, interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    *("httpx", "hypothesis", "jsonpath", "jsonschema", "jsonschema_rs", "platformdirs", "redis", "rich"),
    *("yaml", "mockapi.sessions._generator", "mockapi.replies.endpoints._router"),
    *("mockapi.cassettes.redaction", "mockapi.cassettes._secrets", "mockapi.cassettes._forms"),
    *("mockapi.cassettes._jsonscan", "mockapi.cassettes._decode", "mockapi.validation._endpoints"),
    *("mockapi.nodes._options", "mockapi.cli._watch", "click.shell_completion", "difflib"),
    *("starlette", "mockapi.server._control", "mockapi.server._inspection", "mockapi.inspector._rows"),
}
_TELLS = """
import atexit, os, pathlib, sys
atexit.register(lambda: pathlib.Path(os.environ["MODULES"]).write_text(" ".join(sys.modules)))
"""


def imported(folder: Path, cassette: str) -> set[str]:
    """The modules that `mockapi serve` has imported once it has answered a recorded request."""
    (folder / "sitecustomize.py").write_text(_TELLS)
    env = {
        "MOCKAPI_CACHE": str(folder / "cache"),
        "MODULES": str(folder / "modules"),
        "PYTHONPATH": os.pathsep.join([str(folder), str(CHECKOUT)]),
    }
    with Serving("serve", cassette, "--port", "0", env=env) as server:
        assert ask(server.url, message("hi")).content == b"hello"
        assert server.stop().code == 0
    return set((folder / "modules").read_text().split())


def test_a_replay_imports_nothing_heavy(tmp_path: Path) -> None:
    """Together they would double a start; YAML is read only for what the cache has not."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"hello"))
    first, second = imported(tmp_path, cassette), imported(tmp_path, cassette)
    assert "mockapi.server" in first
    assert first & HEAVY == {"yaml", "mockapi.cassettes._decode"}
    assert second & HEAVY == set()
