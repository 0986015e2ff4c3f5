"""Parsers with one bug each: the kit catches every one, by the smallest case that shows it.

The tables were not fitted to the kit: each bug was written first, and its case is the first, by
size, at which the verdict is not fine. Correct parsers of other constructions pass everything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mockapi.fuzzing._judge import judge
from mockapi.fuzzing._observe import examine, sees_of
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case
from tests.support import broken_blocks, broken_clients, broken_lines, broken_sse, good_parsers

if TYPE_CHECKING:
    from mockapi.fuzzing._observe import Target
    from mockapi.fuzzing._verdict import Finding, Sees

_PATIENCE = 60.0
CORRECT = [
    good_parsers.by_character,
    good_parsers.by_expression,
    good_parsers.whole,
    good_parsers.message,
    good_parsers.fed,
    good_parsers.asynchronously,
    good_parsers.collected,
    broken_sse.Decoder(),
    broken_clients.Client(),
]
DECODERS = {
    "OnlyLF": "framing/cr",
    "NoLoneCR": "framing/cr",
    "CutCRLF": "cut/cr, lf and a field",
    "SplitLines": "cut/cr, lf and a field",
    "KeepsMark": "text/byte order mark",
    "DropsAllMarks": "text/a second byte order mark is part of the name",
    "DropsMarksAnywhere": "text/byte order mark in the data",
    "MarkInOneChunk": "cut/byte order mark in three",
    "EmitsAtEnd": "framing/a crlf ends the stream, then nothing",
    "LosesLast": "fields/data without a colon is empty data",
    "StripsAll": "fields/a tab after the colon",
    "StripsNothing": "fields/data with a space only is empty data",
    "StripsEnd": "fields/a space at the end is kept",
    "SplitsAtEveryColon": "fields/the value is a colon",
    "NeedsASpace": "fields/data with a colon and nothing is empty data",
    "NeedsAColon": "fields/data without a colon is empty data",
    "AnyCase": "fields/upper case is another field",
    "StripsNames": "fields/a space before the colon is part of the name",
    "StripsLines": "fields/a line of blanks is no blank line",
    "AnyPrefix": "fields/a space before the colon is part of the name",
    "NoEmptyData": "fields/data without a colon is empty data",
    "DispatchesWithoutData": "fields/no data, no event",
    "KeepsType": "fields/a type without data is forgotten",
    "KeepsTypeWithoutData": "fields/a type without data is forgotten",
    "JoinsWithNothing": "framing/cr line, lf blank line is one crlf",
    "LastDataWins": "framing/cr line, lf blank line is one crlf",
    "KeepsLineEnd": "fields/data without a colon is empty data",
    "ForgetsId": "fields/id without data counts",
    "TakesNul": "fields/id with a NUL is ignored",
    "NeverEmptiesId": "fields/id empties",
    "IdNeedsData": "fields/id without data counts",
    "EmptyType": "fields/type",
    "FirstTypeWins": "fields/an empty type is the default",
    "CommentsAreData": "framing/only comments",
    "CommentsEndEvents": "fields/a type may be followed by comments",
    "UnknownFieldsRaise": "fields/a space before the colon is part of the name",
    "DecodesByChunk": "cut/byte order mark in three",
    "DecodesStrictly": "text/a continuation byte alone",
    "DropsBadBytes": "text/a continuation byte alone",
    "Latin1": "text/a continuation byte alone",
    "Quadratic": "limits/a long line in chunks of a byte",
    "Late": "cut/two events in a chunk",
    "OneBehind": "cut/two events in a chunk",
    "ShortLines": "limits/a long line in chunks of a byte",
    "FirstOfChunk": "fields/id without data counts",
    "EmptyChunkEnds": "cut/an empty chunk",
    "NulEnds": "fields/a NUL in data is data",
    "DropsPings": "keep-alive/ping with data",
    "Recursive": "cut/two events in a chunk",
    "Frames": "fields/no space after the colon",
    "EqualEventsOnce": "framing/the same event twice",
    "DoneEnds": "text/no text ends a stream",
    "ErrorsRaise": "fields/a type may be any name",
    "LowersTypes": "fields/a type may be any name",
    "Composes": "text/nothing is composed",
    "Unescapes": "text/nothing is unescaped",
    "RemovesNamesAnywhere": "fields/the value looks like a field",
    "AnyRetry": "fields/a retry that is none changes nothing",
    "AllAtTheEnd": "cut/two events in a chunk",
}
"""Broken decoder to the smallest case that shows its bug."""

CLIENTS = {
    "TruncatesSilently": "m-framing/empty stream",
    "AnyEndWithAStopReason": "grammar/no message_stop",
    "NeedsNoMessageDelta": "grammar/no message_delta",
    "ErrorEndsQuietly": "grammar/error first",
    "ErrorIsIgnored": "grammar/error of an unknown type, and the stream goes on",
    "HalfInput": "grammar/tool input with a value missing",
    "InputAtFirst": "grammar/tool after text",
    "UsageOfTheStart": "grammar/no content",
    "UsageOfTheEnd": "grammar/no content",
    "NewEventsRaise": "m-text/a byte order mark in the text",
    "NewDeltasCrash": "grammar/no message_start",
    "NewBlocksVanish": "grammar/unknown block",
    "KnownReasonsOnly": "grammar/unknown stop reason",
    "NoStopReason": "grammar/no content",
    "LosesStopSequence": "grammar/a stop sequence",
    "LatestBlock": "grammar/delta without an index",
    "CrashesWithoutABlock": "grammar/no content_block_start",
    "LosesSignatures": "m-blocks/thinking without text",
    "LosesCitations": "m-blocks/citations",
    "OneCitation": "m-blocks/citations",
    "FirstToolOnly": "grammar/no content_block_start",
    "StripsText": "m-text/characters of all lengths",
    "DropsNul": "m-text/a NUL",
    "LeaksDecodeErrors": "grammar/an event with empty data",
    "LeaksRecursion": "limits/JSON 10,000 deep",
    "TakesNaN": "grammar/an event with NaN",
    "RoundsIntegers": "m-tools/a big integer",
    "EmptyInputIsNone": "m-tools/input in the start",
    "SecondStreamCounts": "grammar/delta after message_stop",
    "CountsPings": "m-keep-alive/a ping with empty data",
    "EmptyPieceEnds": "m-text/a lone surrogate escape",
    "OutputTokensOnly": "grammar/usage that has grown",
    "ZeroIsNothing": "grammar/usage without output",
    "AddsUsage": "grammar/no content",
    "StartsAreEmpty": "m-text/text in the start",
    "InputOnlyInDeltas": "m-tools/input in the start",
    "OneInputForAll": "grammar/two tools",
    "EveryDeltaIsJSON": "grammar/tool after text",
    "StripsThinking": "m-blocks/thinking with blanks",
    "NoEmptyThinking": "m-blocks/thinking without text",
    "IndexesAreText": "m-blocks/twelve blocks",
    "UnknownErrorsPass": "grammar/error of an unknown type, and the stream goes on",
    "AnyMessageIsTheMessage": "grammar/unknown event with a message",
    "MembersAreThere": "grammar/error without a type",
    "LooksForTheEndInText": "m-text/what looks like an event",
    "FirstMessageDeltaOnly": "grammar/two message_deltas",
    "NeedsAReason": "grammar/two message_deltas",
    "ErrorInText": "grammar/text that speaks of an error",
    "StopReasonsOnly": "grammar/a container",
    "LosesSummaries": "m-blocks/compaction",
    "JoinsStopReasons": "grammar/the same message_delta twice",
    "NeedsEventLines": "grammar/a delta without an event line",
    "TypesFromNowhere": "grammar/a delta without a type",
    "HidesEverything": "m-framing/empty stream",
}
"""The same for clients of the API."""

MEBIBYTE = 2**20


def by_size(cases: tuple[Case, ...]) -> list[Case]:
    """Those that bytes can tell, the smallest first; the largest have tests of their own."""
    told = [case for case in cases if not case.over_http and case.size < 4 * MEBIBYTE]
    return sorted(told, key=lambda case: (case.heavy, case.size))


def first_alarm(target: Target, cases: list[Case], sees: Sees) -> Finding | None:
    """The first finding that is not fine."""
    for case in cases:
        finding = judge(case, examine(target, case, sees))
        if not finding.verdict.is_fine:
            return finding
    return None


SLOW = {"Quadratic", "ShortLines"}
"""They read the case that shows them for a second and more."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in DECODERS],
)
def test_a_broken_decoder_is_caught_by_the_smallest_case(name: str) -> None:
    """One bug, one finding, and the case says what it is about."""
    found = first_alarm(
        (getattr(broken_sse, name, None) or getattr(broken_lines, name))(), by_size(SSE_CASES), "events"
    )
    assert found is not None
    assert found.case.id == DECODERS[name]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_broken_client_is_caught_by_the_smallest_case(name: str) -> None:
    """As above, for what adds events up to a message."""
    found = first_alarm(
        (getattr(broken_clients, name, None) or getattr(broken_blocks, name))(),
        by_size(MESSAGE_CASES),
        "message",
    )
    assert found is not None
    assert found.case.id == CLIENTS[name]


def test_no_broken_parser_was_left_out() -> None:
    """The tables name every one, and there are more than forty."""
    written = [
        {name for name, kind in vars(module).items() if isinstance(kind, type) and issubclass(kind, base)}
        for module, base in (
            (broken_sse, broken_sse.Decoder),
            (broken_lines, broken_sse.Decoder),
            (broken_clients, broken_clients.Client),
            (broken_blocks, broken_clients.Client),
        )
    ]
    fields, lines, clients, blocks = written
    assert fields | lines == {"Decoder", *DECODERS}
    assert clients | blocks == {"Client", *CLIENTS}
    assert len(DECODERS) + len(CLIENTS) >= 80


def _cases(parser: Target, *, heavy: bool) -> tuple[list[Case], Sees]:
    """The table for a correct parser; how fast the machine is says nothing about it."""
    sees = sees_of(parser)
    table = by_size(SSE_CASES if sees == "events" else MESSAGE_CASES)
    return [replace(case, seconds=_PATIENCE) for case in table if case.heavy == heavy], sees


@pytest.mark.parametrize("parser", CORRECT)
def test_correct_parsers_raise_no_alarm(parser: Target) -> None:
    """However they are built: by characters, by an expression, at once; for events and for messages."""
    assert first_alarm(parser, *_cases(parser, heavy=False)) is None


@pytest.mark.slow
@pytest.mark.parametrize("parser", CORRECT)
def test_correct_parsers_master_the_large_cases(parser: Target) -> None:
    """Lines of megabytes, a hundred thousand events, deep JSON."""
    assert first_alarm(parser, *_cases(parser, heavy=True)) is None
