"""Text that would steer a terminal: no command lets it through, in a file or in its name."""

from __future__ import annotations

import ast
import io
import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

import mockapi.cli
from mockapi._printable import printable, printable_lines
from mockapi.cassettes import Cassette, dump
from mockapi.fuzzing import Finding, Verdict, report
from mockapi.fuzzing._conformance import ConformanceRun
from mockapi.fuzzing.cases import BY_ID
from mockapi.server._console import Console
from tests.support.odd_files import HOSTILE, NAMES, UNSAFE
from tests.support.process import mockapi as called
from tests.support.process import run
from tests.support.server import control, interaction, serving

BODY: Final[dict[str, Any]] = {
    "model": HOSTILE,
    "max_tokens": HOSTILE,
    "system": HOSTILE,
    "tools": [{"name": HOSTILE, "input_schema": {}}],
    "messages": [
        {"role": HOSTILE, "content": [{"type": HOSTILE, "text": HOSTILE}, HOSTILE]},
        {"role": "user"},
    ],
    HOSTILE: HOSTILE,
}
REPLY: Final = {
    "type": "message",
    "role": "assistant",
    "stop_reason": HOSTILE,
    "content": [
        {"type": "text", "text": HOSTILE},
        {"type": "tool_use", "name": HOSTILE, "input": {HOSTILE: HOSTILE}},
    ],
    "usage": {HOSTILE: 3},
}
NAME: Final = os.fsdecode(NAMES["right to left"] + NAMES["an escape"] + NAMES["not UTF-8"])

COMMANDS: Final = [
    "cassettes lint C",
    "cassettes lint B",
    "cassettes show C",
    "cassettes show --size C",
    "cassettes show --interaction 7 C",
    "cassettes export --har --force --to OUT C",
    "cassettes prune --report R C",
    "cassettes prune --report B C",
    "cassettes reseal C",
    "cassettes reseal B",
    "cassettes migrate --model HOSTILE=b C",
    "cassettes migrate --model x C",
    "cassettes import --to OUT V",
    "cassettes import --to OUT --matching HOSTILE V",
    "cassettes import --to OUT J",
    "validate J",
    "validate --format json J",
    "validate --format github J",
    "validate --models J J",
    "validate --header HOSTILE J",
    "validate --endpoint HOSTILE J",
    "validate --disable-rule HOSTILE J",
    "reply B",
    "rules HOSTILE",
    "fuzz --target HOSTILE",
    "fuzz --driver HOSTILE",
    "conformance run --driver httpx --only HOSTILE",
    "conformance run --driver HOSTILE",
    "conformance run --driver httpx --expect B",
    "serve --port HOSTILE",
    "serve --host HOSTILE --port 0",
    "serve --port 0 B",
    "serve --port 0 --script B",
    "exec -- HOSTILE",
    "record --upstream HOSTILE --to OUT --port 0",
    "completion HOSTILE",
    "HOSTILE",
    "--HOSTILE",
]
"""Command lines: C a cassette, V a recording of VCR.py, J a request, R a report, B none of them."""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Files with hostile text in them and in their names, by the letters of `COMMANDS`."""
    item = interaction(BODY, json.dumps(REPLY).encode(), path=f"/v1/{HOSTILE[:1]}x", query="a=\u202e")
    request = {"method": "POST", "uri": "https://api.anthropic.com/v1/\u202e", "body": HOSTILE, "headers": {}}
    response = {"status": {"code": 200}, "headers": {}, "body": {"string": HOSTILE}}
    vcr = {"version": 1, "interactions": [{"request": request, "response": response}]}
    texts = {
        "C": ("yaml", dump(Cassette("c", (item,)))),
        "V": ("v.yaml", json.dumps(vcr).encode()),
        "J": ("json", json.dumps(BODY).encode()),
        "B": ("b.yaml", f"{HOSTILE[7:]}: [".encode()),
        "R": ("r.json", b'{"mockapi_report": 1, "played": [], "not_played": []}'),
    }
    for letter, (ending, text) in texts.items():
        Path(tmp_path, f"{NAME}{letter}.{ending}").write_bytes(text)
    return {letter: str(tmp_path / f"{NAME}{letter}.{ending}") for letter, (ending, _) in texts.items()}


_SLOW: Final = ("fuzz", "conformance", "exec", "serve", "record", "validate", "reply")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, id=line, marks=pytest.mark.slow if line.startswith(_SLOW) else ())
        for line in COMMANDS
    ],
)
def test_no_command_shows_hostile_text_as_it_is(
    line: str, files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in what it prints, nor in what it says is wrong."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    words = [files.get(word, word.replace("HOSTILE", HOSTILE[:-1])) for word in line.split()]
    outcome = called(*(str(tmp_path / f"{NAME}out") if word == "OUT" else word for word in words))
    shown = outcome.out + outcome.err
    assert shown
    assert not UNSAFE & set(shown), repr(shown)
    assert not any("\ud800" <= char <= "\udfff" for char in shown)


def test_commands_print_through_one_door() -> None:
    """Nothing in the command line's package prints for people by itself, but what is named here."""
    apart = {
        "_output.py": 1,  # the door
        "_progress.py": 1,  # our own words
        "reply.py": 1,  # the bytes of a reply
        "serve.py": 2,  # the lines that say where the server is, and where its page
        "twin_learn.py": 1,  # a profile, in which there is no text of others
        "demo.py": 1,  # our own recording, as it streams in
    }
    found: dict[str, int] = {}
    for file in sorted(Path(mockapi.cli.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "print",
                "click.echo",
                "click.secho",
            }:
                found[file.name] = found.get(file.name, 0) + 1
    assert found == apart


def test_a_report_shows_no_hostile_text_as_it_is() -> None:
    """Text and page of a conformance run, whatever the client or the file of known failures says."""
    case = next(iter(BY_ID.values()))
    finding = Finding(case, Verdict.DIFFERS, HOSTILE, HOSTILE)
    done = ConformanceRun(HOSTILE, "events", (finding,), {case.id: HOSTILE})
    for told in (report.as_text(done, everything=True), report.as_html(done), report.as_json(done)):
        assert not UNSAFE & set(told)
        assert "202e" in told


def test_the_console_of_a_server_shows_no_hostile_text_as_it_is() -> None:
    """It is made printable where it is written."""
    stream = io.StringIO()
    Console(stream).problem(HOSTILE + NAME)
    assert not UNSAFE & set(stream.getvalue())
    assert stream.getvalue().encode()


def test_printable_text_stays_as_it_is() -> None:
    """Also what has been made printable before; emoji with joiners and scripts from right to left too."""
    for text in (printable(HOSTILE), "naïve 👩\u200d💻 שלום \\x1b", ""):
        assert printable(text) == text
    assert printable_lines("a\nb\x1b") == "a\nb\\x1b"


def test_the_control_api_tells_of_odd_file_names(tmp_path: Path) -> None:
    """A folder with them is loaded, and listed now and later."""
    for name in NAMES.values():
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name + b".yaml")).write_bytes(
            dump(Cassette("c", (interaction("hi"),)))
        )
    with serving() as server:
        loaded = control(server, "/cassettes", {"paths": [str(tmp_path)]}, method="PUT")
        listed = control(server, "/cassettes")
    assert (loaded.status_code, listed.status_code) == (200, 200)
    assert len(listed.json()["cassettes"]) == len(listed.json()["not_played"]) == len(NAMES)
    assert any("\\udcff" in item["name"] for item in listed.json()["cassettes"])


@pytest.mark.slow
def test_a_server_reports_what_it_played_of_odd_file_names(tmp_path: Path) -> None:
    """The report is written, and `prune` reads it."""
    folder = tmp_path / "c"
    folder.mkdir()
    file = Path(os.fsdecode(os.fsencode(folder) + b"/a\xff.yaml"))
    file.write_bytes(dump(Cassette("c", (interaction("hi"),))))
    played = str(tmp_path / "report.json")
    outcome = run("exec", str(folder), "--report", played, "--", "true")
    assert (outcome.code, "Traceback" in outcome.err) == (0, False), outcome.err
    assert json.loads(Path(played).read_text())["not_played"][0]["cassette"].endswith("a\\udcff.yaml")
    assert "a\\udcff.yaml: delete: unused" in run("cassettes", "prune", "--report", played, str(folder)).out
