"""Claude models on Google Cloud as Anthropic runs them: the API's own paths behind a prefix.

The whole API is there, its replies are the API's own; Google's gateway looks at credentials first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mockapi.replies.surfaces._google import STATUS_NAMES, google_error, unauthenticated
from mockapi.replies.surfaces._translation import bearer_of, error_of, is_standard, plain_request, rule_of

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

_PREFIX: Final = re.compile(
    r"/v1/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/"
    r"(?:workspaces/[^/]+|claudeOrganization)/invoke(?=/)"
)
_GATEWAY: Final = frozenset({401, 403})
_DENIED: Final = (
    "Permission denied on resource '//claude.googleapis.com/projects/{project}/locations/{location}'"
    " (or it may not exist)."
)


class _GoogleCloud:
    """The surface of `AnthropicGoogleCloud` clients."""

    name = "google-cloud"

    def plain(self, request: Request) -> Request:
        """The same without the prefix."""
        path = _PREFIX.sub("", request.path, count=1)
        return plain_request(request, path, key=bearer_of(request))

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """The reply as it is, but for what the gateway refuses."""
        error = error_of(reply)
        if error is None or reply.status not in _GATEWAY or reply.status not in STATUS_NAMES:
            return reply
        message = str(error.get("message"))
        if rule_of(reply).startswith("auth.") or (reply.status == 401 and is_standard(reply, error)):
            message = unauthenticated(request)
        elif is_standard(reply, error):
            named = _PREFIX.match(request.path)
            message = _DENIED.format(**(named.groupdict() if named else {}))
        return google_error(reply, message)


GOOGLE_CLOUD: Final = _GoogleCloud()
