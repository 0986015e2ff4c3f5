"""What is kept of an interaction, and what of it is masked before it leaves memory.

    request     headers by allow-list; path, query and body by patterns; payloads as digests
    response    headers by allow-list; body by patterns, to the same length

Laws, each of them tested:

- *Idempotent*: what is redacted is its own redaction.
- *The same mask in a reply and in the request that hands it back*: a mask depends on the text
  alone, and the text is a string as a client sees it, with escapes read and the deltas of a
  block joined. So a recorded conversation goes on matching when its replies are masked.
- *Same length*: a response keeps its size, its chunks and its events.
- *Never inside thinking, signatures and encrypted content*: they are signed. A secret there
  cannot be masked; `redact_interaction` leaves it, `signed_secrets` names it, and whoever writes
  files must not write such an interaction.
- *An incoming request passes the same redaction* before it is compared (`for_matching`).
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, unquote_plus

from mockapi.cassettes._kinds import CREDENTIAL_HEADERS
from mockapi.cassettes._maskedbody import Masking, is_stream, mask_body
from mockapi.cassettes._payloads import COMPARED_FROM, digested_json, digested_multipart
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionRules
from mockapi.cassettes._secrets import (
    Secret,
    masked_id,
    masked_member,
    may_hold_secret,
)
from mockapi.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes._model import Fields, Interaction, RecordedRequest, RecordedResponse

REQUEST_HEADERS = frozenset({"accept", "content-type", "anthropic-version", "anthropic-beta"})
"""Names, in lower case, of the request header fields that are kept: those that change the answer."""

RESPONSE_HEADERS = frozenset(
    {
        "date", "content-type", "content-length", "content-encoding", "content-disposition",
        "transfer-encoding", "connection", "keep-alive", "cache-control", "vary", "location", "age",
        "etag", "expires", "last-modified", "retry-after", "retry-after-ms", "x-should-retry",
        "request-id", "anthropic-organization-id", "anthropic-workspace-id", "anthropic-ratelimit-*",
        "anthropic-fast-*", "anthropic-priority-*", "strict-transport-security", "traceresponse", "server",
        "server-timing", "via", "cf-cache-status", "cf-ray", "x-robots-tag", "content-security-policy",
        "x-cloud-trace-context", "x-envoy-upstream-service-time", "alt-svc", "www-authenticate",
    }
)  # fmt: skip
"""Likewise of responses; `*` at the end stands for any ending."""

_MASKED_HEADERS = frozenset({"anthropic-organization-id", "anthropic-workspace-id"})


class Sighting(NamedTuple):
    """A secret in its place.

    Attributes:
        place: such as "the request's body".
        secret: what it is.
        signed: whether it stands in thinking, a signature or encrypted content, where nothing
            may be masked.
    """

    place: str
    secret: Secret
    signed: bool


def redact_interaction(interaction: Interaction, rules: RedactionRules = DEFAULT) -> Interaction:
    """The interaction as it may be written; the same object if that changes nothing.

    Args:
        interaction: as it happened.
        rules: what is kept and masked.
    """
    return redact(interaction, rules)[0]


def redact(interaction: Interaction, rules: RedactionRules = DEFAULT) -> tuple[Interaction, list[Secret]]:
    """The interaction as it may be written, and the secrets that had to be left in signed content.

    An interaction that has any of the latter must not be written.
    """
    masking = Masking(rules.mask, rules.json_paths)
    redacted = replace(
        interaction,
        request=_redacted_request(interaction.request, rules, masking),
        response=_redacted_response(interaction.response, rules, masking),
    )
    return (interaction if redacted == interaction else redacted), masking.left


def sightings(interaction: Interaction, rules: RedactionRules = DEFAULT) -> list[Sighting]:
    """Every secret that an interaction holds, masked ones not among them."""
    request, response = interaction.request, interaction.response
    seen = []
    if redacted_target(request.path, request.query, rules) != (request.path, request.query):
        found: list[Secret] = []
        rules.mask(unquote_plus(f"{request.path}?{request.query}"), found)
        secret = found[0] if found else Secret("a credential", "…")
        seen.append(Sighting("the request's path and query", secret, signed=False))
    for side, message in (("request", request), ("response", response)):
        for place in ("headers", "body"):
            masking = Masking(rules.mask, rules.json_paths)
            if place == "body":
                mask_body(message.body, _content_type(message.headers), masking)
            else:
                for name, value in message.headers:
                    _masked_field(name, value, masking)
            where = f"the {side}'s {place}"
            seen += [Sighting(where, secret, signed=False) for secret in masking.found]
            seen += [Sighting(where, secret, signed=True) for secret in masking.left]
    return seen


def signed_secrets(interaction: Interaction, rules: RedactionRules = DEFAULT) -> list[Sighting]:
    """The secrets that redaction has to leave: an interaction that has one must not be written."""
    return [item for item in sightings(interaction, rules) if item.signed]


def for_matching(request: Request, rules: RedactionRules = DEFAULT) -> Request:
    """The request as its recording would have been kept; the same object if that changes nothing.

    Headers are not touched: those that are compared are chosen by name.
    """
    path, query = redacted_target(request.path, request.query, rules)
    content_type = request.header("content-type") or ""
    body = _comparable(request.body, content_type, rules)
    if body is request.body and (path, query) == (request.path, request.query):
        return request
    return Request(request.method, path, query, request.headers, body)


def _comparable(body: bytes, content_type: str, rules: RedactionRules) -> bytes:
    redacted = _masked_body(body, content_type, rules, Masking(rules.mask, rules.json_paths))
    body = body if redacted == body else redacted
    if len(body) >= COMPARED_FROM and b'"base64"' in body:
        text = body.decode("utf-8", "surrogateescape")
        digested = digested_json(text, COMPARED_FROM)
        body = body if digested == text else digested.encode("utf-8", "surrogateescape")
    return body


def _masked_body(body: bytes, content_type: str, rules: RedactionRules, masking: Masking) -> bytes:
    # The cheap question does not see what is spelled with escapes, or cut by the events of a stream.
    if rules.is_plain and b"\\u00" not in body and not is_stream(body, content_type):
        return mask_body(body, content_type, masking) if may_hold_secret(body) else body
    return mask_body(body, content_type, masking)


@functools.lru_cache(maxsize=1024)
def redacted_target(path: str, query: str, rules: RedactionRules = DEFAULT) -> tuple[str, str]:
    """Path and query with secrets masked."""
    parameters = (_masked_parameter(pair, rules) for pair in query.split("&"))
    return _masked_encoded(path, rules, unquote), "&".join(parameters) if query else ""


def _masked_parameter(pair: str, rules: RedactionRules) -> str:
    name, equals, value = pair.partition("=")
    meaning = unquote_plus(value)
    safe = masked_member(unquote_plus(name).lower(), meaning)
    if safe != meaning:
        return name + equals + quote(safe, safe="*")
    decode = unquote_plus
    return _masked_encoded(name, rules, decode) + equals + _masked_encoded(value, rules, decode)


def _masked_encoded(text: str, rules: RedactionRules, decode: Callable[[str], str]) -> str:
    """A piece of a URL, masked as what its percent-encoding means."""
    meaning = decode(text)
    safe = rules.mask(meaning)
    return text if safe == meaning else quote(safe, safe="/*")


def _redacted_request(request: RecordedRequest, rules: RedactionRules, masking: Masking) -> RecordedRequest:
    path, query = redacted_target(request.path, request.query, rules)
    content_type = _content_type(request.headers)
    body = _masked_body(request.body, content_type, rules, masking)
    limit = rules.payload_limit
    if limit is not None and len(body) >= limit:
        if "multipart" in content_type.lower():
            body = digested_multipart(content_type, body, limit)
        elif b"base64" in body:
            text = digested_json(body.decode("utf-8", "surrogateescape"), limit)
            body = text.encode("utf-8", "surrogateescape")
    return replace(
        request,
        path=path,
        query=query,
        headers=_kept(request.headers, REQUEST_HEADERS | rules.request_headers, rules),
        body=body,
    )


def _redacted_response(
    response: RecordedResponse, rules: RedactionRules, masking: Masking
) -> RecordedResponse:
    return replace(
        response,
        headers=_kept(response.headers, RESPONSE_HEADERS | rules.response_headers, rules),
        body=_masked_body(response.body, _content_type(response.headers), rules, masking),
    )


def _kept(fields: Fields, names: frozenset[str], rules: RedactionRules) -> Fields:
    starts = tuple(name[:-1] for name in names if name.endswith("*"))
    kept = []
    for name, value in fields:
        lower = name.lower()
        if lower in CREDENTIAL_HEADERS or not (lower in names or lower.startswith(starts)):
            continue
        kept.append((name, _masked_field(name, value, Masking(rules.mask))))
    return tuple(kept)


def _masked_field(name: str, value: str, masking: Masking) -> str:
    if name.lower() not in _MASKED_HEADERS:
        return masking.text(value)
    written = masked_id(value)
    if written != value:
        masking.found.append(Secret("an organization or workspace id", f"{value[:4]}…"))
    return written


def _content_type(fields: Fields) -> str:
    return next((value for name, value in fields if name.lower() == "content-type"), "")
