"""The table of cases: one for the tests of mockapi's own codec, the conformance suite and the fuzzer.

`SSE_CASES` are plain event streams for decoders; `MESSAGE_CASES` are streams of the Messages API,
and what may stand in their place, for its clients.
"""

from mockapi.fuzzing.cases._framing import SSE_CASES as _FRAMING
from mockapi.fuzzing.cases._grammar import GRAMMAR_CASES
from mockapi.fuzzing.cases._http import HTTP_CASES
from mockapi.fuzzing.cases._limits import LIMIT_CASES
from mockapi.fuzzing.cases._model import Case, Level, Triple, Want, of_bytes
from mockapi.fuzzing.cases._spelling import SPELLING_CASES
from mockapi.fuzzing.cases._sse import ROWS, Row

SSE_CASES = (*_FRAMING, *(case for case in LIMIT_CASES if case.level == "sse"))
MESSAGE_CASES = (
    *SPELLING_CASES,
    *GRAMMAR_CASES,
    *HTTP_CASES,
    *(case for case in LIMIT_CASES if case.level == "messages"),
)
CASES = (*SSE_CASES, *MESSAGE_CASES)
BY_ID = {case.id: case for case in CASES}

__all__ = [
    "BY_ID",
    "CASES",
    "MESSAGE_CASES",
    "ROWS",
    "SSE_CASES",
    "Case",
    "Level",
    "Row",
    "Triple",
    "Want",
    "of_bytes",
]
