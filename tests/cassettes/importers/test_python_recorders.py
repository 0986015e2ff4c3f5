"""VCR.py with pytest-recording, and cassetter: every form they write a body in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from mockapi.cassettes.importers import Imported, Loss, import_recording
from tests.support.each import each
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
    text64,
    vcr_py,
    vcr_py_interaction,
)


def only(imported: Imported) -> tuple[bytes, bytes]:
    """The bodies of the one interaction that was imported, and nothing was wrong."""
    assert imported.broken == ()
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.method, interaction.request.path) == ("POST", "/v1/messages")
    assert interaction.response.status == 200
    return interaction.request.body, interaction.response.body


def _interaction(**response: Any) -> dict[str, Any]:
    plain = vcr_py_interaction()
    return {**plain, "response": {"headers": as_lists(JSON_HEADERS), **response}}


_OK = {"code": 200, "message": "OK"}
_OLD = [
    {
        "request": {
            "method": "POST", "protocol": "https", "host": "api.anthropic.com", "port": 443,
            "path": "/v1/messages", "body": ASKED.decode(), "headers": dict(SENT),
        },
        "response": {
            "status": _OK,
            "headers": [f"{name}: {value}\r\n" for name, value in JSON_HEADERS.items()],
            "body": {"string": ANSWER.decode()},
        },
    }
]  # fmt: skip
_PYTHON_2 = as_yaml(_OLD).replace(b"- request:", b"- request: !!python/object:vcr.request.Request")

VCR_PY = {
    "text": vcr_py(vcr_py_interaction()),
    "bytes": vcr_py(vcr_py_interaction(ASKED, ANSWER)),
    "gzip": vcr_py(vcr_py_interaction(reply=gzipped(ANSWER), **{"content-encoding": "gzip"})),
    "gzip, decoded by VCR.py": vcr_py(vcr_py_interaction(**{"content-encoding": "gzip"})),
    "as JSON": as_json({"version": 1, "interactions": [vcr_py_interaction()]}),
    "with metadata": as_yaml({"version": 1, "interactions": [vcr_py_interaction()], "metadata": {"a": 1}}),
    "httpx before its stub": vcr_py(_interaction(status_code=200, content=ANSWER.decode())),
    "body without a wrapping": vcr_py(_interaction(status=_OK, body=ANSWER.decode())),
    "before 1.0": as_yaml(_OLD),
    "before 1.0, python 2": _PYTHON_2,
    "file-like request": vcr_py(vcr_py_interaction({"state": [ASKED, 0, None]})),
    "iterator request": vcr_py(vcr_py_interaction({"args": [[ASKED[:9], ASKED[9:]]]})),
    "pieces": vcr_py(vcr_py_interaction([ASKED[:9], ASKED[9:]])),
}


@each("name", VCR_PY)
def test_every_form_of_vcr_py_gives_the_same_bytes(name: str) -> None:
    """Text, bytes, gzip, old formats, pickled wrappings: the request and the reply as on the wire."""
    imported = import_recording(VCR_PY[name], "a.yaml")
    assert imported.format == "VCR.py"
    assert only(imported) == (ASKED, ANSWER)


def test_a_parsed_body_is_written_anew_and_said_so() -> None:
    """`parsed_body` has the value; key order stays, white space was lost before, and is told as lost."""
    value = {"b": 1, "a": [1.5, "ü", None, 12345678901234567890]}
    interaction = vcr_py_interaction()
    for side in ("request", "response"):
        interaction[side] = {**interaction[side], "parsed_body": value}
        del interaction[side]["body"]
    text = as_json({"version": 1, "interactions": [interaction]})
    imported = import_recording(text, "a.yaml")
    written = '{"b":1,"a":[1.5,"ü",null,12345678901234567890]}'.encode()
    assert only(imported) == (written, written)
    assert Loss.PADDING in imported.lost
    assert Loss.PADDING not in import_recording(vcr_py(vcr_py_interaction()), "a.yaml").lost


def test_a_stream_keeps_every_byte() -> None:
    """An event stream, plain or gzip, comes out with its padding and its chunks told as lost."""
    for body in (STREAM.decode(), gzipped(STREAM)):
        encoding = {"content-encoding": "gzip"} if isinstance(body, bytes) else {}
        headers = STREAM_HEADERS | encoding
        interaction = vcr_py_interaction(ASKED_STREAM.decode(), body, **headers)
        imported = import_recording(vcr_py(interaction), "a.yaml")
        assert only(imported) == (ASKED_STREAM, STREAM)
        assert imported.streams == 1
        assert Loss.CHUNKS in imported.lost


def test_a_body_in_no_known_form_is_told() -> None:
    """A wrapping that nobody writes is a fault with its place."""
    imported = import_recording(vcr_py(vcr_py_interaction({"args": 7})), "a.yaml")
    assert imported.cassette is None
    assert "interactions[0]" in imported.broken[0]


# cassetter ---------------------------------------------------------------------------------------


def _cassetter(request: Any, response: Any, at: str = "2026-02-20T10:30:01Z") -> dict[str, Any]:
    return {
        "request": {"method": "POST", "uri": URL, "headers": as_lists(SENT), "body": request},
        "response": {"status": 200, "headers": as_lists(JSON_HEADERS), "body": response},
        "recorded_at": at,
    }


CASSETTER: dict[str, tuple[dict[str, Any], bytes]] = {
    "json": (
        {"type": "json", "content": {"b": [1e-05, True], "a": "yes"}},
        b'{"b":[0.00001,true],"a":"yes"}',
    ),
    "text": ({"type": "text", "content": STREAM.decode()}, STREAM),
    "binary": ({"type": "binary", "content": "00ff01"}, b"\x00\xff\x01"),
    "none": ({"type": "none"}, b""),
}


@pytest.mark.parametrize("name", CASSETTER)
def test_cassetter_bodies_by_type(name: str) -> None:
    """JSON as a value, text as text, binary as hexadecimal, none as nothing."""
    body, expected = CASSETTER[name]
    text = as_json({"version": 1, "interactions": [_cassetter(body, body)]})
    if name == "none":  # a reply of JSON is never empty
        text = text.replace(b"application/json", b"text/plain")
    imported = import_recording(text, "a.yaml")
    assert imported.format == "cassetter"
    assert only(imported) == (expected, expected)
    assert (Loss.PADDING in imported.lost) == (name == "json")


def test_cassetter_in_toml() -> None:
    """TOML keeps bodies flat, and JSON as text."""
    text = f"""
version = 1
[[interactions]]
recorded_at = "2026-11-22T12:58:52Z"
[interactions.request]
method = "POST"
uri = "{URL}"
body_type = "json"
body_content = '{ASKED.decode()}'
[interactions.request.headers]
content-type = ["application/json"]
[interactions.response]
status = 200
body_type = "text"
body_content = '''\n{STREAM.decode()}'''
[interactions.response.headers]
content-type = ["text/event-stream"]
"""
    imported = import_recording(text.encode(), "deep/a.toml")
    assert imported.name == "deep/a.yaml"
    assert only(imported) == (ASKED, STREAM)


def test_cassetter_interactions_are_put_back_in_order() -> None:
    """Interactions are sorted by method and URL in the file; the time stamps say what came first."""
    bodies = [{"type": "json", "content": {"n": n}} for n in range(3)]
    times = ["2026-02-20T10:30:03Z", "2026-02-20T10:30:01Z", "2026-02-20T10:30:02Z"]
    items = [_cassetter(body, body, at) for body, at in zip(bodies, times, strict=True)]
    imported = import_recording(as_yaml({"version": 1, "interactions": items}), "a.yaml")
    assert imported.cassette is not None
    assert [item.request.body for item in imported.cassette.interactions] == [
        b'{"n":1}',
        b'{"n":2}',
        b'{"n":0}',
    ]
    assert Loss.ORDER not in imported.lost
    for item in items:
        del item["recorded_at"]
    assert Loss.ORDER in import_recording(as_yaml({"version": 1, "interactions": items}), "a.yaml").lost


def test_cassetter_content_that_does_not_fit_its_type_is_told() -> None:
    """Malformed hexadecimal, malformed JSON, a type of tomorrow: faults, not guesses."""
    for body in (
        {"type": "binary", "content": text64(b"abc")},
        {"type": "protobuf", "content": "x"},
    ):
        imported = import_recording(
            as_yaml({"version": 1, "interactions": [_cassetter(body, body)]}), "a.yaml"
        )
        assert imported.cassette is None
        assert "body" in imported.broken[0]


def test_cassetter_calls_of_other_protocols_are_counted() -> None:
    """Recordings of gRPC and WebSocket have no place here, and are said to be left out."""
    document = {
        "version": 1,
        "interactions": [_cassetter({"type": "none"}, {"type": "none"})],
        "grpc_interactions": [{}, {}],
    }
    assert import_recording(as_yaml(document), "a.yaml").left_out == (("grpc interactions", 2),)
    del document["interactions"]
    assert import_recording(as_yaml(document), "a.yaml").left_out == (("grpc interactions", 2),)


def test_langchains_two_lists_are_put_together() -> None:
    """`requests` and `responses` stand side by side; one without the other is told."""
    document = yaml.safe_load(vcr_py(vcr_py_interaction(), vcr_py_interaction()))
    items = document["interactions"]
    lists = {side: [item[side[:-1]] for item in items] for side in ("requests", "responses")}
    imported = import_recording(gzipped(as_yaml(lists)), "a.yaml.gz")
    assert (imported.format, imported.kept, imported.broken) == ("VCR.py", 2, ())
    lists["responses"].pop()
    cut = import_recording(as_yaml(lists), "a.yaml")
    assert (cut.kept, len(cut.broken)) == (1, 1)


def test_a_damaged_first_item_does_not_hide_what_the_file_is() -> None:
    """One sound item tells the format; the damaged one is a fault."""
    document = yaml.safe_load(vcr_py(vcr_py_interaction()))
    document["interactions"].insert(0, "damaged")
    imported = import_recording(as_yaml(document), "a.yaml")
    assert (imported.format, imported.kept, len(imported.broken)) == ("VCR.py", 1, 1)


def test_vcr_py_body_in_base64() -> None:
    """A body under `base64_string` is decoded; what is not base64 is told."""
    document = yaml.safe_load(vcr_py(vcr_py_interaction()))
    document["interactions"][0]["response"]["body"] = {"base64_string": text64(ANSWER)}
    imported = import_recording(as_json(document), "a.json")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == ANSWER
    document["interactions"][0]["response"]["body"] = {"base64_string": "&%$"}
    assert import_recording(as_json(document), "a.json").broken != ()
