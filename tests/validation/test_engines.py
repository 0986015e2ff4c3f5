"""Two engines, one verdict: the compiled schemas say yes or no, the reference explains."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.fuzzing import requests
from mockapi.validation._reference import reference_validator
from mockapi.validation._variants import relevant, variant
from tests.support.each import each
from tests.support.examples import examples
from tests.support.refused import CASES
from tests.support.refused._case import ask, assistant, call, tool, user

_NAMES = frozenset({"2023-06-01"})


def _agree(body: Any) -> bool:
    """The verdict of both engines, which has to be one."""
    made = variant("requests/create-message", relevant(_NAMES), "strict", "live")
    fast = made.accepts(body)
    if isinstance(body, dict) and isinstance(body.get("tools"), list):
        fast = fast and made.accepts_tools(body["tools"])
    assert fast == reference_validator(made.bundle).is_valid(body)
    assert fast == (not made.explain(body))
    return fast


def test_cases() -> None:
    """The engines agree on every body of the table of refusals."""
    bodies = [
        case.body for case in CASES if case.endpoint == "/v1/messages" and not isinstance(case.body, bytes)
    ]
    verdicts = [_agree(body) for body in bodies]
    assert True in verdicts
    assert False in verdicts


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_generated(data: st.DataObject) -> None:
    """The engines take every valid request and refuse every broken one."""
    body = data.draw(requests.bodies("2023-06-01"))
    assert _agree(body)
    assert not _agree(data.draw(requests.mutations(body)).body)


@each(
    ("body", "taken"),
    [
        (ask(user("a"), assistant(call("toolu_1\n"))), False),
        (ask(tools=[tool("look\n")]), False),
        (ask(max_tokens=16.0), True),
        (ask(max_tokens=True), False),
        (ask(max_tokens=10**400), True),
        (ask(user("é" * 300)), True),
        (ask(tools=[tool("\U0001d4b3")]), False),
        (ask(user({"type": None})), False),
        (ask(user({"type": {"a": 1}})), False),
        (ask(user("\ud800")), True),
        (ask(user({"type": "\ud800"})), False),
        (ask(**{"\ud800": 1}), False),
        ([], False),
        ("text", False),
        (None, False),
    ],
)
def test_edges(body: Any, taken: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """A final newline is no end of text, a bool no integer; lone surrogates are text like any other."""
    assert _agree(body) is taken


def test_import_is_cheap() -> None:
    """Importing the settings, or even the validator, loads neither engine."""
    program = (
        "import sys; from mockapi.validation import ValidationSettings; small = set(sys.modules);"
        "from mockapi.validation import Validator; "
        "print('mockapi.validation._engine' in small, {'jsonschema', 'jsonschema_rs'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "False set()\n"
