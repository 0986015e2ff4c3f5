"""The journal: what came, what answered, what differed; paged, bounded, without credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.sessions import _entry
from mockapi.sessions._entry import JournalEntry
from mockapi.sessions._journal import Journal
from tests.support.server import (
    Play,
    RawClient,
    ask,
    control,
    interaction,
    journal,
    message,
)

if TYPE_CHECKING:
    import mockapi

REPLY = Reply(200, (), (Chunk(0.0, b""),), Source.RECORDED)


def id_of(base_url: str) -> str:
    """The session that a base URL belongs to."""
    return base_url.rpartition("/")[2]


def test_an_entry_tells_request_reply_and_recording(server: mockapi.Server, play: Play) -> None:
    """Everything a test may want to assert about an exchange is in its entry."""
    base_url = play(interaction(message("hi"), b"ok", query="a=1", headers=(("request-id", "req_1"),)))
    ask(base_url, message("hi"), "/v1/messages?a=1&beta=true", headers={"X-Mine": "1"})
    (entry,) = journal(server, id_of(base_url))
    request = entry["request"]
    assert (request["method"], request["path"]) == ("POST", "/v1/messages")
    assert request["query"] == "a=1&beta=true"
    assert request["json"] == message("hi")
    assert ["x-mine", "1"] in request["headers"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["at"])
    assert 0 <= entry["reply"].pop("seconds") < 60
    assert entry["reply"] == {
        "status": 200,
        "source": "recorded",
        "request_id": "req_1",
        "converted": None,
        "hint": None,
        "complete": True,
    }
    assert entry["recording"]["interaction"] == 0
    assert entry["recording"]["cassette"].endswith(".yaml")
    assert entry["miss"] is None


@pytest.mark.parametrize(
    "name",
    ["x-api-key", "Authorization", "cookie", "Proxy-Authorization", "x-goog-api-key", "X-Amz-Security-Token"],
)
def test_credentials_are_hidden(server: mockapi.Server, play: Play, name: str) -> None:
    """The journal says that a credential came, not which."""
    base_url = play(interaction(message("hi")))
    ask(base_url, message("hi"), headers={name: "sk-ant-test-hide-me"})
    text = control(server, f"/sessions/{id_of(base_url)}/journal").text
    assert "hide-me" not in text
    assert [name.lower(), "[hidden]"] in orjson.loads(text)["entries"][0]["request"]["headers"]


def test_bodies_stand_as_json_text_or_base64(server: mockapi.Server, play: Play) -> None:
    """A body is shown in the first form that can hold it; no body, no form."""
    base_url = play(interaction(message("hi")))
    for body in (b'{"b":1,"a":[]}', b"words", b"\xff\x00", b""):
        ask(base_url, content=body)
    requests = [entry["request"] for entry in journal(server, id_of(base_url))]
    shown = [
        {form: request[form] for form in ("json", "text", "base64") if form in request}
        for request in requests
    ]
    assert shown == [{"json": {"b": 1, "a": []}}, {"text": "words"}, {"base64": "/wA="}, {}]


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"limit": 2}, [1, 2]),
        ({"after": 3}, [4, 5]),
        ({"after": 1, "limit": 3}, [2, 3, 4]),
        ({"after": 5}, []),
        ({"after": -7, "limit": 1}, [1]),
        ({"limit": 0}, []),
        ({"limit": -1}, []),
        ({"limit": 10**30}, [1, 2, 3, 4, 5]),
    ],
)
def test_a_journal_is_read_in_pages(
    server: mockapi.Server, play: Play, page: dict[str, Any], numbers: list[int]
) -> None:
    """`after` and `limit` choose entries by their numbers."""
    base_url = play(interaction(message("hi")))
    for _ in range(5):
        ask(base_url, message("hi"))
    assert [entry["number"] for entry in journal(server, id_of(base_url), **page)] == numbers


@pytest.mark.parametrize("page", ["after=x", "limit=1.5", "limit=", "after=" + "9" * 5000])
def test_a_page_that_is_no_number_is_refused(server: mockapi.Server, page: str) -> None:
    """400 in words, whatever was written."""
    reply = control(server, f"/sessions/default/journal?{page}")
    assert reply.status_code == 400
    assert "whole numbers" in reply.json()["error"]["message"]


@pytest.mark.slow
def test_a_page_of_large_bodies_ends_early(server: mockapi.Server, play: Play) -> None:
    """A page holds some 8 MiB; whoever asks on gets all entries, one by one if need be."""
    base_url = play(interaction(message("hi")))
    for _ in range(4):
        ask(base_url, path="/v1/v1/messages", content=b"x" * 3_000_000)
    seen: list[int] = []
    pages = 0
    while entries := journal(server, id_of(base_url), after=seen[-1] if seen else 0):
        seen += [entry["number"] for entry in entries]
        pages += 1
    assert (seen, pages) == ([1, 2, 3, 4], 2)


def test_a_journal_keeps_so_many_entries() -> None:
    """Beyond the bound the oldest are dropped, and counted."""
    log = Journal(max_entries=3)
    for number in range(5):
        log.add(0.0, Request("GET", f"/{number}"), REPLY, None, None)
    assert [entry.request.path for entry in log] == ["/2", "/3", "/4"]
    assert (len(log), log.count, log.dropped) == (3, 5, 2)


def test_a_journal_keeps_so_many_bytes() -> None:
    """Bodies and headers both count; the newest entry stays however large it is."""
    log = Journal(max_bytes=100)
    for _ in range(3):
        log.add(0.0, Request("POST", "/", "", ((b"n" * 20, b"v" * 20),), b"b" * 20), REPLY, None, None)
    assert (len(log), log.dropped) == (1, 2)
    log.add(0.0, Request("POST", "/", body=b"b" * 1000), REPLY, None, None)
    assert [len(entry.request.body) for entry in log] == [1000]
    log.clear()
    log.add(0.0, Request("POST", "/", body=b"b" * 90), REPLY, None, None)
    assert (len(log), log.dropped) == (1, 3)


def test_a_dropped_entry_gives_its_bytes_back() -> None:
    """A journal that is full goes on keeping as many entries as have room, not one fewer each time."""
    log = Journal(max_bytes=350)
    for number in range(20):
        log.add(0.0, Request("POST", f"/{number}", body=b"b" * 100), REPLY, None, None)
    assert [entry.request.path for entry in log] == ["/17", "/18", "/19"]


def test_a_journal_does_not_keep_parsed_bodies() -> None:
    """A parsed body takes ten times the memory of its text, which is what the bounds count."""
    log = Journal()
    request = Request("POST", "/", body=b'{"a":1}')
    assert request.parsed == {"a": 1}
    entry = log.add(0.0, request, REPLY, None, None)
    assert entry.request is not request


def test_requests_that_were_refused_are_journaled_as_what_they_were(
    server: mockapi.Server, play: Play
) -> None:
    """A miss, a path with a doubled version and a validation error each stand with their source."""
    base_url = play(interaction(message("hi")), validation="strict")
    ask(base_url, message("hi"), "/v1/v1/messages")
    ask(base_url, {"model": "no"}, headers={"x-api-key": "k", "anthropic-version": "2023-06-01"})
    with RawClient(base_url) as client:
        client.ask("GET", "/nowhere")
        client.read()
    entries = journal(server, id_of(base_url))
    assert [entry["recording"] for entry in entries] == [None] * 3
    assert {entry["reply"]["source"] for entry in entries} <= {"invalid", "unmatched"}
    assert all(entry["reply"]["status"] >= 400 for entry in entries)


LARGE = {
    "json": orjson.dumps(["word"] * 40_000),
    "text": b"word " * 40_000,
    "base64": b"\xff" * 200_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_body_is_looked_at_elsewhere_and_shown_the_same(
    server: mockapi.Server, play: Play, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whoever reads the journal holds up no stream: parsing holds the interpreter's lock."""
    base_url = play()
    ask(base_url, content=LARGE[kind])
    entry = JournalEntry(1, 0.0, Request("POST", "/", "", (), LARGE[kind]), REPLY, None, None)
    as_ever = orjson.loads(orjson.dumps(entry.as_json()["request"]))[kind]
    monkeypatch.setattr(_entry, "jsontext", None)
    (shown,) = journal(server, id_of(base_url))
    assert shown["request"][kind] == as_ever
