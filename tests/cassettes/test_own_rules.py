"""A project's own rules of redaction: personal data on request, and nothing written that nobody looked at."""

from __future__ import annotations

import json

import pytest

from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    RedactionError,
    RedactionRules,
    dump,
    for_matching,
    lint,
    redact_interaction,
)
from mockapi.cassettes._redaction_rules import DEFAULT
from mockapi.exchange import Request

SLOW = RedactionRules(patterns=(r"(?=x?)^(a|a|aa)+$",))
STALLS = "a" * 40 + "c"


def _asking(text: str) -> Interaction:
    return Interaction(
        RecordedRequest("POST", "/v1/messages", body=json.dumps({"prompt": text}).encode()),
        RecordedResponse(200),
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail jane.doe+x@mail.example.com, please", f"mail {'*' * 27}, please"),
        ("call +49 30 901820-12 or (212) 555-0147", None),
        ("card 4111 1111 1111 1111 until 12/29", "card **** **** **** **** until 12/29"),
        ("at 2026-11-29 06:17:03, 1,234,567 of 12345678", "at 2026-11-29 06:17:03, 1,234,567 of 12345678"),
        ("id 3f9b2c71-8d54-4e1a-9b7f-5a6c2d1e0f43", "id 3f9b2c71-8d54-4e1a-9b7f-5a6c2d1e0f43"),
    ],
)
def test_personal_data_is_masked_on_request(text: str, masked: str | None) -> None:
    """Addresses, phone and card numbers; off by default, because prompts are full of them."""
    assert DEFAULT.mask(text) == text
    written = RedactionRules(personal_data=True).mask(text)
    assert len(written) == len(text)
    assert written == masked if masked is not None else "555-0147" not in written
    assert RedactionRules(personal_data=True).mask(written) == written


def _failing(_: str) -> list[str]:
    raise KeyError("x")


@pytest.mark.parametrize("rules", [SLOW, RedactionRules(hook=_failing)], ids=["expression", "hook"])
def test_what_nobody_could_look_at_is_not_written(rules: RedactionRules) -> None:
    """An expression without end and a hook that fails make redaction fail; lint says so."""
    interaction = _asking(STALLS)
    with pytest.raises(RedactionError):
        redact_interaction(interaction, rules)
    assert rules.shown(STALLS).startswith("(not shown: ")
    (finding,) = lint(dump(Cassette("a.yaml", (interaction,))), "a.yaml", rules)
    assert finding.code == "secret"
    assert "nobody could look" in finding.message


def test_a_request_that_nobody_could_look_at_is_compared_as_it_is() -> None:
    """Playing goes on: no recording of it could have been written."""
    request = Request("POST", "/v1/messages", "", (), _asking(STALLS).request.body)
    assert for_matching(request, SLOW) is request
