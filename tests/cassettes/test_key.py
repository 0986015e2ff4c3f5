"""The key of a request: equal for equal requests however they are spelled, and for no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Matching, parse_matching, request_key
from mockapi.exchange import Request
from tests.support.cassettes import HELLO, asked, json_values, matchings, said

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
    """The order of members of an object is no order in which anything appears."""
    nested = [{"type": "tool_use", "id": "toolu_b", "input": {"tool_use_id": "toolu_c"}, "x": MESSAGES}]
    rules = Matching(rename_tool_ids=True)
    assert _key(_respelled({"messages": nested}, dice), rules) == _key({"messages": nested}, rules)


@given(json_values, json_values)
def test_different_json_has_different_keys(a: Any, b: Any) -> None:
    """True is not 1, 1 is not 1.0, an absent member is not null."""
    assert (_key({"v": a}) == _key({"v": b})) == (_spelling(a) == _spelling(b))


def _spelling(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
    "rules", [{"substitute": ["date"]}, {"ignore": ["$.x"]}, {"rename_tool_ids": True}, {}]
)
@pytest.mark.parametrize("depth", [200, 500, 900, 1500])
def test_a_body_of_any_depth_has_a_key(rules: dict[str, Any], depth: int) -> None:
    """Where it is too deep to be taken apart it is compared as it is."""
    matching = parse_matching(rules, (), {})
    deep, other = b"[" * depth + b"]" * depth, b"[" * depth + b"1" + b"]" * depth
    assert _key(deep, matching) == _key(bytes(deep), matching)
    assert _key(deep, matching) != _key(other, matching)


# Substitutions ---------------------------------------------------------------------------------

FOLDERS = {"home": "/home/ada", "cwd": "/work/tree", "tmp": "/var/tmp/x"}
SAME: dict[str, list[tuple[str, str]]] = {
    "date": [
        ("Today is 2026-10-01.", "Today is 2027-02-28."),
        ("Thursday, October 1, 2026", "Fri, Feb 28, 2027"),
        ("on 1 October 2026", "on 28 February 2027"),
        ("1/10/2026", "28/02/2027"),
        ("October 1st, 2026", "March 3rd, 2027"),
    ],
    "time": [
        ("at 10:00", "at 23:59:59"),
        ("at 9:30 am", "at 11:45 PM"),
        ("10:00:00.123Z", "11:11:11+02:00"),
    ],
    "uuid": [("id 0b5b8a8e-0a51-4f6e-8a55-6d2f9d0c1a2b!", "id FFFFFFFF-0000-4000-8000-ABCDEFABCDEF!")],
    "home": [
        ("/home/ada/x.py", "/Users/bob/x.py"),
        ("in /root", "in /home/eve"),
        (r"C:\Users\ada\x", r"D:\Users\b\x"),
    ],
    "cwd": [("/work/tree/src/a.py", "/elsewhere/checkout/src/a.py")],
    "tmp": [("/tmp/pytest-1/a", "/tmp/pytest-2/b"), ("/var/folders/zz/1", "/private/var/folders/yy/2")],
}
DIFFERENT: dict[str, list[tuple[str, str]]] = {
    "date": [("version 1.2", "version 1.3"), ("2026-10", "2026-11")],
    "time": [("ratio 3:4", "ratio 3:5")],
    "uuid": [("0b5b8a8e", "0b5b8a8f")],
    "home": [("/homework/a", "/homework/b"), ("/home/ada/x.py", "/home/ada/y.py")],
    "cwd": [("/work/treehouse", "/work/treetop")],
    "tmp": [("/template/a", "/template/b")],
}


@pytest.mark.parametrize(
    ("name", "a", "b"), [(name, *pair) for name, pairs in SAME.items() for pair in pairs]
)
def test_volatile_text_does_not_count_where_its_name_is_given(name: str, a: str, b: str) -> None:
    """In strings at any depth; without the rule it does count."""
    here = parse_matching({"substitute": [name]}, (), FOLDERS)
    there = parse_matching({"substitute": [name]}, (), {**FOLDERS, "cwd": "/elsewhere/checkout"})
    assert _key(said(a), here) == _key(said(b), there)
    assert _key({"deep": [{"er": a}]}, here) == _key({"deep": [{"er": b}]}, there)
    assert _key(said(a)) != _key(said(b))


@pytest.mark.parametrize(
    ("name", "a", "b"), [(name, *pair) for name, pairs in DIFFERENT.items() for pair in pairs]
)
def test_a_substitution_takes_no_more_than_its_name_says(name: str, a: str, b: str) -> None:
    """What only looks a little like it still counts."""
    matching = parse_matching({"substitute": [name]}, (), FOLDERS)
    assert _key(said(a), matching) != _key(said(b), matching)


def test_a_pattern_of_your_own_is_applied_first() -> None:
    """It is the more special one."""
    rules = {"substitute": ["date", {"name": "run", "pattern": r"run of \d{4}-\d\d-\d\d"}]}
    matching = parse_matching(rules, (), {})
    assert _key(said("run of 2026-10-01"), matching) == _key(said("run of 2026-10-02"), matching)
    assert _key(said("run of 2026-10-01"), matching) != _key(said("day of 2026-10-01"), matching)


def test_substitutions_reach_bodies_that_are_no_json() -> None:
    """Where they are text."""
    matching = parse_matching({"substitute": ["date"]}, (), {})
    assert _key(b"on 2026-10-01", matching) == _key(b"on 2026-10-02", matching)
    assert _key(b"\xff 2026-10-01", matching) != _key(b"\xff 2026-10-02", matching)


# Looser rules ----------------------------------------------------------------------------------


def test_ignored_paths_do_not_count() -> None:
    """Wherever they lead to, and whether or not there is anything."""
    matching = Matching(ignore=("$.metadata", "$..cache_control"))
    plain = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}
    marked = {
        "metadata": {"user_id": "u1"},
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}],
            }
        ],
    }
    assert _key(plain, matching) == _key(marked, matching) != _key(marked)


def test_ignoring_items_of_a_list_takes_all_of_them() -> None:
    """Deleting one does not move another out of sight; ignoring everything leaves nothing."""
    matching = Matching(ignore=("$.tools[*]",))
    assert _key({"tools": [1, 2, 3]}, matching) == _key({"tools": []}, matching)
    assert _key({"tools": [1]}, Matching(ignore=("$",))) == _key({"a": 1}, Matching(ignore=("$",)))


@pytest.mark.parametrize("body", [b'"["', b'"$.a"', b"5", b"null"])
def test_there_is_nothing_to_ignore_in_what_holds_nothing(body: bytes) -> None:
    """A JSON string is a string, whatever it looks like."""
    assert _key(body, Matching(ignore=("$.a", "$"))) == _key(body, Matching(ignore=("$.a", "$")))
    assert _key(body, Matching(ignore=("$.a",))) != _key(b'"other"', Matching(ignore=("$.a",)))


def _turns(*contents: str) -> list[dict[str, Any]]:
    return [{"role": ("user", "assistant")[at % 2], "content": words} for at, words in enumerate(contents)]


def test_the_last_turn_alone_may_count() -> None:
    """With the model, the tools and whether a stream is asked for; what came before does not."""
    matching = Matching(compare="last-turn")
    long = {"model": "m", "system": "s", "messages": _turns("a", "b", "c")}
    short = {"model": "m", "max_tokens": 9, "messages": _turns("c")}
    assert _key(long, matching) == _key(short, matching)
    assert _key(short, matching) != _key({**short, "model": "n"}, matching)
    assert _key(short, matching) != _key({**short, "stream": True}, matching)
    assert _key(short, matching) != _key({**short, "tools": [{}]}, matching)
    assert _key(short, matching) != _key({**short, "messages": _turns("c", "prefill")}, matching)
    assert _key({"messages": "?"}, matching) != _key({"messages": []}, matching)


def test_the_last_text_alone_may_count() -> None:
    """However it is spelled, and whatever else the request says but for the stream."""
    matching = Matching(compare="last-text")
    blocks = [{"type": "image"}, {"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    assert _key(HELLO, matching) == _key({"messages": [{"role": "user", "content": blocks}]}, matching)
    assert _key(HELLO, matching) != _key({**HELLO, "stream": True}, matching)
    assert _key(HELLO, matching) != _key(said("Bye"), matching)


def test_nothing_but_the_stream_may_count() -> None:
    """For recordings whose requests were lost."""
    matching = Matching(compare="stream")
    assert _key(HELLO, matching) == _key(said("Bye"), matching) == _key({"stream": False}, matching)
    assert _key(HELLO, matching) != _key({"stream": True}, matching)


def test_renamed_ids_keep_who_answers_whom() -> None:
    """Ids are numbered by first appearance: other ids match, crossed ones do not."""
    matching = Matching(rename_tool_ids=True)

    def turns(first: str, second: str, answered: str) -> dict[str, Any]:
        uses = [{"type": "tool_use", "id": one, "name": "f", "input": {}} for one in (first, second)]
        result = {"type": "tool_result", "tool_use_id": answered, "content": "ok"}
        return {"messages": [{"role": "assistant", "content": uses}, {"role": "user", "content": [result]}]}

    assert _key(turns("a", "b", "a"), matching) == _key(turns("x", "y", "x"), matching)
    assert _key(turns("a", "b", "a"), matching) != _key(turns("x", "y", "y"), matching)
    assert _key({"input": {"id": "a"}}, matching) != _key({"input": {"id": "b"}}, matching)


def test_rules_are_added_up() -> None:
    """A session's rules come on top of the cassette's; none of them is lost or said twice."""
    ours = Matching(headers=("a",), ignore=("$.x",), compare="last-turn")
    both = ours.with_added(Matching(headers=("a", "b"), ignore=("$.y",), rename_tool_ids=True))
    assert (both.headers, both.ignore, both.compare) == (("a", "b"), ("$.x", "$.y"), "last-turn")
    assert both.rename_tool_ids
    assert not both.is_exact
    assert both.exact_part == Matching(headers=("a", "b"))
