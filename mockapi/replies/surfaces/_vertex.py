"""Google Cloud's Vertex: the model in the path, the version in the body, ids with `_vrtx_` in them.

Bodies with `_vrtx_` ids, the 404 for a model, the 429 for a quota and lists around errors of streams stand in
logged traffic; docs/clouds.md says what is by analogy.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from mockapi.exchange import MESSAGES_PATH
from mockapi.messages import error_body
from mockapi.messages.catalogue import shipped
from mockapi.replies.surfaces._google import STATUS_NAMES, google_error, unauthenticated
from mockapi.replies.surfaces._translation import (
    COUNT_TOKENS,
    bearer_of,
    betas_of,
    error_of,
    is_standard,
    note,
    noted,
    object_of,
    plain_request,
    rewritten,
    rule_of,
    with_hint,
    with_pieces,
    without_account,
)
from mockapi.replies.surfaces._vertex_models import plain_model, vertex_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Headers, Reply, Request

_TARGET: Final = re.compile(r"/v1(?:beta1)?/(?P<resource>.*/models/(?P<model>[^/:]+)):(?P<verb>\w+)")
_COUNTING: Final = "count-tokens"
_VERSIONS: Final = {"vertex-2023-10-16": "2023-06-01", "2026-10-21": "2026-10-21"}
"""The API's version behind each of those that Vertex takes."""
_NO_VERSION: Final = "in anthropic_version: "
"""Before a version that the API may have and Vertex has not."""
_ID: Final = re.compile(rb'(?<!\\)"(msg|req|toolu|srvtoolu|mcptoolu)_(?=01[1-9A-HJ-NP-Za-km-z]{22}")')
_NOT_FOUND: Final = (
    "Publisher Model `{resource}` was not found or your project does not have access to it. Please ensure you"
    " are using a valid model version. For more information, see:"
    " https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
)
_DENIED: Final = (
    "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/{resource}'"
    " (or it may not exist)."
)
_EXHAUSTED: Final = (
    "Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model:"
    " anthropic-{base}. Please submit a quota increase request."
    " https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai."
)


class _Vertex:
    """The surface of `AnthropicVertex` clients."""

    name = "vertex"

    def plain(self, request: Request) -> Request:
        """The body with the path's model in it, its version and betas as headers."""
        _, model, _ = _target(request)
        path = COUNT_TOKENS if model == _COUNTING else MESSAGES_PATH
        key = bearer_of(request)
        body = object_of(request)
        if body is None:
            return plain_request(request, path, version="2023-06-01", key=key)
        version = body.pop("anthropic_version", None)
        note(request, version)
        betas = betas_of(body.pop("anthropic_beta", None))
        if model != _COUNTING:
            body = {"model": plain_model(model), **body}
        elif isinstance(body.get("model"), str):
            body["model"] = plain_model(body["model"])
        named = "" if version is None else _VERSIONS.get(str(version), f"{_NO_VERSION}{version}")
        return plain_request(request, path, body=body, version=named, betas=betas, key=key)

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """The reply with Vertex's ids; what Google itself refuses with Google's error."""
        error = error_of(reply)
        if error is not None:
            reply = _error(reply, error, request)
        reply = rewritten(reply, lambda piece: _ID.sub(rb'"\1_vrtx_', piece))
        return replace(reply, headers=_headers(reply))


VERTEX: Final = _Vertex()


def _target(request: Request) -> tuple[str, str, str]:
    """The resource that a path names, its model, and the verb."""
    found = _TARGET.fullmatch(request.path)
    if found is None:
        return "", "", ""
    return unquote(found["resource"]), unquote(found["model"]), found["verb"]


def _headers(reply: Reply) -> Headers:
    return tuple(
        (name, value.replace(b"req_", b"req_vrtx_", 1) if name == b"request-id" else value)
        for name, value in without_account(reply.headers)
    )


def _error(reply: Reply, error: Mapping[str, Any], request: Request) -> Reply:
    """An error in Google's shape and words, or in the API's."""
    rule = rule_of(reply)
    if rule in _VERSION_RULES:
        message = _VERSION_RULES[rule].format(version=noted(request, _version_of))
        body = error_body(str(error.get("type")), message, reply.header("request-id"))
        return with_hint(with_pieces(reply, [(0.0, body)]), _VERSION_HINT)
    if reply.status not in STATUS_NAMES:
        return reply
    resource, model, verb = _target(request)
    message = str(error.get("message"))
    if rule == "model.not_found":
        message = _NOT_FOUND.format(resource=resource)
        reply = _hinted(reply, model)
    elif reply.status == 401 and (rule or is_standard(reply, error)):
        message = unauthenticated(request)
    elif is_standard(reply, error):
        words = {403: _DENIED, 404: _NOT_FOUND, 429: _EXHAUSTED}[reply.status]
        message = words.format(resource=resource, base=model.partition("@")[0])
    return google_error(reply, message, in_list=verb == "streamRawPredict")


_VERSION_RULES: Final = {
    "version.missing": "anthropic_version: Field required",
    "version.unknown": 'anthropic_version: "{version}" is not a valid version',
}
"""What is said of the version, which is a member of the body here and no header."""


_VERSION_HINT: Final = f"Vertex's versions are {' and '.join(_VERSIONS)}, in the body."


def _version_of(request: Request) -> Any:
    return (object_of(request) or {}).get("anthropic_version")


def _hinted(reply: Reply, model: str) -> Reply:
    """The reply with what Vertex calls a model that was named as the API names it."""
    known = shipped().find(model)
    if known is None or vertex_name(known.id) == model:
        return reply
    return with_hint(reply, f"Vertex calls this model {vertex_name(known.id)}.")
