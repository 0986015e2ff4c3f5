"""Formats of further tools: imported, replayed to the byte, and told when they are damaged."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import dump
from mockapi.cassettes.importers import Loss, import_recording
from mockapi.messages import decode_events
from tests.support.examples import examples
from tests.support.foreign import ANSWER, ASKED, ASKED_STREAM, STREAM, as_json, vcr_py_interaction
from tests.support.foreign_tools import TOOLS, dd_trace, events, mockoon, multidict, php_vcr, tape, txtar
from tests.support.importing import played, run, tree, written

if TYPE_CHECKING:
    from pathlib import Path


def bodies(data: bytes, name: str = "a.json") -> list[bytes]:
    """The replies of what was imported, nothing being wrong or left out."""
    imported = import_recording(data, name)
    assert (imported.broken, imported.left_out) == ((), ())
    assert imported.cassette is not None
    return [interaction.response.body for interaction in imported.cassette.interactions]


@pytest.mark.parametrize("title", TOOLS)
def test_a_recording_is_found_imported_and_replayed_to_the_byte(title: str, tmp_path: Path) -> None:
    """From a folder, over a socket; every exchange is counted."""
    data, name, replies = TOOLS[title]
    result = run(tree(tmp_path / "in", {name: data}), "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert f"imported {len(replies)} interactions" in result.stdout
    assert f" of {title} -> " in result.stdout
    asked = {ANSWER: ASKED, STREAM: ASKED_STREAM}
    sent = [("POST", "/v1/messages", asked[reply]) for reply in replies]
    assert played(tmp_path / "out", *sent) == [("recorded", reply) for reply in replies]


@pytest.mark.slow
@pytest.mark.parametrize("title", TOOLS)
@settings(max_examples=examples(15))
@given(data=st.data())
def test_nothing_plausible_is_made_of_a_damaged_file(title: str, data: st.DataObject) -> None:
    """Whatever member is taken away or replaced: no traceback, and no reply that the file did not hold."""
    text, name, replies = TOOLS[title]
    if title == "txtar":
        cut = data.draw(st.integers(0, len(text) - 2))
        imported = import_recording(text[:cut], name)
    else:
        document = yaml.safe_load(text) if text[:1] not in b"{[" else json.loads(text)
        damaged = _damaged(document, data)
        imported = import_recording(as_json(damaged), name)
    if imported.cassette is not None:
        dump(imported.cassette)
        found = {interaction.response.body for interaction in imported.cassette.interactions}
        assert found <= {*replies, b"", *_ODD_BODIES}


_ODD: tuple[Any, ...] = (None, 7, [], {}, "odd", True, ["odd"])
_ODD_BODIES = {b"7", b"[]", b"{}", b"odd", b"True", b'["odd"]', b"true", b"null", b"None"}


def _damaged(document: Any, data: st.DataObject) -> Any:
    """The document without one of its members, or with another value there."""
    places = list(_places(document))
    path = data.draw(st.sampled_from(places))
    copied = copy.deepcopy(document)
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    if data.draw(st.booleans()):
        del parent[path[-1]]
    else:
        parent[path[-1]] = data.draw(st.sampled_from(_ODD))
    return copied


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        # What a reply says is changed by whoever changes the file: nothing is damaged.
        if not isinstance(inner, dict) or inner.get("type") != "message":
            yield from _places(inner, (*path, key))


def test_header_names_of_aiohttp_are_text() -> None:
    """The tag of a class that holds a text is read, as are both ways that YAML has for it."""
    text = multidict()
    assert text.count(b"istr") == 2
    imported = import_recording(text, "a.yaml")
    assert imported.cassette is not None
    headers = dict(imported.cassette.interactions[0].request.headers)
    assert headers["content-type"] == "application/json"
    assert headers["anthropic-version"] == "2023-06-01"


@pytest.mark.parametrize("damage", [b"- [x]", b"- {a: b}", b"[]"])
def test_a_header_name_of_aiohttp_that_is_no_text_is_refused(damage: bytes) -> None:
    """With its line."""
    imported = import_recording(multidict().replace(b"- content-type\n", damage + b"\n", 1), "a.yaml")
    assert imported.cassette is None
    assert imported.broken[0].startswith("line ")


def test_binary_bodies_of_the_test_agent_are_decoded() -> None:
    """They are base64 behind a prefix."""
    assert bodies(as_json(dd_trace("", "base64:AP8=", {}))) == [b"\x00\xff"]
    assert "not base64" in import_recording(as_json(dd_trace("", "base64:%", {})), "a.json").broken[0]


def test_a_tape_of_the_jvm_is_imported() -> None:
    """Its document has a tag of its own."""
    assert bodies(tape(), "a.yaml") == [ANSWER, STREAM]


@pytest.mark.parametrize("form", ["list", "lines", "in an object"])
def test_parsed_events_become_a_stream_with_the_same_events(form: str) -> None:
    """A list of them, one in each line, or a list under a key; the bytes are told to be made up."""
    text = events()
    data = {
        "list": text,
        "lines": b"\n".join(json.dumps(event).encode() for event in json.loads(text)),
        "in an object": b'{"events":' + text + b"}",
    }[form]
    imported = import_recording(data, "a.jsonl")
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert decode_events(interaction.response.body) == decode_events(STREAM)
    assert Loss.BODY in imported.lost


def test_several_streams_in_one_list_are_several_replies() -> None:
    """A program that asked twice kept both."""
    items = json.loads(events())
    imported = import_recording(as_json(items * 2), "a.json")
    assert (imported.kept, imported.streams, imported.broken) == (2, 2, ())
    cut = import_recording(as_json([*items, *items[:-1]]), "a.json")
    assert (cut.kept, len(cut.broken)) == (1, 1)


@pytest.mark.parametrize("taken", [-1, 0, 1, 4])
def test_parsed_events_that_are_not_a_whole_stream_are_refused(taken: int) -> None:
    """A client could not tell it from a reply that was cut off."""
    items = json.loads(events())
    del items[taken]
    imported = import_recording(as_json(items), "a.json")
    assert imported.cassette is None
    assert imported.broken or imported.left_out


def test_an_archive_with_something_else_in_it_is_refused() -> None:
    """Pairs cannot be told from each other then."""
    data = txtar().replace(b"-- 1.request --", b"-- notes --\nhello\n-- 1.request --")
    imported = import_recording(data, "a.txtar")
    assert imported.cassette is None
    assert "'notes'" in imported.broken[0]


def test_an_archive_of_other_hosts_need_not_be_sound() -> None:
    """What a Go test keeps of another server is left out by its host, whatever else is in the archive."""
    data = b"-- a.request --\nGET / HTTP/1.1\nHost: example.com\n\n-- want.json --\n{}\n"
    imported = import_recording(data, "a.txtar")
    assert (imported.broken, imported.left_out) == ((), (("host example.com", 1),))


MOCKOON_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "rules": ({"responses": [{"body": "x", "rules": [{"target": "body"}]}]}, "by rules"),
    "in turn": ({"responseMode": "SEQUENTIAL", "responses": [{}, {}]}, "by the mode SEQUENTIAL"),
    "a template": ({"responses": [{"body": "{{now}}", "statusCode": 200}]}, "is a template"),
    "a file that is gone": (
        {"responses": [{"bodyType": "FILE", "filePath": "x.json"}]},
        "x.json is not there",
    ),
    "a parameter": ({"endpoint": "messages/:id", "responses": [{"body": "x"}]}, "it looks for the path"),
    "no reply": ({"responses": []}, "without a reply"),
}


def test_a_reply_of_mockoon_may_stand_in_a_bucket_of_the_environment() -> None:
    """By its id; an id that no bucket has is an empty reply, as Mockoon sends it."""
    environment = json.loads(
        mockoon(responses=[{"bodyType": "DATABUCKET", "databucketID": "b1", "statusCode": 200}])
    )
    for buckets, body in (([{"id": "b0"}, {"id": "b1", "value": '{"a":1}'}], b'{"a":1}'), ([], b"")):
        imported = import_recording(json.dumps(environment | {"data": buckets}).encode(), "a.json")
        assert imported.broken == ()
        assert imported.cassette is not None
        assert [item.response.body for item in imported.cassette.interactions] == [body]


@pytest.mark.parametrize("case", MOCKOON_REFUSED)
def test_a_route_that_a_cassette_cannot_say_is_refused(case: str) -> None:
    """With its cause."""
    route, words = MOCKOON_REFUSED[case]
    imported = import_recording(mockoon(**route), "a.json")
    assert imported.cassette is None
    assert words in imported.broken[0]


def _pair(request: dict[str, Any], **response: Any) -> bytes:
    exact = {"path": "/v1/messages", "method": "POST"}
    wanted = {key: [{"matcher": "exact", "value": value}] for key, value in exact.items()} | request
    pair = {"request": wanted, "response": {"status": 200, "body": "x"} | response}
    return as_json({"data": {"pairs": [pair]}, "meta": {"schemaVersion": "v5"}})


HOVERFLY_REFUSED: dict[str, tuple[bytes, str]] = {
    "a glob": (_pair({"path": [{"matcher": "glob", "value": "*"}]}), "a part of path"),
    "a part of a body": (_pair({"body": [{"matcher": "jsonpartial", "value": "{}"}]}), "a part of the body"),
    "a state": (_pair({"requiresState": {"in": "out"}}), "a state"),
    "a template": (_pair({}, templated=True, body="{{ Request.Body }}"), "a template"),
    "a file that is gone": (_pair({}, bodyFile="x.json"), "x.json is not there"),
    "not base64": (_pair({}, encodedBody=True, body="%"), "not base64"),
}


@pytest.mark.parametrize("case", HOVERFLY_REFUSED)
def test_a_pair_that_a_cassette_cannot_say_is_refused(case: str) -> None:
    """With its cause."""
    data, words = HOVERFLY_REFUSED[case]
    imported = import_recording(data, "a.json")
    assert imported.cassette is None
    assert words in imported.broken[0]


@pytest.mark.parametrize(
    "destination",
    [{"matcher": "glob", "value": "*.example.com"}, {"matcher": "Exact", "value": "example.com"}],
)
def test_pairs_of_other_hosts_need_not_be_sayable(destination: dict[str, str]) -> None:
    """They are left out, whatever else they look at."""
    data = _pair({"destination": [destination], "query": {"a": [{"matcher": "regex", "value": "."}]}})
    imported = import_recording(data, "a.json")
    assert (imported.broken, imported.left_out[0][0]) == ((), f"host {destination['value']}")


def test_hoverflys_sequences_are_kept() -> None:
    """Replies to one request that a state counts."""
    states = [("1", {"sequence:1": "2"}), ("2", None)]
    made = [
        _pair({"requiresState": {"sequence:1": at}}, body=at, transitionsState=following)
        for at, following in states
    ]
    pairs = [json.loads(text)["data"]["pairs"][0] for text in made]
    assert bodies(as_json({"data": {"pairs": pairs[::-1]}, "meta": {}})) == [b"1", b"2"]


def _expectation(**more: Any) -> dict[str, Any]:
    request = {"method": "POST", "path": "/v1/messages"} | more.pop("request", {})
    return {"httpRequest": request, "httpResponse": {"body": "x"}} | more


def test_a_host_that_is_no_host_is_told() -> None:
    """A damaged field of one stub is a fault of that stub."""
    item = _expectation(request={"headers": {"host": ["[]"]}})
    imported = import_recording(as_json([_expectation(), item]), "a.json")
    assert imported.cassette is None
    assert "is not a URL" in imported.broken[0]


def test_mockservers_priorities_and_times_are_kept() -> None:
    """The highest priority answers; one with times that are used up makes place for the next."""
    once = _expectation(times={"remainingTimes": 2}, httpResponse={"body": "twice"})
    assert bodies(as_json([once, _expectation()])) == [b"twice", b"twice", b"x"]
    imported = import_recording(
        as_json([_expectation(), _expectation(priority=9, httpResponse={"body": "y"})]), "a"
    )
    assert imported.cassette is not None
    assert [item.response.body for item in imported.cassette.interactions] == [b"y"]


MOCKSERVER_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a pattern": (_expectation(request={"path": "/v1/.*"}), "a part of the path"),
    "part of a body": (
        _expectation(request={"body": {"type": "JSON", "json": {"a": 1}}}),
        "a part of the body",
    ),
    "a JSON path": (
        _expectation(request={"body": {"type": "JSON_PATH", "jsonPath": "$"}}),
        "of type JSON_PATH",
    ),
    "a cookie": (_expectation(request={"cookies": {}}), "it looks at cookies"),
}


@pytest.mark.parametrize("case", MOCKSERVER_REFUSED)
def test_an_expectation_that_a_cassette_cannot_say_is_refused(case: str) -> None:
    """With its cause."""
    item, words = MOCKSERVER_REFUSED[case]
    imported = import_recording(as_json([item]), "a.json")
    assert imported.cassette is None
    assert words in imported.broken[0]


@pytest.mark.parametrize(("priority", "kept"), [(-1, 1), (0, 0), (1, 0)])
def test_an_expectation_that_forwards_hides_what_stands_behind_it(priority: int, kept: int) -> None:
    """Behind the others it is left out; before or beside them, the server would have asked another one."""
    forwards = _expectation(priority=priority, httpForward={"host": "api.anthropic.com"})
    del forwards["httpResponse"]
    imported = import_recording(as_json([_expectation(), forwards]), "a.json")
    assert imported.kept == kept
    assert bool(imported.broken) == (not kept)


def test_vcr_pys_serializers_and_names_are_all_found(tmp_path: Path) -> None:
    """YAML and JSON, with and without an ending, as `use_cassette("name")` writes them."""
    document = {"version": 1, "interactions": [vcr_py_interaction()]}
    files = {"a": yaml.dump(document).encode(), "b.yaml": yaml.dump(document).encode()}
    files |= {"c": (json.dumps(document, indent=4) + "\n").encode(), "d.json": json.dumps(document).encode()}
    files |= {"e.yml": php_vcr()}
    result = run(tree(tmp_path / "in", files), "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert written(tmp_path / "out") == ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"]
