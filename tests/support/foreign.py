"""Recordings of other tools to test with: bodies as the API sends them, and documents around them.

Written here after the formats' own documentation; nothing is copied from anybody's recordings.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import yaml

URL = "https://api.anthropic.com/v1/messages"
ASKED = (
    b'{"model":"claude-sonnet-4-5","max_tokens":64,'
    b'"messages":[{"role":"user","content":"Gr\xc3\xbc\xc3\x9f dich"}]}'
)
ASKED_STREAM = ASKED[:-1] + b',"stream":true}'
ANSWER = (
    b'{"model":"claude-sonnet-4-5","id":"msg_01TestTestTestTestTestTe","type":"message","role":"assistant",'
    b'"content":[{"type":"text","text":"Hall\xc3\xb6chen \xe2\x80\xa8 1"}],"stop_reason":"end_turn",'
    b'"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":5}}'
)
STREAM = (
    b"event: message_start\n"
    b'data: {"type":"message_start","message":{"model":"claude-sonnet-4-5",'
    b'"id":"msg_01TestTestTestTestTestTe","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,'
    b'"usage":{"input_tokens":9,"output_tokens":1}}    }\n\n'
    b"event: content_block_start\n"
    b'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}       }\n\n'
    b'event: ping\ndata: {"type": "ping"}\n\n'
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Hall\xc3\xb6chen"}  }\n\n'
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    b"event: message_delta\n"
    b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},'
    b'"usage":{"output_tokens":5}           }\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"   }\n\n'
)

_ASKED = ASKED.decode()
_ANSWER = ANSWER.decode()

SENT = {"content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "sk-ant-test-1"}
JSON_HEADERS = {
    "date": "Sun, 02 Aug 2026 22:26:41 GMT",
    "content-type": "application/json",
    "request-id": "req_011CdeUPcwqZpSW2W2FTHwdu",
    "cf-cache-status": "DYNAMIC",
}
STREAM_HEADERS = JSON_HEADERS | {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
}


def as_lists(headers: dict[str, str]) -> dict[str, list[str]]:
    """Header fields as most recorders keep them: a list of values for each name."""
    return {name: [value] for name, value in headers.items()}


def as_pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    """Header fields as HAR keeps them."""
    return [{"name": name, "value": value} for name, value in headers.items()]


def as_yaml(document: Any) -> bytes:
    """A document as PyYAML writes it, which is how VCR.py does."""
    return yaml.dump(document).encode()


def as_json(document: Any) -> bytes:
    """A document as JSON."""
    return json.dumps(document, indent=2).encode()


def text64(data: bytes) -> str:
    """Base64 in one line."""
    return base64.b64encode(data).decode()


def gzipped(data: bytes) -> bytes:
    """The data as gzip, the same bytes each time."""
    return gzip.compress(data, mtime=0)


def vcr_py(*interactions: dict[str, Any]) -> bytes:
    """A VCR.py cassette."""
    return as_yaml({"version": 1, "interactions": list(interactions)})


def vcr_py_interaction(
    request: Any = _ASKED, reply: Any = _ANSWER, *, uri: str = URL, **headers: str
) -> dict[str, Any]:
    """An interaction of VCR.py."""
    return {
        "request": {"method": "POST", "uri": uri, "body": request, "headers": as_lists(SENT)},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": as_lists(JSON_HEADERS | headers),
            "body": {"string": reply},
        },
    }


def har(*entries: dict[str, Any], creator: str = "WebInspector") -> bytes:
    """A HAR file."""
    return as_json({"log": {"version": "1.2", "creator": {"name": creator}, "pages": [], "entries": entries}})


def har_entry(
    content: dict[str, Any], headers: dict[str, str] | None = None, *, url: str = URL, status: int = 200
) -> dict[str, Any]:
    """An entry of a HAR file."""
    return {
        "startedDateTime": "2026-08-02T22:26:41.120Z",
        "request": {
            "method": "POST",
            "url": url,
            "headers": [{"name": ":method", "value": "POST"}, *as_pairs(SENT)],
            "postData": {"mimeType": "application/json", "text": ASKED.decode()},
            "bodySize": len(ASKED),
        },
        "response": {
            "status": status,
            "headers": as_pairs(JSON_HEADERS | (headers or {})),
            "content": content,
            "bodySize": len(ANSWER),
        },
        "timings": {"send": 0, "wait": 1, "receive": 2},
    }


def httprr(*records: tuple[bytes, bytes]) -> bytes:
    """A httprr log of (request, response) as on the wire."""
    logged = [b"%d %d\n%b%b" % (len(asked), len(answer), asked, answer) for asked, answer in records]
    return b"httprr trace v1\n" + b"".join(logged)


def wire_request(body: bytes = ASKED, extra: bytes = b"") -> bytes:
    """A request as Go writes it to a proxy."""
    head = b"POST %b HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: %d\r\n" % (
        URL.encode(),
        len(body),
    )
    return head + b"Anthropic-Version: 2023-06-01\r\n" + extra + b"\r\n" + body


def wire_response(body: bytes = ANSWER, headers: bytes = b"") -> bytes:
    """A response as Go writes it."""
    head = b"HTTP/2.0 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return head + headers + b"\r\n" + body
