"""What is masked, what is kept, and the laws that hold for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import _tokens, as_request
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionRules
from mockapi.cassettes._secrets import may_hold_secret
from mockapi.cassettes.redaction import for_matching, redact_interaction, sightings
from tests.support import secrets, streams
from tests.support.each import each
from tests.support.redaction import KEY, MASK, exchange, index_of

UUID = "3f9b2c71-8d54-4e1a-9b7f-5a6c2d1e0f43"


def test_prepared_rules_have_compiled_what_is_dear() -> None:
    """Else whatever is recorded first waits for that, and its chunks come together."""
    _tokens._any_prefix.cache_clear()
    DEFAULT.prepare()
    assert _tokens._any_prefix.cache_info().currsize == 1


@each(
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
    interaction = exchange(
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
    interaction = exchange(
        path=f"/v1/files/{KEY}", query=f"beta=true&api_key=abc%2Fdefgh&after_id={KEY.replace('-', '%2D')}"
    )
    request = redact_interaction(interaction).request
    assert request.path == f"/v1/files/{MASK}"
    assert request.query == f"beta=true&api_key=***%2F*****&after_id={MASK}"
    assert redact_interaction(redact_interaction(interaction)) == redact_interaction(interaction)
    index = index_of(redact_interaction(interaction))
    assert index.find_exact(as_request(interaction)) is not None
    assert [item.place for item in sightings(interaction)] == ["the request's path and query"]


def test_members_that_name_a_person_or_a_credential() -> None:
    """An e-mail address is masked as a user's id only; a member called a token always."""
    body = {
        "metadata": {"user_id": "jane.doe@example.com"},
        "messages": [{"role": "user", "content": "write to jane.doe@example.com"}],
        "mcp_servers": [{"url": "https://x", "authorization_token": "opaque-grant-1"}],
        "organization_id": UUID,
    }
    kept = json.loads(redact_interaction(exchange(body)).request.body)
    assert kept["metadata"]["user_id"] == "*" * 20
    assert kept["messages"] == body["messages"]
    assert kept["mcp_servers"][0]["authorization_token"] == "*" * 14
    assert kept["organization_id"] == "00000000-0000-0000-0000-000000000000"
    assert index_of(redact_interaction(exchange(body))).find_exact(as_request(exchange(body)))


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
    interaction = exchange({"deep": [{name: value}]})
    kept = redact_interaction(interaction)
    assert (value.encode() not in kept.request.body) is masked
    assert redact_interaction(kept) is kept


@given(st.data())
def test_redaction_of_a_request_loses_nothing_but_the_secret(data: st.DataObject) -> None:
    """A redacted request is its own redaction, and the very request that made it finds it."""
    text, secret = data.draw(secrets.around())
    value = data.draw(streams.json_objects) | {"messages": [{"role": "user", "content": text}], text: text}
    spelled = json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode()
    interaction = exchange(spelled)
    redacted = redact_interaction(interaction)
    assert secret not in json.dumps(json.loads(redacted.request.body), ensure_ascii=False)
    assert redact_interaction(redacted) is redacted
    index = index_of(redacted)
    assert index.find_exact(as_request(interaction)) is not None
    assert index.find_exact(as_request(redacted)) is not None


@given(st.data())
def test_no_recording_written_by_hand_is_lost_for_being_unredacted(data: st.DataObject) -> None:
    """A recording that holds what looks like a secret is found by the request and by its mask."""
    text, _ = data.draw(secrets.around())
    interaction = exchange({"messages": [{"role": "user", "content": text}]})
    index = index_of(interaction)
    assert index.find_exact(as_request(interaction)) is not None
    assert index.find_exact(for_matching(as_request(interaction))) is not None


@given(secrets.around(), st.sampled_from(["a", "b", "cut"]))
def test_the_cheap_question_is_never_wrong(planted: tuple[str, str], key: str) -> None:
    """What masking would change, the quick look at a canonical text never overlooks."""
    text, _ = planted
    body = json.dumps({key: text}, ensure_ascii=False, separators=(",", ":")).encode()
    assert may_hold_secret(body)


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
    """Ports, mail addresses, paths, slugs, code and the gaps of a template stay as they are."""
    assert DEFAULT.mask(text) == text


def test_a_redirect_with_a_credential_is_recorded_without_it() -> None:
    """The target of a redirect keeps its form and loses the credential in its query."""
    headers = (("location", "https://files.example/x?access_token=Zq7Zq7Zq7Zq7&part=2"),)
    redacted = redact_interaction(exchange({}, reply_headers=headers))
    assert redacted.response.headers == (
        ("location", "https://files.example/x?access_token=************&part=2"),
    )
