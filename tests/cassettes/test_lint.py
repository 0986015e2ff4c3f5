"""What is doubtful in a file that loads: secrets, missing seals, streams that break the grammar."""

from __future__ import annotations

import pytest

from mockapi.cassettes import (
    CREDENTIAL_HEADERS,
    Cassette,
    Interaction,
    LintFinding,
    LintSeverity,
    RecordedRequest,
    RecordedResponse,
    dump,
    lint,
)
from mockapi.exchange import Ending
from mockapi.messages import encode_events
from tests.support import streams
from tests.support.cassettes import HELLO, STREAM, as_json, cassette, interaction, said
from tests.support.each import each

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


ANTHROPIC_KEY = "sk-ant-" + "api03-" + "A1b2" * 6  # in pieces, so that no scanner takes it for one
WHOLE = encode_events(streams.WHOLE)


def _lint(*items: Interaction) -> list[LintFinding]:
    return lint(dump(Cassette("a.yaml", items)), "a.yaml")


def test_a_good_file_has_no_findings() -> None:
    """Nothing is invented."""
    assert (
        _lint(interaction(reply=WHOLE, headers=STREAM), interaction(said("sk-ant-test-1234567890abcdefgh")))
        == []
    )


def _answered(status: int, body: bytes, method: str = "POST") -> Interaction:
    return Interaction(
        RecordedRequest(method, "/v1/messages", body=b"{}"), RecordedResponse(status, body=body)
    )


def test_a_request_that_stands_twice_with_different_replies_is_told() -> None:
    """The first is played first, and may be an old one; the finding is at the later one and names both."""
    found = _lint(_answered(200, b"old"), interaction(), _answered(200, b"new"))
    assert [(item.severity, item.code, item.interaction) for item in found] == [
        (LintSeverity.WARNING, "repeated", 2)
    ]
    assert "interaction 0 is the same request" in found[0].message


@pytest.mark.parametrize(
    "pair",
    [
        (_answered(529, b"busy"), _answered(200, b"fine")),
        (_answered(200, b"same"), _answered(200, b"same")),
        (_answered(200, b"going on", "GET"), _answered(200, b"done", "GET")),
    ],
    ids=["retry", "same", "poll"],
)
def test_what_is_recorded_twice_on_purpose_is_good(pair: tuple[Interaction, Interaction]) -> None:
    """A retry after an error, the same reply again, a client that polls."""
    assert [item for item in _lint(*pair) if item.code == "repeated"] == []


def test_a_file_that_does_not_load_is_told_fault_by_fault() -> None:
    """As findings, with the line and the interaction of each."""
    text = dump(cassette({}, {})).replace(b"POST", b"post")
    found = lint(text, "a.yaml")
    assert [(item.severity, item.code, item.interaction) for item in found] == [
        (LintSeverity.ERROR, "format", 0),
        (LintSeverity.ERROR, "format", 1),
    ]
    assert found[0].line != found[1].line


@each("name", sorted(CREDENTIAL_HEADERS))
@each("side", ["request", "response"])
def test_credential_headers_are_errors_on_either_side(name: str, side: str) -> None:
    """Whatever their value is, unless it is a mask."""

    def found(value: str) -> list[LintFinding]:
        fields = ((name.title(), value),)
        request = RecordedRequest("POST", "/", headers=fields if side == "request" else ())
        response = RecordedResponse(200, headers=fields if side == "response" else ())
        return _lint(Interaction(request, response))

    (finding, *_) = found("anything")
    assert (finding.severity, finding.code) == (LintSeverity.ERROR, "secret")
    assert f"the {side} keeps the header {name.title()}" in finding.message
    assert found("[redacted]") == []


@pytest.mark.parametrize(
    ("item", "place"),
    [
        (Interaction(RecordedRequest("GET", f"/v1/{ANTHROPIC_KEY}"), RecordedResponse(200)), "path"),
        (Interaction(RecordedRequest("GET", "/", f"key={ANTHROPIC_KEY}"), RecordedResponse(200)), "query"),
        (interaction(said(f"my key is {ANTHROPIC_KEY}, keep it")), "request's body"),
        (interaction(reply=as_json({"echo": ANTHROPIC_KEY})), "response's body"),
        (interaction(reply=b"\xff" + ANTHROPIC_KEY.encode()), "response's body"),
        (interaction(headers=(("x-echo", ANTHROPIC_KEY),)), "response's header"),
    ],
)
def test_what_looks_like_a_secret_is_an_error_wherever_it_stands(item: Interaction, place: str) -> None:
    """The message names place and kind, and never says more of it than how it begins."""
    findings = [finding for finding in _lint(item) if finding.code == "secret"]
    assert findings
    assert any(place in finding.message for finding in findings)
    assert all(ANTHROPIC_KEY not in finding.message for finding in findings)


def test_a_secret_in_a_comment_is_an_error_too() -> None:
    """It is in the repository all the same."""
    text = dump(cassette(HELLO)) + f"# use {ANTHROPIC_KEY}\n".encode()
    (finding,) = lint(text, "a.yaml")
    assert (finding.code, finding.line) == ("secret", text.count(b"\n"))


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (b"x-note: KEY", "a member"),
        (b"x-note: {api_key: a1B2c3D4e5F6}", "a member"),
        (b'x-note: "\\x73k-ant-api03-A1b2A1b2A1b2A1b2"', "a member"),
        (b"x-note: |  # KEY\n    # no comment", "a comment"),
        (b"# KEY", "a comment"),
    ],
)
def test_a_secret_in_what_loading_ignores_is_an_error(line: bytes, place: str) -> None:
    """Members of people's own and comments are read as YAML means them."""
    added = b"\n  " + line.replace(b"KEY", ANTHROPIC_KEY.encode()) + b"\n  request:"
    found = lint(dump(cassette(HELLO)).replace(b"\n  request:", added), "a.yaml")
    assert [(finding.code, finding.message.partition(" that loading")[0]) for finding in found] == [
        ("secret", place)
    ]


def test_a_hash_within_a_value_is_no_comment() -> None:
    """Neither in quotes nor in a block; and what stands in a body is found once, there."""
    item = interaction(said(f"# {ANTHROPIC_KEY}\nsecond line # here"))
    found = [finding for finding in _lint(item) if finding.code == "secret"]
    assert [finding.message.partition(" holds")[0] for finding in found] == ["the request's body"]


def test_a_missing_seal_is_a_warning() -> None:
    """Nothing would notice if an editor changed the body."""
    text = b"".join(
        line for line in dump(cassette(HELLO, {})).splitlines(keepends=True) if b"digest" not in line
    )
    found = lint(text, "a.yaml")
    assert [(item.severity, item.code, item.interaction) for item in found] == [
        (LintSeverity.WARNING, "unsealed", 0),
        (LintSeverity.WARNING, "unsealed", 1),
    ]
    assert "mockapi cassettes reseal a.yaml" in found[0].message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (encode_events(streams.WHOLE[:-1]), "The stream stops"),
        (encode_events(streams.WHOLE[1:]), "message_start"),
        (b"event: message_start\ndata: {broken\n\n", "cannot be read"),
        (b"event: message_start\ndata: [1]\n\n", "cannot be read"),
    ],
)
def test_a_stream_that_breaks_the_grammar_is_a_warning(body: bytes, words: str) -> None:
    """It may be what the API really sent, so it is told and played all the same."""
    (finding,) = _lint(interaction(reply=body, headers=STREAM))
    assert (finding.severity, finding.code, finding.interaction) == (LintSeverity.WARNING, "stream", 0)
    assert words in finding.message


def test_a_stream_that_says_it_was_cut_off_is_no_finding() -> None:
    """Its ending explains what is missing."""
    cut = encode_events(streams.WHOLE[:4])
    assert _lint(interaction(reply=cut, headers=STREAM, ending=Ending.RESET)) == []
    assert len(_lint(interaction(reply=cut, headers=STREAM))) == 1


def test_streams_of_other_endpoints_are_left_alone() -> None:
    """Their events have another grammar."""
    legacy = Interaction(
        RecordedRequest("POST", "/v1/complete"),
        RecordedResponse(200, STREAM, b"event: completion\ndata: {}\n\n"),
    )
    assert _lint(legacy) == []


@pytest.mark.slow
@pytest.mark.timeout(_PATIENCE)
def test_thousands_of_findings_cost_no_more_than_a_few_readings() -> None:
    """Lines are looked up in one reading."""
    text = dump(cassette(*({"n": number} for number in range(2000)))).replace(b"digest:", b"x-digest:")
    assert len(lint(text, "a.yaml")) == 2000
