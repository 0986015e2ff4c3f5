"""Requests as Redis gets to see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi._environment import TEST_KEY
from mockapi.cassettes import for_matching
from mockapi.exchange import Request
from mockapi.nodes._log_secrets import query_without_secrets, stand_in, with_stand_ins, without_secrets
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings, access_key_id

SIGNED = (
    b"AWS4-HMAC-SHA256 Credential=AKIATESTTESTTESTTEST/20260101/us-east-1/bedrock/aws4_request,"
    b" SignedHeaders=host;x-amz-date, Signature=0123456789abcdef0123456789abcdef"
)
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=9, max_size=40)


@given(first=secrets, second=secrets)
def test_equal_keys_stay_equal_and_others_do_not(first: str, second: str) -> None:
    """What stands for a key tells keys apart as the keys do, and has nothing of them."""
    assert (stand_in(first) == stand_in(second)) == (first == second)
    assert first not in stand_in(first)


def test_the_kind_of_a_key_stays() -> None:
    """Rules and surfaces go by how a key begins; an empty one stays empty, and the test key is nobody's."""
    assert stand_in("sk-ant-oat01-abcdefgh").startswith("sk-ant-oat01-masked-")
    assert stand_in("ABSKabcdefgh").startswith("ABSKmasked-")
    assert (stand_in(""), stand_in(TEST_KEY)) == ("", TEST_KEY)


def test_credentials_go_and_other_fields_stay() -> None:
    """Schemes stay, and so does what a signature says of its scope."""
    headers = (
        (b"x-api-key", b"sk-ant-test-1"),
        (b"authorization", b"Bearer sk-ant-test-1"),
        (b"cookie", b"session=abc"),
        (b"anthropic-version", b"2023-06-01"),
    )
    masked = dict(without_secrets(headers))
    assert masked[b"anthropic-version"] == b"2023-06-01"
    assert masked[b"authorization"] == b"Bearer " + masked[b"x-api-key"]
    assert b"abc" not in masked[b"cookie"]
    ((_, signed),) = without_secrets(((b"authorization", SIGNED),))
    assert signed.startswith(b"AWS4-HMAC-SHA256 Credential=AKIA")
    assert b"/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=" in signed
    assert b"TESTTEST" not in signed
    assert b"0123456789abcdef0123" not in signed
    assert access_key_id(signed.decode()) not in {None, "AKIATESTTESTTESTTEST"}


def test_a_key_goes_from_a_field_whose_name_says_nothing() -> None:
    """It is masked as a recording's would be; everything else stays to the byte."""
    key = b"sk-ant-api03-" + b"Ab3dEf6hIj9kLm2nOp5q" * 4 + b"-AA"
    headers = (
        (b"x-custom", b"of " + key),
        (b"user-agent", b"Anthropic/Python 2.14.0"),
        (b"x-odd", b"\xe9\xff"),
    )
    masked = dict(without_secrets(headers))
    assert key not in masked[b"x-custom"]
    assert (masked[b"user-agent"], masked[b"x-odd"]) == (b"Anthropic/Python 2.14.0", b"\xe9\xff")


def test_a_signed_link_loses_its_signature() -> None:
    """The rest of a query stays as it came."""
    query = "a=1&X-Amz-Credential=AKIATEST%2F2026&X-Amz-Signature=0123abcd&b=%20"
    masked = query_without_secrets(query)
    assert masked.startswith("a=1&X-Amz-Credential=AKIA")
    assert masked.endswith("&b=%20")
    assert "AKIATEST" not in masked
    assert "0123abcd" not in masked
    assert query_without_secrets("beta=true") == "beta=true"


@pytest.mark.parametrize(
    "name",
    ["x-my-token", "x-auth", "cf-access-client-secret", "x-team-key"],
)
def test_fields_of_gateways_go_too(name: str) -> None:
    """A field whose name says that it opens something is known in every spelling."""
    ((_, masked),) = without_secrets(((name.encode(), b"aZ9kQ2lm39dk"),))
    assert masked.startswith(b"masked-")


@pytest.mark.parametrize(
    "name",
    ["anthropic-beta", "content-type", "idempotency-key", "user-agent", "x-stainless-lang", "x-app"],
)
def test_fields_that_open_nothing_stay(name: str) -> None:
    """The API, scripts and people go by them."""
    fields = ((name.encode(), b"5f0c1e1e-3b1f-4f0e-9a51-6d7f8f1d2c3b"),)
    assert without_secrets(fields) == fields


@pytest.mark.parametrize("query", ["key=aZ9kQ2lm39dkLq02mdkQz", "a=1&api_key=aZ9kQ2lm39dkLq02mdkQz&b=%20"])
def test_a_key_in_the_query_goes_and_its_recording_still_matches(query: str) -> None:
    """What is compared with recordings is the same with and without it."""
    masked = query_without_secrets(query)
    assert "aZ9kQ2lm" not in masked
    asked, shared = (Request("POST", "/v1/messages", text, (), b"{}") for text in (query, masked))
    assert for_matching(asked).query == for_matching(shared).query


def test_listed_keys_are_known_by_what_stands_for_them() -> None:
    """Settings without a list stay as they are."""
    listed = Settings(validation=ValidationSettings(invalid_keys=frozenset({"sk-ant-test-bad"})))
    assert stand_in("sk-ant-test-bad") in with_stand_ins(listed).validation.invalid_keys
    plain = Settings()
    assert with_stand_ins(plain) is plain
