"""The schemas beside the official SDK's own types: every difference is listed and explained.

0.121.0 judges version 2023-06-01, 2.12.0 judges 2026-10-21. The newer one is what is installed
with the tests; the older needs an environment of its own, which MOCKAPI_SDK_0121 names.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.fuzzing import requests
from mockapi.validation import _schemas
from mockapi.validation._variants import relevant, variant
from tests.support import sdk, shared
from tests.support.examples import examples
from tests.support.refused import CASES

_OLD = pytest.param("2023-06-01", "0.121.0", marks=pytest.mark.slow)
_NEW = ("2026-10-21", "installed")

WE_REFUSE = {
    r"shape\.(range|length|pattern)$": "the types know no ranges, lengths and patterns",
    r"inference_geo: must be one of": "the types take any text; the API was seen to take two",
    r"input_schema\.type: Field required": "the types take any object here; the API was seen not to",
}
"""What we refuse and the SDK's types take, by the fault."""

WE_TAKE = {
    '"display": "updates"': "newer than 0.121.0",
    '"transformations"': "newer than 0.121.0",
    '"billing_policy"': "newer than 0.121.0",
    '"compaction"': "newer than 0.121.0",
    '"fallbacks"': "newer than 0.121.0",
    '"fallback_credit_token"': "newer than 0.121.0",
    '"diagnostics"': "newer than 0.121.0",
    '"tool_definition"': "newer than 0.121.0",
    '"safeguards"': "newer than 0.121.0",
    '"output_config": {"effort"': "a message's own is newer than 0.121.0",
    '"output_format"': "2.12.0 dropped a field that its beta still takes",
    '"scope"': "a field of a beta that the SDK does not type",
    '"between_tools"': "newer than 0.121.0",
    '"thread"': "newer than 0.121.0",
    '"type": "compaction"': "its signature is newer than 0.121.0",
    '"role": "system", "content": [{"type": "image"': "what a system message may hold is a rule",
    '"computer_toolset_20260801", "name"': "that a toolset has no name is a rule",
}
"""What we take and the SDK's types refuse, by what is in the body."""


def _ours(body: Any, version: str) -> tuple[bool, str]:
    """Our verdict on the shape with every beta, and the fault."""
    names = (_schemas.gates() - {"2023-06-01", "2026-10-21"}) | {version}
    made = variant("requests/create-message", relevant(names), "strict", "live")
    taken = made.accepts(body) and made.accepts_tools(body.get("tools", []))
    if taken:
        return True, ""
    fault = made.explain(body)[0]
    return False, f"{fault.message}\n{fault.rule.id}"


def _explained(body: Any, fault: str, *, ours: bool) -> str | None:
    if not ours:
        return next((why for pattern, why in WE_REFUSE.items() if re.search(pattern, fault)), None)
    text = json.dumps(body)
    return next((why for part, why in WE_TAKE.items() if part in text), None)


@pytest.mark.slow
@pytest.mark.parametrize(("version", "named"), [_NEW, _OLD])
def test_every_type(version: str, named: str) -> None:
    """Each tool, block and parameter that the SDK types is taken with all its fields."""
    judge = sdk.Judge(named)
    count = 0
    for kind, body in judge.examples():
        assert judge.takes(body, beta=True), kind
        assert _ours(body, version) == (True, ""), kind
        count += 1
    shared.say(f"anthropic {judge.version}: {count} examples taken")
    assert count > 100


@pytest.mark.slow
@pytest.mark.parametrize(("version", "named"), [_NEW, _OLD])
def test_same_verdicts(version: str, named: str) -> None:
    """On our own cases the two give the same verdict on the shape, or the difference is explained."""
    judge = sdk.Judge(named)
    differences: Counter[str] = Counter()
    same = 0
    for case in CASES:
        if case.endpoint != "/v1/messages" or not isinstance(case.body, dict):
            continue
        ours, fault = _ours(case.body, version)
        if ours == judge.takes(case.body, beta=True):
            same += 1
            continue
        why = _explained(case.body, fault, ours=ours)
        assert why is not None, (ours, fault, case.body)
        differences[why] += 1
    shared.say(f"anthropic {judge.version}: {same} verdicts the same; {dict(differences)}")
    assert same > 150


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.parametrize(("version", "named"), [_NEW, _OLD])
def test_recorded_bodies(version: str, named: str) -> None:
    """On recorded bodies the two give the same verdict on the shape, or the difference is explained."""
    judge = sdk.Judge(named)
    differences: Counter[str] = Counter()
    same = 0
    for row in shared.rows():
        path = (row.fields.get("uri_path") or "").partition("?")[0]
        if (
            row.host != "anthropic"
            or path != "/v1/messages"
            or not row.request
            or row.fields["status"] != 200
        ):
            continue
        body = json.loads(row.request)
        ours, fault = _ours(body, version)
        if ours == judge.takes(body, beta=True):
            same += 1
            continue
        why = _explained(body, fault, ours=ours)
        assert why is not None, (row.id, ours, fault)
        differences[why] += 1
    shared.say(f"anthropic {judge.version}: {same} recorded verdicts the same; {dict(differences)}")
    assert same > 500


@pytest.mark.slow
@pytest.mark.parametrize(("version", "named"), [_NEW, _OLD])
def test_generated_bodies(version: str, named: str) -> None:
    """A valid request is taken by its SDK; a broken one is refused by both, or it is explained."""
    judge = sdk.Judge(named)

    @settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        body = data.draw(requests.bodies("2023-06-01" if version == "2023-06-01" else "2026-10-21"))
        assert _ours(body, version)[0]
        assert judge.takes(body)
        broken = data.draw(requests.mutations(body)).body
        ours, fault = _ours(broken, version)
        assert not ours
        assert not judge.takes(broken) or _explained(broken, fault, ours=ours) is not None

    check()
