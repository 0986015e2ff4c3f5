"""Which requests come to which surface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from mockapi.replies import surfaces

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Request
    from mockapi.replies.surfaces._surface import Surface
    from mockapi.validation import Refusal

_OWN: Final = "/v1/messages"


class _Route(NamedTuple):
    """A path of a surface.

    Attributes:
        method: that it takes.
        path: what its paths look like, percent-encoding kept.
        surface: the name under which the package's face has it.
        whose: which requests are its own, where the API has the same path; None for all.
    """

    method: str
    path: re.Pattern[str]
    surface: str
    whose: Callable[[Request], bool] | None = None


def _speaks_as_openais(request: Request) -> bool:
    """Whether a client of OpenAI's sent it: those of the API name its version, or send its own key field."""
    fields = dict(request.headers)
    return b"authorization" in fields and fields.keys().isdisjoint({b"anthropic-version", b"x-api-key"})


_ROUTES: Final = (
    _Route(
        "POST",
        re.compile(
            r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+/publishers/anthropic/models/"
            r"[^/:]+:(?:rawPredict|streamRawPredict)"
        ),
        "VERTEX",
    ),
    _Route("POST", re.compile("/v1/chat/completions"), "OPENAI"),
    _Route("GET", re.compile("/v1/models(?:/[^/]+)?"), "OPENAI_MODELS", _speaks_as_openais),
)


def surface_of(request: Request) -> Surface | None:
    """The surface that a request came to; None where it came to the API's own paths, or to nobody's."""
    path = request.path
    if path.startswith(_OWN):  # nearly every request: it must cost nothing
        return None
    for route in _ROUTES:
        if (
            request.method == route.method
            and route.path.fullmatch(path)
            and (route.whose is None or route.whose(request))
        ):
            found: Surface = getattr(surfaces, route.surface)
            return found
    return None


def plain_of(request: Request) -> Request | Refusal:
    """The Messages request that a request stands for, or why it stands for none; a plain one is its own."""
    surface = surface_of(request)
    return request if surface is None else surface.plain(request)
