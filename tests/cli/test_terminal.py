"""Help, demo and colours: what a person meets first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mockapi.cli import root
from tests.support.commands import commands
from tests.support.each import each
from tests.support.process import at_terminal, mockapi, run
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path


COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


@each("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    """Exit code 0, how it is called, what it does, and a word on each option; `-h` as well."""
    outcome = mockapi(*path, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: {' '.join(('mockapi', *path))} ")
    assert "  -h, --help" in outcome.out
    assert mockapi(*path, "-h").out == outcome.out
    assert not COLOUR.search(outcome.out.encode())
    for line in re.findall(r"^  (--?[a-z][^\n]*)\n(?!      )", outcome.out, re.MULTILINE):
        assert "  " in line, f"the option {line!r} has no help"


def test_a_bare_call_shows_what_there_is() -> None:
    """The commands, each with a line, in the order in which one meets them."""
    outcome = mockapi()
    shown = outcome.out + outcome.err
    for name in root.list_commands(None):  # type: ignore[arg-type] # it does not look at it
        assert f"\n  {name} " in shown


@pytest.mark.parametrize(
    "args", [("sevre",), ("cassettes", "shwo"), ("--no-such-option",), ("serve", "--prot", "1")]
)
def test_a_mistyped_call_is_exit_code_2_in_words(args: tuple[str, ...]) -> None:
    """What came and where to look."""
    outcome = mockapi(*args)
    assert outcome.code == 2
    assert "for help." in outcome.err
    assert "Traceback" not in outcome.err


def test_exit_codes_are_documented() -> None:
    """The help says what 0, 1 and 2 mean."""
    assert "Exit codes: 0 all is well; 1 something was found wrong; 2" in " ".join(
        mockapi("--help").out.split()
    )


def test_ctrl_c_is_not_the_exit_code_of_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """130, as a shell has it: 1 would say that something was found wrong."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(root.get_command(None, "rules"), "callback", stopped)  # type: ignore[arg-type]
    outcome = mockapi("rules")
    assert outcome.code == 130
    assert "Traceback" not in outcome.err


@pytest.mark.slow
def test_the_demo_streams_a_first_reply_twice_the_same() -> None:
    """It needs nothing, leaves nothing, and says what to do next."""
    first, second = (run("demo", "--speed", "max") for _ in range(2))
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("mockapi ready on http://127.0.0.1:")
    assert "> POST http://127.0.0.1:" in first.out
    assert "< 200, recorded, " in first.out
    assert "mockapi serve" in first.out
    without_port = re.compile(r"http://127\.0\.0\.1:\d+")
    assert without_port.sub("", first.out) == without_port.sub("", second.out)


@pytest.mark.parametrize("speed", ["0", "fast", "-1"])
def test_the_demo_refuses_a_speed_that_is_none(speed: str) -> None:
    """Exit code 2 in words."""
    outcome = mockapi("demo", "--speed", speed)
    assert outcome.code == 2
    assert "factor above 0" in outcome.err


@pytest.mark.slow
def test_colours_come_at_a_terminal_only(tmp_path: Path) -> None:
    """A terminal shows who speaks in colour; a pipe gets the same words plain."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"words"))
    shown = at_terminal("cassettes", "show", path)
    plain = run("cassettes", "show", path)
    assert COLOUR.search(shown)
    assert not COLOUR.search(plain.out.encode())
    assert COLOUR.sub(b"", shown).replace(b"\r\n", b"\n").decode() == plain.out
