"""What a start may cost: modules that a replay does not need are not imported."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.support.process import CHECKOUT, Serving
from tests.support.server import ask, interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    *("httpx", "hypothesis", "jsonpath", "jsonschema", "jsonschema_rs", "platformdirs", "redis", "rich"),
    *("yaml", "starlette", "click.shell_completion", "difflib"),
    *("mockapi.sessions._generator", "mockapi.replies.endpoints._router", "mockapi.replies.surfaces._routes"),
    *("mockapi.replies._refusal", "mockapi.messages._errors", "mockapi.messages._error_codes", "mockapi.sse"),
    *("mockapi.cassettes.redaction", "mockapi.cassettes._secrets", "mockapi.cassettes._forms"),
    *("mockapi.cassettes._secret_table", "mockapi.cassettes._multipart", "mockapi.cassettes._jsonscan"),
    *("mockapi.cassettes._decode", "mockapi.validation._endpoints", "mockapi.validation._refusal"),
    *("mockapi.server._control", "mockapi.server._inspection", "mockapi.server._loading"),
    *("mockapi.inspector._rows", "mockapi.server.recording._options", "mockapi.nodes._options"),
    "mockapi.cli._watch",
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


def test_every_module_that_a_replay_must_not_import_exists() -> None:
    """One that was renamed would be watched no more."""
    assert [name for name in HEAVY if name.startswith("mockapi.") and find_spec(name) is None] == []
