"""`--script FILE`: what the default session of a server says from its start."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.process import Serving, mockapi, run
from tests.support.server import ask, message

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
SCRIPT = {
    "replies": [
        {"text": "the weather", "when": {"last_user_text": "weather"}},
        "one",
        {"file": "said/whole.json"},
    ],
    "then": "fail",
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script, and beside it the file that it names."""
    (tmp_path / "said").mkdir()
    whole = {"content": [{"type": "text", "text": "from a file"}]}
    (tmp_path / "said" / "whole.json").write_text(json.dumps(whole))
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    return path


@pytest.mark.slow
def test_serve_plays_a_script_from_the_start(script: Path) -> None:
    """In sequence and by condition; files are looked for beside the script; its end is what `then` says."""
    with Serving("serve", "--script", str(script), "--port", "0") as server:
        told = [ask(server.url, message(text), headers=KEY).json() for text in ("a", "weather?", "b", "c")]
        outcome = server.stop()
    said = [reply["content"][0]["text"] for reply in told[:3]]
    assert said == ["one", "the weather", "from a file"]
    assert told[3]["error"]["type"] == "mockapi_script_ended"
    assert "playing a script of 3 messages" in outcome.err
    assert "playing 0 interactions" in outcome.err


@pytest.mark.slow
def test_exec_plays_a_script(script: Path) -> None:
    """For the command that it runs."""
    code = (
        "import json, os, urllib.request as r;"
        "body = json.dumps({'model': 'claude-opus-4-6', 'max_tokens': 9,"
        " 'messages': [{'role': 'user', 'content': 'a'}]}).encode();"
        "url = os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages';"
        "head = {'x-api-key': 'sk-ant-test-1', 'anthropic-version': '2023-06-01',"
        " 'content-type': 'application/json'};"
        "print(json.load(r.urlopen(r.Request(url, body, head)))['content'][0]['text'])"
    )
    outcome = run("exec", "--script", str(script), "--", sys.executable, "-c", code)
    assert (outcome.code, outcome.out) == (0, "one\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("{", "is not JSON"),
        ('{"replies": [{"txet": "a"}]}', "txet"),
        ('[{"file": "missing.json"}]', "missing.json"),
    ],
)
def test_a_script_that_cannot_be_used_is_told_at_the_start(
    tmp_path: Path, text: str | None, said: str
) -> None:
    """Exit code 2, the file, and the place in it."""
    path = tmp_path / "script.json"
    if text is not None:
        path.write_text(text)
    outcome = mockapi("serve", "--script", str(path), "--port", "0")
    assert outcome.code == 2
    assert str(path) in outcome.err
    assert said in outcome.err
    assert "Traceback" not in outcome.err
