"""`--mockapi-html`: a page about a run, with each test that asked, how it ended, and what was wrong."""

from __future__ import annotations

import base64
import re
import zlib
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.support.plugin import run

if TYPE_CHECKING:
    from pathlib import Path

_DATA = re.compile(r'<script type="text/plain" id="document">([^<]*)</script>')
_SUITE = """
    import pytest
    from client import Refused, ask, text_of

    def test_good(messages_api):
        messages_api.reply("Hello", times=2)
        ask("one")
        ask("two")

    def test_swallows(messages_api):
        messages_api.reply("Hello")
        ask("first")
        with pytest.raises(Refused):
            ask("nobody answers <script>")

    def test_own(messages_api):
        messages_api.reply("x")
        assert text_of(ask("say y")) == "y"

    @pytest.fixture
    def broken():
        yield
        raise RuntimeError("broken at its end")

    def test_teardown(broken, messages_api):
        messages_api.reply("Hello", optional=True)

    @pytest.mark.xfail(reason="known")
    def test_known(messages_api):
        messages_api.reply("x")
        assert text_of(ask("say z")) == "z"

    class TestTogether:
        def test_first(self, class_messages_api):
            class_messages_api.reply("one")
            ask("of the first")

        def test_second(self, class_messages_api):
            class_messages_api.reply("two")
            ask("of the second")

    def test_asks_nothing():
        assert 1 == 2
    """


def told_by(page: Path) -> dict[str, tuple[str, str, list[str]]]:
    """Outcome, words, and the last texts of requests of each test on a page."""
    found = _DATA.search(page.read_text("utf-8"))
    assert found is not None
    told = orjson.loads(zlib.decompress(base64.b64decode(found[1]), wbits=-zlib.MAX_WBITS))

    def text(exchange: dict[str, Any]) -> str:
        body = "".join(told["pieces"][at] for at in exchange["request"]["body"]["pieces"])
        return str(orjson.loads(body)["messages"][-1]["content"])

    return {
        group["name"].rpartition("::")[2]: (
            group["outcome"],
            group["words"],
            list(map(text, group["exchanges"])),
        )
        for group in told["groups"]
    }


def check(told: dict[str, tuple[str, str, list[str]]]) -> None:
    """All that the suite above leads to."""
    assert {name: (outcome, texts) for name, (outcome, _, texts) in told.items()} == {
        "test_good": ("passed", ["one", "two"]),
        "test_swallows": ("failed", ["first", "nobody answers <script>"]),
        "test_own": ("failed", ["say y"]),
        "test_teardown": ("error", []),
        "test_known": ("xfailed", ["say z"]),
        "test_first": ("passed", ["of the first"]),
        "test_second": ("passed", ["of the second"]),
    }
    assert told["test_swallows"][1].startswith("1 request was not answered (HTTP 422):")
    assert "assert 'x' == 'y'" in told["test_own"][1]
    assert "broken at its end" in told["test_teardown"][1]


def test_a_run_is_told(pytester: pytest.Pytester) -> None:
    """Tests that asked the API, in their order, and a line at the end that says where the page is."""
    pytester.makepyfile(_SUITE)
    result = run(pytester, "--mockapi-html=page.html")
    result.stdout.fnmatch_lines([f"mockapi: wrote {pytester.path}/page.html (7 tests, * bytes)"])
    told = told_by(pytester.path / "page.html")
    check(told)
    assert list(told)[:3] == ["test_good", "test_swallows", "test_own"]


@pytest.mark.slow
def test_workers_are_joined(pytester: pytest.Pytester) -> None:
    """Under xdist the page is the same, in order of the names."""
    pytester.makepyfile(_SUITE)
    run(pytester, "--mockapi-html=page.html", "-n", "2")
    told = told_by(pytester.path / "page.html")
    check(told)


@pytest.mark.slow
def test_a_run_that_asks_nothing_writes_a_page_too(pytester: pytest.Pytester) -> None:
    """What collects it in CI finds it."""
    pytester.makepyfile("def test_a(): ...")
    run(pytester, "--mockapi-html=page.html").assert_outcomes(passed=1)
    assert told_by(pytester.path / "page.html") == {}


@pytest.mark.slow
def test_a_test_that_changes_the_folder_does_not_move_the_page(pytester: pytest.Pytester) -> None:
    """It goes where it was ordered to."""
    pytester.makepyfile(
        """
        def test_a(messages_api, monkeypatch, tmp_path):
            import os
            os.chdir(tmp_path)
        """
    )
    run(pytester, "--mockapi-html=page.html")
    assert list(told_by(pytester.path / "page.html")) == ["test_a"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"), [("none/page.html", "there is no folder"), (".", "it is a folder")]
)
def test_a_place_that_cannot_be_written_is_told_at_the_start(
    pytester: pytest.Pytester, name: str, words: str
) -> None:
    """No test runs for nothing."""
    pytester.makepyfile("def test_a(): ...")
    result = run(pytester, f"--mockapi-html={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--mockapi-html={name}: {words}*"])


@pytest.mark.slow
def test_a_page_that_cannot_be_written_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why: what CI keeps must not be missed silently."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytest_mockapi._html_report.write_atomically", full)
    pytester.makepyfile("def test_a(): ...")
    result = run(pytester, "--mockapi-html=page.html")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["mockapi: --mockapi-html * cannot be written: No space left on device."])
