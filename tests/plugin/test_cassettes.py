"""Cassettes of tests: found by name, recorded when asked for, watched when nobody plays them."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

import mockapi
from tests.support.plugin import run, run_apart
from tests.support.process import mockapi as process

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # each test runs pytest, some several times

TESTS = """
    import pytest
    from client import ask, text_of

    def test_default(messages_api):
        assert ask("one")["content"]

    @pytest.mark.messages_api(cassette="named")
    def test_named(messages_api):
        assert ask("two")["content"]

    class TestGroup:
        @pytest.mark.parametrize("word", ["a b", "a-b"])
        def test_word(self, messages_api, word):
            assert ask(word)["content"]

    def test_scripted(messages_api):
        messages_api.reply("Hello")
        assert text_of(ask("three")) == "Hello"
"""

SAYS = """
    import os
    from client import ask, text_of

    def test_one(messages_api):
        assert os.environ["EXPECTED"] in text_of(ask("one"))

    def test_two(messages_api):
        assert os.environ["EXPECTED"] in text_of(ask("two"))
"""
"""Two tests that pass where the model says what the variable EXPECTED has."""


@pytest.fixture
def upstream() -> Iterator[mockapi.Server]:
    """Another server that stands for the real API."""
    with mockapi.Server() as server:
        yield server


def record(
    pytester: pytest.Pytester, upstream: mockapi.Server, *arguments: str, **environment: str
) -> pytest.RunResult:
    """Run the tests in a mode that asks the upstream."""
    mode = () if any("record-mode" in argument for argument in arguments) else ("--mockapi-record-mode=new",)
    return run(pytester, f"--mockapi-upstream={upstream.base_url}", *mode, *arguments, **environment)


def asked(upstream: mockapi.Server) -> int:
    """How many requests reached the upstream."""
    return upstream.service.sessions.default.journal.count


def test_a_suite_is_recorded_and_replayed(pytester: pytest.Pytester, upstream: mockapi.Server) -> None:
    """Each test into a file of its own; then nothing is asked any more, and nothing is missing."""
    pytester.makepyfile(test_it=TESTS)
    result = record(pytester, upstream, "-n", "2")
    result.assert_outcomes(passed=5)
    assert asked(upstream) == 4
    result.stdout.fnmatch_lines(["mockapi: 1 scripted, 4 forwarded, 4 recorded"])
    files = {str(path.relative_to(pytester.path)) for path in pytester.path.glob("cassettes/**/*.yaml")}
    assert {"cassettes/named.yaml", "cassettes/test_it/test_default.yaml"} < files
    assert len(files) == 4
    result = run(pytester, "-n", "2")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["mockapi: 4 replayed, 1 scripted"])
    assert asked(upstream) == 4


def test_nothing_is_asked_unless_a_mode_says_so(pytester: pytest.Pytester, upstream: mockapi.Server) -> None:
    """An upstream alone changes nothing; a mode without an upstream is an error that names the option."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream, "--mockapi-record-mode=none", "-k", "default").assert_outcomes(passed=1)
    assert asked(upstream) == 0
    result = run(pytester, "--mockapi-record-mode=new")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--mockapi-upstream=https://api.anthropic.com*"])
    result = record(pytester, upstream, "--mockapi-record-mode=once")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'once' is called new here*"])


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "xdist"]
)
def test_a_renewed_recording_is_the_one_that_plays(
    pytester: pytest.Pytester, upstream: mockapi.Server, arguments: tuple[str, ...]
) -> None:
    """What is recorded again takes the old one's place: the next run plays it and leaves nothing unused."""
    pytester.makepyfile(test_it=SAYS)
    for reply, mode in (("OLD", "new"), ("NEW", "all")):
        with upstream.open_session() as model:
            model.reply(reply, always=True)
            result = run(
                pytester,
                f"--mockapi-upstream={model.base_url}",
                f"--mockapi-record-mode={mode}",
                *arguments,
                EXPECTED=reply,
            )
        result.assert_outcomes(passed=2)
    result = run(pytester, "--mockapi-unused=fail", *arguments, EXPECTED="NEW")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["mockapi: 2 replayed"])


@pytest.mark.slow
def test_one_test_alone_is_recorded_anew(pytester: pytest.Pytester, upstream: mockapi.Server) -> None:
    """Only its own cassette changes."""
    pytester.makepyfile(test_it=SAYS)
    record(pytester, upstream, EXPECTED="").assert_outcomes(passed=2)
    one, two = sorted(pytester.path.glob("cassettes/test_it/*.yaml"))
    before = one.read_bytes(), two.read_bytes()
    with upstream.open_session() as model:
        model.reply("NEW")
        result = run(
            pytester,
            "test_it.py::test_two",
            f"--mockapi-upstream={model.base_url}",
            "--mockapi-record-mode=all",
            EXPECTED="NEW",
        )
    result.assert_outcomes(passed=1)
    assert one.read_bytes() == before[0]
    assert two.read_bytes() != before[1]
    run(pytester, "-k", "two", EXPECTED="NEW").assert_outcomes(passed=1)


def test_another_tools_name_for_a_mode_is_answered_with_ours(pytester: pytest.Pytester) -> None:
    """Whoever writes VCR.py's `rewrite` is told `all`."""
    result = run(pytester, "--mockapi-record-mode=rewrite")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'rewrite' is called all here*"])


def test_a_changed_request_is_explained(pytester: pytest.Pytester, upstream: mockapi.Server) -> None:
    """With the nearest recording, the difference, and the marker or the command that repairs it."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream, "-k", "default").assert_outcomes(passed=1)
    pytester.makepyfile(test_it=TESTS.replace('"one"', '"one", metadata={"user_id": "u"}'))
    result = run(pytester, "-k", "default")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*nearest: *cassettes/test_it/test_default.yaml#0",
            "*metadata*",
            "*@pytest.mark.messages_api(matching={'ignore': [[]'$.metadata'*}) makes it match.",
            "  Record it: pytest test_it.py::test_default --mockapi-record-mode=new --mockapi-upstream=*",
        ]
    )


@pytest.mark.slow
def test_a_recording_is_compared_with_the_upstream(
    pytester: pytest.Pytester, upstream: mockapi.Server
) -> None:
    """In the mode verify: what has changed fails the run, and nothing is written."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream, "-k", "default").assert_outcomes(passed=1)
    before = next(pytester.path.glob("cassettes/**/*.yaml")).read_bytes()
    result = record(pytester, upstream, "--mockapi-record-mode=verify", "-k", "default")
    assert result.ret == 0, result.stdout.str()
    with upstream.open_session() as other:
        other.reply_error(404)
        result = run(
            pytester,
            f"--mockapi-upstream={other.base_url}",
            "--mockapi-record-mode=verify",
            "-k",
            "default",
        )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_default.yaml#0 differs from what the upstream answers now"])
    assert next(pytester.path.glob("cassettes/**/*.yaml")).read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "xdist"]
)
def test_what_nobody_plays_is_told(
    pytester: pytest.Pytester, upstream: mockapi.Server, arguments: tuple[str, ...]
) -> None:
    """Recordings that no test played, cassettes that no test uses; by option they fail the run."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream).assert_outcomes(passed=5)
    pytester.makepyfile(
        test_it="""
        def test_default(messages_api):
            pass
        """
    )
    result = run(pytester, *arguments)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "mockapi: 1 unused",
            "    cassettes/test_it/test_default.yaml#0",
            "  cassettes that no test uses:",
            "    cassettes/named.yaml",
        ]
    )
    result = run(pytester, "--mockapi-unused=fail", *arguments)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def _drop_command(result: pytest.RunResult) -> list[str]:
    """The words of the command that a report gives for dropping what nobody plays."""
    lines = [line.strip() for line in result.outlines]
    return shlex.split(lines[lines.index("To drop them:") + 1])


@pytest.mark.slow
def test_the_command_that_drops_what_nobody_plays_runs_as_it_stands(
    pytester: pytest.Pytester, upstream: mockapi.Server
) -> None:
    """It drops those recordings and leaves alone what this run has not looked at."""
    pytester.makepyfile(test_it=TESTS.replace('ask("one")["content"]', 'ask("one") and ask("twice")'))
    record(pytester, upstream).assert_outcomes(passed=5)
    cassettes = {path: path.read_bytes() for path in pytester.path.glob("cassettes/**/*.yaml")}
    pytester.makepyfile(test_it=TESTS)
    command = _drop_command(run(pytester, "-k", "default", "-p", "cacheprovider"))
    assert command[:4] == ["mockapi", "cassettes", "prune", "--report"]
    assert process(*command[1:]).code == 0
    changed = [path.name for path, before in cassettes.items() if path.read_bytes() != before]
    assert changed == ["test_default.yaml"]
    result = run(pytester, "--mockapi-unused=fail")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["mockapi: 4 replayed, 1 scripted"])


def test_the_report_of_what_was_played_goes_where_it_is_told(
    pytester: pytest.Pytester, upstream: mockapi.Server
) -> None:
    """`--mockapi-report` writes it in any case; without it and pytest's cache the advice is to give it."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream, "-k", "default").assert_outcomes(passed=1)
    run(pytester, "-k", "default", "--mockapi-report=played.json").assert_outcomes(passed=1)
    report = json.loads((pytester.path / "played.json").read_text())
    assert [item["interaction"] for item in report["played"]] == [0]
    assert report["not_played"] == []
    pytester.makepyfile(test_it="def test_default(messages_api): pass")
    assert _drop_command(run(pytester))[:2] == ["pytest", "--mockapi-report=played.json;"]
    result = run(pytester, "--mockapi-report=none/played.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  The report cannot be written to none/played.json: *"])


def test_a_part_of_the_suite_leaves_no_cassette_unused(
    pytester: pytest.Pytester, upstream: mockapi.Server
) -> None:
    """Deselected tests keep theirs."""
    pytester.makepyfile(test_it=TESTS)
    record(pytester, upstream).assert_outcomes(passed=5)
    result = run(pytester, "-k", "default", "--mockapi-unused=fail")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["mockapi: 1 replayed"])


def test_a_broken_cassette_is_an_error_that_names_it(pytester: pytest.Pytester) -> None:
    """With the file, and what is wrong in it."""
    pytester.makepyfile(test_it=TESTS)
    folder = pytester.mkdir("cassettes")
    (folder / "named.yaml").write_text("mockapi_cassette: 1\ninteractions: 5\n")
    result = run(pytester, "-k", "named")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_named: *named.yaml*interactions*"])


def test_an_interrupted_run_loses_no_finished_recording(
    pytester: pytest.Pytester, upstream: mockapi.Server
) -> None:
    """A process that is killed has written what was answered."""
    pytester.makepyfile(
        test_it="""
        import os, signal
        from client import ask

        def test_it(messages_api):
            ask("one")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    run_apart(pytester, f"--mockapi-upstream={upstream.base_url}", "--mockapi-record-mode=new")
    assert (pytester.path / "cassettes/test_it/test_it.yaml").stat().st_size
