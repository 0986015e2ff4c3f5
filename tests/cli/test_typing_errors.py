"""What a slip of the fingers gets: the word that was meant, or the whole command line."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.support.process import mockapi, run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sevre", "Unknown command 'sevre'. Did you mean `mockapi serve`?"),
        ("cassettes lnit", "Did you mean `mockapi cassettes lint`?"),
        ("conformance run --driver htpx", "Did you mean httpx?"),
        ("conformance run --driver nosuch", "The drivers are anthropic-raw, "),
        ("fuzz --driver nosuch", "The drivers are anthropic-raw, "),
        ("fuzz --driver 'no/such script'", "nor a command 'no/such'"),
    ],
)
def test_a_word_that_does_not_exist_leads_to_the_nearest(words: str, said: str) -> None:
    """Exit code 2, and no traceback."""
    outcome = mockapi(*shlex.split(words))
    assert outcome.code == 2
    assert said in " ".join(outcome.err.split())


def test_a_word_that_is_near_to_nothing_is_only_refused() -> None:
    """No command is made up."""
    outcome = mockapi("xyzzy")
    assert outcome.code == 2
    assert "Unknown command 'xyzzy'." in outcome.err
    assert "Did you mean" not in outcome.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["", "--speed 2 -v", "tests --fault reset", "tests --validation=off"],
    ids=["", "flag", "value", "="],
)
def test_exec_without_its_dashes_is_told_with_them(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line that was meant, whatever stands before the command; and it runs as it stands."""
    monkeypatch.chdir(tmp_path)
    Path("tests").mkdir()
    outcome = mockapi("exec", *words.split(), sys.executable, "-c", "import sys; sys.exit(7)")
    assert outcome.code == 2
    meant = outcome.err.strip().partition("two dashes: ")[2]
    before = [*words.split(), "--", sys.executable, "-c", "import sys; sys.exit(7)"]
    assert shlex.split(meant) == ["mockapi", "exec", *before]
    assert run(*shlex.split(meant)[1:]).code == 7
