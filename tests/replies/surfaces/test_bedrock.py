"""Bedrock's surface: what a request there stands for, and the API's replies as Bedrock sends them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mockapi import jsontext
from mockapi.eventstream import Message, parse
from mockapi.exchange import Chunk, Ending, Reply, Request, Source
from mockapi.messages import accumulate, decode_events, dump, encode_event, encode_events, error_body
from mockapi.replies import error_reply, refused
from mockapi.replies.surfaces import BEDROCK, surface_of
from mockapi.replies.surfaces._translation import access_key_of
from mockapi.sessions import Settings
from mockapi.validation import Refusal, ValidationSettings
from tests.support import streams
from tests.support.each import each
from tests.support.frames import texts_of
from tests.support.surfaces import answered, session_of

BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": []}
SIGNATURE = (
    b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261129/us-east-1/bedrock/aws4_request, "
    b"SignedHeaders=host;x-amz-date, Signature=5d67"
)
NAME = "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"


def asked(
    path: str = f"/model/{NAME}/invoke",
    body: Any = BODY,
    *,
    authorization: bytes = b"Bearer key",
    query: str = "",
) -> Request:
    """A request to Bedrock."""
    headers = ((b"authorization", authorization),) if authorization else ()
    return Request(
        "POST", path, query, headers, body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def plain(request: Request) -> Request:
    """The request to the API that it stands for."""
    found = BEDROCK.plain(request)
    assert isinstance(found, Request)
    return found


def streamed(*pieces: tuple[float, bytes], ending: Ending = Ending.CLEAN) -> Reply:
    """The API's reply with a stream in these pieces."""
    headers = (
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"transfer-encoding", b"chunked"),
        (b"cache-control", b"no-cache"),
        (b"request-id", b"req_1"),
        (b"anthropic-organization-id", b"x"),
        (b"x-mockapi-source", b"synthesized"),
    )
    return Reply(200, headers, tuple(Chunk(*piece) for piece in pieces), Source.SYNTHESIZED, ending)


MODELS = {
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": "claude-sonnet-4-5-20250929",
    "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0": "claude-sonnet-4-5-20250929",
    "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0": "claude-sonnet-4-5-20250929",
    "anthropic.claude-opus-4-6-v1": "claude-opus-4-6",
    "global.anthropic.claude-sonnet-4-6": "claude-sonnet-4-6",
    "anthropic.claude-3-haiku-20240307-v1:0:200k": "claude-3-haiku-20240307",
    "anthropic.claude-v2:1": "claude-2.1",
    "anthropic.claude-instant-v1": "claude-instant-1.2",
    "arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fanthropic.claude-opus-4-6-v1": "claude-opus-4-6",
    "arn:aws:bedrock:us-east-1:1234:inference-profile/eu.anthropic.claude-opus-4-6-v1": "claude-opus-4-6",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456": "claude-sonnet-4-6",
    "claude-opus-4-6": "bedrock/claude-opus-4-6",
    "amazon.nova-pro-v1:0": "amazon.nova-pro-v1:0",
}
"""A model as Bedrock's paths name it, and as the API does."""


@each("name", MODELS)
def test_the_path_names_the_model_and_the_stream(name: str) -> None:
    """In every spelling of a model, escaped or not."""
    for stream in (False, True):
        request = asked(f"/model/{name}/invoke" + "-with-response-stream" * stream)
        assert surface_of(request) is BEDROCK
        body = plain(request).parsed
        assert body["model"] == MODELS[name]
        assert body.get("stream", False) is stream


@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_the_apis_own_name_of_a_model_is_unknown(mode: Any) -> None:
    """Under strict rules, as Bedrock refuses it; the hint says what its names are like."""
    session = session_of(Settings(validation=ValidationSettings(mode=mode)))
    body = {**BODY, "messages": [{"role": "user", "content": "Hi"}]}
    reply = answered(asked("/model/claude-opus-4-6/invoke", body), session)
    assert reply.status == (400 if mode == "strict" else 200)
    if mode == "strict":
        assert reply.header("x-mockapi-hint") == (
            "Bedrock's names of models begin with anthropic., or with a region before that."
        )


@pytest.mark.parametrize(
    "path", ["/model/x/converse", "/model//invoke/", "/models/x/invoke", "/model/invoke"]
)
def test_other_paths_are_not_bedrocks(path: str) -> None:
    """Converse and the rest are not imitated."""
    assert surface_of(Request("POST", path)) is None
    assert surface_of(Request("GET", f"/model/{NAME}/invoke")) is None


def test_version_and_betas_stand_in_the_body() -> None:
    """Both become the API's header fields, and every other member stays where it was."""
    request = plain(asked(body={**BODY, "anthropic_beta": ["a-2025-01-01", "b-2025-01-01"], "top_k": 2**70}))
    assert request.header("anthropic-version") == "2023-06-01"
    assert request.header("anthropic-beta") == "a-2025-01-01,b-2025-01-01"
    assert (
        request.body
        == b'{"model":"claude-sonnet-4-5-20250929","max_tokens":9,"messages":[],"top_k":%d}' % 2**70
    )
    assert plain(asked(body={"anthropic_version": "2026-10-21"})).header("anthropic-version") == "2026-10-21"
    assert plain(asked(body={})).header("anthropic-version") is None
    assert plain(asked(body=b"{")).body == b"{"


def test_every_kind_of_credential_is_a_key() -> None:
    """Bearer tokens, and signatures in the header or in the URL; none is checked."""
    assert plain(asked()).header("x-api-key") == "key"
    assert plain(asked(authorization=SIGNATURE)).header("x-api-key") == "AKIDEXAMPLE"
    signed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261129&X-Amz-Signature=5d67"
    assert plain(asked(authorization=b"", query=signed)).header("x-api-key") == "AKIDEXAMPLE"
    assert plain(asked(authorization=b"")).header("x-api-key") is None


@pytest.mark.parametrize("name", ["model", "stream"])
def test_what_the_path_says_is_refused_in_the_body(name: str) -> None:
    """As Bedrock refuses it."""
    refusal = BEDROCK.plain(asked(body={**BODY, name: True}))
    assert isinstance(refusal, Refusal)
    assert refusal.message == f"{name}: Extra inputs are not permitted"


def test_a_message_has_bedrocks_ids_and_counts() -> None:
    """In the body and in the header; what is the API's alone is gone."""
    body = dump(streams.SAMPLES["tool"])
    fields = (
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"request-id", b"req_1"),
        (b"anthropic-workspace-id", b"w"),
        (b"cf-ray", b"r"),
    )
    reply = BEDROCK.dressed(
        Reply(200, fields, (Chunk(0.25, body[:9]), Chunk(0.5, body[9:])), Source.SYNTHESIZED), asked()
    )
    told = jsontext.parse(reply.body)
    assert told["id"].startswith("msg_bdrk_01")
    assert told["content"][1]["id"].startswith("toolu_bdrk_01")
    assert [delay for delay, _ in reply.chunks] == [0.25, 0.5]
    assert dict(reply.headers) == {
        b"content-type": b"application/json",
        b"content-length": b"%d" % len(reply.body),
        b"x-amzn-requestid": reply.header("x-amzn-requestid").encode(),  # type: ignore[union-attr]
        b"x-amzn-bedrock-invocation-latency": b"750",
        b"x-amzn-bedrock-output-token-count": b"34",
        b"x-amzn-bedrock-input-token-count": b"12",
        b"x-amzn-bedrock-cache-read-input-token-count": b"0",
        b"x-amzn-bedrock-cache-write-input-token-count": b"0",
    }


def test_a_stream_comes_in_frames_that_keep_its_times() -> None:
    """Each event is a frame that is due when its last byte was; pings have none."""
    events = [encode_event(event, padding=7) for event in streams.WHOLE]
    pieces = [(0.1, events[0] + events[1]), (0.2, events[2]), (0.3, events[3][:20]), (0.4, events[3][20:])]
    reply = BEDROCK.dressed(streamed(*pieces, (0.0, b"".join(events[4:]))), asked())
    assert [round(delay, 6) for delay, _ in reply.chunks] == [0.1, 0.9, 0.0]
    assert [len(parse(data)) for _, data in reply.chunks] == [2, 1, 4]
    first = parse(reply.body)[0]
    assert [(header.name, header.value) for header in first.headers] == [
        (":event-type", "chunk"),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ]
    assert list(jsontext.parse(first.payload)) == ["bytes", "p"]
    assert "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".startswith(
        jsontext.parse(first.payload)["p"]
    )
    assert not any(text.endswith(" }") for text in texts_of(reply.body))
    told = decode_events(reply.body)
    assert told[-1] == {
        "type": "message_stop",
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": 12,
            "outputTokenCount": 34,
            "invocationLatency": 1000,
            "firstByteLatency": 100,
            "cacheReadInputTokenCount": 0,
            "cacheWriteInputTokenCount": 0,
        },
    }
    assert accumulate(told)["content"] == [streams.text("HiHi")]
    assert {name for name, _ in reply.headers} == {
        b"content-type", b"transfer-encoding", b"x-mockapi-source", b"x-amzn-requestid",
        b"x-amzn-bedrock-content-type",
    }  # fmt: skip
    assert reply == BEDROCK.dressed(streamed(*pieces, (0.0, b"".join(events[4:]))), asked())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("overloaded_error", "serviceUnavailableException"),
        ("rate_limit_error", "throttlingException"),
        ("api_error", "internalServerException"),
        ("timeout_error", "modelTimeoutException"),
        ("invalid_request_error", "validationException"),
        ("hologram_error", "modelStreamErrorException"),
    ],
)
def test_an_error_in_a_stream_is_an_exceptions_frame(kind: str, name: str) -> None:
    """By the name that AWS has for it."""
    error = {"type": "error", "error": {"details": None, "type": kind, "message": "No."}}
    reply = BEDROCK.dressed(streamed((0.0, encode_events([streams.start(), error]))), asked())
    told = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    assert parse(reply.body)[1] == Message.of(told, b'{"message":"No."}')


def test_a_stream_that_is_cut_ends_in_half_a_frame() -> None:
    """What comes of an event that is not whole is a frame that is not whole."""
    reply = BEDROCK.dressed(
        streamed((0.0, encode_events(streams.WHOLE[:2]) + b"event: content"), ending=Ending.RESET), asked()
    )
    assert len(decode_events(reply.body)) == 2
    assert reply.ending is Ending.RESET
    assert len(reply.chunks) == 2


def test_events_of_any_kind_pass() -> None:
    """What is not JSON, or not an event of the API's, is carried as it stands."""
    reply = BEDROCK.dressed(streamed((0.0, b'data: [DONE]\n\nevent: x\ndata: {"a":1}\n\n')), asked())
    assert texts_of(reply.body) == ["[DONE]", '{"a":1}']


ERRORS = {
    (400, "invalid_request_error", "max_tokens: Field required"): (
        400, "ValidationException", "max_tokens: Field required",
    ),
    (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"): (
        400, "ValidationException", "Input is too long for requested model.",
    ),
    (400, "invalid_request_error", "anthropic-version: header is required"): (
        400, "ValidationException", "anthropic_version: Field required",
    ),
    (400, "invalid_request_error", 'anthropic-version: "x" is not a valid version'): (
        400, "ValidationException", 'anthropic_version: "x" is not a valid version',
    ),
    (402, "billing_error", "No."): (400, "ValidationException", "No."),
    (403, "permission_error", "No."): (403, "AccessDeniedException", "No."),
    (404, "not_found_error", "model: claude-9"): (
        400, "ValidationException", "The provided model identifier is invalid.",
    ),
    (404, "not_found_error", "Not Found"): (404, "ResourceNotFoundException", "Not Found"),
    (413, "request_too_large", "Request exceeds the maximum size"): (
        400, "ValidationException", "Input is too long for requested model.",
    ),
    (424, "api_error", "No."): (424, "ModelErrorException", "No."),
    (429, "rate_limit_error", "This request would exceed your organization's rate limit."): (
        429, "ThrottlingException", "Too many requests, please wait before trying again.",
    ),
    (429, "rate_limit_error", "This request would exceed the rate limit of 8 input tokens per minute"): (
        429, "ThrottlingException", "Too many tokens, please wait before trying again.",
    ),
    (429, "rate_limit_error", "Slow down."): (429, "ThrottlingException", "Slow down."),
    (500, "api_error", "Internal server error"): (
        500, "InternalServerException",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    (503, "api_error", "Service Unavailable"): (
        503, "ServiceUnavailableException", "Bedrock is unable to process your request.",
    ),
    (504, "timeout_error", "No."): (408, "ModelTimeoutException", "No."),
    (520, "api_error", "No."): (500, "InternalServerException", "No."),
    (529, "overloaded_error", "Overloaded"): (
        503, "ServiceUnavailableException", "Bedrock is unable to process your request.",
    ),
}  # fmt: skip
"""An error of the API, and what Bedrock makes of it."""


@each("error", ERRORS, ids=lambda error: f"{error[0]} {error[2][:20]}")
def test_errors_are_awss(error: tuple[int, str, str]) -> None:
    """Status, name and words; the name stands in the header alone."""
    status, name, words = ERRORS[error]
    reply = BEDROCK.dressed(error_reply(*error, "req_1", source=Source.SCRIPTED), asked())
    assert reply.status == status
    assert jsontext.parse(reply.body) == {"message": words}
    assert (reply.header("x-amzn-errortype") or "").partition(":")[0] == name
    assert reply.header("content-length") == str(len(reply.body))
    assert reply.header("x-should-retry") is None


@pytest.mark.parametrize(
    ("authorization", "name", "body"),
    [
        (b"", "MissingAuthenticationTokenException", {"message": "Missing Authentication Token"}),
        (
            SIGNATURE,
            "UnrecognizedClientException",
            {"message": "The security token included in the request is invalid."},
        ),
        (
            b"Bearer key",
            "AccessDeniedException",
            {"Message": "Authentication failed: Please make sure your API Key is valid."},
        ),
    ],
)
def test_a_credential_that_is_missing_or_invalid_is_a_403(
    authorization: bytes, name: str, body: dict[str, str]
) -> None:
    """In the words of whoever checks that kind of credential."""
    error = error_reply(401, "authentication_error", "No.", "req_1", source=Source.INVALID)
    reply = BEDROCK.dressed(error, asked(authorization=authorization))
    assert (reply.status, jsontext.parse(reply.body)) == (403, body)
    assert (reply.header("x-amzn-errortype") or "").startswith(name)


def test_hints_speak_of_bedrocks_fields() -> None:
    """Where the API's own would name a header field that does not exist here."""
    refusal = Refusal(
        400, "invalid_request_error", "anthropic-version: header is required", "version.missing", "No."
    )
    reply = BEDROCK.dressed(refused(refusal, "req_1", 0.0), asked())
    assert "anthropic_version in the body" in (reply.header("x-mockapi-hint") or "")
    assert reply.header("x-mockapi-rule") == "version.missing"


def test_what_is_not_the_apis_stays() -> None:
    """A gateway's page, a compressed body, and the statuses of mockapi's own errors."""
    page = Reply(502, ((b"content-type", b"text/html"),), (Chunk(0.0, b"<html>"),), Source.SCRIPTED)
    assert BEDROCK.dressed(page, asked()).body == b"<html>"
    packed = Reply(
        400, ((b"content-encoding", b"gzip"),), (Chunk(0.0, error_body("x", "y", None)),), Source.SCRIPTED
    )
    assert BEDROCK.dressed(packed, asked()).body == packed.body
    miss = error_reply(422, "mockapi_no_recording", "No.", "req_1", source=Source.UNMATCHED)
    assert BEDROCK.dressed(miss, asked()).status == 422


def test_a_body_that_promises_too_much_still_does() -> None:
    """A length that a fault made wrong stays wrong by as much."""
    body = dump(streams.SAMPLES["text"])
    fields = ((b"content-type", b"application/json"), (b"content-length", b"%d" % (len(body) + 10)))
    reply = BEDROCK.dressed(Reply(200, fields, (Chunk(0.0, body),), Source.SCRIPTED, Ending.CUT), asked())
    assert reply.header("content-length") == str(len(reply.body) + 10)


def test_a_signature_that_never_comes_is_searched_for_once() -> None:
    """A field of 60 kB that begins as one over and over."""
    fields = ((b"authorization", b"AWS4-" * 12_000),)
    before = time.process_time()
    assert access_key_of(Request("POST", "/model/x/invoke", "", fields)) == ""
    assert time.process_time() - before < 2
