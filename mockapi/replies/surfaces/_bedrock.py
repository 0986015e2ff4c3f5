"""AWS's Bedrock: the model in the path, version and betas in the body, streams in binary frames.

`POST /model/ID/invoke` and `POST /model/ID/invoke-with-response-stream`. What the bytes look like is known
from recorded traffic of 2025 (ids, header fields, frames, the padding `p`) and AWS's reference (names and
statuses of errors); docs/clouds.md says which words are attested.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from mockapi import jsontext
from mockapi.eventstream import CONTENT_TYPE
from mockapi.exchange import MESSAGES_PATH, Chunk
from mockapi.messages.catalogue import shipped
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._sse_frames import is_stream
from mockapi.replies.surfaces._bedrock_errors import aws_error, request_id_of
from mockapi.replies.surfaces._bedrock_frames import framed, with_ids
from mockapi.replies.surfaces._translation import (
    access_key_of,
    bearer_of,
    betas_of,
    not_of,
    object_of,
    plain_request,
    rule_of,
    with_hint,
)
from mockapi.validation import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Headers, Reply, Request

_TARGET: Final = re.compile(r"/model/(?P<model>.+)/invoke(?P<stream>-with-response-stream)?")
_VERSIONS: Final = {"bedrock-2023-05-31": "2023-06-01"}
"""The API's version behind each of Bedrock's own; newer ones are the API's themselves."""

_MODEL: Final = re.compile(r"(?:[a-z-]+\.)?anthropic\.(?P<name>.+?)(?:-v\d+(?::\d+)*(?::\d+k)?)?")
_OLD_MODELS: Final = {
    "claude-v2:1": "claude-2.1",
    "claude-v2": "claude-2.0",
    "claude-instant-v1": "claude-instant-1.2",
}
OPAQUE_MODEL: Final = "claude-sonnet-4-6"
"""Whom a request asks that names its model by an id of the customer's own."""
_NAMES_HINT: Final = "Bedrock's names of models begin with anthropic., or with a region before that."

_EXTRA: Final = ("model", "stream")
_APIS_OWN: Final = (b"anthropic-", b"cf-")
_APIS_OWN_NAMES: Final = frozenset(
    {
        b"cache-control", b"content-security-policy", b"request-id", b"strict-transport-security", b"vary",
        b"x-robots-tag", b"x-should-retry",
    }
)  # fmt: skip
_COUNTS: Final = {
    b"x-amzn-bedrock-output-token-count": "output_tokens",
    b"x-amzn-bedrock-input-token-count": "input_tokens",
    b"x-amzn-bedrock-cache-read-input-token-count": "cache_read_input_tokens",
    b"x-amzn-bedrock-cache-write-input-token-count": "cache_creation_input_tokens",
}
"""The fields that tell what a message used, and whose numbers they are."""


class _Bedrock:
    """The surface of `AnthropicBedrock` clients and of boto3's `bedrock-runtime`."""

    name = "bedrock"

    def plain(self, request: Request) -> Request | Refusal:
        """The body with the path's model and stream in it, its version and betas as headers."""
        key = bearer_of(request) or access_key_of(request)
        body = object_of(request)
        if body is None:
            return plain_request(request, MESSAGES_PATH, version="2023-06-01", key=key)
        for name in _EXTRA:
            if name in body:
                return Refusal(
                    400,
                    "invalid_request_error",
                    f"{name}: Extra inputs are not permitted",
                    "bedrock.extra_field",
                    hint="Bedrock's path says which model is asked, and whether for a stream.",
                    pointer=f"/{name}",
                )
        version = body.pop("anthropic_version", None)
        betas = betas_of(body.pop("anthropic_beta", None))
        model, stream = _target(request.path)
        body = {"model": plain_model(model), **body}
        if stream:
            body["stream"] = True
        named = _VERSIONS.get(version, version) if isinstance(version, str) else None
        return plain_request(request, MESSAGES_PATH, body=body, version=named, betas=betas, key=key)

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """A message with Bedrock's ids and counts, a stream in frames, an error in AWS's shape."""
        reply = replace(reply, headers=_headers(reply))
        if reply.header("content-encoding") is not None:
            return reply
        if reply.status >= 400:
            return _hinted(aws_error(reply, request), request)
        if is_stream(reply):
            fields = (
                (b"content-type", CONTENT_TYPE.encode()) if name == b"content-type" else (name, value)
                for name, value in reply.headers
            )
            reply = replace(reply, headers=tuple(fields))
            return framed(reply).with_headers(wire_field("x-amzn-bedrock-content-type", "application/json"))
        return _message(reply)


BEDROCK: Final = _Bedrock()


def plain_model(name: str) -> str:
    """The API's name of a model that Bedrock calls `us.anthropic.NAME-v1:0`, or by an ARN of that.

    An ARN of the customer's own, such as an application inference profile's, does not say which model it is.
    """
    last = name.rpartition("/")[2]
    found = _MODEL.fullmatch(last)
    if found is not None:
        bare = last.rpartition("anthropic.")[2]
        return _OLD_MODELS.get(bare) or found["name"]
    return OPAQUE_MODEL if name.startswith("arn:") else not_of("bedrock", last)


def _hinted(reply: Reply, request: Request) -> Reply:
    """The refusal of a model with what Bedrock's names are like, if it was named as the API names it."""
    name = _target(request.path)[0]
    known = rule_of(reply) == "model.not_found" and shipped().find(name) is not None
    return with_hint(reply, _NAMES_HINT) if known else reply


def _target(path: str) -> tuple[str, bool]:
    found = _TARGET.fullmatch(path)
    return ("", False) if found is None else (unquote(found["model"]), found["stream"] is not None)


def _headers(reply: Reply) -> Headers:
    """Bedrock's fields in place of the API's own and of its network's."""
    kept = [
        field
        for field in reply.headers
        if field[0] not in _APIS_OWN_NAMES
        and not field[0].startswith(_APIS_OWN)
        and field != (b"server", b"cloudflare")
    ]
    return (*kept, (b"x-amzn-requestid", request_id_of(reply).encode()))


def _message(reply: Reply) -> Reply:
    """A reply in JSON with Bedrock's ids, and its counts in the header."""
    body = with_ids(reply.body)
    value = jsontext.parse(body)
    usage = value.get("usage") if isinstance(value, dict) else None
    if isinstance(usage, dict):
        reply = reply.with_headers(*_counts(reply, usage))
    return _with_body(reply, body)


def _counts(reply: Reply, usage: Mapping[str, Any]) -> Headers:
    seconds = reply.hold + sum(chunk.delay for chunk in reply.chunks)
    latency = (b"x-amzn-bedrock-invocation-latency", b"%d" % round(seconds * 1000))
    told = ((field, usage.get(name)) for field, name in _COUNTS.items())
    return (latency, *((field, b"%d" % number) for field, number in told if isinstance(number, int)))


def _with_body(reply: Reply, body: bytes) -> Reply:
    """The reply with another body, cut where it was cut; a length that promised too much still does."""
    grown = len(body) - len(reply.body)
    pieces, at = [], 0
    for number, (delay, data) in enumerate(reply.chunks, start=1):
        end = len(body) if number == len(reply.chunks) else at + len(data)
        pieces.append(Chunk(delay, body[at:end]))
        at = end
    headers = tuple(
        (name, b"%d" % (int(value) + grown) if name == b"content-length" and value.isdigit() else value)
        for name, value in reply.headers
    )
    return replace(reply, chunks=tuple(pieces), headers=headers)
