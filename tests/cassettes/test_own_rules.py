"""A project's own rules of redaction: personal data on request, and nothing written that nobody looked at."""

from __future__ import annotations

import json

import pytest

from mockapi.cassettes import (
    Cassette,
    Interaction,
    Matching,
    RecordedRequest,
    RecordedResponse,
    RedactionError,
    RedactionRules,
    as_request,
    dump,
    explain_miss,
    for_matching,
    lint,
    redact_interaction,
)
from mockapi.cassettes._redaction_rules import DEFAULT
from mockapi.exchange import Request
from tests.support.redaction import exchange, index_of

SLOW = RedactionRules(patterns=(r"(?=x?)^(a|a|aa)+$",))
STALLS = "a" * 40 + "c"


def _asking(text: str) -> Interaction:
    return Interaction(
        RecordedRequest("POST", "/v1/messages", body=json.dumps({"prompt": text}).encode()),
        RecordedResponse(200),
    )


RULES = RedactionRules(
    patterns=(r"cust-(?P<secret>\d{6})",),
    json_paths=("$.private", "$..delta.hidden"),
    hook=lambda text: [word for word in text.split() if word.startswith("geheim-ü")],
)


def test_rules_of_ones_own() -> None:
    """Patterns, JSON paths and a hook mask what they name, by the same laws."""
    body = {"private": {"name": "Zoë", "age": 41}, "text": "cust-123456 geheim-üben jetzt"}
    reply = json.dumps(body, ensure_ascii=False).encode()
    interaction = exchange(body, reply=reply)
    redacted = redact_interaction(interaction, RULES)
    assert len(redacted.response.body) == len(reply)
    assert json.loads(redacted.response.body) == {
        "private": {"name": "**·", "age": 11},
        "text": "cust-****** *******·*** jetzt",
    }
    assert redact_interaction(redacted, RULES) is redacted
    rules = Matching(redaction=RULES)
    assert index_of(redacted, matching=rules).find_exact(as_request(interaction)) is not None
    assert index_of(redacted).find_exact(as_request(interaction)) is None
    miss = explain_miss(as_request(interaction), index_of(redacted, matching=rules).recordings, rules)
    assert miss.differences == ()


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("", r'{"private":"geheim","half":"\ud83d"}'),
        ("", '{"half":NaN,"private":"geheim"}'),
        ("", f'{{"half":-{"1" * 5000},"private":"geheim"}}'),
        ("\ufeff", '{"private":"geheim"}'),
    ],
    ids=["half a pair", "NaN", "5,000 digits", "byte order mark"],
)
def test_json_paths_count_in_what_clients_read_and_the_api_would_refuse(mark: str, text: str) -> None:
    """A reply is read by clients, to most of which this is JSON."""
    rules = RedactionRules(json_paths=("$.private",))
    stream = (("content-type", "text/event-stream"),)
    for fields, reply in (((), mark + text), (stream, f"{mark}data: {text}\n\n")):
        response = RecordedResponse(200, fields, reply.encode())
        redacted = redact_interaction(Interaction(RecordedRequest("GET", "/"), response), rules)
        assert redacted.response.body == reply.replace("geheim", "******").encode()


@pytest.mark.parametrize("levels", [500, 1010, 5000])
def test_what_is_nested_too_deeply_for_a_json_path_is_not_taken_for_masked(levels: int) -> None:
    """The library goes 100 levels deep, and no reader 5,000: what nobody could look at is not written."""
    reply = b'{"a":' * levels + b'{"private":"geheim"}' + b"}" * levels
    rules = RedactionRules(json_paths=("$..private",))
    interaction = Interaction(RecordedRequest("GET", "/"), RecordedResponse(200, body=reply))
    with pytest.raises(RedactionError, match=r"nested too deeply for the JSON path '\$\.\.private'"):
        redact_interaction(interaction, rules)


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


@pytest.mark.slow
@pytest.mark.parametrize("rules", [SLOW, RedactionRules(hook=_failing)], ids=["expression", "hook"])
def test_what_nobody_could_look_at_is_not_written(rules: RedactionRules) -> None:
    """An expression without end and a hook that fails make redaction fail; lint says so."""
    interaction = _asking(STALLS)
    with pytest.raises(RedactionError):
        redact_interaction(interaction, rules)
    assert rules.shown(STALLS).startswith("(not shown: ")
    (finding,) = lint(dump(Cassette("a.yaml", (interaction,))), "a.yaml", rules)
    assert finding.code == "secret"
    assert "could not be looked for" in finding.message


@pytest.mark.slow
def test_a_request_that_nobody_could_look_at_is_compared_as_it_is() -> None:
    """Playing goes on: no recording of it could have been written."""
    request = Request("POST", "/v1/messages", "", (), _asking(STALLS).request.body)
    assert for_matching(request, SLOW) is request
