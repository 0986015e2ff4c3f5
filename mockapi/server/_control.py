"""The control API under /_mockapi: health, sessions, journals, cassettes.

It can read files and change what a test sees, so `_access` says who may use it, and it reads only what
lies in the places that were named when the server started. The probes are for everybody: they tell
nothing of what is played, and change nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route, Router

from mockapi._clock import wall
from mockapi._printable import encodable
from mockapi.errors import CassetteError, TooSlowError, UsageError
from mockapi.replies import scripts
from mockapi.server._access import control_objection, doubled
from mockapi.server._base_url import base_url_of
from mockapi.server._control_faults import fault_routes
from mockapi.server._control_replies import (
    JSONText,
    error_response,
    health,
    json_of,
    no_session,
    problem,
    unready,
)
from mockapi.server._draining import DRAINING
from mockapi.server._inspection import Inspection, is_page
from mockapi.server.aside import is_heavy
from mockapi.sessions import kind_of, recording_as_json, session_options
from mockapi.storage import ScriptFiles, folders

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from mockapi._files import Places
    from mockapi.server._access import Access
    from mockapi.server._service import Service
    from mockapi.sessions import BodyKind, Journal, JournalEntry, ServerSession

_MAX_PAGE = 1000
_MAX_PAGE_BYTES = 8 * 1024 * 1024
_EXPLAIN_SECONDS = 10.0
_PROBES = ("/health", "/livez", "/readyz", "/metrics")
_NO_METRICS = "Metrics are off: start the server with --metrics."


def control_app(
    service: Service, access: Access, places: Places, around: Callable[[ASGIApp], ASGIApp] | None = None
) -> ASGIApp:
    """The control API as an ASGI application, to be mounted.

    Args:
        service: the state of the server.
        access: who may use it.
        places: what it may have read.
        around: makes the control API of the whole server of this process's own; None where that is all.
    """
    control = _Control(service, places)
    router = Router(
        [
            Route("/health", control.health),
            Route("/livez", _lives),
            Route("/readyz", control.is_ready),
            Route("/metrics", control.metrics),
            Route("/sessions", control.list_sessions, methods=["GET"]),
            Route("/sessions", control.open_session, methods=["POST"]),
            Route("/sessions/{id}", control.show_session, methods=["GET"]),
            Route("/sessions/{id}", control.close_session, methods=["DELETE"]),
            Route("/sessions/{id}/reset", control.reset_session, methods=["POST"]),
            Route("/sessions/{id}/journal", control.journal, methods=["GET"]),
            Route("/sessions/{id}/script", control.show_script, methods=["GET"]),
            Route("/sessions/{id}/script", control.set_script, methods=["POST"]),
            Route("/sessions/{id}/script", control.drop_script, methods=["DELETE"]),
            *fault_routes(service),
            Route("/cassettes", control.list_cassettes, methods=["GET"]),
            Route("/cassettes", control.load_cassettes, methods=["PUT"]),
            Route("/cassettes/reload", control.reload_cassettes, methods=["POST"]),
            *Inspection(service).routes,
        ],
        default=_no_such_control,
        redirect_slashes=False,
    )

    async def own(scope: Scope, receive: Receive, send: Send) -> None:
        elsewhere = await _of_other_machine(service, scope)
        if elsewhere is not None:
            await elsewhere(scope, receive, send)
            return
        try:
            await router(scope, receive, send)
        except HTTPException:  # the path is known, the method is not
            await _wrong_method(scope, router)(scope, receive, send)

    whole = own if around is None else around(own)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        # A probe asks under any Host and from anywhere: a balancer's, a container's, an orchestrator's.
        # So does a browser for the page's files, before it can show a token.
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_probe = path in _PROBES
        is_open = is_probe or is_page(path)
        objection = doubled(scope["headers"]) if is_open else control_objection(scope, access)
        if objection is not None:
            await problem(objection.status, objection.message)(scope, receive, send)
            return
        if service.is_draining and not is_probe:
            await unready(problem(503, DRAINING))(scope, receive, send)
            return
        try:
            await whole(scope, receive, send)
        except ClientDisconnect:
            return

    return guarded


class _Control:
    def __init__(self, service: Service, places: Places) -> None:
        self._service = service
        self._places = places

    async def health(self, _request: Request) -> JSONResponse:
        return health(self._service.totals(), is_draining=self._service.is_draining)

    async def is_ready(self, _request: Request) -> Response:
        """What answers was loaded before the first connection was taken; so it is ready until it ends."""
        if self._service.is_draining:
            return unready(JSONResponse({"status": "draining"}, status_code=503))
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        service = self._service
        metrics = service.metrics
        if metrics is None:
            return problem(404, _NO_METRICS)
        await metrics.catch_up(service.sessions)
        accept = request.headers.get("accept", "")
        text, content_type = metrics.written(service.totals(), accept)
        return Response(text, headers={"content-type": content_type})

    async def list_sessions(self, request: Request) -> JSONResponse:
        listed = [self._described(item, request) for item in self._service.sessions]
        directory = self._service.keeper.directory
        if directory is None:
            return JSONResponse({"sessions": listed})
        others, why_more = await directory.others()
        told: dict[str, Any] = {"sessions": [*listed, *others]}
        return JSONResponse(told if why_more is None else {**told, "incomplete": why_more})

    async def open_session(self, request: Request) -> JSONResponse:
        try:
            options = session_options(
                await json_of(request), self._service.sessions.default.settings, folders()
            )
            session = await self._service.open_session_aside(options, self._places)
        except (UsageError, CassetteError) as error:
            return error_response(error)
        return JSONResponse(self._described(session, request), status_code=201)

    async def show_session(self, request: Request) -> JSONResponse:
        session = self._session(request)
        return no_session(request) if session is None else JSONResponse(self._described(session, request))

    async def close_session(self, request: Request) -> JSONResponse:
        session = self._session(request)
        if session is None:
            return no_session(request)
        try:
            self._service.close_session(session)
        except UsageError as error:
            return error_response(error)
        return JSONResponse({"id": session.id, "closed": True})

    async def reset_session(self, request: Request) -> JSONResponse:
        session = self._session(request)
        if session is None:
            return no_session(request)
        session.restart()
        session.journal.clear()
        return JSONResponse(self._described(session, request))

    async def journal(self, request: Request) -> JSONResponse:
        session = self._session(request)
        if session is None:
            return no_session(request)
        try:
            after = int(request.query_params.get("after", "0"))
            limit = min(int(request.query_params.get("limit", "100")), _MAX_PAGE)
        except ValueError:
            return problem(400, "`after` and `limit` are whole numbers.")
        entries = _page(session.journal, after, limit)
        pending = [entry.miss for entry in entries if entry.miss is not None and not entry.miss.done()]
        if pending:
            await asyncio.wait(pending, timeout=_EXPLAIN_SECONDS)
        return JSONText(
            {
                "session": session.id,
                "dropped": session.journal.dropped,
                "entries": [entry.as_json(await self._kind(entry)) for entry in entries],
            }
        )

    async def _kind(self, entry: JournalEntry) -> BodyKind | None:
        """As what the body of an entry is shown, if finding that out here would hold up others."""
        body = entry.request.body
        if not is_heavy(body):
            return None
        try:
            kind: BodyKind = await self._service.helpers.run(kind_of, body)
        except TooSlowError:
            return "base64"
        return kind

    async def set_script(self, request: Request) -> JSONResponse:
        session = self._session(request)
        if session is None:
            return no_session(request)
        try:
            said = await json_of(request)
            files = ScriptFiles(inside=self._places)
            script = await asyncio.to_thread(
                scripts.parse_script, said, files.read, quotes_files=False
            )  # files may lie on a slow disk
            session.play(script)
        except UsageError as error:
            return error_response(error)
        return JSONResponse(_script_of(session), status_code=201)

    async def show_script(self, request: Request) -> JSONResponse:
        session = self._session(request)
        return no_session(request) if session is None else JSONResponse(_script_of(session))

    async def drop_script(self, request: Request) -> JSONResponse:
        session = self._session(request)
        if session is None:
            return no_session(request)
        session.play(None)
        return JSONResponse(_script_of(session))

    async def list_cassettes(self, _request: Request) -> JSONResponse:
        library = self._service.library
        unused = [item for item in library.recordings if item not in library.played]
        return JSONResponse(
            {
                "paths": list(map(encodable, self._service.paths)),
                "cassettes": [
                    {"name": encodable(item.name), "interactions": len(item.interactions)}
                    for item in library.cassettes
                ],
                "not_played": [recording_as_json(item) for item in unused],
            }
        )

    async def load_cassettes(self, request: Request) -> JSONResponse:
        try:
            await self._service.load(_paths(await json_of(request)), self._places)
        except (UsageError, CassetteError) as error:
            return error_response(error)
        return await self.list_cassettes(request)

    async def reload_cassettes(self, request: Request) -> JSONResponse:
        try:
            await self._service.reload()
        except (UsageError, CassetteError) as error:
            return error_response(error)
        return await self.list_cassettes(request)

    def _described(self, session: ServerSession, request: Request) -> dict[str, Any]:
        """A session with its base URL: at this machine, if that has an address of its own.

        Else it is under the Host that the client used to come here, as the default session always is.
        """
        service = self._service
        scope = dict(request.scope)
        base = base_url_of(scope, dict(scope["headers"]), "/_mockapi")
        if session is service.sessions.default:
            return {**session.as_json(), "base_url": base}
        told = {**session.as_json(), "base_url": f"{service.advertised or base}/s/{session.id}"}
        return told if service.node is None else {**told, "node": service.node}

    def _session(self, request: Request) -> ServerSession | None:
        """The session that a request names, which is a use of it."""
        session = self._service.sessions.get(request.path_params["id"])
        if session is not None:
            self._service.sessions.use(session, wall())
        return session


async def _lives(_request: Request) -> JSONResponse:
    """The loop turns."""
    return JSONResponse({"status": "ok"})


def _page(journal: Journal, after: int, limit: int) -> list[JournalEntry]:
    """The entries behind number `after`: at most `limit`, and one or as many as fit into a page's bytes."""
    page: list[JournalEntry] = []
    size = 0
    for entry in journal.after(after):
        size += entry.size
        if len(page) >= limit or (page and size > _MAX_PAGE_BYTES):
            break
        page.append(entry)
    return page


async def _of_other_machine(service: Service, scope: Scope) -> Response | None:
    """The answer to a request that concerns a session of another machine; None to any other one."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    directory = service.keeper.directory
    if directory is None or not path.startswith("/sessions/"):
        return None
    id_, slash, rest = path.removeprefix("/sessions/").partition("/")
    found = None if service.sessions.get(id_) is not None else await directory.find(id_)
    if found is None:
        return None
    told = found.as_json()
    if found.base_url is not None:
        told["location"] = f"{found.base_url.removesuffix(f'/s/{id_}')}/_mockapi/sessions/{id_}{slash}{rest}"
    response = problem(404 if found.is_closed else found.status, found.message, **told)
    return unready(response) if found.status == 503 else response


def _script_of(session: ServerSession) -> dict[str, Any]:
    """How often each reply of a session's script was given."""
    running = None if session.script is None else session.generator.script
    if running is None:
        return {"session": session.id, "replies": 0, "used": [], "then": None}
    count = len(running.script.replies)
    used = running.used or (0,) * count
    return {"session": session.id, "replies": count, "used": list(used), "then": running.script.then}


def _paths(value: Any) -> list[str]:
    paths = value.get("paths") if isinstance(value, dict) else None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise UsageError('The body is {"paths": [FILE or FOLDER, ...]}.')
    return paths


def _wrong_method(scope: Scope, router: Router) -> Response:
    methods: set[str] = set()
    for route in router.routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    allowed = ", ".join(sorted(methods))
    response = problem(405, f"{scope['method']} is not a method of this path; it takes {allowed}.")
    response.headers["allow"] = allowed
    return response


async def _no_such_control(scope: Scope, receive: Receive, send: Send) -> None:
    response = problem(404, "Unknown control path; docs/control-api.md lists them.")
    await response(scope, receive, send)
