"""Suites that bring recordings of their own: under which names they are found, and what counts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.support.plugin import run
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # each test runs pytest, some several times

REPLY: Final = b'{"content": [{"type": "text", "text": "recorded"}]}'
SUITE: Final = """
    import pytest
    from client import ask, text_of

    pytestmark = pytest.mark.messages_api

    def test_plain(messages_api):
        assert text_of(ask("hi")) == "recorded"

    class TestGroup:
        @pytest.mark.parametrize("word", ["plain", "Say hello!", "a/b:c"])
        def test_word(self, word):
            assert text_of(ask("hi")) == "recorded"
"""


def record(folder: Path, *names: str, text: str = "hi") -> None:
    """Put cassettes with one recording each where an import would have."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_cassette(path, interaction(message(text) | {"max_tokens": 100}, REPLY))


@pytest.mark.parametrize(
    "names",
    [
        ("test_it/test_plain", "test_it/TestGroup.test_word[{}]"),
        ("test_plain", "TestGroup.test_word[{}]"),
    ],
    ids=["pytest-recording", "pytest-vcr"],
)
@pytest.mark.parametrize("by", ["ini", "command line", "beside"])
def test_names_of_other_recorders_are_found(
    pytester: pytest.Pytester, names: tuple[str, str], by: str
) -> None:
    """With a folder for each module, or none; a name that no file can have is not pytest-vcr's."""
    plain, word = names
    folder = pytester.path / ("cassettes" if by == "beside" else "imported")
    words = ["plain", "Say hello!"] + (["a-b-c"] if "/" in plain else [])
    record(folder, f"{plain}.yaml", *(f"{word.format(text)}.yaml" for text in words))
    pytester.makepyfile(test_it=SUITE)
    if by == "ini":
        pytester.makeini("[pytest]\nmockapi_cassettes = imported\n")
    arguments = ("--mockapi-cassettes=imported",) if by == "command line" else ()
    result = run(pytester, *arguments, "-k", "not b:c" if "/" not in plain else "test")
    result.assert_outcomes(passed=len(words) + 1, deselected=0 if "/" in plain else 1)
    result.stdout.fnmatch_lines([f"mockapi: {len(words) + 1} replayed"])
    assert "no test uses" not in result.stdout.str()


def test_a_cassette_that_is_not_found_is_a_miss(pytester: pytest.Pytester) -> None:
    """Where a folder is set, nothing is made up, and the report has the names that were looked for."""
    pytester.makepyfile(test_it=SUITE.replace('"recorded"', '"recorded" or True'))
    result = run(pytester, "--mockapi-cassettes=imported", "-k", "plain and not Group")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(
        [
            "  The test has no cassette. Looked for:",
            "    imported/test_it/test_plain.yaml",
            "    imported/test_plain.yaml",
            "  Record it: pytest test_it.py::test_plain *",
            '*@pytest.mark.messages_api(on_unmatched="synthesize")',
        ]
    )


def test_a_script_or_a_word_of_the_marker_does_without(pytester: pytest.Pytester) -> None:
    """In a suite whose folder is set."""
    pytester.makepyfile(
        """
        import urllib.request
        import pytest
        from client import ask, text_of

        def test_scripted(messages_api):
            messages_api.reply("Hello")
            assert text_of(ask()) == "Hello"
            headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
            models = urllib.request.Request(f"{messages_api.base_url}/v1/models", headers=headers)
            assert urllib.request.urlopen(models).status == 200

        @pytest.mark.messages_api(on_unmatched="synthesize")
        def test_made_up(messages_api):
            assert ask()["role"] == "assistant"
        """
    )
    run(pytester, "--mockapi-cassettes=imported").assert_outcomes(passed=2)


RULES: Final = {
    "option": ("", ("--mockapi-compare=uri",)),
    "a word": ("mockapi_matching = uri", ()),
    "rules": ("mockapi_matching =\n    ignore: ['$.messages']\n    substitute: [date]", ()),
    "both": ("mockapi_matching = last-turn", ("--mockapi-compare=uri",)),
}


@pytest.mark.parametrize("case", RULES)
def test_rules_of_matching_hold_for_the_whole_suite(pytester: pytest.Pytester, case: str) -> None:
    """By the ini file or the command line; what matches by default misses."""
    record(pytester.path / "cassettes", "test_it/test_plain.yaml", text="drifted")
    pytester.makepyfile(test_it=SUITE)
    run(pytester, "-k", "plain and not Group").assert_outcomes(failed=1, deselected=3)
    ini, arguments = RULES[case]
    pytester.makeini(f"[pytest]\n{ini}\n")
    run(pytester, *arguments, "-k", "plain and not Group").assert_outcomes(passed=1, deselected=3)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("fuzzy", "*`mockapi_matching.compare` must be one of all, *"),
        ("{", "*mockapi_matching: *"),
        ("[]", "*`mockapi_matching` must be an object with *"),
        ("ignore: ['$[']", "*`mockapi_matching.ignore[[]0]` must be a JSON path*"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_the_start(
    pytester: pytest.Pytester, written: str, told: str
) -> None:
    """With the place of what is wrong."""
    pytester.makeini(f"[pytest]\nmockapi_matching = {written}\n")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


@pytest.mark.parametrize("order", ["", "@pytest.hookimpl(tryfirst=True)", "@pytest.hookimpl(trylast=True)"])
def test_markers_that_a_hook_adds_count(pytester: pytest.Pytester, order: str) -> None:
    """Whenever it is called, for that is how a suite moves over in a few lines."""
    record(pytester.path / "cassettes", "other.yaml")
    pytester.makeconftest(
        f"""
        import pytest

        {order}
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.messages_api(cassette="other.yaml"))
        """
    )
    pytester.makepyfile(
        """
        from client import ask, text_of

        def test_it():
            assert text_of(ask("hi")) == "recorded"
        """
    )
    run(pytester).assert_outcomes(passed=1)
