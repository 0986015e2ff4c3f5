"""What a test may write, as the type checkers see it: good uses check, and bad ones are errors twice.

mypy reads this file with the rest of the tests, and pyright by `tests/typing/pyrightconfig.json`; both
report a comment that ignores nothing, so each `ignore` below is an error that the checker must find.
When the file runs, the same bad uses must be refused, in words that name the method and what to write.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import pytest

import mockapi
from mockapi.errors import UsageError
from mockapi.testing import Conversation, ParsedRequest, ReceivedRequest, When

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from mockapi.testing import ReplyKeywords, SessionKeywords

PYRIGHT = Path(__file__).with_name("pyrightconfig.json")


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """One server for all tests of this file."""
    with mockapi.Server() as running:
        yield running


@pytest.fixture
def api(server: mockapi.Server) -> Iterator[mockapi.Session]:
    """A session of each test's own."""
    with server.open_session() as session:
        yield session


def shout(asked: ParsedRequest) -> list[str]:
    """Make a reply from a request."""
    return [asked.last_user_text.upper()]


def test_good_uses_of_replies(api: mockapi.Session) -> None:
    """Every option has a type that takes what the option takes."""
    assert_type(api.reply("Hello", {"type": "text", "text": "x"}, thinking="Hm.", times=2), When)
    api.reply(shout, always=True).reply(lambda asked: f"You said {asked.last_user_text}")
    api.reply("x", tools={"search": {"q": "x"}}, usage={"output_tokens": 7}, stop_reason="max_tokens")
    api.reply("x", faults="broken_json").reply("x", faults={"fault": "cut", "event": 3})
    api.reply("x", faults=[{"fault": "cut", "event": 3, "ending": "reset"}, "no_usage"], optional=True)
    api.reply_tool("get_weather", {"city": "Oslo"}, thinking="Hm.").reply_tool("now")
    api.reply_json({"city": "Oslo"}, always=True).reply_json(["x"])
    api.reply_error(429, "rate_limit_error", "Slow down", retry_after=0.5, times=2)
    assert api.is_scripted


def test_good_uses_of_conditions(api: mockapi.Session) -> None:
    """Conditions are named, or code; both give what replies are said on."""
    assert_type(api.when(model="claude-*", last_user_text={"matches": "^We"}).reply("Rain."), When)
    api.when(tools=["search"], tool_results={"tool": "search", "text": "x", "is_error": False}).reply("x")
    api.when(lambda asked: asked.turns > 3, turn=4, tool_results=True).reply_error(529)
    assert_type(api.conversation(system="critic"), Conversation)
    api.conversation().reply_tool("search").reply("x", optional=True)
    assert api.is_scripted


def test_good_uses_of_sessions(server: mockapi.Server) -> None:
    """What a session can be told, with the values that JSON has."""
    options: SessionKeywords = {
        "matching": {"substitute": ["date", {"name": "ticket", "pattern": "T-[0-9]+"}], "ignore": ["$.x"]},
        "pace": {"first": {"median": 0.5, "sigma": 0.4}, "between": 0, "tokens_per_event": 2, "seed": 3},
        "rate_limits": {"requests": 50},
        "name": "x",
    }
    server.open_session(validation="lenient", as_of="2026-11-01", faults=("no_usage",), speed=2).close()
    with server.open_session(**options) as session:
        assert_type(session, mockapi.Session)
        assert_type(session.entries, list[mockapi.JournalEntry])
        assert_type(session.requests, list[ReceivedRequest])
        assert session.name == "x"


def say_briefly(api: mockapi.Session, **options: Unpack[ReplyKeywords]) -> When:
    """Pass options on, as a helper of somebody's own does."""
    return api.reply("Yes.", **options)


def test_options_can_be_passed_on(api: mockapi.Session) -> None:
    """The types of the options are public, for helpers that add to a method."""
    say_briefly(api, times=2)
    with pytest.raises(UsageError, match=r"reply\(\) has no argument 'tims'. Did you mean times=\?"):
        say_briefly(api, tims=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_a_misspelt_option_of_a_reply_is_refused(api: mockapi.Session) -> None:
    """The message names the method that was called, and what was probably meant."""
    with pytest.raises(UsageError, match=r"^reply\(\) has no argument 'text'. The content has no name: "):
        api.reply(text="Hello")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^reply\(\) has no argument 'thinkin'. Did you mean thinking=\?$"):
        api.reply("x", thinkin="Hm.")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(
        UsageError,
        match=r"^reply_tool\(\) has no argument 'city'. .*: reply_tool\('f', \{'city': 'Oslo'\}\)\.$",
    ):
        api.reply_tool("f", city="Oslo")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^reply_tool\(\) has no argument 'input'. Did you mean input_=\?$"):
        api.reply_tool("f", input={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^reply_json\(\) has no argument 'alway'. Did you mean always=\?$"):
        api.when(turn=1).reply_json({}, alway=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^reply_error\(\) has no argument 'retry'. Did you mean retry_"):
        api.reply_error(429, retry=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^reply_error\(\) has no argument 'faults'. There are status, "):
        api.reply_error(429, faults="cut")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_a_misspelt_condition_is_refused(api: mockapi.Session) -> None:
    """On top, and inside a condition."""
    with pytest.raises(UsageError, match=r"^when\(\) has no argument 'modell'. Did you mean model=\?$"):
        api.when(modell="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(
        UsageError, match=r"^conversation\(\) has no argument 'sistem'. Did you mean system=\?$"
    ):
        api.conversation(sistem="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"^when: .*equal"):
        api.when(system={"equal": "x"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^when\(\) takes a function .* when\(last_user_text=.weather.\)"):
        api.when("weather")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_misspelt_option_of_a_session_is_refused(server: mockapi.Server) -> None:
    """On top, and inside an option."""
    with pytest.raises(UsageError, match=r"^open_session\(\) has no argument 'sede'. Did you mean seed=\?$"):
        server.open_session(sede=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError, match=r"validation.* strict, lenient"):
        server.open_session(validation="strikt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="frist"):
        server.open_session(pace={"frist": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"compare.*all, last-turn"):
        server.open_session(matching={"compare": "some"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_value_of_the_wrong_type_is_refused(api: mockapi.Session) -> None:
    """By both, where it is written."""
    with pytest.raises(UsageError, match="`times` is a whole number from 1, not '2'"):
        api.reply("x", times="2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        UsageError, match=r"^reply_tool\(\): the input of a tool is an object, .*, not 'Oslo'"
    ):
        api.reply_tool("f", "Oslo")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^reply\(tools=...\) takes names with inputs, .*, not \['f'\]"):
        api.reply("x", tools=["f"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="A reply is a text, a content block, or a list of them, not 5"):
        api.reply(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^reply_json\(\) takes what JSON can carry: "):
        api.reply_json(object())


def test_good_uses_of_values(tmp_path: Path) -> None:
    """Everything that a setting holds can be made from names of `mockapi`."""
    settings = mockapi.Settings(
        matching=mockapi.Matching(
            substitutions=(mockapi.Substitution("ticket", "T-[0-9]+"),),
            redaction=mockapi.RedactionRules(patterns=("secret-[0-9]+",), payload_limit=None),
        ),
        speed=2,
        on_unmatched="synthesize",
        validation=mockapi.ValidationSettings(mode="lenient", as_of=date(2026, 11, 1)),
        faults=(
            *mockapi.parse_faults({"fault": "cut", "event": 3}),
            mockapi.OrderedFault("more", lambda reply: reply.with_headers((b"x-more", b"1"))),
        ),
        pace=mockapi.Pace(first=lambda source: source.uniform(0, 1), between=lambda _: 0.0),
        rate_limits=mockapi.RateLimits(requests=50),
    )
    assert_type(mockapi.parse_pace({"first": 0.5}), mockapi.Pace)
    recording = mockapi.RecordOptions("http://127.0.0.1:9", to=str(tmp_path), mode="none")
    with mockapi.Server(tmp_path, settings=settings, recording=recording) as server:
        assert_type(server.base_url, str)
    mockapi.Matching(compare="last-turn")
    assert_type(mockapi.validate({}), list[mockapi.Refusal])


def test_a_setting_that_does_not_exist_is_refused() -> None:
    """When it is made, instead of when the first request comes."""
    with pytest.raises(UsageError, match=r"^Settings\.on_unmatched is one of 'fail', .*; not 'invent'"):
        mockapi.Settings(on_unmatched="invent")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.after_last is one of 'repeat', 'fail'; not 'stop'"):
        mockapi.Settings(after_last="stop")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.record_mode is one of 'new', "):
        mockapi.Settings(record_mode="once")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.speed is None to send at once"):
        mockapi.Settings(speed="max")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.speed is None to send at once"):
        mockapi.Settings(speed=0)
    with pytest.raises(UsageError, match=r"^Settings\.matching is a mockapi\.Matching, not \{"):
        mockapi.Settings(matching={})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        UsageError, match=r"^Settings\.validation is a mockapi\.ValidationSettings, not 'off'"
    ):
        mockapi.Settings(validation="off")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.faults is what mockapi\.parse_faults makes, not 'cut'"):
        mockapi.Settings(faults="cut")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.pace is what mockapi\.parse_pace makes, not 0\.5"):
        mockapi.Settings(pace=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"^Settings\.rate_limits is a mockapi\.RateLimits, not 50"):
        mockapi.Settings(rate_limits=50)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=r"`compare` of matching is one of all, last-turn, .*, not 'some'"):
        mockapi.Matching(compare="some")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    once = mockapi.RecordOptions("http://127.0.0.1:9", mode="once")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="The record mode 'once' is called new here"):
        mockapi.Server(recording=once)
    with pytest.raises(
        UsageError, match=r"^The pattern of the substitution 'x' is not a regular expression: "
    ):
        mockapi.Settings(matching=mockapi.Matching(substitutions=(mockapi.Substitution("x", "("),)))
    with pytest.raises(UsageError, match="`mode` of validation is one of strict, lenient, off, not 'on'"):
        mockapi.ValidationSettings(mode="on")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="`rules` of validation is one of documented, live, not 'all'"):
        mockapi.validate({}, rules="all")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def checked(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run mypy over a program that stands outside the project, as a user's own does."""
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        "",
        "--cache-dir",
        str(folder),
        str(file),
    ]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)


@pytest.mark.slow
def test_a_users_checker_sees_the_types(tmp_path: Path) -> None:
    """The installed package shows its types, of lazily imported names too."""
    program = (
        "import mockapi\ndef test_it(messages_api: mockapi.Session) -> None:\n    messages_api.reply({})\n"
    )
    fine, wrong = checked(tmp_path, program.format('"x"')), checked(tmp_path, program.format('"x", tims=2'))
    assert (fine.returncode, fine.stdout.count("error")) == (0, 0), fine.stdout
    assert 'Unexpected keyword argument "tims" for "reply" of "Replies"' in wrong.stdout


def test_pyright_reads_this_file_strictly() -> None:
    """The configuration makes an unneeded `pyright: ignore` an error, and `type: ignore` mypy's alone."""
    config = json.loads(PYRIGHT.read_text(encoding="utf-8"))
    assert config["typeCheckingMode"] == "strict"
    assert config["reportUnnecessaryTypeIgnoreComment"] == "error"
    assert config["enableTypeIgnoreComments"] is False
