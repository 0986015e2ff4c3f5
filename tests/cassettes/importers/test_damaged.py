"""What is wrong with a recording of another tool is told, with its place; the exchange is not made up."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from typing import TYPE_CHECKING, Any, Final

import yaml

from mockapi.cassettes.importers import Imported, Loss, import_recording
from mockapi.messages import encode_events, events_of
from tests.cassettes.importers.test_every_format import EVERY
from tests.support.each import each
from tests.support.foreign import ANSWER, as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.cassettes import Interaction

GONE: Final = object()
PACKED: Final = gzip.compress(ANSWER)


def changed(title: str, path: tuple[Any, ...], value: Any) -> Imported:
    """The import of a sample in which one value stands instead of another."""
    text, name = EVERY[title]
    document: Any = json.loads(text) if text[:1] in b"{[" else yaml.safe_load(text)
    *above, last = path
    place = document
    for step in above:
        place = place[step]
    if value is GONE:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = copy.deepcopy(value)
    return import_recording(as_json(document), name.replace(".yaml", ".json").replace(".yml", ".json"))


TEXT: Final = base64.b64encode(PACKED).decode()
PAIR, HAR, VCR = ("data", "pairs", 0), ("log", "entries", 0), ("http_interactions", 0, "response")
CASES: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("nock", (1,), 5, "not a definition of nock's"),
    ("nock", (0, "rawHeaders"), ["content-type"], "a name without a value"),
    ("nock", (0, "body"), 5, "a body that is neither text nor JSON"),
    ("nock", (0, "response"), ["zz"], "a body that nock does not write"),
    ("nock", (0, "response"), ["00"], "a body that nock does not write (its first chunk is missing)"),
    ("MSW", ("request", "body"), 5, "a body that is not text"),
    ("MSW", ("response", "body"), 5, "a body that is not text"),
    ("dd-trace", ("request", "body"), 5, "a body that is not text"),
    ("Hoverfly", PAIR, 5, "no request and response"),
    ("Hoverfly", (*PAIR, "response"), 5, "no request and response"),
    ("Hoverfly", (*PAIR, "request", "path"), [{"matcher": "regex", "value": "a"}], "a part of path by"),
    ("Hoverfly", (*PAIR, "request", "method"), [{"matcher": "exact", "value": ["a", "b"]}], "part of method"),
    ("Hoverfly", (*PAIR, "request", "query"), {"a": [{"matcher": "glob", "value": "*"}]}, "part of query by"),
    (
        "Hoverfly",
        (*PAIR, "request", "headers"),
        {"a": [{"matcher": "glob", "value": "*"}]},
        "part of headers",
    ),
    ("Hoverfly", (*PAIR, "request", "requiresState"), {"loggedIn": "yes"}, "it looks at a state or sets one"),
    ("Hoverfly", (*PAIR, "response", "bodyFile"), "a.json", "a.json"),
    ("MockServer", (0,), 5, "not an expectation"),
    ("MockServer", (0, "httpRequest", "cookies"), {"a": "b"}, "it looks at cookies"),
    ("MockServer", (0, "httpRequest", "path"), "/v1/.*", "it looks at a part of the path by"),
    ("MockServer", (0, "httpRequest", "body"), {"not": True, "json": {}}, "it looks at a part of the body"),
    (
        "MockServer",
        (0, "httpRequest", "body"),
        {"type": "STRING", "string": "a", "subString": True},
        "part of the body",
    ),
    ("MockServer", (0, "httpResponse", "body"), {"type": "XML", "xml": "<a/>"}, "a body of type XML"),
    ("MockServer", (0, "httpResponse", "body"), {"type": "BINARY"}, "a body that is not base64"),
    ("WireMock", ("request", "bodyPatterns"), [{"binaryEqualTo": 5}], "a body that is not base64"),
    ("WireMock", ("request", "bodyPatterns"), [{}, {}], "it looks at the body by several patterns"),
    ("WireMock", ("request", "bodyPatterns"), [{"equalToJson": "{"}], "`equalToJson` is not JSON"),
    ("WireMock", ("request", "bodyPatterns"), [{"contains": "a"}], "it looks at a part of the request by"),
    ("WireMock", ("request", "cookies"), {"a": {"equalTo": "b"}}, "it looks at cookies"),
    ("aimock", ("fixtures", 0, "match"), 5, "no match and response: not a fixture"),
    ("Mockoon", ("routes", 0, "streamingMode"), "SSE", "it streams messages of a data bucket"),
    ("Mockoon", ("routes", 0, "responses"), [], "a route without a reply"),
    ("Mockoon", ("routes", 0, "responses"), [{"body": "{{a}}"}], "responses[0]: its reply is a template"),
    ("parsed events", (1,), 5, "not an event of a stream"),
    ("HAR", (*HAR, "response", "content"), 5, "the reply has no body"),
    ("HAR", (*HAR, "request", "method"), "a b", "'a b' is not an HTTP method"),
    (
        "VCR.py",
        ("interactions", 0, "response", "body"),
        {"base64_string": TEXT},
        "the reply is compressed, and",
    ),
    ("Ruby VCR", (*VCR, "body"), {"base64_string": 5}, "`base64_string` is not text"),
    ("Ruby VCR", (*VCR, "body"), {"base64_string": "?"}, "`base64_string` is not base64"),
    ("Ruby VCR", (*VCR, "body"), {"file": True, "string": "a.json"}, "the body is in another file, 'a.json'"),
    (
        "dd-trace",
        ("response", "body"),
        "base64:?",
        "content that is not base64",
    ),
]


@each(("title", "path", "value", "words"), CASES)
def test_what_is_wrong_is_told(title: str, path: tuple[Any, ...], value: Any, words: str) -> None:
    """In words that say what there is, or what a cassette cannot say."""
    imported = changed(title, path, value)
    assert any(words in cause for cause in imported.broken), imported


@each(
    ("title", "path"),
    [
        ("MSW", ("request", "url")),
        ("nock", (0, "scope")),
        ("HAR", ("log", "entries", 0, "request", "url")),
    ],
)
def test_an_exchange_with_somebody_else_is_left_out(title: str, path: tuple[Any, ...]) -> None:
    """By its host."""
    imported = changed(title, path, "https://elsewhere.example/v1/messages")
    assert any("elsewhere.example" in reason for reason, _ in imported.left_out), imported


def test_what_answers_nothing_is_left_out() -> None:
    """A folder of routes, and an expectation that forwards; no fault of the file."""
    for title, path, value, reason in (
        ("Mockoon", ("routes", 0, "type"), "folder", "a route of type folder"),
        ("MockServer", (0, "httpResponse"), GONE, "an expectation that answers with no reply of its own"),
    ):
        imported = changed(title, path, value)
        told = [*imported.broken, *(left for left, _ in imported.left_out)]
        assert any(reason in cause for cause in told), imported


@each(
    ("title", "path"),
    [
        ("nock", (0, "body")),
        ("dd-trace", ("request", "body")),
        ("PHP-VCR", (0, "request", "body")),
        ("PHP-VCR", (0, "response", "body")),
        ("go-vcr", ("interactions", 0, "response", "body")),
        ("Ruby VCR", (*VCR, "body")),
        ("Ruby VCR", (*VCR, "body", "string")),
        ("HAR", (*HAR, "request", "postData", "text")),
        ("VCR.py", ("interactions", 0, "request", "body")),
    ],
)
def test_a_text_that_no_bytes_are_is_told(title: str, path: tuple[Any, ...]) -> None:
    """Half of a surrogate pair."""
    imported = changed(title, path, "a\ud800b")
    assert imported.cassette is None or len(imported.cassette.interactions) < len(kept(title))
    assert any("surrogate" in cause or "encode" in cause for cause in imported.broken), imported


def kept(title: str) -> Sequence[Interaction]:
    """What is imported of a sample."""
    cassette = import_recording(*EVERY[title]).cassette
    return () if cassette is None else cassette.interactions


@each(
    ("title", "path", "value", "body"),
    [
        ("MockServer", (0, "httpResponse", "body"), {"type": "STRING", "string": "{}"}, b"{}"),
        ("MockServer", (0, "httpResponse", "body"), {"type": "BINARY", "base64Bytes": "e30="}, b"{}"),
        ("MockServer", (0, "httpResponse", "body"), {"type": "JSON", "json": "{}"}, b"{}"),
        ("MockServer", (0, "httpResponse", "body"), {"type": "JSON", "json": {"a": 1}}, b'{"a":1}'),
        ("MockServer", (0, "httpResponse", "body"), {"type": "message"}, b'{"type":"message"}'),
        ("Hoverfly", (*PAIR, "response", "body"), '{"a": 1}', b'{"a": 1}'),
    ],
)
def test_a_body_is_read_in_every_form(title: str, path: tuple[Any, ...], value: Any, body: bytes) -> None:
    """What was JSON in its file is told to have lost its blanks."""
    imported = changed(title, path, value)
    assert imported.cassette is not None, imported
    assert imported.cassette.interactions[0].response.body == body


@each("count", [7, 8, 9])
def test_a_stream_without_any_blanks_has_lost_them(count: int) -> None:
    """The API puts them before last braces at random; of fewer than eight events none may have some."""
    pieces = count - 6
    content = [{"type": "text", "text": "a" * pieces}]
    events = events_of({**json.loads(ANSWER), "content": content}, sizes=lambda _: 1)
    assert len(events) == count
    plain = encode_events(events, [0] * count)
    imported = import_recording(plain, "a.sse")
    assert imported.kept == 1
    assert (Loss.PADDING in imported.lost) is (count >= 8)
    assert Loss.PADDING not in import_recording(encode_events(events, [1] * count), "a.sse").lost
