"""Amazon Bedrock's Messages API, "Mantle": the API's paths under /anthropic, models `anthropic.NAME`.

Known from reports: a model with a region before its name is a 404; request ids are `req_` and 52
characters. Newer models' messages are `msg_bdrk_` and 52 characters on Bedrock.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import error_body
from mockapi.replies.surfaces._translation import (
    access_key_of,
    bearer_of,
    error_of,
    not_of,
    note,
    noted,
    object_of,
    plain_request,
    rewritten,
    rule_of,
    with_pieces,
    without_account,
)

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

_PREFIX: Final = "/anthropic"
_OWNER: Final = "anthropic."
_ID: Final = re.compile(
    rb'(?<!\\)"(?P<kind>msg|req|toolu|srvtoolu|mcptoolu)_(?P<rest>01[1-9A-HJ-NP-Za-km-z]{22})"'
)


class _Mantle:
    """The surface of `AnthropicBedrockMantle` clients."""

    name = "bedrock-mantle"

    def plain(self, request: Request) -> Request:
        """The same without the prefix, its model as the API calls it."""
        path = request.path.removeprefix(_PREFIX)
        key = request.header("x-api-key") or bearer_of(request) or access_key_of(request)
        body = object_of(request)
        if body is None:
            return plain_request(request, path, key=key)
        note(request, body.get("model"))
        if isinstance(body.get("model"), str):
            body["model"] = plain_model(body["model"])
        profile = body.pop("user_profile_id", None)
        plain = plain_request(request, path, body=body, key=key)
        if isinstance(profile, str):
            plain.headers = (
                *plain.headers,
                (b"anthropic-user-profile-id", profile.encode("latin-1", "replace")),
            )
        return plain

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """The reply with Bedrock's ids."""
        error = error_of(reply)
        if error is not None and rule_of(reply) == "model.not_found":
            named = noted(request, _model_of)
            body = error_body("not_found_error", f"model: {named}", reply.header("request-id"))
            reply = with_pieces(reply, [(0.0, body)])
        reply = rewritten(reply, lambda piece: _ID.sub(_renamed, piece))
        headers = []
        for name, value in without_account(reply.headers):
            if name == b"request-id":
                own = b"req_" + _long(value)
                headers += [(name, own), (b"x-amzn-requestid", own)]
            else:
                headers.append((name, value))
        return replace(reply, headers=tuple(headers))


MANTLE: Final = _Mantle()


def plain_model(name: str) -> str:
    """The API's name of a model that Bedrock calls `anthropic.NAME`; any other stays one that nobody has."""
    if name.startswith(_OWNER):
        return name.removeprefix(_OWNER)
    return not_of("bedrock", name)


def _model_of(request: Request) -> Any:
    return (object_of(request) or {}).get("model")


def _renamed(found: re.Match[bytes]) -> bytes:
    kind, id_ = found["kind"], found[0].strip(b'"')
    middle = b"" if kind == b"req" else b"bdrk_"
    return b'"%s_%s%s"' % (kind, middle, _long(id_))


def _long(id_: bytes) -> bytes:
    """52 characters in place of an id's own, the same ones each time."""
    return base64.b32encode(blake2b(id_, digest_size=32).digest()).rstrip(b"=").lower()
