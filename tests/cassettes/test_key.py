"""The key of a request: equal for equal requests however they are spelled, and for no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Matching, parse_matching, request_key
from mockapi.exchange import Request
from tests.support.cassettes import HELLO, asked, json_values, matchings
from tests.support.each import each

if TYPE_CHECKING:
    import random

PLAIN = Matching()


def _key(request: Request | Any, matching: Matching = PLAIN) -> bytes:
    return request_key(request if isinstance(request, Request) else asked(request), matching)


def _respelled(value: Any, dice: random.Random) -> Any:
    """The same value with its members in another order."""
    if isinstance(value, dict):
        items = [(key, _respelled(item, dice)) for key, item in value.items()]
        dice.shuffle(items)
        return dict(items)
    return [_respelled(item, dice) for item in value] if isinstance(value, list) else value


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8")), json_values, max_size=4), matchings, st.randoms()
)
def test_equal_json_has_equal_keys_under_any_rules(
    value: dict[str, Any], matching: Matching, dice: random.Random
) -> None:
    """Order of members, white space and escapes are spelling."""
    body = json.dumps(
        _respelled(value, dice), indent=dice.choice([None, 2]), ensure_ascii=dice.random() < 0.5
    )
    assert _key(body.encode(), matching) == _key(value, matching)


MESSAGES = [
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_b", "content": [{"id": "x"}]}],
    },
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "toolu_a", "name": "f", "input": {"id": 1}}],
    },
]


@given(st.randoms())
def test_ids_are_numbered_the_same_in_any_order_of_members(dice: random.Random) -> None:
    """The order in which an object spells its members does not count."""
    nested = [{"type": "tool_use", "id": "toolu_b", "input": {"tool_use_id": "toolu_c"}, "x": MESSAGES}]
    rules = Matching(rename_tool_ids=True)
    assert _key(_respelled({"messages": nested}, dice), rules) == _key({"messages": nested}, rules)


@given(json_values, json_values)
def test_different_json_has_different_keys(a: Any, b: Any) -> None:
    """True is not 1, 1 is not 1.0, an absent member is not null."""
    assert (_key({"v": a}) == _key({"v": b})) == (_spelling(a) == _spelling(b))


def _spelling(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@each(
    ("a", "b"),
    [
        (b"1", b"1.0"),
        (b"1", b"true"),
        (b"0", b"false"),
        (b'"1"', b"1"),
        (b"null", b"{}"),
        (b"[]", b"{}"),
        (b"10000000000000000000000", b"10000000000000000000001"),
        (b"10000000000000000000000", b"1e22"),
        (b"18446744073709551615", b"18446744073709551616"),
        (b'{"a":null}', b"{}"),
        (b"[1,2]", b"[2,1]"),
        (b'"a"', b'"a "'),
        (b'"\xc3\xa9"', b'"e\xcc\x81"'),
    ],
)
def test_values_that_look_alike_are_told_apart(a: bytes, b: bytes) -> None:
    """Big integers to the last digit, numbers by their type, text by its code points."""
    assert _key(a) != _key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"100.0", b"1e2"),
        (b"1.10", b"1.1"),
        (b'"\\u00e9"', '"é"'.encode()),
        (b'"\\/"', b'"/"'),
        (b'{"a":1,"b":2}', b' { "b" : 2 ,\n"a":1}'),
        (b'{"n":10000000000000000000001,"a":1e30}', b'{"a":1.0e30, "n":10000000000000000000001}'),
    ],
)
def test_spellings_of_one_value_are_one(a: bytes, b: bytes) -> None:
    """Numbers of one type and value, escapes, white space."""
    assert _key(a) == _key(b)


def test_method_path_and_query_count() -> None:
    """Each of them alone makes another request."""
    requests = [
        Request("POST", "/v1/messages"),
        Request("GET", "/v1/messages"),
        Request("POST", "/v1/messages/batches"),
        Request("POST", "/v1/messages", "limit=1"),
        Request("POST", "/v1/messages", "limit=2"),
        Request("POST", "/v1/messages", body=b"{}"),
        Request("POST", "/v1/messages", body=b" "),
    ]
    assert len({_key(request) for request in requests}) == len(requests)


@pytest.mark.parametrize("query", ["beta=true", "beta=false", "beta", "&beta=true&"])
def test_beta_in_the_query_does_not_count(query: str) -> None:
    """One client version sends it and the next does not, for the same call."""
    assert _key(asked(HELLO, query=query)) == _key(HELLO)
    assert _key(asked(HELLO, query=f"a=1&{query}")) == _key(asked(HELLO, query="a=1"))
    assert _key(asked(HELLO, query="betamax=true")) != _key(HELLO)


def test_the_order_of_the_query_does_not_count() -> None:
    """Repeated names keep all of their values."""
    assert _key(asked(query="b=2&a=1&b=1")) == _key(asked(query="a=1&b=1&b=2"))
    assert _key(asked(query="b=2&b=2")) != _key(asked(query="b=2"))


def test_headers_count_only_where_they_are_asked_for() -> None:
    """And then by value, an absent one included."""
    old = asked(headers=((b"anthropic-version", b"2023-06-01"),))
    new = asked(headers=((b"anthropic-version", b"2026-10-21"),))
    asking = Matching(headers=("anthropic-version",))
    assert _key(old) == _key(new) == _key(asked())
    assert len({_key(old, asking), _key(new, asking), _key(asked(), asking)}) == 3


def _upload(boundary: str, content: bytes, name: str = "a.txt", quoted: bool = False) -> Request:  # noqa: FBT001, FBT002 - a test's own
    mark = f"--{boundary}".encode()
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode()
    body = b"\r\n".join([mark, head, b"Content-Type: text/plain", b"", content, mark + b"--", b""])
    shown = f'"{boundary}"' if quoted else boundary
    content_type = f"multipart/form-data; boundary={shown}".encode()
    return Request("POST", "/v1/files", headers=((b"content-type", content_type),), body=body)


def test_the_boundary_of_an_upload_does_not_count() -> None:
    """It is drawn anew each time; parts, their headers and their contents do count."""
    one = _upload("a1b2", b"hello\r\n\x00\xff")
    assert _key(one) == _key(_upload("------c3", b"hello\r\n\x00\xff", quoted=True))
    assert _key(one) != _key(_upload("a1b2", b"hello\r\n\x00\xfe"))
    assert _key(one) != _key(_upload("a1b2", b"hello\r\n\x00\xff", name="b.txt"))


@pytest.mark.parametrize("body", [b"--x\r\nno end", b"no boundary at all", b"--x\r\nno blank line--x--"])
def test_a_malformed_upload_is_compared_as_it_is(body: bytes) -> None:
    """It is still a request that may be recorded and played."""
    headers = ((b"content-type", b"multipart/form-data; boundary=x"),)
    request = Request("POST", "/v1/files", headers=headers, body=body)
    assert _key(request) == _key(Request("POST", "/v1/files", body=body))
    assert _key(request) != _key(Request("POST", "/v1/files", headers=headers, body=body + b"."))


@each("rules", [{"substitute": ["date"]}, {"ignore": ["$.x"]}, {"rename_tool_ids": True}, {}])
@each("depth", [200, 500, 900, 1500])
def test_a_body_of_any_depth_has_a_key(rules: dict[str, Any], depth: int) -> None:
    """Where it is too deep to be taken apart it is compared as it is."""
    matching = parse_matching(rules, (), {})
    deep, other = b"[" * depth + b"]" * depth, b"[" * depth + b"1" + b"]" * depth
    assert _key(deep, matching) == _key(bytes(deep), matching)
    assert _key(deep, matching) != _key(other, matching)
