"""The console's lines as JSON: an object each, with the members of the page, and no more than words tell."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi.cassettes import Miss, RedactionRules
from mockapi.cassettes._differences import Difference
from mockapi.exchange import Reply, Request, Source
from mockapi.server._console import Console
from mockapi.server._json_console import JSONConsole, _Handler
from mockapi.validation import Refusal
from tests.support.odd_files import HOSTILE
from tests.support.process import Serving
from tests.support.server import ask, eventually, interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOGS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8").partition("## Logs")[2]
ROW = re.compile(r"^\| `(?P<event>[a-z_]+)` \| [^|]+ \| (?P<members>[^|]+) \|$", re.MULTILINE)
SECRET = "sk-ant-api03-" + "Zq7" * 12
RULES = RedactionRules(patterns=(r"tenant-\w+",))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[mockapi.Server]:
    """A server with one recording."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    with mockapi.Server([cassette], settings=mockapi.Settings(on_unmatched="fail")) as running:
        yield running


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was written, each line an object."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def everything(text: str, session: Any, recording: Any) -> list[Callable[[Console], None]]:
    """Every way in which a text from elsewhere can get to the console, but for logging."""
    request = Request("POST", f"/v1/{text}")
    miss = Miss(recording, (Difference("$.a", text, text),), (text,))
    refusal = Refusal(400, "invalid_request_error", text, "a.rule", hint=text, pointer=f"/{text}")
    entry = session.journal.add(0.0, request, Reply(200, (), (), Source.RECORDED), recording, None)
    return [
        lambda console: console.request(entry, session),
        lambda console: console.miss(request, miss, session),
        lambda console: console.refusal(request, refusal, session),
        lambda console: console.near_miss(request, text),
        lambda console: console.hint(request, text),
        lambda console: console.problem(text),
        lambda console: console.drift(recording, [text]),
        lambda console: console.note(text),
    ]


def written(text: str, server: mockapi.Server, rules: RedactionRules = RULES) -> tuple[str, str]:
    """All of it in words, and as JSON."""
    session, recording = server.service.sessions.default, server.service.library.recordings[0]
    words, lines = io.StringIO(), io.StringIO()
    for tell in everything(text, session, recording):
        tell(Console(words, rules=rules))
        tell(JSONConsole(lines, rules=rules))
    return words.getvalue(), lines.getvalue()


def test_each_event_has_the_members_that_the_page_lists(server: mockapi.Server) -> None:
    """Stable names: what is not on the page is not in the logs, and the other way round."""
    _, lines = written("text", server)
    stream = io.StringIO(lines)
    stream.seek(0, io.SEEK_END)
    console = JSONConsole(stream)
    console.token("a-token")
    console.logged("error", "a.logger", "text", None)
    page = {row["event"]: set(re.findall(r"\w+", row["members"])) for row in ROW.finditer(LOGS)}
    assert {item["event"]: item.keys() - {"at", "level", "event"} for item in told(stream)} == page
    for item in told(stream):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["at"])
        assert item["level"] == ("info" if item["event"] in {"hint", "note", "request", "token"} else "error")


def test_all_that_words_tell_json_tells_too() -> None:
    """No way to the console is left that would write a line in words among the objects."""
    tells = {name for name, of in vars(Console).items() if callable(of) and not name.startswith("_")}
    tells.remove("prepare")  # tells nothing
    assert tells <= vars(JSONConsole).keys()


@pytest.mark.parametrize("make", [Console, JSONConsole])
@pytest.mark.parametrize("quiet", [True, False])
def test_a_note_of_mockapis_own_words_is_not_looked_through(make: type[Console], *, quiet: bool) -> None:
    """Nor told where nothing is."""
    stream = io.StringIO()
    make(stream, quiet=quiet, rules=RedactionRules(patterns=("playing",))).note("playing", masks=False)
    assert ("playing" in stream.getvalue()) is not quiet


@pytest.mark.parametrize("secret", [SECRET, "tenant-blue", f"https://user:{SECRET}@example.com/?token=abc"])
def test_json_masks_what_words_mask(server: mockapi.Server, secret: str) -> None:
    """By built-in rules and by the project's own; a traceback too."""
    words, lines = written(secret, server)
    stream = io.StringIO()
    JSONConsole(stream, rules=RULES).logged("error", "a", secret, f"ValueError: {secret}")
    for part in (secret, SECRET, "tenant-blue"):
        assert part not in words
        assert part not in lines
        assert part not in stream.getvalue()


def test_a_secret_that_a_rule_could_not_look_at_is_withheld(server: mockapi.Server) -> None:
    """As words withhold it."""

    def hook(_text: str) -> str:
        raise ValueError("a defect of the user's own hook")

    words, lines = written("a-text", server, RedactionRules(hook=hook))
    assert "a-text" not in words
    assert "a-text" not in lines


def test_hostile_text_is_one_line_of_ascii(server: mockapi.Server) -> None:
    """Nothing steers a terminal or splits a line, and a program reads what came."""
    _, lines = written(HOSTILE, server)
    assert lines.isascii()
    assert lines.replace("\n", "").isprintable()
    objects = told(io.StringIO(lines))
    assert len(objects) == 8
    assert objects[-1] == objects[-1] | {"event": "note", "message": HOSTILE}


def test_what_a_server_tells_is_json(server: mockapi.Server) -> None:
    """A request, a miss and a refusal, over a socket."""
    stream = io.StringIO()
    server.service.console = JSONConsole(stream, verbose=True)
    ask(server.base_url, message("hi"))
    key = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    ask(server.base_url, message("hi"), "/v1/v1/messages", headers=key)
    ask(server.base_url, message("ho"), headers=key)
    eventually(lambda: '"miss"' in stream.getvalue(), "the miss is explained")
    eventually(lambda: stream.getvalue().count('"request"') == 3, "all requests are told")
    events = {item["event"]: item for item in reversed(told(stream))}
    assert events["request"] == events["request"] | {
        "method": "POST", "path": "/v1/messages", "session": "default", "status": 200, "source": "recorded"
    }  # fmt: skip
    assert events["request"]["seconds"] > 0
    assert events["miss"]["nearest"].endswith("a.yaml#0")
    assert events["miss"]["differences"][0].startswith("$.messages[0].content")
    assert (events["refusal"]["path"], events["refusal"]["status"]) == ("/v1/v1/messages", 404)
    assert events["refusal"]["rule"] == "http.unknown_path"


def test_a_quiet_console_writes_nothing() -> None:
    """As in words."""
    stream = io.StringIO()
    console = JSONConsole(stream, quiet=True)
    console.note("text")
    console.token("a-token")
    assert stream.getvalue() == ""


def test_a_traceback_is_one_object() -> None:
    """What Python's logging is given reaches the same stream, message and traceback apart.

    It is told once, though there was another console before, as a worker has its supervisor's.
    """
    stream = io.StringIO()
    root, handlers = logging.getLogger(), list(logging.getLogger().handlers)
    JSONConsole(stream).collect_logging()
    JSONConsole(stream).collect_logging()
    try:
        try:
            int("a defect")
        except ValueError:
            logging.getLogger("a.part").exception("It failed %s.", "here")
        logging.getLogger("a.part").warning("careful")
    finally:
        logging.captureWarnings(capture=False)
        for handler in set(root.handlers) - set(handlers):
            root.removeHandler(handler)
    failed, warned = told(stream)
    assert (failed["level"], failed["logger"], failed["message"]) == ("error", "a.part", "It failed here.")
    assert failed["traceback"].startswith("Traceback")
    assert failed["traceback"].endswith("literal for int() with base 10: 'a defect'")
    assert (warned["level"], warned["traceback"]) == ("info", None)


def test_a_record_whose_arguments_do_not_fit_is_told_as_it_was_written() -> None:
    """Nobody's mistake in a call of `logging` breaks off what it was called in."""
    stream = io.StringIO()
    record = logging.LogRecord("a", logging.ERROR, "a.py", 1, "%s and %s", ("one",), None)
    _Handler(JSONConsole(stream)).emit(record)
    assert [item["message"] for item in told(stream)] == ["%s and %s"]


@pytest.mark.slow
def test_a_process_writes_nothing_but_json_to_stderr(tmp_path: Path) -> None:
    """`--log-format json`, from the first line to the last; stdout keeps its own."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    with Serving(
        "serve", cassette, "--port", "0", "--log-format", "json", "-v", "--host", "0.0.0.0"
    ) as served:
        ask(served.url.replace("0.0.0.0", "127.0.0.1"), message("ho"))
        outcome = served.stop()
    assert outcome.code == 0
    assert outcome.out.startswith("see what happens: ")
    assert outcome.out.count("\n") == 1
    events = [item["event"] for item in told(io.StringIO(outcome.err))]
    assert events[:2] == ["note", "token"]
    assert {"miss", "refusal"} & set(events)
    assert "request" in events
