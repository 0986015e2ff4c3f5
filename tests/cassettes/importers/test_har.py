"""HAR of browsers, mitmproxy and Polly.js."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from mockapi.cassettes.importers import Loss, import_recording
from tests.support.each import each
from tests.support.foreign import (
    ANSWER,
    ASKED,
    STREAM,
    STREAM_HEADERS,
    as_json,
    as_yaml,
    gzipped,
    har,
    har_entry,
    text64,
)

TEXT = {"mimeType": "application/json", "text": ANSWER.decode(), "size": len(ANSWER)}
GZIP = {"content-encoding": "gzip"}
_PIECES = [gzipped(ANSWER)[at : at + 50] for at in range(0, 400, 50)]
_PIECES = [piece for piece in _PIECES if piece]

FLAVOURS: dict[str, bytes] = {
    "chrome": har(har_entry(TEXT)),
    "chrome, encoding header left": har(har_entry(TEXT, GZIP)),
    "chrome, base64": har(har_entry({"text": text64(ANSWER), "encoding": "base64"}, GZIP)),
    "firefox": har(har_entry(TEXT | {"mimeType": "application/json; charset=utf-8"}), creator="Firefox"),
    "mitmproxy": har(har_entry(TEXT | {"compression": 9}, GZIP), creator="mitmproxy"),
    "mitmproxy, compressed file": zlib.compress(har(har_entry(TEXT), creator="mitmproxy"), 9),
    "mitmproxy, body left encoded": har(
        har_entry({"text": text64(gzipped(ANSWER)), "encoding": "base64"}, GZIP), creator="mitmproxy"
    ),
    "polly fetch": har(har_entry(TEXT, GZIP), creator="Polly.JS"),
    "polly node-http": har(har_entry(TEXT), creator="Polly.JS"),
    "polly node-http, binary": har(
        har_entry({"text": text64(ANSWER), "encoding": "base64"}), creator="Polly.JS"
    ),
    "polly node-http, encoded": har(
        har_entry({"text": json.dumps([text64(piece) for piece in _PIECES]), "encoding": "base64"}, GZIP),
        creator="Polly.JS",
    ),
    "polly before 6, encoded": har(
        har_entry({"text": json.dumps([piece.hex() for piece in _PIECES]), "_isBinary": True}, GZIP),
        creator="Polly.JS",
    ),
    "polly before 6, encoded and not marked": har(
        har_entry({"text": json.dumps([piece.hex() for piece in _PIECES])}, GZIP), creator="Polly.JS"
    ),
    "polly before 6, binary": har(
        har_entry({"text": ANSWER.hex(), "_isBinary": True}), creator="Polly.JS"
    ),
    "polly, identity is an encoding to it": har(
        har_entry(
            {"text": json.dumps([text64(ANSWER)]), "encoding": "base64"}, {"content-encoding": "identity"}
        ),
        creator="Polly.JS",
    ),
    "polly in YAML": as_yaml(json.loads(har(har_entry(TEXT), creator="Polly.JS"))),
    "with a byte order mark": b"\xef\xbb\xbf" + har(har_entry(TEXT)),
}  # fmt: skip


@each("name", FLAVOURS)
def test_every_flavour_gives_the_same_bytes(name: str) -> None:
    """Text, base64, hexadecimal, lists of encoded chunks: the request and the decoded reply."""
    imported = import_recording(FLAVOURS[name], "recordings/x_123/recording.har")
    assert imported.format == "HAR"
    assert imported.broken == ()
    assert imported.name == "recordings/x_123/recording.yaml"
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.body, interaction.response.body) == (ASKED, ANSWER)
    assert interaction.recorded_at == "2026-08-02T22:26:41.120Z"
    assert (Loss.CHUNKS in imported.lost) == (not interaction.response.chunks)


def test_polly_kept_the_chunks_of_an_encoded_stream() -> None:
    """Each chunk of gzip data decodes to what the client saw at once: the boundaries are kept."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    events = [event + b"\n\n" for event in STREAM.split(b"\n\n") if event]
    chunks = [packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH) for event in events]
    chunks.append(packer.flush())
    content = {"text": json.dumps([text64(chunk) for chunk in chunks]), "encoding": "base64"}
    entry = har_entry(content, STREAM_HEADERS | GZIP)
    imported = import_recording(har(entry, creator="Polly.JS"), "recording.har")
    assert imported.cassette is not None
    response = imported.cassette.interactions[0].response
    assert response.body == STREAM
    assert [chunk.size for chunk in response.chunks] == list(map(len, events))
    assert Loss.CHUNKS not in imported.lost


def test_text_goes_back_to_the_charset_it_was_sent_in() -> None:
    """HAR holds text; a reply in ISO-8859-1 had other bytes."""
    content = {"mimeType": "text/plain; charset=iso-8859-1", "text": "ü"}
    imported = import_recording(har(har_entry(content)), "a.har")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == b"\xfc"


def test_a_request_kept_as_a_value_is_written_anew() -> None:
    """Persisters that write YAML keep JSON requests as values."""
    entry = har_entry(TEXT)
    entry["request"]["postData"] = {"mimeType": "application/json", "textJSON": json.loads(ASKED)}
    document = {"log": {"creator": {"name": "Polly.JS"}, "entries": [entry]}}
    imported = import_recording(as_yaml(document), "recordings/a_1/recording.har.yaml")
    assert imported.name == "recordings/a_1/recording.yaml"
    assert imported.cassette is not None
    assert json.loads(imported.cassette.interactions[0].request.body) == json.loads(ASKED)


def _without_request_body() -> dict[str, Any]:
    entry = har_entry(TEXT)
    del entry["request"]["postData"]
    return entry


def test_a_request_that_was_not_kept_is_told() -> None:
    """A size without a text: the reply is imported, the request is told as lost."""
    imported = import_recording(har(_without_request_body()), "a.har")
    assert imported.kept == 1
    assert Loss.REQUEST in imported.lost
    assert Loss.REQUEST not in import_recording(har(har_entry(TEXT)), "a.har").lost


FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "no content": (har_entry({"size": 3579, "mimeType": "text/event-stream"}), "has no body"),
    "no content, size elsewhere": (har_entry({}), "has no body"),
    "no reply": (har_entry(TEXT, status=0), "not the status of a finished reply"),
    "not base64": (har_entry({"text": "&%$", "encoding": "base64"}), "not base64"),
    "an unknown encoding": (har_entry({"text": "x", "encoding": "base32"}), "base32"),
    "truncated": (
        har_entry({"text": text64(gzipped(ANSWER)[:-9]), "encoding": "base64"}, GZIP),
        "truncated",
    ),
    "half a surrogate pair": (har_entry({"text": "\ud83d"}), "surrogate"),
    "no response": ({"request": {"url": "https://api.anthropic.com/v1/messages"}}, "not an exchange"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_an_entry_that_cannot_be_replayed_is_told(name: str) -> None:
    """The fault has the entry's number, the cause and what to do; the entries beside it are kept."""
    entry, words = FAULTY[name]
    imported = import_recording(har(har_entry(TEXT), entry), "a.har")
    assert imported.kept == 1
    assert len(imported.broken) == 1
    assert imported.broken[0].startswith("entries[1]")
    assert words in imported.broken[0]


def test_what_a_browser_asked_of_others_need_not_be_sound() -> None:
    """Entries of other hosts are left out by host, whatever state they are in."""
    other = har_entry({}, url="https://www.example.com/pixel.gif", status=0)
    tile = har_entry({"text": "&%$", "encoding": "base64"}, url="https://tiles.example.org/1")
    imported = import_recording(har(other, har_entry(TEXT), tile, other), "a.har")
    assert (imported.kept, imported.broken) == (1, ())
    assert imported.left_out == (("host www.example.com", 2), ("host tiles.example.org", 1))


def test_an_empty_reply_is_a_reply() -> None:
    """HEAD has no content and lacks none."""
    for sizes in ({"size": 0}, {"size": -1}, {}):
        entry = har_entry(sizes, url="https://api.anthropic.com/")
        entry["request"] = {"method": "HEAD", "url": "https://api.anthropic.com/", "headers": []}
        entry["response"]["bodySize"] = 0 if sizes else -1
        imported = import_recording(as_json({"log": {"entries": [entry]}}), "a.har")
        assert imported.cassette is not None
        assert imported.cassette.interactions[0].response.body == b""


@pytest.mark.parametrize("key", ["encoding", "_encoding"])
def test_a_request_may_be_in_base64(key: str) -> None:
    """HAR has no word for the encoding of a request's body; writers take that of a reply's."""
    entry = har_entry(TEXT)
    entry["request"]["postData"] = {"mimeType": "application/json", "text": text64(ASKED), key: "base64"}
    imported = import_recording(har(entry), "a.har")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].request.body == ASKED


UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "no size known": ({"size": -1, "mimeType": "application/json"}, "no body"),
    "a browser's stream": ({"size": 0, "mimeType": "text/event-stream"}, "no body"),
    "no size at all": ({"mimeType": "application/json"}, "no body"),
    "Playwright's attachment": ({"size": -1, "_file": "1f.json"}, "in another file"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_content_that_is_not_there_is_not_an_empty_reply(name: str) -> None:
    """Only a size of 0, or a status without content, says that there was none."""
    content, words = UNKNOWN[name]
    imported = import_recording(har(har_entry(content)), "a.har")
    assert imported.kept == 0
    assert words in imported.broken[0]


def test_polly_leaves_out_the_text_of_an_empty_reply() -> None:
    """The size is that of the header, which for gzip data is more than nothing."""
    imported = import_recording(
        har(har_entry({"size": 25, "mimeType": "x"}, {"content-type": "x"}), creator="Polly.JS"), "a.har"
    )
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == b""
