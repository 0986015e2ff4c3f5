"""What a report keeps: each text once, of several processes too, up to a bound."""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockapi.inspector import shown_body
from mockapi.report import ReportDocument

_PIECES = st.sampled_from(['{"role": ', '{"type":', "a", "{", "é", "\n"])
_TEXTS = st.one_of(st.text(max_size=20), st.lists(_PIECES, max_size=9).map("".join))
_BODIES = st.lists(_TEXTS.map(lambda text: text.encode("utf-8", "replace")), max_size=3)


def view(asked: bytes, answered: bytes = b"") -> dict[str, Any]:
    """An exchange, as far as a document looks at it."""
    return {"request": {"body": shown_body(asked), "plain": None}, "reply": {"body": shown_body(answered)}}


def unpacked(document: ReportDocument) -> dict[str, Any]:
    """What a page finds in it."""
    value: dict[str, Any] = orjson.loads(zlib.decompress(document.packed(), wbits=-zlib.MAX_WBITS))
    return value


def asked(told: dict[str, Any], name: str) -> list[str]:
    """The texts of a group's requests, put together as the page does."""
    (group,) = (group for group in told["groups"] if group["name"] == name)
    pieces = told["pieces"]
    return [
        "".join(pieces[at] for at in exchange["request"]["body"]["pieces"]) for exchange in group["exchanges"]
    ]


def conversation(turns: int) -> bytes:
    """The body of a request with so many turns."""
    messages = [{"role": "user", "content": f"{number} " + "words " * 50} for number in range(turns)]
    return json.dumps({"model": "claude-opus-4-6", "messages": messages}).encode()


@given(_BODIES, _BODIES)
def test_texts_come_back_whole(first: list[bytes], second: list[bytes]) -> None:
    """From one document and from two that were joined."""
    one, other = ReportDocument("t"), ReportDocument("t")
    one.add("a", map(view, first))
    other.add("b", map(view, second))
    one.join(other.packed())
    told = unpacked(one)
    assert asked(told, "a") == [body.decode() for body in first]
    assert asked(told, "b") == [body.decode() for body in second]


def test_a_turn_is_kept_twice_at_most() -> None:
    """As the last of one request and in the midst of all later ones, of other tests too."""
    document = ReportDocument("t")
    for name in "ab":
        document.add(name, [view(conversation(turns)) for turns in range(1, 41)])
    kept = sum(map(len, unpacked(document)["pieces"]))
    assert kept < 2.1 * len(conversation(40))


def test_beyond_its_bound_bodies_are_left_out_and_said_to_be() -> None:
    """What came before stays, and what is small still has room."""
    document = ReportDocument("t", most=1000)
    document.add("a", [view(b"a" * 900), view(b"b" * 900), view(b"a" * 900), view(b"c" * 50)])
    told = unpacked(document)
    bodies = [exchange["request"]["body"] for exchange in told["groups"][0]["exchanges"]]
    assert [(body["kind"], body["left_out"]) for body in bodies] == [
        ("text", 0),
        ("none", 900),
        ("text", 0),
        ("text", 0),
    ]
    assert asked(told, "a") == ["a" * 900, "", "a" * 900, "c" * 50]


def test_a_test_that_runs_again_goes_on_with_its_group() -> None:
    """Its exchanges stand one after the other, and the last outcome counts."""
    document = ReportDocument("t")
    document.add("a", [view(b"one")])
    document.judge("a", "failed", "why")
    document.add("a", [view(b"two")])
    document.judge("a", "passed", "")
    document.judge("b", "failed", "a test that asked nothing")
    told = unpacked(document)
    assert [(group["name"], group["outcome"], group["words"]) for group in told["groups"]] == [
        ("a", "passed", "")
    ]
    assert asked(told, "a") == ["one", "two"]
    assert len(document) == 1


def test_a_name_without_a_form_in_utf_8_is_shown_all_the_same() -> None:
    """As of a file whose name is not UTF-8."""
    document = ReportDocument("t\udcff")
    document.add("a\udcff", [])
    document.judge("a\udcff", "failed", "b\udcff")
    (group,) = unpacked(document)["groups"]
    assert (group["name"], group["words"]) == ("a\\udcff", "b\\udcff")
