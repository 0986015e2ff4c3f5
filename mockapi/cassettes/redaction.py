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
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, unquote_plus

from mockapi.cassettes._digested import digested_json, digested_multipart
from mockapi.cassettes._echoes import carried_keys, carries_credential
from mockapi.cassettes._maskedbody import is_stream, mask_body
from mockapi.cassettes._maskedframes import is_frames
from mockapi.cassettes._masking import REPLY, Masking
from mockapi.cassettes._names import is_url_name
from mockapi.cassettes._payloads import COMPARED_FROM
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionError, RedactionRules
from mockapi.cassettes._secret_table import CREDENTIAL_HEADERS
from mockapi.cassettes._secrets import (
    Secret,
    masked_id,
    masked_member,
    may_hold_secret,
)
from mockapi.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.cassettes._model import Fields, Interaction, RecordedRequest, RecordedResponse

    Mask = Callable[[str], str]

REQUEST_HEADERS = frozenset(
    {"accept", "content-type", "anthropic-version", "anthropic-beta", "x-amzn-bedrock-*"}
)
"""Names, in lower case, of the request header fields that are kept: those that change the answer.
`*` at the end stands for any ending."""

RESPONSE_HEADERS = frozenset(
    {
        "date", "content-type", "content-length", "content-encoding", "content-disposition",
        "transfer-encoding", "connection", "keep-alive", "cache-control", "vary", "location", "age",
        "etag", "expires", "last-modified", "retry-after", "retry-after-ms", "x-should-retry",
        "request-id", "anthropic-organization-id", "anthropic-workspace-id", "anthropic-ratelimit-*",
        "anthropic-fast-*", "anthropic-priority-*", "strict-transport-security", "traceresponse", "server",
        "server-timing", "via", "cf-cache-status", "cf-ray", "x-robots-tag", "content-security-policy",
        "x-cloud-trace-context", "x-envoy-upstream-service-time", "alt-svc", "www-authenticate",
        "x-amzn-requestid", "x-amzn-errortype", "x-amzn-bedrock-*",
    }
)  # fmt: skip
"""Likewise of responses."""

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
    known = carried_keys(
        (*interaction.request.headers, *interaction.response.headers), interaction.request.query
    )
    masking = _masking(rules, known)
    redacted = replace(
        interaction,
        request=_redacted_request(interaction.request, rules, masking),
        response=_redacted_response(interaction.response, rules, masking),
    )
    return (interaction if redacted == interaction else redacted), masking.left


def _masking(rules: RedactionRules, known: tuple[str, ...] = ()) -> Masking:
    return Masking(rules.mask, rules.json_paths, known)


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
            masking = _masking(rules)
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
    if request.known is not None and ("redacted", rules) in request.known:
        return request.known["redacted", rules] or request  # `look_ahead` has put it there
    known = carried_keys(_carrying_fields(request.headers), request.query)
    try:
        path, query = redacted_target(request.path, request.query, rules, known)
        content_type = request.header("content-type") or ""
        body = _comparable(request.body, content_type, rules, known)
    except RedactionError:
        return request  # its recording could not be written either
    if body is request.body and (path, query) == (request.path, request.query):
        return request
    return Request(request.method, path, query, request.headers, body)


def _carrying_fields(fields: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    return (
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in fields
        if carries_credential(name)
    )


def _comparable(body: bytes, content_type: str, rules: RedactionRules, known: tuple[str, ...]) -> bytes:
    redacted = _masked_body(body, content_type, rules, _masking(rules, known))
    body = body if redacted == body else redacted
    if len(body) >= COMPARED_FROM and b'"base64"' in body:
        text = body.decode("utf-8", "surrogateescape")
        digested = digested_json(text, COMPARED_FROM)
        body = body if digested == text else digested.encode("utf-8", "surrogateescape")
    return body


def _masked_body(body: bytes, content_type: str, rules: RedactionRules, masking: Masking) -> bytes:
    # The cheap question does not see what is spelled with escapes or in base64, or cut by a stream's events.
    in_clear = not is_stream(body, content_type) and not is_frames(body, content_type)
    is_plain = in_clear and b"\\u00" not in body and b"\\/" not in body
    known = (*masking.known, *masking.repeated)
    if rules.is_plain and is_plain and not may_hold_secret(body) and not _repeats(body, known):
        return body
    written = mask_body(body, content_type, masking)
    return mask_body(written, content_type, masking) if masking.echoes() else written


def _repeats(body: bytes, known: tuple[str, ...]) -> bool:
    # As JSON spells it: only a quote or a backslash would differ, and what stands before it is there.
    return any(re.split(r'["\\]', key)[0].encode("utf-8", "surrogateescape") in body for key in known)


@functools.lru_cache(maxsize=1024)
def redacted_target(
    path: str, query: str, rules: RedactionRules = DEFAULT, known: tuple[str, ...] = ()
) -> tuple[str, str]:
    """Path and query with secrets masked."""
    mask = functools.partial(rules.mask, known=known)
    parameters = (_masked_parameter(pair, mask) for pair in query.split("&"))
    return _masked_encoded(path, mask, unquote), "&".join(parameters) if query else ""


def redacted_field(value: str, rules: RedactionRules = DEFAULT) -> str:
    """The value of a header field that is no credential by its name, with the secrets in it masked."""
    return _masking(rules).text(value)


def _masked_parameter(pair: str, mask: Mask) -> str:
    name, equals, value = pair.partition("=")
    meaning = unquote_plus(value)
    plain = unquote_plus(name)
    safe = masked_member(plain.lower(), meaning)
    if safe == meaning and is_url_name(plain):
        safe = mask(f"?{plain}={meaning}")[len(plain) + 2 :]
    if safe != meaning:
        return name + equals + quote(safe, safe="*")
    return _masked_encoded(name, mask, unquote_plus) + equals + _masked_encoded(value, mask, unquote_plus)


def _masked_encoded(text: str, mask: Mask, decode: Callable[[str], str]) -> str:
    """A piece of a URL, masked as what its percent-encoding means."""
    meaning = decode(text)
    safe = mask(meaning)
    return text if safe == meaning else quote(safe, safe="/*")


def _redacted_request(request: RecordedRequest, rules: RedactionRules, masking: Masking) -> RecordedRequest:
    path, query = redacted_target(request.path, request.query, rules, masking.known)
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
        headers=_kept(request.headers, REQUEST_HEADERS | rules.request_headers, masking),
        body=body,
    )


def _redacted_response(
    response: RecordedResponse, rules: RedactionRules, masking: Masking
) -> RecordedResponse:
    masking.enter(REPLY, REPLY)
    return replace(
        response,
        headers=_kept(response.headers, RESPONSE_HEADERS | rules.response_headers, masking),
        body=_masked_body(response.body, _content_type(response.headers), rules, masking),
    )


def _kept(fields: Fields, names: frozenset[str], masking: Masking) -> Fields:
    starts = tuple(name[:-1] for name in names if name.endswith("*"))
    kept = []
    for name, value in fields:
        lower = name.lower()
        if lower in CREDENTIAL_HEADERS or not (lower in names or lower.startswith(starts)):
            continue
        kept.append((name, _masked_field(name, value, masking)))
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
