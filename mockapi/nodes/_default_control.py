"""The control API of a node: what concerns the default session is done on all nodes, in one order.

what changes the default session    an entry of the log; the answer comes when all live nodes have done it
what reads it, or cassettes         when this node has done all that the log has, and every node has told
                                    what it had still to tell
other cassettes                     this node reads them first; see `_default_cassettes`
sessions that were opened           this node alone, as if it were the only one
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.responses import JSONResponse, Response

from mockapi.nodes._default_marks import BehindError
from mockapi.server import OwnerAwayError, OwnerUnsureError, body_of, problem, response_of, unready

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from mockapi.nodes._default import DefaultSession
    from mockapi.nodes._log_entries import Entry

_READS: Final = ("GET", "HEAD")
_NEEDED: Final = (b"content-type", b"host")
_PREFIX: Final = "/_mockapi"
_NO_RESENDING: Final = (
    "An entry of the default session is sent again only where one machine has it: let your program send the"
    " request."
)


class DefaultControl:
    """A node's control API.

    Args:
        own: what a server does that stands alone.
        default: the default session.
    """

    def __init__(self, own: ASGIApp, default: DefaultSession) -> None:
        self._own = own
        self._default = default
        self._asked: dict[str, Scope] = {}
        self._answered: dict[str, Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a control request that was let in."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        reads = scope["method"] in _READS
        try:
            if path == "/health" and reads:
                response = self._with_state(await response_of(self._own, scope, b""))
            elif not _is_shared(path) or (path == "/sessions" and not reads):
                await self._own(scope, receive, send)
                return
            elif reads or path == "/sessions/default/cassette":
                if path != "/sessions" or self._default.why_away is None:
                    await self._default.settled()
                response = await response_of(self._own, scope, await body_of(receive))
            elif path.endswith("/send"):
                response = problem(409, _NO_RESENDING)
            elif path.startswith("/sessions/default/") or scope["method"] == "PATCH":
                response = await self._changed(path, scope, await body_of(receive))
            else:  # cassettes, and closing the session, which is refused
                response = await response_of(self._own, scope, await body_of(receive))
        except BehindError as error:
            response = problem(503, str(error))
        except OwnerAwayError as error:
            response = unready(problem(503, str(error)))
        except OwnerUnsureError as error:
            doubt = "" if reads else " Nobody knows whether it has been done."
            response = problem(503, f"{error}{doubt}")
        await response(scope, receive, send)

    async def _changed(self, path: str, scope: Scope, body: bytes) -> Response:
        """Have all nodes do a request, in the order of the log."""
        fields = [
            text.decode("latin-1") for field in scope["headers"] if field[0] in _NEEDED for text in field
        ]
        query = scope.get("query_string", b"").decode("latin-1")
        token = self._default.order.log.new_token()
        self._asked[token] = scope
        try:
            missing = await self._default.change(token, [scope["method"], path, query, fields], body)
            response = self._answered[token]
        finally:
            self._asked.pop(token, None)
            self._answered.pop(token, None)
        if missing:
            raise BehindError("It is done", missing)
        return response

    async def apply(self, entry: Entry) -> int:
        """Do what an entry of the log says; its status."""
        method, path, query, fields = entry.said
        names = iter([text.encode("latin-1") for text in fields])
        scope = self._asked.get(entry.token) or {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": _PREFIX + path,
            "raw_path": (_PREFIX + path).encode("latin-1", "replace"),
            "root_path": _PREFIX,
            "query_string": query.encode("latin-1"),
            "headers": list(zip(names, names, strict=True)),
            "client": None,
            "server": None,
        }
        response = await response_of(self._own, scope, entry.body)
        if entry.token in self._asked:
            self._answered[entry.token] = response
        return response.status_code

    def _with_state(self, response: Response) -> Response:
        """How the server is, with how it gets on with the others."""
        told: dict[str, Any] = orjson.loads(response.body)
        return JSONResponse({**told, "state": self._default.health()}, response.status_code)


def _is_shared(path: str) -> bool:
    """Whether a control request concerns what all nodes share."""
    parts = path.split("/")
    return parts[1:3] == ["sessions", "default"] or path == "/sessions" or parts[1] == "cassettes"
