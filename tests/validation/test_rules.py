"""Each rule refuses what breaks it, in its words, and no rule is without a case."""

from __future__ import annotations

import re

from mockapi.validation import Rule, all_rules
from tests.support.each import each
from tests.support.refused import CASES, Case
from tests.support.validation import DOCUMENTED, LIVE, post, refused

_ELSEWHERE = {"auth.invalid_key", "auth.invalid_token"}
"""Rules that need a session which lists the credential: test_settings."""


@each("case", CASES, ids=lambda case: case.name)
def test_refused(case: Case) -> None:
    """A request that breaks one rule gets that rule's status, type and message under both profiles."""
    for validator in (LIVE, DOCUMENTED):
        refusal = refused(case, validator)
        assert refusal is not None
        assert (refusal.status, refusal.type, refusal.message) == (case.status, case.type, case.message)
        assert refusal.rule == case.rule


@each("case", [case for case in CASES if not case.row], ids=lambda case: case.name)
def test_a_refusal_leads_to_its_place(case: Case) -> None:
    """Where the message names a message by its number, the pointer leads into that message."""
    for refusal in LIVE.check_all(post(case.body, case.headers, case.endpoint, case.method)):
        named = re.match(r"messages\.(\d+)", refusal.message)
        if named:
            assert refusal.pointer is not None
            assert refusal.pointer.startswith("/messages/")


def test_every_rule_has_a_case() -> None:
    """Every rule that is listed has a request that breaks it."""
    tested = {case.rule for case in CASES} | _ELSEWHERE
    assert {rule.id for rule in all_rules()} == tested


@each("rule", all_rules(), ids=lambda rule: rule.id)
def test_described(rule: Rule) -> None:
    """A rule's id is `subject.fault`, and it says in a sentence what it refuses and how that is known."""
    assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", rule.id)
    assert rule.summary.endswith(".")
    assert rule.source
    assert rule.message


@each("rule", [rule for rule in all_rules() if rule.confidence == "captured"], ids=lambda rule: rule.id)
def test_what_is_captured_is_the_apis_alone(rule: Rule) -> None:
    """A rule whose words or reach are partly ours, or quoted with a part missing, is not called captured."""
    assert not re.search(r"\b(analogy|guess|inference|ours?|quoted without)\b", rule.source)
