"""`mockapi cassettes show`, `lint`, `reseal` and `prune`, as a person calls them."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from mockapi.cassettes import load
from mockapi.messages import dump, encode_events, events_of
from tests.support.frames import as_frames
from tests.support.process import Serving, mockapi, run
from tests.support.server import STREAM, ask, interaction, message, paced, write_cassette
from tests.support.streams import WHOLE

REPLY = {
    "model": "claude-opus-4-6",
    "id": "msg_01AbCdEfGhJkMnPqRsTuVwXy",
    "type": "message",
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "Hm, let me see.", "signature": "c2ln"},
        {"type": "text", "text": "It is sunny in Zürich."},
        {"type": "tool_use", "id": "toolu_01AbCdEfGhJkMnPqRsTuVwXy", "name": "look", "input": {"at": "sky"}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 34},
}
OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}'
ASKED = {
    **message("What is the weather?"),
    "system": "Be brief.",
    "tools": [{"name": "look", "input_schema": {"type": "object"}}],
    "temperature": 0.5,
}


@pytest.fixture
def weather(tmp_path: Path) -> str:
    """A cassette with a message, the same as a stream with timing, and an error."""
    events = encode_events(events_of(REPLY))
    return write_cassette(
        tmp_path / "weather.yaml",
        interaction(ASKED, dump(REPLY)),
        paced({**ASKED, "stream": True}, [(1.5, events[:100]), (0.25, events[100:])], headers=STREAM),
        interaction(
            message("too much"),
            b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}',
            status=529,
        ),
    )


def test_show_reads_like_a_conversation(weather: str) -> None:
    """Who said what, the assembled reply, usage, timing and size; streams and messages alike."""
    outcome = mockapi("cassettes", "show", weather)
    assert outcome.code == 0
    message_part, stream_part, error_part = outcome.out.split(f"{weather}#")[1:]
    for part in (message_part, stream_part):
        assert "POST /v1/messages -> 200" in part
        assert "model claude-opus-4-6" in part
        assert "temperature 0.5" in part
        assert "system: Be brief." in part
        assert "tools: look" in part
        assert "user: What is the weather?" in part
        assert "reply (thinking): Hm, let me see." in part
        assert "reply: It is sunny in Zürich." in part
        assert 'reply (tool_use look): {"at":"sky"}' in part
        assert "stop reason: tool_use" in part
        assert "output_tokens 34" in part
    assert "timing not recorded" in message_part
    assert "2 chunks, first after 1.50 s, all after 1.75 s" in stream_part
    assert "-> 529" in error_part
    assert "overloaded_error" in error_part


def test_show_reads_binary_frames_like_any_stream(tmp_path: Path) -> None:
    """A recording of Bedrock's is the conversation that it holds; a broken one as far as it can be read."""
    body = as_frames(encode_events(WHOLE))
    kind = (("content-type", "application/vnd.amazon.eventstream"),)
    whole, cut = (interaction(message("Hi"), data, headers=kind) for data in (body, body[:-9]))
    path = write_cassette(tmp_path / "a.yaml", whole, cut)
    shown, broken = mockapi("cassettes", "show", path).out.split(f"{path}#")[1:]
    assert "reply: HiHi" in shown
    assert "stop reason: end_turn" in shown
    assert "reply: HiHi" in broken


def test_show_can_be_told_which_and_how_much(tmp_path: Path) -> None:
    """One interaction only; long texts are cut unless `--full`."""
    path = write_cassette(
        tmp_path / "a.yaml", interaction(message("one")), interaction(message("x" * 5000 + " end"))
    )
    outcome = mockapi("cassettes", "show", path, "--interaction", "1")
    assert "#0" not in outcome.out
    assert "(5,004 characters)" in outcome.out
    assert " end" not in outcome.out
    assert " end" in mockapi("cassettes", "show", path, "--interaction", "1", "--full").out


def test_show_says_that_there_is_nothing_to_show(tmp_path: Path) -> None:
    """A position beyond the last, or a folder without cassettes: exit code 2 in words, not silence."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"words"))
    beyond = run("cassettes", "show", "--interaction", "1", path)
    assert (beyond.code, beyond.out) == (2, "")
    assert f"no interaction 1 in {path}" in beyond.err
    (tmp_path / "none").mkdir()
    empty = run("cassettes", "show", str(tmp_path / "none"))
    assert (empty.code, empty.out) == (2, "")
    assert "no interaction in" in empty.err


def test_show_reads_a_damaged_file(tmp_path: Path) -> None:
    """A broken digest is for `lint`; whoever looks wants to see what is there."""
    path = tmp_path / "a.yaml"
    write_cassette(path, interaction(message("hi"), b'{"words":"before"}'))
    path.write_text(path.read_text().replace("before", "afterwards"))
    outcome = mockapi("cassettes", "show", str(path))
    assert outcome.code == 0
    assert "afterwards" in outcome.out


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"no JSON", b"[1]", b"null", b'{"content":7}', b"event: nothing\ndata: [\n\n"],
)
@pytest.mark.parametrize(
    "asked",
    [
        None,
        b"\xff",
        b"[]",
        b"3",
        b'{"messages":3,"tools":{},"system":7}',
        b'{"messages":["a",{"content":[1,{"type":7,"input":[]}]}],"tools":[1]}',
    ],
)
def test_show_and_lint_read_anything(tmp_path: Path, asked: bytes | None, body: bytes) -> None:
    """A cassette may hold requests and replies of any shape."""
    path = write_cassette(tmp_path / "a.yaml", interaction(asked, body))
    assert mockapi("cassettes", "show", path).code == 0
    assert mockapi("cassettes", "lint", path).code in {0, 1}


def test_nothing_in_a_cassette_can_steer_the_terminal(tmp_path: Path) -> None:
    """Escape sequences of an untrusted recording are shown, not obeyed."""
    evil = "\x1b]0;owned\x07\x1b[2J"
    asked = {**message(evil), "model": evil, "system": evil, "tools": [{"name": evil}]}
    asked["messages"].append({"role": evil, "content": [{"type": "tool_use", "name": evil, "input": evil}]})
    path = write_cassette(tmp_path / "a.yaml", interaction(asked, evil.encode()))
    for command in ("show", "lint"):
        outcome = mockapi("cassettes", command, path)
        assert not {"\x1b", "\x07"} & set(outcome.out + outcome.err)


def test_lint_is_silent_about_what_is_good(weather: str) -> None:
    """No findings, exit code 0, and how much was looked at."""
    outcome = mockapi("cassettes", "lint", weather)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "1 file, 0 errors, 0 warnings\n"


def test_lint_tells_findings_with_line_and_exit_code_1(tmp_path: Path) -> None:
    """A secret and a broken digest, each with its place; the file's other problems too."""
    path = tmp_path / "a.yaml"
    write_cassette(path, interaction(message("hi"), b'{"words":"before"}'))
    path.write_text(path.read_text().replace("before", "afterwards"))
    outcome = mockapi("cassettes", "lint", str(tmp_path))
    assert outcome.code == 1
    assert f"{path}:" in outcome.out
    assert "error" in outcome.out
    assert "1 file, 1 error," in outcome.err


def test_commands_in_advice_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose name has a blank is quoted in them."""
    monkeypatch.chdir(tmp_path)
    write_cassette(Path("my tests.yaml"), interaction(message("a"), b'{"id":1}'))
    text = Path("my tests.yaml").read_text()
    Path("my tests.yaml").write_text(text.replace('{"id":1}', '{"id":2}'))
    broken = mockapi("cassettes", "lint", "my tests.yaml")
    assert broken.code == 1
    advised = re.search("`(mockapi cassettes reseal .*?)`", broken.out)
    assert advised is not None
    assert mockapi(*shlex.split(advised[1])[1:]).code == 0
    assert mockapi("cassettes", "lint", "my tests.yaml").code == 0


def test_lint_warns_of_recordings_that_are_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a file, with the oldest, where pyproject.toml says how old they may be."""
    (tmp_path / "pyproject.toml").write_text('[tool.mockapi.max_age]\n"old" = 90\n"." = 1_000_000\n')
    items = [
        replace(interaction(message(text)), recorded_at=at)
        for text, at in (("a", "2025-02-01T00:00:00Z"), ("b", "2025-01-01T00:00:00Z"), ("c", None))
    ]
    for folder in ("old", "other"):
        (tmp_path / folder).mkdir()
        write_cassette(tmp_path / folder / "a.yaml", *items)
    monkeypatch.chdir(tmp_path)
    outcome = mockapi("cassettes", "lint", "old", "other")
    assert outcome.code == 0
    (line,) = outcome.out.splitlines()
    assert line.startswith("old/a.yaml: warning expired: interaction 1: ")
    assert "pyproject.toml allows 90; so are 1 more here" in line


def test_lint_warns_of_requests_that_todays_rules_refuse(tmp_path: Path) -> None:
    """Replayed they are, whatever the rules say; whoever records again should know."""
    asked = {**message("hi"), "tools": [{"name": "two words", "input_schema": {"type": "object"}}]}
    write_cassette(tmp_path / "a.yaml", interaction(asked, b"{}"))
    outcome = mockapi("cassettes", "lint", str(tmp_path))
    assert outcome.code == 0
    assert "warning outdated: interaction 0: today's API would refuse the request with 400" in outcome.out
    assert "tools.0.custom.name" in outcome.out
    assert mockapi("cassettes", "lint", "--strict", str(tmp_path)).code == 1


def test_reseal_accepts_an_edit(tmp_path: Path) -> None:
    """Exit code 2 for `serve` before, served after; a second time there is nothing to do."""
    path = tmp_path / "a.yaml"
    write_cassette(path, interaction(message("hi"), b'{"words":"before"}'))
    path.write_text(path.read_text().replace("before", "afterwards"))
    refused = mockapi("serve", "--port", "0", str(path))
    assert refused.code == 2
    assert f"mockapi cassettes reseal {path}" in refused.err
    resealed = mockapi("cassettes", "reseal", str(path))
    assert (resealed.code, resealed.out) == (0, f"{path}: sealed anew: interaction 0\n")
    (sealed,) = load(path.read_bytes(), str(path)).interactions
    assert (sealed.edited, sealed.response.body) == (True, b'{"words":"afterwards"}')
    again = mockapi("cassettes", "reseal", str(path))
    assert (again.code, again.out) == (0, f"{path}: every digest is true already\n")


@pytest.fixture
def played(tmp_path: Path) -> tuple[Path, str]:
    """A folder of two cassettes and the report of a run that played one interaction of the first."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    write_cassette(folder / "a.yaml", interaction(message("played")), interaction(message("not played")))
    write_cassette(folder / "b.yaml", interaction(message("never")))
    report = tmp_path / "report.json"
    with Serving("serve", str(folder), "--port", "0", "--report", str(report)) as server:
        assert ask(server.url, message("played")).status_code == 200
        assert server.stop().code == 0
    return folder, str(report)


def test_prune_says_first_and_does_later(played: tuple[Path, str]) -> None:
    """Without `--write` nothing changes; with it what nobody played goes, empty files too."""
    folder, report = played
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = mockapi("cassettes", "prune", str(folder), "--report", report)
    assert said.code == 0
    assert "a.yaml: drop 1" in said.out
    assert "b.yaml: delete" in said.out
    assert "2 interactions would be dropped" in said.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    done = mockapi("cassettes", "prune", str(folder), "--report", report, "--write")
    assert done.code == 0
    assert "2 interactions dropped" in done.err
    assert [path.name for path in folder.iterdir()] == ["a.yaml"]
    (left,) = load((folder / "a.yaml").read_bytes(), "a").interactions
    assert b"played" in left.request.body
    assert b"not" not in left.request.body


def test_prune_keeps_what_any_report_played(played: tuple[Path, str], tmp_path: Path) -> None:
    """The reports of all runs count together."""
    folder, report = played
    other = tmp_path / "other.json"
    written = json.loads((tmp_path / "report.json").read_text())
    written["played"] = [item for item in written["not_played"] if item["cassette"].endswith("b.yaml")]
    other.write_text(json.dumps(written))
    mockapi("cassettes", "prune", str(folder), "--report", report, "--report", str(other), "--write")
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "b.yaml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"played": 3}', '{"played": [3]}', '{"played": [{"fingerprint": []}]}', "\x00"],
)
def test_prune_refuses_what_is_no_report(played: tuple[Path, str], tmp_path: Path, text: str) -> None:
    """Taking it for an empty one would drop everything."""
    folder, _ = played
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    outcome = mockapi("cassettes", "prune", str(folder), "--report", str(bad), "--write")
    assert outcome.code == 2
    assert "is not a report" in outcome.err
    assert len(list(folder.iterdir())) == 2


def test_prune_wants_a_report(played: tuple[Path, str]) -> None:
    """Without one nothing is known to be played."""
    outcome = mockapi("cassettes", "prune", str(played[0]), "--write")
    assert outcome.code == 2
    assert "--report" in outcome.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_that_a_pipe_cannot_carry_is_no_traceback(tmp_path: Path, encoding: str) -> None:
    """A stdout that cannot say every character gets something in its place, and the rest."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("a \u2192 b \U0001f600 c")))
    outcome = run("cassettes", "show", path, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert (outcome.code, outcome.err) == (0, "")
    assert "user: a " in outcome.out
    assert " c\n" in outcome.out
