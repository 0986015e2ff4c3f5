"""What surfaces share: the Messages request behind a request, and replies with another body."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from mockapi import jsontext
from mockapi.exchange import MESSAGES_PATH, Chunk, Request
from mockapi.messages.catalogue import shipped
from mockapi.replies._reply_headers import hint_field
from mockapi.replies.faults import ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockapi.exchange import Headers, Reply

COUNT_TOKENS: Final = f"{MESSAGES_PATH}/count_tokens"
_RENAMED: Final = frozenset({b"x-api-key", b"api-key", b"authorization"})
"""Fields in which a credential may come; the plain request has it in `x-api-key` alone."""
_SIGNED: Final = re.compile(r"AWS4-\S")
_SIGNER: Final = re.compile(r"Credential=(?P<key>[^/\s,&]+)")
_ACCOUNT: Final = (b"anthropic-ratelimit-", b"anthropic-organization-id", b"anthropic-workspace-id")
_APIS: Final = frozenset(
    {
        b"cf-cache-status", b"content-security-policy", b"request-id", b"strict-transport-security",
        b"x-robots-tag", b"x-should-retry",
    }
)  # fmt: skip
_ITS_EDGE: Final = (b"server", b"cloudflare")
_NOTED: Final = "noted by the surface"


def plain_request(
    request: Request,
    path: str,
    *,
    body: Any = None,
    version: str | None = None,
    betas: Iterable[str] = (),
    key: str = "",
) -> Request:
    """A request to the API in place of one to a surface.

    Args:
        request: as it came.
        path: of the API.
        body: the value of the new body; None keeps the bytes.
        version: for `anthropic-version`, in place of the one that came; None keeps that, "" leaves it out.
        betas: for `anthropic-beta`, behind those that came.
        key: what authenticates the request there; "" for nothing that does. Another credential becomes an
            authorization of no known scheme, which lenient rules take.
    """
    headers = [field for field in request.headers if field[0] not in _RENAMED]
    if key:
        headers.append((b"x-api-key", key.encode("latin-1", "replace")))
    elif other := b" ".join(value for name, value in request.headers if name in _RENAMED and value.strip()):
        headers.append((b"authorization", b"other " + other))
    if version is not None:
        headers = [field for field in headers if field[0] != b"anthropic-version"]
    if version:
        headers.append((b"anthropic-version", version.encode("latin-1", "replace")))
    if named := ",".join(betas):
        headers.append((b"anthropic-beta", named.encode("latin-1", "replace")))
    written = request.body if body is None else jsontext.compact_deep(body)
    return Request(request.method, path, request.query, tuple(headers), written)


def object_of(request: Request) -> dict[str, Any] | None:
    """A request's body as an object of its own, with exact numbers; None for anything else."""
    value = jsontext.parse_exactly(request.body)
    return value if isinstance(value, dict) else None


def not_of(cloud: str, name: str) -> str:
    """A model's name that a cloud does not have: one of the API's with the cloud before it.

    So nobody takes it for the API's, and it is refused as any unknown name is.
    """
    return f"{cloud}/{name}" if shipped().find(name) is not None else name


def note(request: Request, said: Any) -> None:
    """Remember what a request's body says that `dressed` asks for: a large body is read once, elsewhere."""
    request.known = {**(request.known or {}), _NOTED: said}


def noted(request: Request, look: Callable[[Request], Any]) -> Any:
    """What `plain` noted of a request; of one that it has not seen, what a look at its body says."""
    known = request.known or {}
    return known[_NOTED] if _NOTED in known else look(request)


def betas_of(value: Any) -> tuple[str, ...]:
    """The names in a body's `anthropic_beta`: a list of texts, or one text."""
    named = value if isinstance(value, list) else [value]
    return tuple(name for name in named if isinstance(name, str) and name)


def bearer_of(request: Request) -> str:
    """The token of `authorization: Bearer`; "" without one."""
    scheme, _, token = (request.header("authorization") or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def access_key_of(request: Request) -> str:
    """The id of the AWS key that signed a request, in its header or its URL; "" without a signature."""
    signed = f"{request.header('authorization') or ''} {unquote(request.query)}"
    begin = _SIGNED.search(signed)
    # One after the other: a single expression would search the text again from each place where it may begin.
    found = None if begin is None else _SIGNER.search(signed, begin.end())
    return "" if found is None else found["key"]


def rewritten(reply: Reply, change: Callable[[bytes], bytes]) -> Reply:
    """The reply with each piece of its body changed."""
    return with_pieces(reply, [(delay, change(data)) for delay, data in reply.chunks])


def with_pieces(reply: Reply, pieces: Iterable[tuple[float, bytes]]) -> Reply:
    """The reply with another body, its announced length with it."""
    chunks = tuple(Chunk(delay, data) for delay, data in pieces)
    size = b"%d" % sum(len(chunk.data) for chunk in chunks)
    headers = tuple((name, size if name == b"content-length" else value) for name, value in reply.headers)
    return replace(reply, chunks=chunks, headers=headers)


def error_of(reply: Reply) -> Mapping[str, Any] | None:
    """The `error` of a reply that is an error in the API's envelope; None for any other reply."""
    if reply.status < 400:
        return None
    value = jsontext.parse(reply.body)
    error = value.get("error") if isinstance(value, dict) and value.get("type") == "error" else None
    return error if isinstance(error, dict) else None


def without_account(headers: Headers) -> Headers:
    """Header fields without those of an account with the API: a cloud's customer has none."""
    return tuple(field for field in headers if not field[0].startswith(_ACCOUNT))


def without_the_api(headers: Headers) -> Headers:
    """Header fields of an error that a cloud answers before the API is asked."""
    kept = without_account(headers)
    return tuple(field for field in kept if field[0] not in _APIS and field != _ITS_EDGE)


def rule_of(reply: Reply) -> str:
    """The id of the rule that refused; "" where none did."""
    return reply.header("x-mockapi-rule") or ""


def is_standard(reply: Reply, error: Mapping[str, Any]) -> bool:
    """Whether an error has the API's own words for its status, and so a cloud may have other ones."""
    documented = ERRORS.get(reply.status)
    return documented is not None and error.get("message") == documented.message


def with_hint(reply: Reply, hint: str) -> Reply:
    """The reply with another hint than the API's rules have."""
    kept = tuple(field for field in reply.headers if field[0] != b"x-mockapi-hint")
    return replace(reply, headers=(*kept, hint_field(hint)))
