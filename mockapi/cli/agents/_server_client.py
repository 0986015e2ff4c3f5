"""Asks a running `mockapi serve` over its control API."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from mockapi import jsontext
from mockapi._wording import first_line
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_SECONDS: Final = 20.0
"""The server itself waits up to 10 s for a miss to be explained."""
_PAGE: Final = 50
_MOST_SEARCHED: Final = 1_000
_ERROR_TYPE: Final = "mockapi_control_error"


class ServerClient:
    """The control API of one server, which may be there or not: each call finds out anew. A context manager.

    Args:
        url: the server's, as `mockapi serve` prints it.
        token: opens the control API where a caller on this machine alone does not.

    Raises:
        UsageError: the URL is none that a server can have.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"--url {url}: write it as `mockapi serve` prints it, http://127.0.0.1:4010.")
        self.url = url.rstrip("/")
        headers = {} if token is None else {"x-mockapi-token": token}
        # OpenSSL's own defaults: they follow SSL_CERT_FILE, which `serve --tls` names for its clients.
        verify = ssl.create_default_context() if parts.scheme == "https" else False
        self._http = httpx.Client(headers=headers, timeout=_SECONDS, trust_env=False, verify=verify)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None, **parameters: int) -> Any:
        """What the control API answers.

        Raises:
            UsageError: no server answers, what answers is another, or it refuses.
        """
        try:
            reply = self._http.request(
                method, f"{self.url}/_mockapi{path}", json=body, params=parameters or None
            )
        except httpx.HTTPError as error:
            raise UsageError(self._absent(error)) from error
        answered = jsontext.parse(reply.content)
        if reply.is_success and isinstance(answered, dict):
            return answered
        error_told = answered.get("error") if isinstance(answered, dict) else None
        if not isinstance(error_told, dict) or error_told.get("type") != _ERROR_TYPE:
            raise UsageError(
                f"What answers at {self.url} does not speak mockapi's control API (status"
                f" {reply.status_code}). Start `mockapi mcp` with the --url that `mockapi serve` prints."
            )
        raise UsageError("\n".join(_told(error_told)))

    def _absent(self, error: httpx.HTTPError) -> str:
        port = urlsplit(self.url).port
        command = "mockapi serve" + ("" if port is None else f" --port {port}")
        if isinstance(error, httpx.TimeoutException):
            return f"The server at {self.url} does not answer within {_SECONDS:.0f} s."
        return (
            f"No mockapi server answers at {self.url} ({first_line(error)}). Start one, and call this tool"
            " again:\n"
            f"  {command}\n"
            "If it runs elsewhere, start `mockapi mcp` with --url."
        )

    def latest(self, session: str) -> Iterator[dict[str, Any]]:
        """The entries of a session's journal, the newest first; of the last thousand."""
        upto = int(self.ask("GET", f"/sessions/{_id(session)}")["requests"])
        stop = max(0, upto - _MOST_SEARCHED)
        while upto > stop:
            after = max(stop, upto - _PAGE)
            yield from reversed(self.entries(session, after, upto))
            upto = after

    def entries(self, session: str, after: int, upto: int) -> list[dict[str, Any]]:
        """The entries of a session's journal with numbers above one and up to another."""
        found: list[dict[str, Any]] = []
        while after < upto:
            page = self.ask("GET", f"/sessions/{_id(session)}/journal", after=after, limit=upto - after)
            entries = page["entries"]
            if not entries:  # dropped, or gone with a reset
                break
            found += entries
            after = entries[-1]["number"]
        return [entry for entry in found if entry["number"] <= upto]

    def entry(self, session: str, number: int) -> dict[str, Any]:
        """One entry.

        Raises:
            UsageError: the journal does not have it.
        """
        found = self.entries(session, number - 1, number) if number > 0 else []
        if not found:
            raise UsageError(
                f"The journal of session {session!r} has no entry {number}: it came with none, or is no"
                " longer kept. `list_journal` names those that are there."
            )
        return found[0]

    def session(self, session: str, what: str, method: str = "GET", body: Any = None) -> Any:
        """A call below a session, such as its `script`."""
        return self.ask(method, f"/sessions/{_id(session)}/{what}", body)


def _id(session: str) -> str:
    """A session's id as it may stand in a path; another text names a session that there is not."""
    if not session.isascii() or not session.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{session!r} is not the id of a session: `list_sessions` names them.")
    return session


def _told(error: dict[str, Any]) -> Iterator[str]:
    """The words of a refusal, and of each problem of a file."""
    yield str(error.get("message"))
    for problem in error.get("problems", ()):
        place = problem["file"] if problem["line"] is None else f"{problem['file']}:{problem['line']}"
        which = "" if problem["interaction"] is None else f"interaction {problem['interaction']}: "
        yield f"  {place}: {which}{problem['cause']} {problem['remedy']}"
