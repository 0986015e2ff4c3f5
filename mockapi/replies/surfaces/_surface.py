"""What a surface is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request
    from mockapi.validation import Refusal


class Surface(Protocol):
    """A way to ask for what the Messages API does, with paths, fields and errors of its own."""

    @property
    def name(self) -> str:
        """What people call it, such as "vertex"."""

    def plain(self, request: Request) -> Request | Refusal:
        """The Messages request that a request stands for, or why it stands for none.

        Its path is the API's; `anthropic-version` and `anthropic-beta` are headers, `model` and `stream`
        members of the body, and whatever authenticates it is the value of `x-api-key`. What the API
        judges is left to it: a body that is not JSON goes on as it is, and a missing field stays missing.
        """

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """The API's reply as this surface sends it: a message, a stream, an error or a count.

        Args:
            reply: to the plain request. Faults may have changed its events, so a stream may be in any
                disorder; what is not the API's, such as a gateway's page, stays as it is.
            request: as it came to the surface.
        """
