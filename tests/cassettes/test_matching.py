"""Matching rules: volatile text, ignored paths, the last turn alone, renamed ids."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.cassettes import Matching, parse_matching, request_key
from mockapi.errors import UsageError
from mockapi.exchange import Request
from tests.support.cassettes import HELLO, asked, said
from tests.support.each import each

PLAIN = Matching()


def _key(body: Any, matching: Matching = PLAIN) -> bytes:
    return request_key(asked(body), matching)


FOLDERS = {"home": "/home/ada", "cwd": "/srv/tree", "tmp": "/var/tmp/x"}
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
    "cwd": [("/srv/tree/src/a.py", "/elsewhere/checkout/src/a.py")],
    "tmp": [("/tmp/pytest-1/a", "/tmp/pytest-2/b"), ("/var/folders/zz/1", "/private/var/folders/yy/2")],
}
DIFFERENT: dict[str, list[tuple[str, str]]] = {
    "date": [("version 1.2", "version 1.3"), ("2026-10", "2026-11")],
    "time": [("ratio 3:4", "ratio 3:5")],
    "uuid": [("0b5b8a8e", "0b5b8a8f")],
    "home": [("/homework/a", "/homework/b"), ("/home/ada/x.py", "/home/ada/y.py")],
    "cwd": [("/srv/treehouse", "/srv/treetop")],
    "tmp": [("/template/a", "/template/b")],
}


@each(("name", "a", "b"), [(name, *pair) for name, pairs in SAME.items() for pair in pairs])
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


def test_nothing_but_method_and_uri_may_count() -> None:
    """As VCR.py has it: whatever the body is, and whether there is one."""
    matching = Matching(compare="uri")
    bodies = (HELLO, said("Bye"), {"stream": True})
    assert len({_key(body, matching) for body in bodies}) == 1
    plain, empty, other = (
        Request(method, "/v1/files", "", (), body)
        for method, body in (("POST", b"\xff"), ("POST", b""), ("GET", b""))
    )
    keys = [request_key(request, matching) for request in (plain, empty, other)]
    assert keys[0] == keys[1] != keys[2]


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


@pytest.mark.parametrize("name", ["\U0001f600", "\u2028", "a b", "", "x:y"])
def test_only_what_can_be_a_header_field_is_matched(name: str) -> None:
    """Any other name is in no request, and some have no form on the wire at all."""
    with pytest.raises(UsageError, match=r"headers\[0\]` must be the name of a header field"):
        parse_matching({"headers": [name]}, ("matching",), {})
