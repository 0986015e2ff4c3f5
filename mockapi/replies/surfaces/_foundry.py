"""Azure's Foundry: the API's paths under /anthropic, a key in `api-key` or `x-api-key`, or an Entra token.

What is called `model` there is the name of a deployment, by default that of the model. The errors of Azure's
own that are here stand in public reports; all others are the API's.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from uuid import UUID

from mockapi.messages import dump
from mockapi.replies.surfaces._translation import (
    bearer_of,
    error_of,
    is_standard,
    plain_request,
    rule_of,
    with_hint,
    with_pieces,
    without_account,
    without_the_api,
)
from mockapi.validation import Refusal

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

_PREFIX: Final = "/anthropic"
_ABSENT: Final = ("/v1/models", "/v1/messages/batches", "/v1/complete")
"""What the API has and Foundry has not; its client classes leave it out too."""
_NOT_SUPPORTED: Final = "foundry.not_supported"
_ERRORS: Final[dict[str, dict[str, str]]] = {
    "key": {
        "code": "401",
        "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide"
        " a valid key for an active subscription and use a correct regional API endpoint for your resource.",
    },
    "deployment": {
        "type": "invalid_request_error",
        "code": "DeploymentNotFound",
        "message": "The API deployment for this resource does not exist. If you created the deployment within"
        " the last 5 minutes, please wait a moment and try again.",
    },
    "path": {"code": "api_not_supported", "message": "Requested API is currently not supported"},
}
_HINT: Final = "A deployment is called as its model unless you named it: --models FILE knows your names."


class _Foundry:
    """The surface of `AnthropicFoundry` clients."""

    name = "foundry"

    def plain(self, request: Request) -> Request | Refusal:
        """The same without the prefix; a path that Foundry does not have stands for nothing."""
        path = request.path.removeprefix(_PREFIX)
        if path.startswith(_ABSENT):
            message = _ERRORS["path"]["message"]
            return Refusal(
                404, "not_found_error", message, _NOT_SUPPORTED, "Foundry does not have this path."
            )
        key = request.header("x-api-key") or request.header("api-key") or bearer_of(request)
        return plain_request(request, path, key=key)

    def dressed(self, reply: Reply, request: Request) -> Reply:  # noqa: ARG002 - others need it
        """The reply without the account's fields; what Azure itself refuses with Azure's error."""
        error = error_of(reply)
        azures = None if error is None else _azures(reply, is_standard(reply, error))
        apim = (b"apim-request-id", str(_apim_id(reply)).encode())
        if azures is None:
            return replace(reply, headers=(*without_account(reply.headers), apim))
        reply = replace(reply, headers=(*without_the_api(reply.headers), apim))
        if azures is _ERRORS["deployment"]:
            reply = with_hint(reply, _HINT)
        return with_pieces(reply, [(0.0, dump({"error": azures}))])


FOUNDRY: Final = _Foundry()


def _azures(reply: Reply, standard: bool) -> dict[str, str] | None:  # noqa: FBT001 - a fact about the reply
    """What Azure says in place of the API; None where the API is asked."""
    rule = rule_of(reply)
    if reply.status == 401 and (rule.startswith("auth.") or standard):
        return _ERRORS["key"]
    if rule == "model.not_found":
        return _ERRORS["deployment"]
    return _ERRORS["path"] if rule == _NOT_SUPPORTED else None


def _apim_id(reply: Reply) -> UUID:
    """The id that Azure's gateway gives a request."""
    return UUID(
        bytes=blake2b((reply.header("request-id") or "").encode(), digest_size=16).digest(), version=4
    )
