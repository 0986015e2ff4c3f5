"""The hunt: it finds, shrinks, repeats and saves; and `mockapi fuzz` says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import load
from mockapi.cli import root
from mockapi.errors import UsageError
from mockapi.fuzzing import (
    BY_ID,
    SSE_CASES,
    Case,
    Finding,
    Sees,
    Verdict,
    assert_conforms,
    check_target,
    judge,
    keep_failures,
    kept_failures,
    observe,
)
from mockapi.fuzzing._hunt import hunt
from mockapi.fuzzing._observe import load_target, sees_of
from mockapi.fuzzing._subject import TargetSubject
from mockapi.fuzzing.strategies import features_of
from tests.support import broken_blocks, broken_lines, broken_sse, good_parsers, targets
from tests.support.examples import examples as wanted
from tests.support.process import runner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.slow  # targets are programs, started for each test

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _targets_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


def subject(name: str) -> Iterator[TargetSubject]:
    """A target in its process."""
    found = TargetSubject(name)
    try:
        yield found
    finally:
        found.stop()


def generated(name: str, seed: int = 0, examples: int = 400) -> tuple[Verdict, bytes] | None:
    """What generated streams alone find: the verdict and the smallest stream."""
    for running in subject(name):
        found = hunt(running, seed=seed, examples=examples, table=False)
        if found.failures:
            return found.failures[0].verdict, b"".join(found.failures[0].case.chunks())
    return None


@pytest.mark.slow
def test_generated_streams_find_a_bug_and_shrink_it() -> None:
    """What is left of a stream for a decoder without CR is next to nothing."""
    found = generated("tests.support.targets:only_lf")
    assert found is not None
    assert len(found[1]) <= 10
    assert b"\r" in found[1]
    assert generated("tests.support.targets:only_lf") == found


def test_generated_streams_find_silent_truncation() -> None:
    """A cut stream, and a client that says nothing of it."""
    found = generated("tests.support.targets:truncates_silently")
    assert found is not None
    assert found[0] is Verdict.SILENT_LOSS


def test_correct_parsers_survive_generated_streams() -> None:
    """Events and messages."""
    assert generated("tests.support.good_parsers:by_character", examples=wanted(300)) is None
    assert generated("tests.support.good_parsers:message", examples=wanted(300)) is None


@pytest.mark.slow
def test_a_target_that_never_returns_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is `hangs`, and the next case is looked at all the same."""
    for running in subject("tests.support.targets:hangs"):
        cases = {case.id: case for case in running.cases()}
        with monkeypatch.context() as patched:
            patched.setattr("mockapi.fuzzing._subject._MARGIN", -4.0)
            assert running.look(cases["fields/retry"]).verdict is Verdict.HANGS
        assert running.look(cases["framing/lf"]).verdict is Verdict.CONFORMS


def test_a_target_that_ends_its_process_is_reported() -> None:
    """So is one that kills itself."""
    for running in subject("tests.support.targets:exits"):
        cases = {case.id: case for case in running.cases()}
        found = running.look(cases["fields/retry"])
        assert found.verdict is Verdict.CRASHES
        assert "exit code 7" in found.seen
        assert running.look(cases["framing/lf"]).verdict is Verdict.CONFORMS


def test_a_module_that_cannot_be_imported_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With file and line of a syntax error, and without a traceback."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "unfinished.py").write_text("def parse(:\n")
    (tmp_path / "leaving.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(UsageError, match=r"SyntaxError: .*\(unfinished.py, line 1\)"):
        load_target("unfinished:parse")
    with pytest.raises(UsageError, match="SystemExit: 3"):
        load_target("leaving:parse")


def test_events_without_end_are_stopped() -> None:
    """In the process that gives them, long before the memory is full."""
    seen = observe(targets.endless, (b"data: a\n\n",), "events")
    assert seen.trouble is not None
    assert seen.trouble[0] is Verdict.HANGS
    assert len(seen.events) < 2000


def test_asynchronous_targets_are_watched_like_others() -> None:
    """An event that is held back to the end is late; a coroutine gives all of them there."""
    case = BY_ID["cut/two events in a chunk"]
    finding = judge(case, observe(broken_lines.AllAtTheEnd(), case.chunks(), "events"))
    assert "held back" in finding.seen
    assert judge(case, observe(good_parsers.asynchronously, case.chunks(), "events")).verdict.is_fine


def test_models_are_taken_as_the_dicts_they_stand_for() -> None:
    """A target may give its SDK's objects, as events and as the message."""
    assert sees_of(targets.models) == "stream"
    assert sees_of(targets.model) == "message"
    case = BY_ID["m-framing/lf"]
    assert judge(case, observe(targets.model, case.chunks(), "message")).verdict is Verdict.CONFORMS


def test_an_answer_too_deep_to_compare_is_no_accident_of_the_kit() -> None:
    """It differs, and the hunt goes on."""
    case = BY_ID["m-framing/lf"]
    finding = judge(case, observe(targets.bottomless, case.chunks(), "message"))
    assert (finding.verdict, finding.seen) == (
        Verdict.DIFFERS,
        "something too deeply nested to be compared",
    )


class Failing:
    """A subject that fails every case."""

    sees: Sees = "events"
    name = "failing"

    def cases(self) -> list[Case]:
        """Three."""
        return list(SSE_CASES[:3])

    def look(self, case: Case, until: float | None = None) -> Finding:
        """Always the same."""
        assert until is None or until > 0
        return Finding(case, Verdict.HANGS, "", "")

    def stop(self) -> None:
        """Nothing to let go of."""


def test_a_failing_table_is_not_finished_at_any_price() -> None:
    """When the time is up, the rest is left out and counted."""
    found = hunt(Failing(), seconds=0)
    assert (len(found.failures), found.left_out) == (0, 3)
    assert hunt(Failing(), examples=0).left_out == 0


def test_what_is_on_file_is_not_found_again() -> None:
    """The same verdict is known, another one is not; excluded cases are not looked at."""
    first, second, third = (case.id for case in SSE_CASES[:3])
    known = {first: "hangs", second: "crashes"}
    found = hunt(Failing(), examples=0, known=known, exclude=[third, "cut/"])
    assert [finding.case.id for finding in found.known] == [first]
    assert [finding.case.id for finding in found.failures] == [second]
    assert found.examples == 2


class Picky(Failing):
    """A subject that fails on a feature of generated streams."""

    def cases(self) -> list[Case]:
        """One, that fails."""
        return list(SSE_CASES[:1])

    def look(self, case: Case, until: float | None = None) -> Finding:
        """Marks and invalid bytes are too much for it."""
        assert until is None
        body = b"".join(case.chunks())
        is_bad = b"\xef\xbb\xbf" in body or b"\xff" in body or not case.id.startswith("fuzz/")
        return Finding(case, Verdict.DIFFERS if is_bad else Verdict.CONFORMS, "", "")


def test_a_failure_does_not_end_the_hunt() -> None:
    """Neither one of the table nor a generated one: the hunt goes on without what is unusual in it."""
    found = hunt(Picky(), examples=900)
    first, *generated_ones = (finding.case for finding in found.failures)
    assert first == SSE_CASES[0]
    features = [feature for case in generated_ones for feature in sorted(features_of(case))]
    assert len(features) == len(set(features))  # none comes again
    assert {"mark", "invalid bytes"} <= set(features)
    left = hunt(Picky(), examples=600, table=False, exclude=[f"fuzz/{feature}" for feature in features])
    assert left.failures == []


def test_failures_are_kept_and_looked_at_first(tmp_path: Path) -> None:
    """Each once; what a later hunt finds mended is not fine by accident."""
    found = hunt(Picky(), examples=300, table=False)
    keep_failures(tmp_path, found)
    keep_failures(tmp_path, found)
    kept = kept_failures(tmp_path, "events")
    assert len(kept) == len(found.failures) > 0
    again = hunt(Picky(), examples=0, table=False, before=kept)
    assert [finding.case.id for finding in again.failures] == [case.id for case in kept]
    assert kept_failures(tmp_path, "message") == []
    assert kept_failures(tmp_path / "none", "events") == []


@pytest.mark.slow
def test_a_target_that_hoards_is_caught() -> None:
    """Comments that are kept show in the process' memory."""
    for running in subject("tests.support.targets:hoards"):
        cases = {case.id: case for case in running.cases()}
        # This one takes more memory for a while, in which the next one's growth could hide.
        assert running.look(cases["fields/retry"]).verdict is Verdict.CONFORMS
        case = cases["limits/comments without end"]
        found = running.look(case)
        assert found.verdict is Verdict.DIFFERS
        assert "memory grew" in found.seen


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "package.module:function"),
        ("no.such:thing", "cannot be loaded"),
        ("tests.support.targets:none", "cannot be loaded"),
        (":thing", "cannot be loaded; its module raises ValueError"),
        ("tests.support.targets:gives_none", "returned None for a plain stream"),
        ("tests.support.targets:takes_two", "raised TypeError: .*It is called with an iterator"),
        ("tests.support.targets:endless", "more events than the stream has bytes"),
        ("tests.support.targets:NUMBER", "cannot be called"),
        ("tests.support.targets:silent", "nothing to judge"),
    ],
)
def test_what_is_no_target_is_said(name: str, words: str) -> None:
    """With what it would have to be."""
    with pytest.raises(UsageError, match=words):
        sees_of(load_target(name))


@pytest.mark.slow
def test_a_large_stream_is_found_without_a_word_from_hypothesis() -> None:
    """It warns of values that take long to write down, as it would with this seed; here that is an error."""
    bad = ["fuzz", "--target", "tests.support.targets:only_lf", "--skip-table", "--examples", "300"]
    result = runner().invoke(root, [*bad, "--seed", "22"])
    assert "To repeat: --seed" in result.stdout


@pytest.mark.slow
def test_the_command_exits_with_what_it_found(tmp_path: Path) -> None:
    """1 and a test that fails until the parser is mended; 0 where nothing is wrong."""
    bad = ["fuzz", "--target", "tests.support.targets:only_lf", "--skip-table", "--examples", "300"]
    result = runner().invoke(root, [*bad, "--save", str(tmp_path / "kept")])
    assert result.exit_code == 1
    assert "To repeat: --seed" in result.stdout
    assert load((tmp_path / "kept" / "failure.yaml").read_bytes(), "failure.yaml").interactions
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "kept")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "AssertionError: fuzz/stream" in done.stdout
    good = [
        "fuzz",
        "--target",
        "tests.support.good_parsers:by_character",
        "--skip-table",
        "--examples",
        "100",
    ]
    result = runner().invoke(root, good)
    assert result.exit_code == 0
    assert "Nothing found: 100 streams" in result.stdout


def test_the_command_hunts_one_thing() -> None:
    """Target or driver, not both and not none."""
    for arguments in (["fuzz"], ["fuzz", "--target", "a:b", "--driver", "httpx"]):
        assert isinstance(runner().invoke(root, arguments).exception, UsageError)


def test_a_client_is_hunted_over_http() -> None:
    """The same streams, through a driver."""
    arguments = ["fuzz", "--driver", "httpx", "--skip-table", "--examples", "30"]
    result = runner().invoke(root, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_a_correct_parser_can_be_held_to_the_whole_table() -> None:
    """`check_target` finds nothing."""
    assert check_target(good_parsers.whole) == []


@pytest.mark.slow
def test_parsers_can_be_held_to_the_table_in_a_test() -> None:
    """`check_target` and `assert_conforms` are what a project's own tests call."""
    first = check_target(broken_sse.NoEmptyData())[0]
    case: Case = first.case
    with pytest.raises(AssertionError, match="silent loss"):
        assert_conforms(broken_sse.NoEmptyData(), case)
    assert check_target(broken_blocks.LosesCitations())[0].case.id == "m-blocks/citations"


def loops(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """For ever, where a retry comes first."""
    chunks = list(chunks)
    while chunks and chunks[0].startswith(b"retry: 10\nretry\n"):
        pass
    if chunks and chunks[0].startswith(b"id: 1\nid: 2\0"):
        sys.exit(3)
    if chunks and chunks[0].startswith(b"id: 1\n\ndata"):
        os._exit(4)
    yield from good_parsers.by_character(chunks)


@pytest.mark.slow
def test_a_parser_that_loops_or_exits_does_not_end_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its verdict, and the other cases are looked at."""
    monkeypatch.setattr("mockapi.fuzzing._check._MARGIN", -3.0)
    found = {finding.case.id: finding for finding in check_target(loops, exclude=["limits/", "cut/"])}
    assert {name: finding.verdict for name, finding in found.items()} == {
        "fields/an empty retry is ignored": Verdict.HANGS,
        "fields/id with a NUL is ignored": Verdict.CRASHES,
        "fields/id without data counts": Verdict.CRASHES,
    }
    assert "exit code 4" in found["fields/id without data counts"].seen
