"""What is masked, what is kept, and the laws that hold for it.

One file, though a long one: each law stands beside the examples that it was found by.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockapi.cassettes import (
    Cassette,
    Index,
    Interaction,
    Matching,
    RecordedRequest,
    RecordedResponse,
    Recording,
    explain_miss,
)
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionRules
from mockapi.cassettes._secrets import may_hold_secret
from mockapi.cassettes.redaction import for_matching, redact, redact_interaction, sightings, signed_secrets
from mockapi.exchange import Request
from mockapi.messages import accumulate, decode_events
from tests.support import secrets, streams

KEY = "sk-ant-api03-" + "Zq7" * 12
MASK = "sk-ant-" + "*" * 42
UUID = "3f9b2c71-8d54-4e1a-9b7f-5a6c2d1e0f43"


def _interaction(
    body: Any = None,
    *,
    path: str = "/v1/messages",
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    reply: bytes = b"{}",
    reply_headers: tuple[tuple[str, str], ...] = (),
) -> Interaction:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Interaction(
        RecordedRequest("POST", path, query, headers, raw), RecordedResponse(200, reply_headers, reply)
    )


def _index(*interactions: Interaction, matching: Matching | None = None) -> Index:
    cassette = Cassette("c.yaml", interactions)
    return Index([Recording(cassette, at, at) for at in range(len(interactions))], matching)


def _request(interaction: Interaction) -> Request:
    request = interaction.request
    headers = tuple((name.encode(), value.encode()) for name, value in request.headers)
    return Request(request.method, request.path, request.query, headers, request.body)


def _stream(*events: dict[str, Any]) -> bytes:
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
        for event in events
    )


def _block_stream(kind: str, member: str, pieces: list[str], block: dict[str, Any]) -> bytes:
    return _stream(
        streams.start(),
        streams.block_start(0, block),
        *(streams.delta(0, kind, **{member: piece}) for piece in pieces),
        streams.block_stop(0),
        streams.message_delta(),
        streams.STOP,
    )


def _pieces(text: str, cuts: list[int]) -> list[str]:
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"use {KEY}, please", f"use {MASK}, please"),
        (f"{KEY}{KEY}", f"sk-ant-{'*' * 91}"),
        ("sk-ant-test-" + "a" * 40, "sk-ant-test-" + "a" * 40),
        ("a task-force and risk-free words of any length whatsoever", None),
        ("Set-Cookie: sid=1; _cfuvid=abc; Path=/ or so", "Set-Cookie: sid=*; _cfuvid=***; Path=/ or so"),
        ("Set-Cookie: sid=abc; Path=/; SameSite=Lax", "Set-Cookie: sid=***; Path=/; SameSite=Lax"),
        ("Cookie: sid=abc; path=def", "Cookie: sid=***; path=***"),
        ("sk-or-v1-" + "0a1b2c3d" * 8, "sk-" + "*" * 70),
        ("x-api-key: 0a1b2c3d4e5f6a7b8c9d", "x-api-key: " + "*" * 20),
        ("ANTHROPIC_API_KEY=0a1b2c3d4e5f6a7b8c9d", "ANTHROPIC_API_KEY=" + "*" * 20),
        ("authorization: Basic dXNlcjpwYXNzd29yZDEy", "authorization: Basic " + "*" * 20),
        ('{"accessToken": "0a1b2c3d4e5f6a7b"}', '{"accessToken": "****************"}'),
        (r'"{\"client_secret\":\"0a1b2c3d4e5f6a7b\"}"', r'"{\"client_secret\":\"****************\"}"'),
        (f'"organization_id": "{UUID}"', '"organization_id": "00000000-0000-0000-0000-000000000000"'),
        (f"rate limit for your organization ({UUID})", None),
        ("wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", "wrkspc_000000000000000000000000"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMI\na/\n-----", "-----BEGIN RSA PRIVATE KEY-----\n**\n*/\n-----"),
        ("Bearer of good news", "Bearer of good news"),
    ],
)  # fmt: skip
def test_a_mask_keeps_the_prefix_and_the_size(text: str, masked: str | None) -> None:
    """What is secret is starred out, ids become zeros, and the rest stays."""
    written = DEFAULT.mask(text)
    assert len(written) == len(text)
    if masked is not None:
        assert written == masked
    assert DEFAULT.mask(written) == written


def test_headers_are_kept_by_name() -> None:
    """Only headers on the list are kept, credentials never, and ids of organizations masked."""
    interaction = _interaction(
        headers=(
            ("X-Api-Key", KEY),
            ("Authorization", f"Bearer {KEY}"),
            ("anthropic-version", "2023-06-01"),
            ("anthropic-beta", f"a,{KEY}"),
            ("x-tenant", "acme"),
        ),
        reply_headers=(
            ("Set-Cookie", "a=b"),
            ("request-id", "req_1"),
            ("anthropic-organization-id", UUID),
            ("anthropic-workspace-id", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"),
            ("anthropic-ratelimit-tokens-limit", "1"),
            ("x-internal", "1"),
        ),
    )
    redacted = redact_interaction(interaction)
    assert redacted.request.headers == (("anthropic-version", "2023-06-01"), ("anthropic-beta", f"a,{MASK}"))
    assert redacted.response.headers == (
        ("request-id", "req_1"),
        ("anthropic-organization-id", "00000000-0000-0000-0000-000000000000"),
        ("anthropic-workspace-id", "wrkspc_000000000000000000000000"),
        ("anthropic-ratelimit-tokens-limit", "1"),
    )
    wider = redact_interaction(
        interaction, RedactionRules(request_headers=frozenset({"x-tenant", "x-api-key"}))
    )
    assert wider.request.headers[-1] == ("x-tenant", "acme")
    assert "x-api-key" not in dict(wider.request.headers)


def test_a_query_is_masked_by_name_and_by_pattern() -> None:
    """A credential in the query or path is masked, percent-encoded or not, and still found again."""
    interaction = _interaction(
        path=f"/v1/files/{KEY}", query=f"beta=true&api_key=abc%2Fdefgh&after_id={KEY.replace('-', '%2D')}"
    )
    request = redact_interaction(interaction).request
    assert request.path == f"/v1/files/{MASK}"
    assert request.query == f"beta=true&api_key=***%2F*****&after_id={MASK}"
    assert redact_interaction(redact_interaction(interaction)) == redact_interaction(interaction)
    index = _index(redact_interaction(interaction))
    assert index.find_exact(_request(interaction)) is not None
    assert [item.place for item in sightings(interaction)] == ["the request's path and query"]


def test_members_that_name_a_person_or_a_credential() -> None:
    """An e-mail address is masked as a user's id only; a member called a token always."""
    body = {
        "metadata": {"user_id": "jane.doe@example.com"},
        "messages": [{"role": "user", "content": "write to jane.doe@example.com"}],
        "mcp_servers": [{"url": "https://x", "authorization_token": "opaque-grant-1"}],
        "organization_id": UUID,
    }
    kept = json.loads(redact_interaction(_interaction(body)).request.body)
    assert kept["metadata"]["user_id"] == "*" * 20
    assert kept["messages"] == body["messages"]
    assert kept["mcp_servers"][0]["authorization_token"] == "*" * 14
    assert kept["organization_id"] == "00000000-0000-0000-0000-000000000000"
    assert _index(redact_interaction(_interaction(body))).find_exact(_request(_interaction(body)))


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("api_key", "opaque-credential", True),
        ("apiKey", "opaque-credential", True),
        ("Client-Secret", "opaque-credential", True),
        ("ACCESS_TOKEN", "opaque-credential", True),
        ("authorization", "Basic dXNlcjpwYXNz", True),
        ("authorization", 'Digest username="bob", nonce="1"', True),
        ("authorization", "required by the user", False),
        ("api_key", "The key of the account", False),
        ("apiKey", "short", False),
        ("keyboard", "opaque-credential", False),
        ("ORGANIZATION_ID", UUID, True),
    ],
)
def test_a_name_says_what_a_value_is(name: str, value: str, masked: bool) -> None:  # noqa: FBT001 - a case
    """A credential's name counts in every usual spelling, unless the value is a sentence."""
    interaction = _interaction({"deep": [{name: value}]})
    kept = redact_interaction(interaction)
    assert (value.encode() not in kept.request.body) is masked
    assert redact_interaction(kept) is kept


SIGNED = [
    {"type": "thinking", "thinking": f"the key is {KEY}", "signature": f"c2ln{KEY}"},
    {"type": "redacted_thinking", "data": KEY},
    {"type": "web_search_result", "encrypted_content": KEY},
]


@pytest.mark.parametrize("block", SIGNED, ids=lambda block: block["type"])
def test_signed_content_is_never_touched(block: dict[str, Any]) -> None:
    """Thinking, signatures and encrypted content stay as they are; a secret there is reported."""
    body = {"messages": [{"role": "assistant", "content": [block]}]}
    reply = json.dumps({"type": "message", "content": [block]}).encode()
    interaction = _interaction(body, reply=reply)
    redacted = redact_interaction(interaction)
    assert redacted.response.body == reply
    assert redacted.request.body == interaction.request.body
    seen = signed_secrets(interaction)
    assert {item.place for item in seen} == {"the request's body", "the response's body"}
    assert len(redact(interaction)[1]) == len(seen)


def test_what_a_tool_is_told_is_not_signed() -> None:
    """A tool's input may have members called like the API's own; they are masked all the same."""
    block = {"type": "tool_use", "input": {"type": "thinking", "thinking": KEY, "encrypted_content": KEY}}
    interaction = _interaction({"messages": [{"role": "assistant", "content": [block]}]})
    assert KEY.encode() not in redact_interaction(interaction).request.body
    assert signed_secrets(interaction) == []


def test_a_thinking_stream_is_not_touched_and_its_secret_is_reported() -> None:
    """Thinking is searched over its joined deltas, and left as it is."""
    thinking = _block_stream(
        "thinking_delta",
        "thinking",
        [KEY[:9], KEY[9:30], KEY[30:]],
        {"type": "thinking", "thinking": "", "signature": ""},
    )
    interaction = _interaction({}, reply=thinking)
    assert redact_interaction(interaction).response.body == thinking
    assert [item.signed for item in sightings(interaction)] == [True]


@given(st.data())
def test_a_secret_cut_by_deltas_is_masked(data: st.DataObject) -> None:
    """Wherever deltas cut a text, the masked stream says the masked text, in as many bytes."""
    text, secret = data.draw(secrets.around())
    cuts = data.draw(secrets.cuts(len(text)))
    body = _block_stream("text_delta", "text", _pieces(text, cuts), streams.text(""))
    redacted = redact_interaction(_interaction({}, reply=body)).response.body
    assert len(redacted) == len(body)
    assert secret.encode() not in redacted
    message = accumulate(decode_events(redacted))
    assert message["content"][0]["text"] == DEFAULT.mask(text)


@pytest.mark.parametrize(
    ("kind", "path", "before"),
    [
        ("compaction_delta", ("content",), "an id "),
        ("citations_delta", ("citation", "cited_text"), "an id"),
        ("something_new_delta", ("deep", 1, "words"), "an id"),
    ],
)
def test_a_secret_cut_by_deltas_of_any_kind_is_masked(
    kind: str, path: tuple[str | int, ...], before: str
) -> None:
    """Whatever a delta is called and wherever its strings stand, they are joined, and each one counts."""

    def delta(piece: str) -> dict[str, Any]:
        value: Any = piece
        for step in reversed(path):
            value = {step: value} if isinstance(step, str) else ["x", value]
        return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **value}}

    opaque = "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"  # an id only where a word begins
    stream = _stream(*map(delta, (f"a {KEY[:9]}", KEY[9:20], f"{KEY[20:]} ", before, opaque)))
    redacted = redact_interaction(_interaction({}, reply=stream)).response.body
    assert len(redacted) == len(stream)
    assert redacted.count(b"*") == MASK.count("*")
    assert opaque.encode() not in redacted


def test_signed_deltas_of_any_kind_are_left() -> None:
    """Encrypted content that comes in pieces is joined, left as it is, and reported."""
    events = [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "compaction_delta", "encrypted_content": x},
        }
        for x in (KEY[:9], KEY[9:30], KEY[30:])
    ]
    interaction = _interaction({}, reply=_stream(*events))
    assert redact_interaction(interaction) is interaction
    assert [item.signed for item in sightings(interaction)] == [True]


@given(st.data())
def test_a_secret_in_a_tools_input_is_masked_as_its_echo_is(data: st.DataObject) -> None:
    """The input that a client reads from a masked stream is the masked input, however it was cut."""
    text, secret = data.draw(secrets.around())
    value = {"query": text, "deep": [{"api_key": "opaque-credential"}, text]}
    spelled = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    pieces = _pieces(spelled, data.draw(secrets.cuts(len(spelled))))
    block = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    body = _block_stream("input_json_delta", "partial_json", ["", *pieces], block)
    redacted = redact_interaction(_interaction({}, reply=body)).response.body
    assert len(redacted) == len(body)
    assert secret not in json.dumps(accumulate(decode_events(redacted)), ensure_ascii=False)
    seen = accumulate(decode_events(redacted))["content"][0]["input"]
    assert seen["query"] == DEFAULT.mask(text)
    echo = {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": value}]}]}
    echoed = {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": seen}]}]}
    index = _index(redact_interaction(_interaction(echo)))
    assert index.find_exact(_request(_interaction(echoed))) is not None
    assert index.find_exact(_request(_interaction(echo))) is not None


@given(st.data())
def test_redaction_of_a_request_loses_nothing_but_the_secret(data: st.DataObject) -> None:
    """A redacted request is its own redaction, and the very request that made it finds it."""
    text, secret = data.draw(secrets.around())
    value = data.draw(streams.json_objects) | {"messages": [{"role": "user", "content": text}], text: text}
    spelled = json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode()
    interaction = _interaction(spelled)
    redacted = redact_interaction(interaction)
    assert secret not in json.dumps(json.loads(redacted.request.body), ensure_ascii=False)
    assert redact_interaction(redacted) is redacted
    index = _index(redacted)
    assert index.find_exact(_request(interaction)) is not None
    assert index.find_exact(_request(redacted)) is not None


@given(st.data())
def test_no_recording_written_by_hand_is_lost_for_being_unredacted(data: st.DataObject) -> None:
    """A recording that holds what looks like a secret is found by the request and by its mask."""
    text, _ = data.draw(secrets.around())
    interaction = _interaction({"messages": [{"role": "user", "content": text}]})
    index = _index(interaction)
    assert index.find_exact(_request(interaction)) is not None
    assert index.find_exact(for_matching(_request(interaction))) is not None


@given(secrets.around(), st.sampled_from(["a", "b", "cut"]))
def test_the_cheap_question_is_never_wrong(planted: tuple[str, str], key: str) -> None:
    """What masking would change, the quick look at a canonical text never overlooks."""
    text, _ = planted
    body = json.dumps({key: text}, ensure_ascii=False, separators=(",", ":")).encode()
    assert may_hold_secret(body)


@example(
    b"data: ", (f"-----BEGIN PRIVATE KEY-----\na{'Zq7' * 22}\n-----END PRIVATE KEY-----", "Zq7" * 22), b""
)
@given(st.binary(max_size=40), secrets.around(), st.binary(max_size=40))
def test_bodies_of_any_kind_are_masked(before: bytes, planted: tuple[str, str], after: bytes) -> None:
    """A body that is no JSON, or not even text, is masked too, and keeps its size."""
    text, secret = planted
    body = before + b" " + text.encode() + b" " + after
    interaction = _interaction(body, reply=body)
    redacted = redact_interaction(interaction)
    assert len(redacted.response.body) == len(body)
    assert secret.encode() not in redacted.response.body
    assert secret.encode() not in redacted.request.body


def test_a_body_that_was_cut_off_is_masked() -> None:
    """JSON and streams that break off are masked as far as they go."""
    for reply in (f'{{"content":[{{"text":"{KEY}'.encode(), f'data: {{"delta":{{"text":"{KEY}'.encode()):
        redacted = redact_interaction(_interaction({}, reply=reply)).response.body
        assert KEY.encode() not in redacted
        assert len(redacted) == len(reply)


def test_escapes_stay_escapes() -> None:
    r"""A secret spelled with `\u` escapes is masked in as many bytes, and means the same mask."""
    spelled = "".join(f"\\u{ord(char):04x}" for char in KEY)
    reply = f'{{"a":"\\n{spelled}\\ud83d\\ude00"}}'.encode()
    redacted = redact_interaction(_interaction({}, reply=reply)).response.body
    assert len(redacted) == len(reply)
    assert json.loads(redacted)["a"] == f"\n{MASK}😀"
    assert _index(redact_interaction(_interaction(reply))).find_exact(_request(_interaction(reply)))


RULES = RedactionRules(
    patterns=(r"cust-(?P<secret>\d{6})",),
    json_paths=("$.private", "$..delta.hidden"),
    hook=lambda text: [word for word in text.split() if word.startswith("geheim-ü")],
)


def test_rules_of_ones_own() -> None:
    """Patterns, JSON paths and a hook mask what they name, by the same laws."""
    body = {"private": {"name": "Zoë", "age": 41}, "text": "cust-123456 geheim-üben jetzt"}
    reply = json.dumps(body, ensure_ascii=False).encode()
    interaction = _interaction(body, reply=reply)
    redacted = redact_interaction(interaction, RULES)
    assert len(redacted.response.body) == len(reply)
    assert json.loads(redacted.response.body) == {
        "private": {"name": "**·", "age": 11},
        "text": "cust-****** *******·*** jetzt",
    }
    assert redact_interaction(redacted, RULES) is redacted
    rules = Matching(redaction=RULES)
    assert _index(redacted, matching=rules).find_exact(_request(interaction)) is not None
    assert _index(redacted).find_exact(_request(interaction)) is None
    miss = explain_miss(_request(interaction), _index(redacted, matching=rules).recordings, rules)
    assert miss.differences == ()


PAYLOAD = "iVBORw0KGgo" * 600


def _image(data: str) -> dict[str, Any]:
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}


def test_large_payloads_are_kept_as_digests_and_found_again() -> None:
    """An image over the limit leaves its digest and size; the request with the image still matches."""
    interaction = _interaction(_image(PAYLOAD))
    redacted = redact_interaction(interaction)
    kept = json.loads(redacted.request.body)["messages"][0]["content"][0]["source"]["data"]
    assert kept.startswith("<payload sha256:")
    assert kept.endswith(f" of {len(PAYLOAD)} bytes>")
    assert redact_interaction(redacted) is redacted
    index = _index(redacted)
    assert index.find_exact(_request(interaction)) is not None
    assert index.find_exact(_request(_interaction(_image(PAYLOAD[:-4] + "AAAA")))) is None
    whole = redact_interaction(interaction, RedactionRules(payload_limit=None))
    assert whole is interaction
    assert _index(whole).find_exact(_request(redacted)) is not None


def test_large_parts_of_uploads_are_kept_as_digests_and_found_again() -> None:
    """An upload is kept without its content, and found again under another boundary."""

    def upload(boundary: str, content: bytes) -> Interaction:
        edge = boundary.encode()
        body = (
            b"--" + edge + b'\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
            + content + b"\r\n--" + edge + b"--\r\n"
        )  # fmt: skip
        headers = (("content-type", f"multipart/form-data; boundary={boundary}"),)
        return _interaction(body, path="/v1/files", headers=headers)

    content = bytes(range(256)) * 40
    redacted = redact_interaction(upload("one", content))
    assert len(redacted.request.body) < 400
    index = _index(redacted)
    assert index.find_exact(_request(upload("two", content))) is not None
    assert index.find_exact(_request(upload("two", content + b"x"))) is None


@pytest.mark.parametrize("blanks", ["", " ", "  ", "\t"], ids=repr)
def test_a_secret_cut_by_deltas_is_masked_whatever_stands_before_the_data(blanks: str) -> None:
    """Blanks between a field's colon and its JSON do not hide what the deltas say together."""
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
        for piece in (KEY[:9], KEY[9:20], KEY[20:])
    ]
    stream = "".join(f"event: content_block_delta\ndata:{blanks}{json.dumps(delta)}\n\n" for delta in deltas)
    reply = _interaction({}, reply=stream.encode(), reply_headers=(("content-type", "text/event-stream"),))
    masked = redact_interaction(reply).response.body
    assert len(masked) == len(stream)
    assert masked.count(b"*") == MASK.count("*")


def test_a_byte_order_mark_hides_no_secret() -> None:
    """JSON after a byte order mark is still read as JSON: an escape in a key is seen through."""
    body = b'\xef\xbb\xbf{"text":"\\u0073' + KEY[1:].encode() + b'"}'
    redacted = redact_interaction(_interaction(body, reply=body))
    for written in (redacted.request.body, redacted.response.body):
        assert KEY[13:].encode() not in written
        assert len(written) == len(body)


@pytest.mark.parametrize(
    "text",
    [
        "listens on http://localhost:8080/a and mails bob@example.com",
        "git clone git@github.com:anthropics/anthropic-sdk-python.git",
        "https://example.com/@user:name?key=value&page=2",
        "postgres://{user}:{password}@{host}/db or postgres://$USER:$PASSWORD@db",
        "https://api.example/?api_key=<your key>&access_token={token}",
        "the bearer of this letter, and a bearer\nof news",
        "see sk-learn-based-feature-extraction-for-very-large-data-sets",
        "api_key: required, access_token=<token>, x-api-key: $ANTHROPIC_API_KEY",
        'client = Client(api_key=os.environ["API_KEY_2"], auth_token=get_token())',
        "max_tokens: 1234567890123456, and the key: 1234567890123456",
    ],
)
def test_what_only_looks_like_a_credential_stays(text: str) -> None:
    """Ports, mail addresses, paths, slugs, code and the gaps of a template are no credentials."""
    assert DEFAULT.mask(text) == text


def test_a_redirect_with_a_credential_is_recorded_without_it() -> None:
    """The target of a redirect keeps its form and loses the credential in its query."""
    headers = (("location", "https://files.example/x?access_token=Zq7Zq7Zq7Zq7&part=2"),)
    redacted = redact_interaction(_interaction({}, reply_headers=headers))
    assert redacted.response.headers == (
        ("location", "https://files.example/x?access_token=************&part=2"),
    )
