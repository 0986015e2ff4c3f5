"""Ruby VCR, R vcr and go-vcr: their YAML and JSON, old and new."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cassettes.importers import Loss, import_recording
from tests.support.foreign import (
    ANSWER,
    ASKED,
    JSON_HEADERS,
    SENT,
    STREAM,
    URL,
    as_json,
    as_lists,
    as_yaml,
    gzipped,
    text64,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _ruby(request: Any, response: Any, **more: Any) -> dict[str, Any]:
    return {
        "http_interactions": [
            {
                "request": {"method": "post", "uri": URL, "body": request, "headers": as_lists(SENT)},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": as_lists(JSON_HEADERS),
                    "body": response,
                    "http_version": None,
                },
                "recorded_at": "Wed, 19 Aug 2026 14:34:12 GMT",
            }
        ],
        "recorded_with": "VCR 6.4.0",
        **more,
    }


def _utf8(body: bytes) -> dict[str, str]:
    return {"encoding": "UTF-8", "string": body.decode()}


_TEXT = _ruby(_utf8(ASKED), _utf8(ANSWER))
_BASE64 = {"encoding": "ASCII-8BIT", "base64_string": text64(ANSWER)}
_PSYCH = (
    as_yaml(_ruby(_utf8(ASKED), _utf8(b"REPLY")))
    .replace(b"string: REPLY", b"string: !binary |-\n        " + text64(ANSWER).encode())
    .replace(b"encoding: UTF-8", b"encoding: &e UTF-8", 1)
    .replace(b"encoding: UTF-8", b"encoding: *e", 1)
)
_OLD_RUBY = f"""---
- !ruby/struct:VCR::HTTPInteraction
  request: !ruby/struct:VCR::Request
    method: :post
    uri: {URL.replace(".com", ".com:443")}
    body: '{ASKED.decode()}'
    headers:
      content-type:
      - application/json
  response: !ruby/struct:VCR::Response
    status: !ruby/struct:VCR::ResponseStatus
      code: 200
      message: OK
    headers:
      content-type:
      - application/json
    body: {json.dumps(ANSWER.decode())}
    http_version: "1.1"
""".encode()

RUBY = {
    "text": as_yaml(_TEXT),
    "as JSON": as_json(_TEXT),
    "base64": as_yaml(_ruby(_utf8(ASKED), _BASE64)),
    "tagged binary and an alias": _PSYCH,
    "compressed by the serializer": zlib.compress(as_yaml(_TEXT)),
    "compressed by the persister": gzipped(as_yaml(_TEXT)),
    "plain strings": as_yaml(_ruby(ASKED.decode(), ANSWER.decode())),
    "binary by name, text by content": as_yaml(
        _ruby(
            {"encoding": "ASCII-8BIT", "string": ASKED.decode()}, {"encoding": "", "string": ANSWER.decode()}
        )
    ),
    "version 1": _OLD_RUBY,
}


@pytest.mark.parametrize("name", RUBY)
def test_every_form_of_ruby_vcr_gives_the_same_bytes(name: str) -> None:
    """Text, base64, Psych's binary and aliases, compressed files, the structs of 1.x."""
    imported = import_recording(RUBY[name], "spec/a.yml.gz")
    assert imported.format == "Ruby VCR"
    assert imported.broken == ()
    assert imported.name == "spec/a.yaml"
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.method, interaction.request.path) == ("POST", "/v1/messages")
    assert (interaction.request.body, interaction.response.body) == (ASKED, ANSWER)
    assert Loss.HEADER_NAMES in imported.lost
    if name != "version 1":
        assert interaction.recorded_at == "2026-08-19T14:34:12Z"


def test_ruby_text_of_another_encoding_goes_back_to_its_bytes() -> None:
    """Ruby writes ISO-8859-1 as UTF-8 into the file; the reply had the other bytes."""
    body = {"encoding": "ISO-8859-1", "string": '{"a":"ü"}'}
    imported = import_recording(as_yaml(_ruby(_utf8(ASKED), body)), "a.yml")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == b'{"a":"\xfc"}'


FAULTY: dict[str, tuple[Any, str]] = {
    "malformed base64": ({"encoding": "UTF-8", "base64_string": "&%$"}, "not base64"),
    "a body elsewhere": ({"encoding": "", "file": "a.pdf"}, "in another file"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_ruby_body_that_cannot_be_had_is_told(name: str) -> None:
    """The fault names interaction, side and cause."""
    body, words = FAULTY[name]
    imported = import_recording(as_yaml(_ruby(_utf8(ASKED), body)), "a.yml")
    assert imported.cassette is None
    assert imported.broken[0].startswith("http_interactions[0].response.body: ")
    assert words in imported.broken[0]


def _r(body: Any, status: Any = 200, by: str = "VCR-vcr/2.1.0") -> dict[str, Any]:
    interaction = {
        "request": {"method": "POST", "uri": URL, "body": body},
        "response": {
            "status": status,
            "headers": JSON_HEADERS | {"content-encoding": "gzip"},
            "body": {"string": ANSWER.decode()},
        },
        "recorded_at": "2026-08-02 22:26:41",
    }
    return {"http_interactions": [interaction], "recorded_with": by}


R = {
    "vcr 2": _r({"string": ASKED.decode()}),
    "vcr 1": _r({"encoding": "", "base64_string": text64(ASKED)}, by="vcr/1.2.0, webmockr/0.8.0"),
    "a status as a list": _r(
        {"encoding": "", "string": ASKED.decode()},
        {"status_code": "200", "category": "Success", "reason": "OK"},
        "vcr/0.6.0, webmockr/0.7.4",
    ),
}


@pytest.mark.parametrize("name", R)
def test_r_vcr_of_all_ages(name: str) -> None:
    """R decodes bodies and leaves the header standing; it keeps no request headers."""
    imported = import_recording(as_yaml(R[name]), "a.yml")
    assert imported.format == "R vcr"
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.body, interaction.response.body) == (ASKED, ANSWER)
    assert interaction.recorded_at == "2026-08-02T22:26:41Z"
    assert Loss.REQUEST_HEADERS in imported.lost
    assert Loss.HEADER_NAMES not in imported.lost


def test_r_vcr_keeps_no_multipart_request() -> None:
    """Of an upload R keeps the names of its fields: the reply is imported, the request is told as lost."""
    imported = import_recording(as_yaml(_r({"fields": {"file": {"path": "a.pdf"}}})), "a.yml")
    assert imported.kept == 1
    assert Loss.REQUEST in imported.lost


def _go(version: int, as_text: Callable[[Any], bytes] = as_yaml, **more: Any) -> bytes:
    request = {"body": ASKED.decode(), "form": {}, "headers": as_lists(SENT), "url": URL, "method": "POST"}
    response = {
        "body": STREAM.decode(),
        "headers": {"Content-Type": ["text/event-stream; charset=utf-8"]},
        "status": "200 OK",
        "code": 200,
        "duration": "5.1s",
    }
    interaction = {"request": {**request, **more}, "response": {**response, **more}}
    return b"---\n" + as_text({"version": version, "interactions": [interaction]})


GO = {
    "version 1": _go(1),
    "version 2": _go(2, proto="HTTP/1.1", proto_major=1, content_length=-1, uncompressed=True),
    "version 2, JSON of a MarshalFunc": _go(2, as_text=as_json, id=0),
}


@pytest.mark.parametrize("name", GO)
def test_go_vcr_of_all_versions(name: str) -> None:
    """Formats 1 and 2 differ in what stands beside request and reply."""
    imported = import_recording(GO[name], "a.yaml")
    assert imported.format == "go-vcr"
    assert imported.streams == 1
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.body, interaction.response.body) == (ASKED, STREAM)
    assert {Loss.HEADER_ORDER, Loss.HEADER_NAMES} <= set(imported.lost)


def test_go_vcr_json_is_read_as_json() -> None:
    """Under the marker of a YAML document, too: JSON has characters that YAML forbids."""
    odd = _go(2, as_text=as_json).replace(b"Hello", b"He\x7fllo")
    assert odd.startswith(b"---\n{")
    imported = import_recording(odd, "a.yaml")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == STREAM.replace(b"Hello", b"He\x7fllo")


def test_go_vcr_bodies_may_be_binary_and_encoded() -> None:
    """A client that asked for gzip itself has the wire's bytes in the cassette, as binary."""
    response = {
        "body": gzipped(ANSWER),
        "headers": {"Content-Encoding": ["gzip"], "Content-Type": ["application/json"]},
        "status": "200 OK",
        "code": 200,
    }
    request = {"body": ASKED, "headers": {}, "url": URL, "method": ""}
    document = {"version": 1, "interactions": [{"request": request, "response": response}]}
    imported = import_recording(as_yaml(document), "a.yaml")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == ANSWER
    assert imported.cassette.interactions[0].request.method == "GET"


def test_r_says_no_where_a_body_is_in_no_other_file() -> None:
    """`file: no` is R's way to say that the text is here; `file: yes` that `string` is a path."""
    text = as_yaml(_r({"encoding": "", "file": "NO", "string": ASKED.decode()}))
    here = text.replace(b"file: 'NO'", b"file: no").replace(b"file: NO", b"file: no")
    assert b"file: no" in here
    imported = import_recording(here, "a.yml")
    assert imported.broken == ()
    assert imported.kept == 1
    elsewhere = import_recording(here.replace(b"file: no", b"file: yes"), "a.yml")
    assert "in another file" in elsewhere.broken[0]
