"""Readers that were written without sight of the cases: each broken one is caught, and no correct one is.

What stands beside a broken reader is the smallest case that shows its fault. The verdict has to be one
that names the fault rightly; which ones do was written down with the reader, before it was judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi.fuzzing import (
    BY_ID,
    MESSAGE_CASES,
    SSE_CASES,
    Hunt,
    TargetSubject,
    hunt,
    judge,
)
from mockapi.fuzzing._observe import examine, sees_of
from tests.support.each import each
from tests.support.holdout.readers import BROKEN, CORRECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.fuzzing import Finding

pytestmark = pytest.mark.timeout(900)

SHOWN_BY = {
    "SplitsLikePython": "text/what else looks like a line end",
    "ForgetsTheReturn": "cut/cr, lf and a field",
    "WaitsAfterReturn": "framing/cr",
    "DecodesEachChunk": "cut/byte order mark in three",
    "DecodesStrictly": "text/a continuation byte alone",
    "DropsInvalidBytes": "text/a continuation byte alone",
    "KeepsTheMark": "text/byte order mark",
    "StripsEveryMark": "text/byte order mark in the middle",
    "RemovesMarksInside": "text/byte order mark in the data",
    "StripsAllBlanks": "fields/a tab after the colon",
    "StripsTheEnd": "fields/a space at the end is kept",
    "NeedsTheBlank": "fields/data without a colon is empty data",
    "CutsAtColons": "fields/the value is a colon",
    "UnpacksTwo": "fields/data without a colon is empty data",
    "ComparesInLowerCase": "fields/upper case is another field",
    "StripsNames": "fields/a space before the colon is part of the name",
    "JoinsWithNothing": "framing/cr line, lf blank line is one crlf",
    "LastLineOfData": "framing/cr line, lf blank line is one crlf",
    "TypeStays": "fields/a type without data is forgotten",
    "TypeOutlivesEmptyBlocks": "fields/a type without data is forgotten",
    "IdOfOneEvent": "fields/id without data counts",
    "KeepsTheIdThatIsEmptied": "fields/id empties",
    "ReadsAnyRetry": "fields/retry takes ascii digits only",
    "DropsEmptyData": "fields/data without a colon is empty data",
    "DispatchesTypes": "fields/no data, no event",
    "DispatchesTheRest": "framing/a crlf ends the stream, then nothing",
    "CommentsClear": "fields/a type may be followed by comments",
    "UnknownFieldsCrash": "fields/a space before the colon is part of the name",
    "UnescapesData": "text/nothing is unescaped",
    "EndsAtAnEmptyChunk": "cut/an empty chunk",
    "OneEventLate": "cut/two events in a chunk",
    "Utf8SigPerChunk": "text/a second byte order mark is part of the name",
    "blocks_by_line_feeds": "framing/cr",
    "blocks_by_expression": "fields/data without a colon is empty data",
    "stops_at_done": "text/no text ends a stream",
    "chunks_are_events": "cut/blank line in two",
    "OneBlock": "grammar/interleaved blocks",
    "TextAndToolsOnly": "grammar/unknown block",
    "TextStartsEmpty": "m-text/text in the start",
    "InputStartsEmpty": "m-tools/input in the start",
    "BadInputIsEmpty": "grammar/tool input with a value missing",
    "ClosesBraces": "grammar/tool input cut at the end",
    "UsageOfTheStart": "grammar/no content",
    "UsageOfTheEnd": "grammar/no content",
    "UsageIsSummed": "grammar/no content",
    "OnlyOutputTokens": "grammar/usage that has grown",
    "OnlyTheStopReason": "grammar/a stop sequence",
    "FirstMessageDelta": "grammar/two message_deltas",
    "StopReasonsAreJoined": "grammar/the same message_delta twice",
    "NeedsAStopReason": "grammar/two message_deltas",
    "NoCitations": "m-blocks/citations",
    "LastCitation": "m-blocks/citations",
    "NoSignature": "m-blocks/thinking without text",
    "NoSummary": "m-blocks/compaction",
    "StripsPieces": "m-text/characters of all lengths",
    "LargeNumbersAreFloats": "m-tools/a big integer",
    "AnyEndWillDo": "grammar/ends after message_start",
    "NothingIsAnEmptyAnswer": "m-framing/empty stream",
    "ErrorsAreLogged": "grammar/error of an unknown type, and the stream goes on",
    "DoneAtTheStopReason": "grammar/no content_block_stop",
    "DoneAtTheFirstBlock": "grammar/ends between blocks",
    "UnknownEventsAreErrors": "grammar/unknown event",
    "UnknownDeltasCrash": "grammar/unknown delta",
    "UnknownBlocksAreErrors": "grammar/unknown block",
    "PingsHaveData": "m-keep-alive/a ping with empty data",
    "EveryDataIsJson": "grammar/unknown event with empty data",
    "NamesAreNeeded": "grammar/a delta without an event line",
    "TypesAreNeeded": "grammar/a delta without a type",
    "SkipsBadJson": "grammar/an event with empty data",
    "DeepJsonCrashes": "limits/JSON 10,000 deep",
    "StrayDeltasAreDropped": "grammar/late content_block_start",
    "LaterBlockWins": "grammar/an index used twice",
    "TheWordErrorIsOne": "grammar/text that speaks of an error",
    "SurrogatesCrash": "m-text/a lone surrogate escape",
    "broken_connections_end_the_stream": "grammar/the connection breaks in a block",
    "shows_deltas_only": "m-text/a lone surrogate escape",
    "shows_events_of_a_cut_stream": "m-framing/empty stream",
}
SHOWN_BY_SIZE = {
    "SnapshotsForEachPiece": "limits/20,000 deltas",
    "ParsesInputForEachPiece": "limits/20,000 deltas of a tool's input",
    "CutsLongLines": "limits/a long line in chunks of a byte",
    "KeepsAllChunks": "limits/comments without end",
    "reads_all_again": "limits/many lines in chunks of a byte",
    "grows_a_line_by_copies": "limits/a line of 8 MiB in chunks of 512 bytes",
}


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Iterator[TargetSubject]:
    """The reader of a test's `name`, in a process of its own."""
    found = TargetSubject(f"tests.support.holdout.readers:{request.getfixturevalue('name')}")
    yield found
    found.stop()


def test_every_broken_reader_has_its_case() -> None:
    """There are more than eighty, and none is left out."""
    assert {*SHOWN_BY, *SHOWN_BY_SIZE} == set(BROKEN)
    assert len(BROKEN) > 80
    assert len(CORRECT) >= 17


@each("name", SHOWN_BY)
def test_a_broken_reader_is_caught_with_the_right_verdict(name: str) -> None:
    """Its smallest case gives a verdict that names the fault."""
    case = BY_ID[SHOWN_BY[name]]
    reader = BROKEN[name].reader
    found = judge(case, examine(reader, case, sees_of(reader)))
    assert found.verdict in BROKEN[name].verdicts


@pytest.mark.nightly
@pytest.mark.parametrize("name", SHOWN_BY_SIZE)
def test_a_reader_that_size_breaks_is_caught(name: str, subject: TargetSubject) -> None:
    """What costs too much time or memory, or loses what is long."""
    assert subject.look(BY_ID[SHOWN_BY_SIZE[name]]).verdict in BROKEN[name].verdicts


def _alarms(subject: TargetSubject, *, heavy: bool) -> list[Finding]:
    findings = (subject.look(case) for case in subject.cases() if case.heavy is heavy)
    return [finding for finding in findings if not finding.verdict.is_fine]


@pytest.mark.slow
@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_reader_raises_no_alarm(name: str) -> None:
    """Strict, lenient, threaded, asynchronous, for events, for the API's events and for messages."""
    reader = CORRECT[name]
    sees = sees_of(reader)
    table = SSE_CASES if sees == "events" else MESSAGE_CASES
    small = [case for case in table if not (case.heavy or case.over_http)]
    findings = [judge(case, examine(reader, case, sees)) for case in small]
    assert [finding for finding in findings if not finding.verdict.is_fine] == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_reader_masters_what_is_large_and_what_is_generated(
    name: str, subject: TargetSubject
) -> None:
    """In the table and in a hunt of some seconds, in which the large streams come, too."""
    assert name in CORRECT
    assert _alarms(subject, heavy=True) == []
    assert hunt(subject, seconds=15.0, table=False).failures == []


class _Caught(Exception):  # noqa: N818 - a result, not a defect
    """Generated streams have shown the fault."""


def _stop_at_a_failure(found: Hunt) -> None:
    if found.failures:
        raise _Caught


@pytest.mark.nightly
def test_generated_streams_alone_show_nine_faults_in_ten() -> None:
    """Of all readers that take bytes. A minute is what ten seconds of work take on a busy machine."""
    missed = []
    for name in BROKEN:
        subject = TargetSubject(f"tests.support.holdout.readers:{name}")
        try:
            found = hunt(subject, seconds=60.0, examples=3000, table=False, progress=_stop_at_a_failure)
            if not found.failures:  # it may have ended by itself, with what it found
                missed.append(name)
        except _Caught:
            pass
        finally:
            subject.stop()
    assert len(missed) <= len(BROKEN) // 10, missed
