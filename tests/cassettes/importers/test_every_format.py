"""Each format that is imported: detected by its content, and cut, garbled or of odd shape never raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import dump, load
from mockapi.cassettes.importers import Imported, import_recording
from mockapi.cassettes.importers._formats import FORMATS
from mockapi.cassettes.importers._yaml import parse
from tests.support.examples import examples
from tests.support.foreign import (
    ANSWER,
    STREAM,
    URL,
    as_json,
    as_yaml,
    har,
    har_entry,
    httprr,
    vcr_py,
    vcr_py_interaction,
    wire_request,
    wire_response,
)
from tests.support.foreign_tools import TOOLS, events

EVERY: dict[str, tuple[bytes, str]] = {title: (data, name) for title, (data, name, _) in TOOLS.items()} | {
    "parsed events": (events(), "a.json"),
    "VCR.py": (vcr_py(vcr_py_interaction()), "a.yaml"),
    "HAR": (har(har_entry({"text": ANSWER.decode()})), "a.har"),
    "httprr": (httprr((wire_request(), wire_response())), "a.httprr"),
    "event stream": (STREAM, "a.sse"),
    "JSON reply": (ANSWER, "a.json"),
    "HTTP reply": (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + ANSWER, "a.json"),
    "aimock": (
        as_json({"fixtures": [{"match": {"userMessage": "x"}, "response": {"content": "y"}}]}),
        "a.json",
    ),
    "Ruby VCR": (as_yaml({"http_interactions": [vcr_py_interaction()]}), "a.yml"),
    "R vcr": (
        as_yaml({"http_interactions": [vcr_py_interaction()], "recorded_with": "VCR-vcr/2.1"}),
        "a.yml",
    ),
    "go-vcr": (
        as_yaml({"interactions": [{"request": {"url": URL, "method": "POST"}, "response": {"code": 200}}]}),
        "a.yaml",
    ),
    "cassetter": (
        as_yaml(
            {
                "interactions": [
                    {
                        "request": {"method": "POST", "uri": URL},
                        "response": {"status": 200, "body": {"type": "text", "content": "x"}},
                    }
                ]
            }
        ),
        "a.yaml",
    ),
}


@pytest.mark.slow
def test_every_format_is_detected_whatever_the_file_is_called() -> None:
    """The content decides. The samples cover the whole table."""
    assert set(EVERY) == {item.title for item in FORMATS}
    for title, (data, name) in EVERY.items():
        for called in (name, "recording"):
            imported = import_recording(data, called)
            assert (imported.format, imported.broken) == (title, ()), called
            assert imported.cassette is not None
            assert load(dump(imported.cassette), called).interactions == imported.cassette.interactions


@pytest.mark.slow
@pytest.mark.parametrize("title", EVERY)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_nothing_is_made_of_a_reply_that_was_cut(title: str, data: st.DataObject) -> None:
    """Wherever a file ends too early: no traceback, and each reply that is kept is whole."""
    text, name = EVERY[title]
    whole = _replies(import_recording(text, name))
    cut = import_recording(text[: data.draw(st.integers(0, len(text) - 1))], name)
    # A line end is the file's own, in formats of text.
    assert _replies(cut) <= whole


_PIECES = st.sampled_from(
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'""',
        b"-1",
        b"1e999",
        b"\xff",
        b"\x00",
        b"\\ud800",
        b"&a [*a]",
        b"- ",
        b"'",
        b"!!python/object:a.b",
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"transfer-encoding: chunked\r\n",
        b"gzip",
        b"http://[::1",
    ]
) | st.binary(max_size=3)


@pytest.mark.slow
@pytest.mark.parametrize("title", EVERY)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_bytes_of_any_kind_are_told_never_raised(title: str, data: st.DataObject) -> None:
    """Whatever replaces a piece of a file: it is kept, left out or told, and what is kept is a cassette."""
    text, name = EVERY[title]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(_PIECES) + text[at + data.draw(st.integers(0, 60)) :]
    imported = import_recording(text, name)
    if imported.cassette is not None:
        load(dump(imported.cassette), name)


@pytest.mark.parametrize("title", EVERY)
def test_half_a_surrogate_pair_is_told_wherever_it_stands(title: str) -> None:
    """JSON has an escape for what no UTF-8 stands for: in a URL, a header, a body or an event."""
    text, name = EVERY[title]
    for at in range(0, len(text), max(1, len(text) // 40)):
        imported = import_recording(text[:at] + rb"\ud800" + text[at:], name)
        if imported.cassette is not None:
            load(dump(imported.cassette), name)
        assert imported.cassette is not None or imported.broken or imported.left_out


def _replies(imported: Imported) -> set[bytes]:
    interactions = () if imported.cassette is None else imported.cassette.interactions
    return {interaction.response.body.rstrip() for interaction in interactions}


_WORDS = """
    request response uri url method body headers status code string encoding base64_string type content
    state args parsed_body protocol host path recorded_at text mimeType postData size name value match
    userMessage model toolCalls blocks reasoning error usage arguments recordedTimings _mockapi chunks
"""


_LEAVES = (
    st.none() | st.integers(-1, 600) | st.sampled_from([URL, "POST", "200 OK", "json", "hex", "", "é", ":x"])
)


_ODD = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS.split()), inner, max_size=6)
    ),
    max_leaves=25,
)


_EXCHANGE = st.fixed_dictionaries(
    {
        "request": st.fixed_dictionaries(
            {"uri": st.just(URL), "url": st.just(URL), "method": st.just("POST")},
            optional=dict.fromkeys(("body", "headers", "postData", "parsed_body"), _ODD),
        ),
        "response": st.fixed_dictionaries(
            {"status": st.just(200), "code": st.just(200)},
            optional=dict.fromkeys(("body", "headers", "content", "parsed_body", "error", "usage"), _ODD),
        ),
    },
    optional=dict.fromkeys(("match", "recorded_at", "recordedTimings", "_mockapi"), _ODD),
)


_FIXTURE = st.fixed_dictionaries(
    {
        "match": st.just({"userMessage": "x"}) | _ODD,
        "response": st.dictionaries(
            st.sampled_from(
                ["content", "toolCalls", "blocks", "reasoning", "error", "usage", "status", "id"]
            ),
            _ODD,
        ),
    },
    optional={"recordedTimings": _ODD},
)


@pytest.mark.slow
@pytest.mark.parametrize("title", ["VCR.py", "Ruby VCR", "R vcr", "go-vcr", "cassetter", "HAR", "aimock"])
@settings(max_examples=examples(20))
@given(data=st.data())
def test_items_of_any_shape_are_told_never_raised(title: str, data: st.DataObject) -> None:
    """Beside a sound item that tells the format, whatever a list holds is kept, left out or told."""
    text, name = EVERY[title]
    document = parse(text)
    items = document["log"] if title == "HAR" else document
    key = next(key for key, value in items.items() if isinstance(value, list) and value)
    odd = data.draw(_FIXTURE if title == "aimock" else st.one_of(_EXCHANGE, _ODD))
    items[key].append(odd)
    imported = import_recording(as_json(document), name)
    if imported.format == title:
        assert imported.kept + len(imported.broken) + sum(count for _, count in imported.left_out) >= 2
        assert imported.cassette is not None
        dump(imported.cassette)
