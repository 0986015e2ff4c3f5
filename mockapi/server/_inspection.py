"""The routes of the page `/_mockapi/ui`: its own files, the live feed, and what it shows and does.

The files hold nothing of what is played and are for everybody, as a browser loads them before it can show the
token. Everything else is part of the control API, and guarded as that is. The policy of the page lets it load
nothing from elsewhere, run no script but its own files, and send requests only here.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from mockapi import cassettes, inspector
from mockapi._clock import monotonic
from mockapi._printable import encodable
from mockapi._version import __version__
from mockapi.errors import MockapiError, UnwritableError, UsageError
from mockapi.exchange import Request as APIRequest
from mockapi.options import mapping
from mockapi.replies import faults
from mockapi.server._answering import answer_aside
from mockapi.server._control_replies import JSONText, error_response, json_of, no_session, problem
from mockapi.server.aside import is_heavy
from mockapi.sessions import changed_settings
from mockapi.storage import folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request

    from mockapi.cassettes import Recording
    from mockapi.server._service import Service
    from mockapi.sessions import CassetteSet, JournalEntry, ServerSession

PAGE: Final = "/ui"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS: Final = {
    "cache-control": "no-cache",
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_EXPLAIN_SECONDS: Final = 10.0
_SEARCH_SECONDS: Final = 5.0
_MOST_SAVED: Final = 1_000
_NAME: Final = re.compile(r"[\w.-]{1,100}")
_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


def is_page(path: str) -> bool:
    """Whether a path below `/_mockapi` is a file of the page, which is for everybody."""
    name = path.removeprefix(PAGE)
    return path.startswith(PAGE) and (name in {"", "/"} or inspector.page_file(name[1:]) is not None)


class Inspection:
    """What the page asks of the server.

    Attributes:
        routes: below `/_mockapi`.

    Args:
        service: whose journals and cassettes are shown.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._feed = inspector.Feed(service.sessions, lambda: service.asked)
        self.routes = [
            Route(PAGE, _index, methods=["GET"]),
            Route(f"{PAGE}/", _without_slash, methods=["GET"]),
            Route(f"{PAGE}/feed", self._live, methods=["GET"]),
            Route(f"{PAGE}/search", self._search, methods=["GET"]),
            Route(f"{PAGE}/{{name:path}}", _file, methods=["GET"]),
            Route("/faults", _faults, methods=["GET"]),
            Route("/sessions/{id}", self._change, methods=["PATCH"]),
            Route("/sessions/{id}/journal/{number:int}", self._entry, methods=["GET"]),
            Route("/sessions/{id}/journal/{number:int}/send", self._send_again, methods=["POST"]),
            Route("/sessions/{id}/cassette", self._as_cassette, methods=["POST"]),
            Route("/cassettes/interactions", self._interactions, methods=["GET"]),
            Route("/cassettes/interactions/{number:int}", self._interaction, methods=["GET"]),
        ]

    # --- what is shown -----------------------------------------------------------------------------

    async def _live(self, request: Request) -> Response:
        last_seen = request.headers.get("last-event-id")
        events = self._feed.events(last_seen, lambda: self._service.is_draining)
        return StreamingResponse(
            events, media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _search(self, request: Request) -> Response:
        """The entries whose request or reply has all words of `text`, the newest first."""
        words = inspector.words_of(request.query_params.get("text", ""))
        entries = [
            (session.id, entry) for session in self._feed.sessions() for entry in session.journal.entries()
        ]
        entries.sort(key=lambda item: item[1].at, reverse=True)
        found = await asyncio.to_thread(_mentioning, entries, words)
        return JSONText({"found": found})

    async def _entry(self, request: Request) -> Response:
        found = self._found(request)
        if isinstance(found, Response):
            return found
        session, entry = found
        if entry.miss is not None and not entry.miss.done():
            await asyncio.wait([entry.miss], timeout=_EXPLAIN_SECONDS)
        if is_heavy(entry.request.body) or is_heavy(entry.reply.body):
            # On a thread: the entry has what cannot be sent to another process.
            view = await asyncio.to_thread(inspector.entry_view, entry, session)
        else:
            view = inspector.entry_view(entry, session)
        return JSONText(view)

    async def _interactions(self, request: Request) -> Response:
        """What the server's cassettes hold, and those of open sessions; with `text` what has its words."""
        words = inspector.words_of(request.query_params.get("text", ""))
        libraries: dict[CassetteSet, ServerSession | None] = {self._service.library: None}
        for session in self._service.sessions:
            libraries.setdefault(session.library, session)
        rows = await asyncio.to_thread(
            lambda: [
                row for library, owner in libraries.items() for row in _recorded_rows(library, owner, words)
            ]
        )
        return JSONText(
            {
                "version": __version__,
                "paths": list(map(encodable, self._service.paths)),
                "interactions": rows,
            }
        )

    async def _interaction(self, request: Request) -> Response:
        library = self._service.library
        if (owner := request.query_params.get("session")) is not None:
            session = self._service.sessions.get(owner)
            if session is None:
                return problem(404, f"There is no open session {owner!r}, so its cassettes cannot be shown.")
            library = session.library
        recordings = library.recordings
        number = request.path_params["number"]
        if not 0 <= number < len(recordings):
            return problem(404, f"{len(recordings)} interactions are loaded, counted from 0.")
        found = recordings[number]
        name, position = found.cassette.name, found.position
        view = await asyncio.to_thread(inspector.interaction_view, found.interaction, name, position)
        return JSONText(view)

    # --- what is done ------------------------------------------------------------------------------

    async def _change(self, request: Request) -> Response:
        """Pace, speed and matching of a session, from its next request on."""
        session = self._service.sessions.get(request.path_params["id"])
        if session is None:
            return no_session(request)
        try:
            settings = changed_settings(await json_of(request), session.settings, folders())
        except UsageError as error:
            return error_response(error)
        if settings.effective_matching != session.settings.effective_matching:
            # An index takes a while: it is made here, and found when the session asks for it.
            await asyncio.to_thread(session.library.index, settings.effective_matching)
        session.change(settings)
        return JSONResponse(session.as_json())

    async def _send_again(self, request: Request) -> Response:
        """An entry's request once more, with its headers and, if it was edited, another body.

        It goes through the session as if a client had sent it; its reply stands in the journal.
        """
        found = self._found(request)
        if isinstance(found, Response):
            return found
        session, entry = found
        if self._service.sessions.get(session.id) is None:
            return problem(410, f"The session {session.id} was closed: it answers no more.")
        try:
            body = mapping(await json_of(request), (), ("body",)).get("body")
        except UsageError as error:
            return error_response(error)
        if body is not None and not isinstance(body, str):
            return problem(400, "`body` is the request's body as text; leave it out to send the same.")
        asked = entry.request
        content = asked.body if body is None else body.encode("utf-8", "surrogatepass")
        headers = tuple(pair for pair in asked.headers if pair[0] not in {b"content-length", b"expect"})
        again = APIRequest(asked.method, asked.path, asked.query, headers, content)
        answered = await answer_aside(self._service, again, session)
        if answered is None:
            why = "Nothing here answers this request: it would go to the upstream. Let your program send it."
            return problem(409, why)
        answered.sent_again_from = entry.number
        answered.complete = True
        answered.seconds = 0.0
        return JSONResponse({"session": session.id, "number": answered.number}, status_code=201)

    async def _as_cassette(self, request: Request) -> Response:
        """Entries as the text of a cassette, masked as recording masks; some with a reply that was edited."""
        session = self._feed.session(request.path_params["id"])
        if session is None:
            return no_session(request)
        try:
            name, chosen = _chosen(await json_of(request))
        except UsageError as error:
            return error_response(error)
        entries = []
        for number, edited in chosen:
            entry = session.journal.find(number)
            if entry is None:
                return problem(404, f"The journal has no entry {number}.")
            entries.append((entry, edited))
        rules = session.settings.matching.redaction
        try:
            text = await asyncio.to_thread(inspector.cassette_text, entries, name, rules)
        except (UnwritableError, MockapiError) as error:
            return problem(422, str(error))
        return Response(text, media_type="application/yaml", headers={"x-content-type-options": "nosniff"})

    def _found(self, request: Request) -> tuple[ServerSession, JournalEntry] | Response:
        session = self._feed.session(request.path_params["id"])
        if session is None:
            return no_session(request)
        number = request.path_params["number"]
        entry = session.journal.find(number)
        if entry is None:
            kept = f"it keeps {len(session.journal):,} of {session.journal.count:,}"
            return problem(404, f"The journal has no entry {number}: {kept}.")
        return session, entry


def _mentioning(entries: Iterable[tuple[str, JournalEntry]], words: Sequence[str]) -> list[list[str | int]]:
    """The session and number of each entry that has all words in its bodies, as far as the time allows."""
    end = monotonic() + _SEARCH_SECONDS
    found: list[list[str | int]] = []
    for session, entry in entries:
        if monotonic() > end:
            break
        if inspector.mentions(words, (entry.request.body, entry.reply.body)):
            found.append([session, entry.number])
    return found


async def _faults(_request: Request) -> Response:
    """The faults that can be ordered, and what each needs to be told."""
    listed = [
        {"name": name, "summary": fault.summary, "options": list(fault.options), "needed": list(fault.needed)}
        for name, fault in faults.TABLE.items()
    ]
    return JSONResponse({"faults": listed})


async def _index(request: Request) -> Response:
    return _shown("index.html", request)


async def _without_slash(_request: Request) -> Response:
    return RedirectResponse("../ui", headers=_HEADERS)


async def _file(request: Request) -> Response:
    return _shown(request.path_params["name"], request)


def _shown(name: str, request: Request) -> Response:
    file = inspector.page_file(name)
    if file is None:
        return problem(404, "The page has no file of this name.")
    headers = {**_HEADERS, "content-type": file.content_type, "vary": "accept-encoding"}
    if _GZIP.search(request.headers.get("accept-encoding", "")):
        return Response(file.packed, headers={**headers, "content-encoding": "gzip"})
    return Response(file.content, headers=headers)


def _recorded_rows(
    library: CassetteSet, owner: ServerSession | None, words: Sequence[str]
) -> Iterable[dict[str, Any]]:
    """The recordings of a library that have all words; `owner` is the session that alone plays it."""
    for recording in library.recordings:
        interaction = recording.interaction
        named = f"{recording.cassette.name} {cassettes.summarize(interaction)}"
        if inspector.mentions(words, (interaction.request.body, interaction.response.body), named):
            yield {
                **_recorded_row(recording),
                "session": None if owner is None else owner.id,
                "session_name": None if owner is None else owner.name,
                "played": recording in library.played,
            }


def _recorded_row(recording: Recording) -> dict[str, Any]:
    interaction = recording.interaction
    request, response = interaction.request, interaction.response
    return {
        "number": recording.number,
        "cassette": encodable(recording.cassette.name),
        "interaction": recording.position,
        "method": request.method,
        "path": request.path,
        "status": response.status,
        "summary": cassettes.summarize(interaction),
        "recorded_at": interaction.recorded_at,
        "edited": interaction.edited,
        "asked": len(request.body),
        "answered": len(response.body),
        "chunks": len(response.chunks),
        "digest": cassettes.digest_of(response.body),
    }


def _chosen(value: Any) -> tuple[str, list[tuple[int, bytes | None]]]:
    """The name of a cassette, and the numbers of its entries with the replies that were edited.

    Raises:
        UsageError: it says something else.
    """
    body = mapping(value, (), ("name", "entries"))
    name = body.get("name", "saved.yaml")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError("`name` is a file's name of letters, digits, `.`, `_` and `-`.")
    entries = body.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= _MOST_SAVED:
        raise UsageError(f"`entries` is a list of 1 to {_MOST_SAVED:,} entries.")
    chosen: list[tuple[int, bytes | None]] = []
    for position, item in enumerate(entries):
        said = mapping(item, ("entries", position), ("number", "reply"))
        number, reply = said.get("number"), said.get("reply")
        if type(number) is not int or not (reply is None or isinstance(reply, str)):
            raise UsageError(
                f'entries[{position}] is {{"number": N}}, with the edited `reply` as text if any.'
            )
        chosen.append((number, None if reply is None else reply.encode("utf-8", "surrogatepass")))
    return name, chosen
