"""Which requests come to which surface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.exchange import MESSAGES_PATH
from mockapi.replies import surfaces

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Request
    from mockapi.replies.surfaces._surface import Surface
    from mockapi.validation import Refusal


class _Route(NamedTuple):
    """A path of a surface.

    Attributes:
        method: that it takes; "" for any.
        path: what its paths look like, percent-encoding kept.
        surface: the name under which the package's face has it; a function where the path alone does not
            tell, which may find that it is nobody's.
    """

    method: str
    path: re.Pattern[str]
    surface: str | Callable[[Request], str | None]


def _models(request: Request) -> str | None:
    """Whose a look at the models is: the API's clients name its version, or send its own key field."""
    fields = dict(request.headers)
    is_plain = b"anthropic-version" in fields or b"x-api-key" in fields or b"authorization" not in fields
    return None if is_plain else "OPENAI_MODELS"


def _under_anthropic(request: Request) -> str | None:
    """Whose a path under /anthropic is: Azure's and Amazon's clients differ in model and credential.

    A plain client whose base URL ends in /anthropic by mistake sends a key of the API's, and is nobody's.
    """
    if request.header("api-key") is not None:
        return "FOUNDRY"
    authorization = request.header("authorization") or ""
    bearer = authorization.partition(" ")[2] if authorization[:7].lower() == "bearer " else ""
    if _MANTLE_PATH.fullmatch(request.path) and (
        authorization.startswith("AWS4-") or bearer.startswith(_BEDROCK_KEYS) or _OWNED.search(request.body)
    ):
        return "MANTLE"
    key = request.header("x-api-key") or bearer
    return "FOUNDRY" if key and not key.startswith(_API_KEYS) else None


_MANTLE_PATH: Final = re.compile("/anthropic/v1/messages(?:/count_tokens)?")
_OWNED: Final = re.compile(rb'"model"\s*:\s*"(?:[a-z-]+\.)?anthropic\.')
_BEDROCK_KEYS: Final = ("ABSK", "bedrock-api-key-")
_API_KEYS: Final = "sk-ant-"

_ROUTES: Final = (
    _Route(
        "POST",
        re.compile(
            r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+/publishers/anthropic/models/"
            r"[^/:]+:(?:rawPredict|streamRawPredict)"
        ),
        "VERTEX",
    ),
    _Route("POST", re.compile(r"/model/.+/invoke(?:-with-response-stream)?"), "BEDROCK"),
    _Route(
        "",
        re.compile(r"/v1/projects/[^/]+/locations/[^/]+/(?:workspaces/[^/]+|claudeOrganization)/invoke/.+"),
        "GOOGLE_CLOUD",
    ),
    _Route("", re.compile("/anthropic/v1/.+"), _under_anthropic),
    _Route("", re.compile("/v1/chat/completions"), "OPENAI"),
    _Route("GET", re.compile("/v1/models(?:/[^/]+)?"), _models),
)


def surface_of(request: Request) -> Surface | None:
    """The surface that a request came to; None where it came to the API's own paths, or to nobody's."""
    path = request.path
    if path.startswith(MESSAGES_PATH):  # nearly every request: it must cost nothing
        return None
    for route in _ROUTES:
        if route.method in ("", request.method) and route.path.fullmatch(path):
            name = route.surface if isinstance(route.surface, str) else route.surface(request)
            return None if name is None else _surface(name)
    return None


def _surface(name: str) -> Surface:
    found: Surface = getattr(surfaces, name)
    return found


def plain_of(request: Request) -> Request | Refusal:
    """The Messages request that a request stands for, or why it stands for none; a plain one is its own."""
    surface = surface_of(request)
    return request if surface is None else surface.plain(request)


def read_aside(request: Request) -> tuple[Request | Refusal, dict[Any, Any]]:
    """As `plain_of`, in another process: also what is to be known of the request here."""
    plain = plain_of(request)
    return plain, request.known or {}
