"""A miss explains itself: in the journal, on the console, and not in the reply."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
import mockapi.cassettes
from mockapi.server import Console
from mockapi.validation import ValidationSettings
from tests.support.server import (
    PATIENCE,
    Play,
    ask,
    close_session,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDED = message("weather in Paris on 2026-10-01")
ASKED = message("weather in Paris on 2026-11-22")
SECRET = "a prompt that must not be in an error"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.fixture
def stream() -> io.StringIO:
    """Where the console writes."""
    return io.StringIO()


@pytest.fixture
def told(tmp_path: Path, stream: io.StringIO) -> Iterator[mockapi.Server]:
    """A server whose console can be read."""
    cassette = write_cassette(tmp_path / "weather.yaml", interaction(RECORDED, b"ok"))
    settings = mockapi.Settings(validation=ValidationSettings(mode="off"))
    with mockapi.Server([cassette], settings=settings, console=Console(stream)) as server:
        yield server


def test_the_reply_to_a_miss_says_nothing_of_the_request(play: Play) -> None:
    """Clients search error texts for words, so one short sentence is all they get."""
    reply = ask(play(interaction(RECORDED)), message(SECRET))
    assert reply.status_code == 422
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["x-mockapi-source"] == "unmatched"
    assert reply.json()["error"]["type"] == "mockapi_no_recording"
    assert reply.json()["request_id"] == reply.headers["request-id"]
    assert SECRET not in reply.text
    assert len(reply.json()["error"]["message"]) < 100


def test_every_reply_of_our_own_has_an_id_of_its_own(play: Play) -> None:
    """Two errors of a client can be told apart in its log."""
    base_url = play(interaction(RECORDED))
    ids = [ask(base_url, message(SECRET)).headers["request-id"] for _ in range(3)]
    assert len(set(ids)) == 3


def test_the_journal_names_the_nearest_recording_what_differs_and_what_repairs_it(
    server: mockapi.Server, play: Play
) -> None:
    """Of several recordings the likest is compared, word by word."""
    base_url = play(interaction(message("something else altogether")), interaction(RECORDED))
    ask(base_url, ASKED)
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert entry["miss"]["nearest"]["interaction"] == 1
    (difference,) = entry["miss"]["differences"]
    assert difference["path"] == "$.messages[0].content"
    assert "[10]" in difference["recorded"]
    assert "[11]" in difference["received"]
    assert "--substitute date" in entry["miss"]["remedies"][0]


@pytest.mark.parametrize(
    ("asked", "remedy", "matching"),
    [
        (ASKED, "--substitute date", {"substitute": ["date"]}),
        ({**RECORDED, "metadata": {"user_id": "u"}}, "--ignore $.metadata", {"ignore": ["$.metadata"]}),
        (
            {**RECORDED, "temperature": 1, "system": "s", "top_k": 5, "top_p": 0.5, "a": 1, "b": 2},
            "--compare last-turn",
            {"compare": "last-turn"},
        ),
    ],
)
def test_a_remedy_that_is_named_works(
    server: mockapi.Server, play: Play, asked: dict[str, Any], remedy: str, matching: dict[str, Any]
) -> None:
    """Following the advice makes the same request match."""
    base_url = play(interaction(RECORDED, b"ok"))
    ask(base_url, asked)
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert remedy in entry["miss"]["remedies"][0].replace("'", "")
    assert ask(play(interaction(RECORDED, b"ok"), matching=matching), asked).content == b"ok"


def test_a_miss_without_anything_recorded_says_what_is_missing(server: mockapi.Server) -> None:
    """A server without cassettes cannot have a nearest recording."""
    session = open_session(server, on_unmatched="fail")
    ask(session["base_url"], message("hi"))
    (entry,) = journal(server, session["id"])
    assert entry["miss"]["nearest"] is None
    assert "name a cassette" in entry["miss"]["remedies"][0]
    close_session(server, session["id"])


def test_the_console_tells_a_miss(told: mockapi.Server, stream: io.StringIO) -> None:
    """Request, nearest recording, difference and remedy, in plain lines."""
    ask(told.base_url, ASKED)
    eventually(lambda: "record it again" in stream.getvalue(), "the miss is explained")
    first, nearest, difference, remedy, last = stream.getvalue().splitlines()
    assert first == "no recording matches POST /v1/messages"
    assert nearest.startswith("  nearest: ")
    assert nearest.endswith("weather.yaml#0")
    assert "recorded …" in difference
    assert "received …" in difference
    assert "--substitute date" in remedy
    assert "record it again" in last


def test_the_console_names_the_session_of_a_miss(told: mockapi.Server, stream: io.StringIO) -> None:
    """With many tests on one server one wants to know whose request it was."""
    session = open_session(told, name="test_weather", on_unmatched="fail")
    ask(session["base_url"], ASKED)
    eventually(lambda: "(session test_weather)" in stream.getvalue(), "the miss is explained")


def test_the_console_explains_a_doubled_version(told: mockapi.Server, stream: io.StringIO) -> None:
    """Why `/v1/v1/messages` is a 404, and what to do about it."""
    ask(told.base_url, ASKED, "/v1/v1/messages")
    assert "POST /v1/v1/messages is not a path of the API" in stream.getvalue()
    assert "base URL ends in /v1" in stream.getvalue()


def test_what_a_request_holds_cannot_steer_the_terminal(told: mockapi.Server, stream: io.StringIO) -> None:
    """Escape sequences and line ends in prompts are shown, not obeyed."""
    ask(told.base_url, message("\x1b[2J\x9b0m\rmockapi ready\nforged"))
    eventually(lambda: "record it again" in stream.getvalue(), "the miss is explained")
    told_text = stream.getvalue()
    assert not {"\x1b", "\x9b", "\r"} & set(told_text)
    assert r"\x1b" in told_text
    assert r"\n" in told_text
    assert not any(line.startswith("forged") for line in told_text.splitlines())


def test_a_key_in_a_request_does_not_reach_the_terminal(told: mockapi.Server, stream: io.StringIO) -> None:
    """What is told of a request may end in the logs of a build: keys in its path are masked."""
    told.service.console = Console(stream, verbose=True)
    key = "sk-ant-api03-" + "Zq7" * 12
    ask(told.base_url, RECORDED, f"/v1/models/{key}")
    eventually(lambda: " ms" in stream.getvalue(), "the request is told")
    assert "/v1/models/sk-ant-***" in stream.getvalue()
    assert key not in stream.getvalue()


def test_colours_are_for_terminals_only(told: mockapi.Server, stream: io.StringIO) -> None:
    """A file gets plain text, a terminal a red first line."""
    ask(told.base_url, ASKED, "/v1/v1/messages")
    assert "\x1b" not in stream.getvalue()
    terminal = Terminal()
    told.service.console = Console(terminal)
    ask(told.base_url, ASKED, "/v1/v1/messages")
    assert terminal.getvalue().startswith("\x1b[31mPOST /v1/v1/messages is not a path of the API:\x1b[0m\n")


class Gone(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, _: str) -> int:
        """Nobody is there."""
        raise BrokenPipeError(32, "Broken pipe")


def test_a_reader_of_the_console_that_has_gone_is_no_reason_to_fail(told: mockapi.Server) -> None:
    """`mockapi serve 2>&1 | head` goes on serving."""
    told.service.console = Console(Gone(), verbose=True)
    assert ask(told.base_url, ASKED, "/v1/v1/messages").status_code == 404
    assert ask(told.base_url, RECORDED).content == b"ok"
    told.service.console = Console(closed := io.StringIO(), verbose=True)
    closed.close()
    assert ask(told.base_url, RECORDED).content == b"ok"


def test_verbose_tells_every_request(told: mockapi.Server, stream: io.StringIO) -> None:
    """One line each: what came, what went out, from which recording, how long it took."""
    told.service.console = Console(stream, verbose=True)
    ask(told.base_url, RECORDED)
    eventually(lambda: " ms" in stream.getvalue(), "the request is told")
    line = stream.getvalue()
    assert line.startswith("POST /v1/messages -> 200 recorded ")
    assert "weather.yaml#0" in line


def test_a_defect_in_the_explanation_does_not_hide_the_miss(
    told: mockapi.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The journal stays readable, and the defect's traceback is logged."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(mockapi.cassettes, "explain_miss", broken)
    with caplog.at_level(logging.ERROR):
        assert ask(told.base_url, ASKED).status_code == 422
        (entry,) = journal(told)
    assert "traceback" in entry["miss"]["remedies"][0]
    assert "ZeroDivisionError" in caplog.text


def test_a_request_that_is_too_deep_to_be_compared_is_told_so(
    told: mockapi.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where comparing runs out of stack, that is the explanation."""

    def too_deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(mockapi.cassettes, "explain_miss", too_deep)
    assert ask(told.base_url, ASKED).status_code == 422
    (entry,) = journal(told)
    assert entry["miss"]["nearest"] is None
    assert "nested too deeply" in entry["miss"]["remedies"][0]


def test_a_miss_of_a_large_request_is_told_without_comparing(server: mockapi.Server, play: Play) -> None:
    """Comparing many megabytes would hold up whatever else the server does."""
    base_url = play(interaction(RECORDED))
    ask(base_url, message("x" * 5_000_000))
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert entry["miss"]["nearest"] is None
    assert "too many to be compared" in entry["miss"]["remedies"][0]


def test_many_misses_at_once_are_all_answered_and_journaled(server: mockapi.Server, play: Play) -> None:
    """Explaining has a bound; a client in a loop gets its answers all the same."""
    base_url = play(interaction(RECORDED))
    replies = [ask(base_url, message(f"miss {number}"), timeout=PATIENCE) for number in range(150)]
    assert {reply.status_code for reply in replies} == {422}
    entries = journal(server, base_url.rpartition("/")[2], limit=1000)
    assert len(entries) == 150
    assert sum(entry["miss"] is not None for entry in entries) >= 1
