"""`mockapi cassettes import --pytest`: cassettes where the plugin looks, and what to change in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.foreign import ANSWER, vcr_py, vcr_py_interaction
from tests.support.importing import run, tree, written

if TYPE_CHECKING:
    from pathlib import Path

_RECORDED = vcr_py(vcr_py_interaction())
_OTHER_HOST = vcr_py(vcr_py_interaction(uri="https://example.com/"))

SUITE = {
    "tests/test_chat.py": b"""
import pytest, vcr

@pytest.mark.vcr
def test_one(vcr): pass

@pytest.mark.vcr()
@pytest.mark.parametrize("x", ["a b"])
async def test_many(x): pass

class TestAll:
    @vcr.use_cassette("tests/fixtures/story.yaml")
    def test_named(self): pass

def test_inside():
    with my_vcr.use_cassette("story"):
        pass

@pytest.mark.vcr
def test_elsewhere(): pass
""",
    "tests/test_flat.py": b"""
import pytest
pytestmark = [pytest.mark.vcr]
def test_flat(): pass
def test_twice(): pass
""",
    "tests/test_other.py": b"def test_twice(): pass\n",
    "tests/test_broken.py": b"def test_one(:\n",
    "tests/cassettes/test_chat/test_one.yaml": _RECORDED,
    "tests/cassettes/test_chat/test_many[a b].yaml": _RECORDED,
    "tests/cassettes/test_chat/test_elsewhere.yaml": _OTHER_HOST,
    "tests/cassettes/test_flat": _RECORDED,
    "tests/cassettes/test_twice.yaml": _RECORDED,
    "tests/fixtures/story.yaml": _RECORDED,
}


def test_each_recording_goes_to_the_tests_that_play_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder a module, a file a test, also for tests that name theirs; what two claim stays put."""
    monkeypatch.chdir(tree(tmp_path, SUITE))
    result = run("tests", "--to", "out", "--pytest")
    assert result.exit_code == 0, result.output
    assert written(tmp_path / "out") == [
        "cassettes/test_twice.yaml",
        "test_chat/TestAll.test_named.yaml",
        "test_chat/test_inside.yaml",
        "test_chat/test_many[a b].yaml",
        "test_chat/test_one.yaml",
        "test_flat/test_flat.yaml",
    ]


def test_what_to_change_is_told_test_by_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markers, calls, fixtures, the ini file; not the tests of another host, whose recorder stays."""
    monkeypatch.chdir(tree(tmp_path, SUITE))
    lines = run("tests", "--to", "out", "--pytest").stderr.splitlines()
    told = [
        line.strip()
        for line in lines[lines.index("What to change, for the pytest plugin to play them:") + 1 :]
    ]
    assert told == [
        "in the ini file of pytest: mockapi_cassettes = out, and mockapi_matching = uri",
        "tests/test_flat.py: @pytest.mark.vcr -> @pytest.mark.messages_api: test_flat",
        "tests/test_chat.py: @pytest.mark.vcr -> @pytest.mark.messages_api: test_many, test_one",
        "tests/test_chat.py:5: test_one: the fixture vcr -> messages_api, or as docs/pytest.md has it",
        (
            "tests/test_chat.py:13: TestAll.test_named: take the name 'tests/fixtures/story.yaml' out,"
            " mark the test @pytest.mark.messages_api"
        ),
        (
            "tests/test_chat.py:15: test_inside: take the name 'story' out,"
            " mark the test @pytest.mark.messages_api"
        ),
        "then: pytest --disable-recording tests/test_flat.py tests/test_chat.py",
        (
            "tests/cassettes/test_twice.yaml: no test was found that plays it:"
            " @pytest.mark.messages_api(cassette='cassettes/test_twice.yaml')"
        ),
    ]


@pytest.mark.slow
def test_the_plugin_plays_what_was_laid_out(pytester: pytest.Pytester) -> None:
    """The same request, answered otherwise in two tests: each gets the reply of its own cassette."""
    ask = """
import pytest, urllib.request, os
def ask():
    request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", b"{}")
    return urllib.request.urlopen(request).read()
"""
    tests = "".join(
        f"@pytest.mark.messages_api\ndef test_{name}(messages_api): assert ask() == b'{name}'\n"
        for name in ("a", "b")
    )
    recorded = {f"tests/cassettes/test_{name}": vcr_py(vcr_py_interaction("{}", name)) for name in ("a", "b")}
    tree(pytester.path, {"tests/test_two.py": (ask + tests).encode()} | recorded)
    warned = run("tests", "--to", "plain")
    assert "1 request stands in several cassettes with other answers (cassettes/test_a.yaml" in warned.stderr
    result = run("tests", "--to", "out", "--pytest")
    assert "several cassettes" not in result.stderr
    assert written(pytester.path / "out") == ["test_two/test_a.yaml", "test_two/test_b.yaml"]
    told = ("-o", "mockapi_cassettes=out", "-o", "mockapi_matching=uri", "-o", "mockapi_validation=off")
    pytester.runpytest_subprocess("tests", *told, "-p", "no:randomly").assert_outcomes(passed=2)


def test_the_same_request_with_the_same_answers_is_no_reason_to_warn(tmp_path: Path) -> None:
    """Nor are the replies that it gets one after another in one cassette."""
    twice = vcr_py(vcr_py_interaction(), vcr_py_interaction(reply="other"))
    result = run(tree(tmp_path / "in", {"a.yaml": twice, "b.yaml": twice}), "--to", tmp_path / "out")
    assert "several cassettes" not in result.stderr
    plain = {"a.json": ANSWER, "b.json": ANSWER.replace(b"chen", b"")}
    result = run(tree(tmp_path / "plain", plain), "--to", tmp_path / "out")
    assert "several cassettes" not in result.stderr


def test_a_test_that_plays_several_recordings_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second stays where it is, and the marker names both."""
    suite = {
        "tests/test_a.py": b"@pytest.mark.vcr('more.yaml')\ndef test_a(): pass\n",
        "tests/cassettes/test_a/test_a.yaml": _RECORDED,
        "tests/cassettes/more.yaml": _RECORDED,
    }
    monkeypatch.chdir(tree(tmp_path, suite))
    result = run("tests", "--to", "out", "--pytest")
    assert result.exit_code == 0, result.output
    assert len(written(tmp_path / "out")) == 2
    assert "too: @pytest.mark.messages_api(cassette=['test_a/test_a.yaml', '" in result.stderr


def test_a_test_that_also_asks_another_host_keeps_its_recorder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left out of its recording would be asked of the network otherwise."""
    mixed = vcr_py(vcr_py_interaction(), vcr_py_interaction(uri="https://example.com/a.png"))
    suite = {
        "tests/test_a.py": b"@pytest.mark.vcr\ndef test_a(): pass\n",
        "tests/cassettes/test_a/test_a.yaml": mixed,
    }
    monkeypatch.chdir(tree(tmp_path, suite))
    told = run("tests", "--to", "out", "--pytest").stderr
    assert "tests/test_a.py:2: test_a: keep its recorder too, for example.com" in told
    assert "--disable-recording" not in told


def test_tests_whose_marker_stands_elsewhere_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of a conftest.py may add it."""
    suite = {
        "tests/test_a.py": b"def test_a(): pass\n",
        "tests/cassettes/test_a/test_a.yaml": _RECORDED,
    }
    monkeypatch.chdir(tree(tmp_path, suite))
    told = run("tests", "--to", "out", "--pytest").stderr
    assert "tests/test_a.py: 1 tests whose marker stands elsewhere" in told
