"""Google Cloud's Vertex: the model in the path, the version in the body, ids with `_vrtx_` in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import dump
from mockapi.replies.surfaces._translation import (
    COUNT_TOKENS,
    MESSAGES,
    bearer_of,
    betas_of,
    error_of,
    object_of,
    plain_request,
    rewritten,
    with_pieces,
    without_account,
)

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

_TARGET: Final = re.compile(r".*/models/(?P<model>[^/:]+):\w+")
_COUNTING: Final = "count-tokens"
_VERSIONS: Final = {"vertex-2023-10-16": "2023-06-01"}
"""The API's version behind each of Vertex's own; newer ones are the API's themselves."""
_ID: Final = re.compile(rb'(?<!\\)"(msg|req|toolu|srvtoolu|mcptoolu)_(?=01[1-9A-HJ-NP-Za-km-z]{22}")')
_GOOGLES: Final = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
"""Errors that Google answers before the API is asked, and their names."""
_NOT_FOUND: Final = (
    "Publisher Model `{path}` was not found or your project does not have access to it. Please ensure you"
    " are using a valid model version. For more information, see:"
    " https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
)
_NO_CREDENTIAL: Final = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or"
    " other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_BAD_CREDENTIAL: Final = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other"
    " valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class _Vertex:
    """The surface of `AnthropicVertex` clients."""

    name = "vertex"

    def plain(self, request: Request) -> Request:
        """The body with the path's model in it, its version and betas as headers."""
        model = _model_of(request)
        path = COUNT_TOKENS if model == _COUNTING else MESSAGES
        key = bearer_of(request)
        body = object_of(request)
        if body is None:
            return plain_request(request, path, version="2023-06-01", key=key)
        version = body.pop("anthropic_version", None)
        betas = betas_of(body.pop("anthropic_beta", None))
        if model != _COUNTING:
            body = {"model": plain_model(model), **body}
        elif isinstance(body.get("model"), str):
            body["model"] = plain_model(body["model"])
        named = _VERSIONS.get(version, version) if isinstance(version, str) else None
        return plain_request(request, path, body=body, version=named, betas=betas, key=key)

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """The reply with Vertex's ids; what Google itself refuses with Google's error."""
        error = error_of(reply)
        if error is not None and reply.status in _GOOGLES:
            reply = _googles(reply, error, request)
        else:
            reply = rewritten(reply, _with_ids)
        return replace(reply, headers=_headers(reply))


VERTEX: Final = _Vertex()


def plain_model(name: str) -> str:
    """The API's name of a model that Vertex calls NAME or NAME@DATE."""
    return name.replace("@", "-")


def _model_of(request: Request) -> str:
    found = _TARGET.fullmatch(request.path)
    return "" if found is None else found["model"].replace("%40", "@")


def _with_ids(piece: bytes) -> bytes:
    return _ID.sub(rb'"\1_vrtx_', piece)


def _headers(reply: Reply) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (name, value.replace(b"req_", b"req_vrtx_", 1) if name == b"request-id" else value)
        for name, value in without_account(reply.headers)
    )


def _googles(reply: Reply, error: Any, request: Request) -> Reply:
    message = str(error.get("message"))
    if reply.status == 404:
        message = _NOT_FOUND.format(path=request.path.removeprefix("/v1/").rpartition(":")[0])
    elif reply.status == 401:
        message = _BAD_CREDENTIAL if bearer_of(request) else _NO_CREDENTIAL
    body = dump({"error": {"code": reply.status, "message": message, "status": _GOOGLES[reply.status]}})
    return with_pieces(reply, [(0.0, body)])
