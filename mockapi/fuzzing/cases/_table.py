"""The table, put together from its parts."""

from __future__ import annotations

from mockapi.fuzzing.cases._carried import GRAMMAR_CASES
from mockapi.fuzzing.cases._framing import SSE_CASES as _FRAMING
from mockapi.fuzzing.cases._http import HTTP_CASES
from mockapi.fuzzing.cases._limits import LIMIT_CASES
from mockapi.fuzzing.cases._sequences import SEQUENCE_CASES
from mockapi.fuzzing.cases._spelling import SPELLING_CASES

SSE_CASES = (*_FRAMING, *(case for case in (*SEQUENCE_CASES, *LIMIT_CASES) if case.level == "sse"))
MESSAGE_CASES = (
    *SPELLING_CASES,
    *GRAMMAR_CASES,
    *HTTP_CASES,
    *(case for case in (*SEQUENCE_CASES, *LIMIT_CASES) if case.level == "messages"),
)
CASES = (*SSE_CASES, *MESSAGE_CASES)
BY_ID = {case.id: case for case in CASES}
