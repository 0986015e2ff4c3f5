"""`mockapi record` as a process, and the commands that look at what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.process import Serving, mockapi
from tests.support.recording import recorded
from tests.support.server import ask, interaction, message, serving, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator

    import mockapi as package

REQUEST_ID = (("content-type", "application/json"), ("request-id", "req_1"))


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[package.Server]:
    """A server that knows two answers."""
    known = [interaction(message(text), b'{"id":1}', headers=REQUEST_ID) for text in ("a", "b")]
    with serving(write_cassette(tmp_path / "up.yaml", *known)) as server:
        yield server


def _record(upstream: package.Server, to: Path, *more: str) -> Serving:
    return Serving("record", "--upstream", upstream.base_url, "--to", str(to), "--port", "0", *more)


@pytest.mark.slow
def test_record_then_replay_then_verify(upstream: package.Server, tmp_path: Path) -> None:
    """Recorded once, replayed the second time, compared the third; each run says what it did."""
    to = tmp_path / "rec" / "a.yaml"
    with _record(upstream, to) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert ask(server.url, message("a")).headers["x-mockapi-source"] == "forwarded"
        first = server.stop()
    assert (first.code, "0 replayed, 1 recorded, 1 forwarded" in first.err) == (0, True)
    with _record(upstream, to) as server:
        assert ask(server.url, message("a")).headers["x-mockapi-source"] == "recorded"
        assert ask(server.url, message("b")).headers["x-mockapi-source"] == "forwarded"
        second = server.stop()
    assert "1 replayed, 1 recorded, 1 forwarded" in second.err
    page = tmp_path / "page.md"
    with _record(upstream, to, "--record-mode", "verify", "--summary", str(page)) as server:
        ask(server.url, message("a"))
        third = server.stop()
    assert third.code == 0
    assert "1 recordings compared, 0 differ" in third.err
    assert "1 unused recordings" in third.err
    assert "1 compared, 0 differ." in page.read_text()


@pytest.mark.slow
def test_drift_is_exit_code_1_and_a_row_of_the_summary(upstream: package.Server, tmp_path: Path) -> None:
    """A nightly job fails and shows what differs."""
    old = interaction(message("a"), b'{"id":"one","gone":1}', headers=REQUEST_ID)
    to = write_cassette(tmp_path / "old.yaml", old)
    page = tmp_path / "page.md"
    with _record(upstream, Path(to), "--record-mode", "verify", "--summary", str(page)) as server:
        assert ask(server.url, message("a")).json()["gone"] == 1
        outcome = server.stop()
    assert outcome.code == 1
    assert "$.gone: recorded number, now missing" in outcome.err
    assert f"| {to}#0 | $.gone: recorded number, now missing<br>$.id: recorded" in page.read_text()


def test_a_spent_budget_is_exit_code_1(upstream: package.Server, tmp_path: Path) -> None:
    """Whoever set a budget hears that it did not suffice."""
    with _record(upstream, tmp_path / "r", "--budget", "0") as server:
        assert ask(server.url, message("a")).status_code == 422
        outcome = server.stop()
    assert outcome.code == 1
    assert "1 requests not forwarded: the budget of 0 calls was spent" in outcome.err


@pytest.mark.slow
def test_none_never_calls_out(upstream: package.Server, tmp_path: Path) -> None:
    """In mode none a miss is a miss."""
    with _record(upstream, tmp_path / "r", "--record-mode", "none") as server:
        assert ask(server.url, message("a")).json()["error"]["type"] == "mockapi_no_recording"
        assert server.stop().code == 0


@pytest.mark.slow
def test_serve_records_what_it_does_not_know(upstream: package.Server, tmp_path: Path) -> None:
    """`serve --on-unmatched record` is a server first and a recorder where nothing matches."""
    to = tmp_path / "r"
    options = ("--on-unmatched", "record", "--upstream", upstream.base_url, "--record-to", str(to))
    with Serving("serve", *options, "--port", "0", "--validation", "off") as server:
        assert ask(server.url, message("a")).json() == {"id": 1}
        assert "1 recorded" in server.stop().err
    assert len(recorded(to).interactions) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Missing --upstream URL"),
        (("--upstream", "http://127.0.0.1:1"), "Name a file or folder"),
        (("--upstream", "http://x", "--to", "r", "--record-mode", "once"), "'once' is called new here"),
        (("--upstream", "http://x", "--to", "r", "--on-unmatched", "fail"), "not --on-unmatched"),
        (("--upstream", "nonsense", "--to", "r"), "such as https://api.anthropic.com"),
    ],
)
def test_a_command_line_without_sense_says_what_is_missing(options: tuple[str, ...], said: str) -> None:
    """Exit code 2, and what to write instead."""
    outcome = mockapi("record", *options, "--port", "0")
    assert outcome.code == 2
    assert said in outcome.err


def test_serve_that_should_record_needs_an_upstream() -> None:
    """Recording without anyone to ask is told at the start."""
    outcome = mockapi("serve", "--on-unmatched", "record", "--port", "0")
    assert outcome.code == 2
    assert "--upstream URL" in outcome.err


def test_show_says_what_takes_the_room(tmp_path: Path) -> None:
    """Sizes by file and interaction, the largest first; what stands once counts once."""
    big, small = interaction(message("big"), b"x" * 5000), interaction(message("small"), b"y")
    path = write_cassette(tmp_path / "a.yaml", small, big, big)
    lines = mockapi("cassettes", "show", "--size", path).out.splitlines()
    assert lines[0].startswith(f"{path}: ")
    assert "3 interactions" in lines[0]
    assert "#1" in lines[1]
    assert "5,000 answered" in lines[1]
    assert sum("5,000 answered" in line for line in lines) == 1


def test_lint_finds_what_the_projects_own_rules_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern of the project is a secret to lint too; other YAML files may be passed over."""
    (tmp_path / "pyproject.toml").write_text("[tool.mockapi.redact]\npatterns = ['cust-[0-9]{6}']\n")
    path = write_cassette(tmp_path / "a.yaml", interaction(message("for cust-123456")))
    (tmp_path / "other.yaml").write_text("a: 1\n")
    assert mockapi("cassettes", "lint", path).code == 0
    monkeypatch.chdir(tmp_path)
    outcome = mockapi("cassettes", "lint", "--skip-others", str(tmp_path))
    assert outcome.code == 1
    assert "a rule of yours" in outcome.out
    assert "1 file, 1 error," in outcome.err
