"""A request for a message but for its body: what a client writes the same again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Request
from mockapi.sessions._entry import headers_size

if TYPE_CHECKING:
    from mockapi.exchange import Headers


class Asked:
    """A request for a message but for its body. Treat it as immutable: many exchanges share one.

    Attributes:
        session_id: the session to which it came; None for the root URL's.
        path: as a `Request` has it.
        query: as a `Request` has it.
        headers: as a `Request` has them.
        size: how many bytes these have.
    """

    __slots__ = ("headers", "path", "query", "session_id", "size")

    def __init__(self, session_id: str | None, path: str, query: str, headers: Headers) -> None:
        self.session_id = session_id
        self.path = path
        self.query = query
        self.headers = headers
        self.size = headers_size(headers)

    def with_headers(self, headers: Headers) -> Asked:
        """The same with other fields."""
        return Asked(self.session_id, self.path, self.query, headers)

    def request(self, body: bytes) -> Request:
        """The whole request."""
        return Request("POST", self.path, self.query, self.headers, body)
