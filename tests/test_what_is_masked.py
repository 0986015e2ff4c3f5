"""Whatever writes bodies to disk or to a terminal masks as recording does, or says that it does not."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import click

from mockapi import fuzzing
from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    RedactionRules,
    dump,
)
from mockapi.cli import root
from mockapi.server import Console
from pytest_mockapi._report import _told
from tests.support.commands import commands
from tests.support.each import each
from tests.support.process import CHECKOUT, runner

if TYPE_CHECKING:
    from pathlib import Path

_SECRET = "hf_" + "a1B2c3D4e5" * 4
_PAGE = (
    (CHECKOUT / "docs" / "recording.md")
    .read_text(encoding="utf-8")
    .partition("### What else writes bodies")[2]
)
_ROWS = [
    (what, masked)
    for what, masked in re.findall(
        r"^\| (.+?) \|.*\| (yes|no|-) \|$", _PAGE.partition("\n## ")[0], re.MULTILINE
    )
]


COMMANDS = {
    " ".join(("mockapi", *path)): command
    for path, command in commands()
    if not isinstance(command, click.Group)
}


@each("name", COMMANDS)
def test_every_command_says_whether_it_masks(name: str) -> None:
    """Each stands in one row of the page, and the help of one that does not mask says so."""
    (masked,) = [masked for what, masked in _ROWS if f"`{name}`" in what]
    said = " ".join((COMMANDS[name].help or "").split())
    assert ("not masked" in said) == (masked == "no"), said


def _cassette(path: Path, text: str) -> Path:
    body = json.dumps({"messages": [{"role": "user", "content": text}]}).encode()
    reply = json.dumps({"type": "message", "content": [{"type": "text", "text": text}]}).encode()
    fields = (("content-type", "application/json"), ("x-mine", "kept"))
    interaction = Interaction(
        RecordedRequest("POST", "/v1/messages", "", fields, body), RecordedResponse(200, fields, reply)
    )
    path.write_bytes(dump(Cassette(path.name, (interaction,))))
    return path


def test_an_export_is_masked_and_keeps_the_rest(tmp_path: Path) -> None:
    """A secret that somebody wrote into a cassette does not go out; header fields do."""
    file = _cassette(tmp_path / "a.yaml", f"my token is {_SECRET}")
    done = runner().invoke(root, ["cassettes", "export", str(file), "--har", "--to", str(tmp_path / "har")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "har" / "a.har").read_text(encoding="utf-8")
    assert _SECRET not in text
    assert "hf_***" in text
    assert "x-mine" in text


def test_an_import_is_masked(tmp_path: Path) -> None:
    """What another tool recorded is redacted like what is recorded."""
    file = _cassette(tmp_path / "a.yaml", f"my token is {_SECRET}")
    runner().invoke(root, ["cassettes", "export", str(file), "--har", "--to", str(tmp_path / "har")])
    har = tmp_path / "har" / "a.har"
    har.write_text(har.read_text(encoding="utf-8").replace("hf_" + "*" * 40, _SECRET), encoding="utf-8")
    assert _SECRET in har.read_text(encoding="utf-8")
    done = runner().invoke(root, ["cassettes", "import", str(har), "--to", str(tmp_path / "back")])
    assert done.exit_code == 0, done.output
    assert _SECRET not in (tmp_path / "back" / "a.yaml").read_text(encoding="utf-8") + done.output


def test_lint_does_not_repeat_what_it_found(tmp_path: Path) -> None:
    """A finding shows how a secret begins, and no more."""
    done = runner().invoke(root, ["cassettes", "lint", str(_cassette(tmp_path / "a.yaml", _SECRET))])
    assert done.exit_code == 1
    assert "Hugging Face" in done.output
    assert _SECRET[:12] not in done.output


def test_the_console_follows_the_projects_own_rules() -> None:
    """Paths, queries and whatever else stands in a line are masked by built-in and own rules."""
    stream = io.StringIO()
    console = Console(stream, rules=RedactionRules(patterns=(r"tenant-\w+",)))
    console.note(f"no recording matches GET /v1/tenant-blue?token={_SECRET}&page=2")
    shown = stream.getvalue()
    assert "tenant-blue" not in shown
    assert _SECRET not in shown
    assert "page=2" in shown


def test_a_report_of_pytest_is_masked() -> None:
    """What is said of a failed test ends in the logs of a build."""
    text = _told(f"1. POST /v1/messages 'my token is {_SECRET}' -> 422\n  nearest: a.yaml#0")
    assert _SECRET not in text
    assert text.endswith("-> 422\n  nearest: a.yaml#0")


def test_what_a_client_answered_is_masked_in_reports() -> None:
    """A client that prints its environment puts no key into a report."""
    case = fuzzing.SSE_CASES[0]
    told = f"KeyError: SERVICE_TOKEN={_SECRET}"
    seen = fuzzing.Seen("events", trouble=(fuzzing.Verdict.CRASHES, told))
    assert _SECRET not in fuzzing.judge(case, seen).seen
