"""OpenAI's client for Node, unmodified, over a socket."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import mockapi
from tests.support.server import journal, open_session

NPM, NODE = shutil.which("npm"), shutil.which("node")
PROGRAM = Path(__file__).resolve().parents[2] / "support" / "openai_client.mjs"


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.skipif(NPM is None or NODE is None, reason="needs Node and npm")
def test_openais_client_for_node(tmp_path: Path) -> None:
    """Completions, streams, tools and their loop, header fields, errors, a second try, and models."""
    (tmp_path / "package.json").write_text('{"private": true}', encoding="utf-8")
    install = [str(NPM), "install", "--silent", "--no-audit", "--no-fund", "openai"]
    subprocess.run(install, cwd=tmp_path, timeout=500, check=True)
    with mockapi.Server() as server:
        session = open_session(server, faults=[{"fault": "529", "times": 1}])
        command = [str(NODE), str(PROGRAM), session["base_url"]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
        entries = journal(server, session["id"])
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert got["text"]
    assert got["streamed"]
    assert got["usage"]["total_tokens"] > 0
    assert got["called"]["name"] == "look"
    assert json.loads(got["called"]["arguments"])["place"]
    assert "a tree" in got["looked"]
    assert got["version"] == "2020-10-01"
    assert got["error"] == {"name": "NotFoundError", "status": 404, "code": "not_found_error"}
    assert "claude-opus-4-6" in got["models"]
    assert got["owner"] == "anthropic"
    assert [entry["reply"]["status"] for entry in entries[:2]] == [529, 200]
