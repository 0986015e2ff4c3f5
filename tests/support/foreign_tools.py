"""Recordings of further tools, each as its writer writes it: two exchanges, one of them a stream."""

from __future__ import annotations

import json
from typing import Any

import yaml

from tests.support.foreign import (
    ANSWER,
    ASKED,
    ASKED_STREAM,
    JSON_HEADERS,
    SENT,
    STREAM,
    STREAM_HEADERS,
    URL,
    as_json,
    as_lists,
    as_yaml,
    gzipped,
    har_entry,
    text64,
    vcr_py_interaction,
)
from tests.support.stubs import wiremock_stub

_ASKED, _ASKED_STREAM = ASKED.decode(), ASKED_STREAM.decode()
_ANSWER, _STREAM = ANSWER.decode(), STREAM.decode()
_BOTH = ((_ASKED, _ANSWER, JSON_HEADERS), (_ASKED_STREAM, _STREAM, STREAM_HEADERS))


def dd_trace(asked: str, answer: str, headers: dict[str, str]) -> dict[str, Any]:
    """An exchange as Datadog's test agent writes it, one a file."""
    request = {"method": "POST", "url": URL, "headers": SENT, "body": asked}
    return {
        "request": request,
        "response": {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": answer},
    }


def msw(asked: str, answer: str, headers: dict[str, str]) -> dict[str, Any]:
    """A snapshot as msw-snapshot writes it, one a file."""
    request = {"method": "POST", "url": URL, "body": asked, "headers": list(map(list, SENT.items()))}
    told = {"status": 200, "statusText": "OK", "body": answer, "headers": list(map(list, headers.items()))}
    return {"request": request | {"cookies": []}, "response": told}


def nock() -> bytes:
    """Nock's definitions: a stream that came encoded, and JSON, which it parses and writes again."""
    common = {
        "scope": "https://api.anthropic.com:443",
        "method": "POST",
        "path": "/v1/messages",
        "status": 200,
    }
    flat = [part for pair in (STREAM_HEADERS | {"content-encoding": "gzip"}).items() for part in pair]
    encoded = gzipped(STREAM)
    chunks = [encoded[:50].hex(), encoded[50:].hex()]
    stream = common | {"body": json.loads(_ASKED_STREAM), "response": chunks, "rawHeaders": flat}
    whole = common | {"body": json.loads(_ASKED), "response": json.loads(_ANSWER), "rawHeaders": JSON_HEADERS}
    return as_json([stream | {"responseIsBinary": False}, whole | {"reqheaders": SENT}])


def polly() -> bytes:
    """A browser's storage with the recordings of Polly.js."""
    entry = har_entry({"mimeType": "application/json", "size": len(ANSWER), "text": _ANSWER})
    recording = {"log": {"version": "1.2", "creator": {"name": "Polly.JS"}, "entries": [entry]}}
    return as_json({"pollyjs": json.dumps({"a-test_2704656641": recording})})


def php_vcr() -> bytes:
    """A cassette of PHP-VCR."""
    return as_yaml(
        [
            {
                "request": {"method": "POST", "url": URL, "headers": SENT, "body": asked},
                "response": {
                    "status": {"http_version": "1.1", "code": "200", "message": "OK"},
                    "headers": headers,
                    "body": answer,
                    "curl_info": {"http_code": 200},
                },
                "index": 0,
            }
            for asked, answer, headers in _BOTH
        ]
    )


def betamax() -> bytes:
    """A cassette of Python's Betamax."""
    items = [
        {
            "recorded_at": "2026-08-02T22:26:41",
            "request": {
                "method": "POST",
                "uri": URL,
                "headers": as_lists(SENT),
                "body": {"encoding": "utf-8", "string": asked},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "url": URL,
                "headers": as_lists(headers | {"Content-Encoding": "gzip"}),
                "body": {"encoding": "utf-8", "base64_string": text64(gzipped(answer.encode()))},
            },
        }
        for asked, answer, headers in _BOTH
    ]
    return as_json({"http_interactions": items, "recorded_with": "betamax/0.9.0"})


def tape() -> bytes:
    """A tape of the JVM's Betamax."""
    items = [
        {
            "recorded": "2026-08-02T22:26:41.000Z",
            "request": {"method": "POST", "uri": URL, "headers": SENT, "body": asked},
            "response": {"status": 200, "headers": headers, "body": answer.encode()},
        }
        for asked, answer, headers in _BOTH
    ]
    return b"!tape\n" + as_yaml({"name": "a tape", "interactions": items})


def hoverfly() -> bytes:
    """A simulation as Hoverfly captures it."""
    pairs = [
        {
            "request": {
                "path": _exact("/v1/messages"),
                "method": _exact("POST"),
                "destination": _exact("api.anthropic.com"),
                "scheme": _exact("https"),
                "body": [{"matcher": "json", "value": asked}],
            },
            "response": {
                "status": 200,
                "body": text64(answer.encode()) if headers is STREAM_HEADERS else answer,
                "encodedBody": headers is STREAM_HEADERS,
                "headers": as_lists(headers),
                "templated": False,
            },
        }
        for asked, answer, headers in _BOTH
    ]
    document = {"pairs": pairs, "globalActions": {"delays": [], "delaysLogNormal": []}}
    return as_json({"data": document, "meta": {"schemaVersion": "v5.2", "hoverflyVersion": "v1.10.0"}})


def _exact(value: str) -> list[dict[str, str]]:
    return [{"matcher": "exact", "value": value}]


def mockserver() -> bytes:
    """Expectations as MockServer retrieves them after it recorded."""
    return as_json(
        [
            {
                "id": f"3c5a0b5e-{number}",
                "priority": 0,
                "httpRequest": {
                    "method": "POST",
                    "path": "/v1/messages",
                    "headers": {"host": ["api.anthropic.com"], "content-type": ["application/json"]},
                    "body": {"type": "JSON", "json": json.loads(asked)},
                    "secure": True,
                },
                "httpResponse": {"statusCode": 200, "headers": as_lists(headers), "body": answer},
                "times": {"remainingTimes": 1},
                "timeToLive": {"unlimited": True},
            }
            for number, (asked, answer, headers) in enumerate(_BOTH)
        ]
    )


def mockoon(**route: Any) -> bytes:
    """An environment of Mockoon's with a route."""
    reply = {
        "uuid": "0c4d",
        "body": _STREAM,
        "statusCode": 200,
        "headers": [{"key": name, "value": value} for name, value in STREAM_HEADERS.items()],
        "bodyType": "INLINE",
        "rules": [],
        "disableTemplating": False,
        "default": True,
    }
    common = {"type": "http", "method": "post", "endpoint": "messages", "responseMode": None}
    routes = [common | {"responses": [reply]} | route]
    return as_json({"uuid": "0b1c", "name": "API", "endpointPrefix": "v1", "routes": routes, "headers": []})


def txtar() -> bytes:
    """An archive of Go's with a request and its response in files of their own."""
    files = []
    for number, (asked, answer, headers) in enumerate(_BOTH):
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(answer.encode())}\r\n"
        files.append(
            f"-- {number}.request --\nPOST {URL} HTTP/1.1\r\nHost: api.anthropic.com\r\n\r\n{asked}\n"
        )
        files.append(f"-- {number}.response --\nHTTP/1.1 200 OK\r\n{head}{length}\r\n{answer}\n")
    return b"recorded by a test\n" + "".join(files).encode()


def events() -> bytes:
    """The events of a stream as a program parsed them."""
    lines = [line.removeprefix(b"data: ") for line in STREAM.splitlines() if line.startswith(b"data: ")]
    return b"[" + b",".join(lines) + b"]"


def multidict() -> bytes:
    """A cassette of VCR.py whose header names are aiohttp's objects, in both forms."""
    text = yaml.dump({"version": 1, "interactions": [vcr_py_interaction()]}).encode()
    name = b"? !!python/object/%b:multidict._multidict.istr\n      - %b\n      : - "
    text = text.replace(b"content-type:\n      - ", name % (b"new", b"content-type"), 1)
    return text.replace(b"anthropic-version:\n      - ", name % (b"apply", b"anthropic-version"), 1)


TOOLS: dict[str, tuple[bytes, str, tuple[bytes, ...]]] = {
    "dd-trace": (as_json(dd_trace(*_BOTH[1])), "anthropic_messages_post_0a1b2c3d.json", (STREAM,)),
    "MSW": (as_json(msw(*_BOTH[1])), "3458fcdedb9e7dc450a2b52a3d31a11f", (STREAM,)),
    "nock": (nock(), "a.json", (ANSWER, STREAM)),
    "Polly.js store": (polly(), "a.json", (ANSWER,)),
    "PHP-VCR": (php_vcr(), "a", (ANSWER, STREAM)),
    "Betamax": (betamax(), "a.json", (ANSWER, STREAM)),
    "Hoverfly": (hoverfly(), "a.json", (ANSWER, STREAM)),
    "MockServer": (mockserver(), "a.json", (ANSWER, STREAM)),
    "Mockoon": (mockoon(), "a.json", (STREAM,)),
    "WireMock": (as_json(wiremock_stub()), "a.json", (ANSWER,)),
    "txtar": (txtar(), "a.txtar", (ANSWER, STREAM)),
}
"""By title: a file, its name, and the replies that it holds, of ANSWER and STREAM."""
