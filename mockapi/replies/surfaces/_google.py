"""Errors that Google Cloud answers itself, before the API is asked.

An object with code, message and status; under the paths of streams it is the one item of a list, as every
logged error of `streamRawPredict` is. The names of statuses are those of Google's RPC codes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import dump
from mockapi.replies.surfaces._translation import bearer_of, with_pieces, without_the_api

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

STATUS_NAMES: Final = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
}
"""Google's names of the statuses that it answers itself."""
_CREDENTIAL: Final = (
    " Expected OAuth 2 access token, login cookie or other valid authentication credential."
    " See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def google_error(reply: Reply, message: str, *, in_list: bool = False) -> Reply:
    """An error in Google's shape in place of the API's.

    Args:
        reply: the API's error, of one of `STATUS_NAMES`.
        message: what Google says.
        in_list: whether the request came to a path of streams.
    """
    error: Any = {"error": {"code": reply.status, "message": message, "status": STATUS_NAMES[reply.status]}}
    reply = replace(reply, headers=without_the_api(reply.headers))
    return with_pieces(reply, [(0.0, dump([error] if in_list else error))])


def unauthenticated(request: Request) -> str:
    """What Google says to a token that it does not take, and to none."""
    wrong = "Request had invalid authentication credentials."
    missing = "Request is missing required authentication credential."
    return (wrong if bearer_of(request) else missing) + _CREDENTIAL
