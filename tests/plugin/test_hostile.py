"""Hostile text, odd file names and a machine without a network: what the report of a run makes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockapi.cassettes import Cassette, dump
from tests.support.odd_files import HOSTILE, NAMES, UNSAFE
from tests.support.plugin import run, run_without_network
from tests.support.server import interaction, message

HOSTILE_TEST = f"""
    from client import Refused, ask

    HOSTILE = {HOSTILE!r}

    def test_it(messages_api):
        messages_api.reply(HOSTILE)
        messages_api.reply(lambda request: 1 / 0 if request else HOSTILE)
        for _ in range(3):
            try:
                ask(HOSTILE, model=HOSTILE)
            except Refused:
                pass
"""


def _is_shown_safely(result: pytest.RunResult) -> None:
    shown = "\n".join([*result.outlines, *result.errlines])
    assert not UNSAFE & set(shown), repr(shown)
    assert "INTERNALERROR" not in shown


@pytest.mark.slow
def test_a_report_shows_no_hostile_text_as_it_is(pytester: pytest.Pytester) -> None:
    """Requests, scripts, misses and refusals."""
    pytester.makepyfile(HOSTILE_TEST)
    result = run(pytester, "--tb=line")
    result.assert_outcomes(failed=1)
    _is_shown_safely(result)


@pytest.mark.slow
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_odd_file_names_of_cassettes_end_no_run(pytester: pytest.Pytester, *, broken: bool) -> None:
    """Cassettes that no test plays are named with escapes; a broken one fails its test alone."""
    folder = pytester.path / "cassettes" / "odd"
    folder.mkdir(parents=True)
    for name in NAMES.values():
        text = dump(Cassette("c", (interaction(message("hi") | {"max_tokens": 100}),)))
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name + b".yaml")).write_bytes(
            text[:-50] if broken else text
        )
    pytester.makepyfile(
        """
        import pytest
        from client import Refused, ask

        @pytest.mark.messages_api(cassette="odd")
        def test_plays(messages_api):
            ask("hi")

        def test_other(messages_api):
            messages_api.reply("Hello")
            ask("hi")
        """
    )
    report = pytester.path / "report.json"
    result = run(pytester, "--mockapi-unused=report", f"--mockapi-report={report}")
    result.assert_outcomes(passed=1 if broken else 2, errors=int(broken))
    _is_shown_safely(result)
    assert any("\\udcff" in line for line in result.outlines)
    assert broken or b"\\\\udcff" in report.read_bytes()


@pytest.mark.slow
def test_a_machine_without_loopback_is_named(pytester: pytest.Pytester) -> None:
    """Instead of advice about replies that nobody asked for."""
    pytester.makepyfile(
        """
        from client import ask

        def test_it(messages_api):
            messages_api.reply("Hello")
            ask()
        """
    )
    result = run_without_network(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["No client can reach mockapi: connecting to 127.0.0.1 on this machine fails *", "The loopback*"]
    )
    result.stdout.no_fnmatch_line("*mockapi_unused_replies*")
