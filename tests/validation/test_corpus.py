"""Recorded traffic: what the API took is taken, what it refused is refused in its words."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from mockapi.exchange import Request
from mockapi.validation import Refusal, ValidationSettings, Validator, _schemas
from mockapi.validation._reference import reference_validator
from mockapi.validation._variants import relevant, variant
from tests.support import shared
from tests.support.refused import CASES
from tests.support.validation import DOCUMENTED, LIVE, post

pytestmark = pytest.mark.corpus

NOT_MATCHED = {
    "long_context_subscription": "a state of the account: recordings show the same beta taken",
    "oauth_not_supported": "contradicts oauth_token_malformed, which is newer (2025-08 and 2025-11)",
    "thinking_budget_ge_max_tokens": "its words of 2026-02; a recording of 2026-07 has another address",
    "requests_must_define_tools": "quoted; twelve recordings of 2025 show such requests answered",
    "structured_circular_ref": "quoted in part; a recording of 2026-08 has both sentences and a prefix",
}
"""The measured cases that are not reproduced, and why."""


def _cases() -> list[dict[str, Any]]:
    lines = (shared.require() / "errors" / "cases.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_measured_cases() -> None:
    """The measured errors come out with status, type and message, but for those that are listed."""
    missed = {}
    for case in _cases():
        headers = case.get("headers") or {}
        if "authorization" in headers:
            headers = {"x-api-key": None, **headers}
        refusal = LIVE.check(post(case["request"], headers, case["endpoint"]))
        if not (
            refusal is not None
            and (refusal.status, refusal.type) == (case["status"], case["error_type"])
            and re.fullmatch(case["message_pattern"], refusal.message)
        ):
            missed[case["id"]] = refusal
    shared.say(f"{len(_cases()) - len(missed)} of {len(_cases())} measured errors reproduced")
    assert missed.keys() == NOT_MATCHED.keys()


def _recorded(row: shared.Row) -> Request | None:
    """The request of a row, with a key and a version; None if it is none that is judged."""
    path = (row.fields.get("uri_path") or "").partition("?")[0]
    if row.host != "anthropic" or not row.request or not path.startswith("/v1/") or path == "/v1/complete":
        return None
    headers = {name.lower(): value for name, value in row.fields["request_headers"] or ()}
    headers = {"anthropic-version": "2023-06-01", **headers, "x-api-key": "sk-ant-test-key"}
    fields = tuple((name.encode(), value.encode()) for name, value in headers.items())
    return Request(row.fields["method"], path, "", fields, row.request)


def _with_betas(validator: Validator, request: Request) -> tuple[Refusal | None, list[str]]:
    """What is refused once the betas that the body needs are there, and which those are."""
    added: list[str] = []
    while True:
        headers = (*request.headers, *((b"anthropic-beta", beta.encode()) for beta in added))
        refusal = validator.check(Request(request.method, request.path, "", headers, request.body))
        needed = re.search(r"anthropic-beta: ([\w-]+)", (refusal and refusal.hint) or "")
        if refusal is None or refusal.rule != "shape.needs_beta" or needed is None or needed[1] in added:
            return refusal, added
        added.append(needed[1])


@pytest.mark.parametrize("validator", [LIVE, DOCUMENTED], ids=["live", "documented"])
def test_no_false_refusal(validator: Validator) -> None:
    """Every request that the API answered with 200 is taken under both profiles."""
    helped: Counter[str] = Counter()
    taken = 0
    for row in shared.rows():
        request = _recorded(row)
        if request is None or row.fields["status"] != 200:
            continue
        refusal, added = _with_betas(validator, request)
        assert refusal is None, (row.id, refusal)
        taken += 1
        helped.update(added)
    shared.say(f"{taken} recorded requests taken; betas added for {helped.total()}: {dict(helped)}")
    assert taken > 600


def test_recorded_refusals() -> None:
    """A recorded refusal whose cause is still in the request is made again, word for word."""
    seen = 0
    for row in shared.rows():
        request = _recorded(row)
        if request is None or row.fields["status"] not in (400, 404) or request.method != "POST":
            continue
        error = json.loads(row.response)["error"]
        if error["message"].startswith("prompt is too long"):
            assert b"<MASSIVE_TEXT>" in request.body  # the recorder took the cause out
            continue
        when = next(
            (value for name, value in row.fields["response_headers"] or () if name.lower() == "date"), None
        )
        retired = date(2025, 10, 1) if when is None else date(int(when.split()[3]), 12, 31)
        refusal = Validator(ValidationSettings(rules="live", as_of=retired)).check(request)
        if refusal is None and error["type"] == "not_found_error":
            refusal = Validator(ValidationSettings(rules="live", as_of=date(2026, 11, 22))).check(request)
        assert refusal is not None, row.id
        assert (refusal.status, refusal.type, refusal.message) == (
            row.fields["status"],
            error["type"],
            error["message"],
        )
        seen += 1
    shared.say(f"{seen} recorded refusals made again")
    assert seen >= 9


def test_engines_agree() -> None:
    """The reference validator and the compiled one give every body here the same verdict."""
    bodies: list[tuple[str, frozenset[str], Any]] = []
    for row in shared.rows():
        request = _recorded(row)
        if request is not None and request.path == "/v1/messages" and isinstance(request.parsed, dict):
            bodies.append(("requests/create-message", _schemas.gates(), request.parsed))
    judged = ("requests/create-message", frozenset({"2023-06-01"}))
    bodies += ((*judged, case["request"]) for case in _cases() if case["endpoint"] == "/v1/messages")
    own = (case.body for case in CASES if case.endpoint == "/v1/messages")
    bodies += ((*judged, body) for body in own if not isinstance(body, bytes))
    refused = 0
    for name, names, body in bodies:
        made = variant(name, relevant(names), "strict", "live")
        fast = made.accepts(body) and (
            not isinstance(body.get("tools"), list) or made.accepts_tools(body["tools"])
        )
        assert fast == reference_validator(made.bundle).is_valid(body), body
        assert fast == (not made.explain(body)), body
        refused += not fast
    shared.say(f"the engines agree on {len(bodies)} bodies, {refused} of them refused")
    assert refused > 50
