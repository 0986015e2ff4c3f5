"""The faults of a session that is open: seen, ordered for what comes next, and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from mockapi.errors import UsageError
from mockapi.replies import faults
from mockapi.server._control_replies import error_response, json_of, no_session

if TYPE_CHECKING:
    from starlette.requests import Request

    from mockapi.server._service import Service
    from mockapi.sessions import ServerSession


def fault_routes(service: Service) -> list[Route]:
    """The calls under `/sessions/ID/faults`."""

    async def show(request: Request) -> JSONResponse:
        session = service.sessions.get(request.path_params["id"])
        return no_session(request) if session is None else JSONResponse(_ordered(session))

    async def order(request: Request) -> JSONResponse:
        session = service.sessions.get(request.path_params["id"])
        if session is None:
            return no_session(request)
        try:
            session.order(faults.parse_faults(await json_of(request)))
        except UsageError as error:
            return error_response(error)
        return JSONResponse(_ordered(session), status_code=201)

    async def drop(request: Request) -> JSONResponse:
        session = service.sessions.get(request.path_params["id"])
        if session is None:
            return no_session(request)
        session.drop_faults()
        return JSONResponse(_ordered(session))

    place = "/sessions/{id}/faults"
    return [
        Route(place, show, methods=["GET"]),
        Route(place, order, methods=["POST"]),
        Route(place, drop, methods=["DELETE"]),
    ]


def _ordered(session: ServerSession) -> dict[str, Any]:
    return {"session": session.id, "faults": session.faults_as_json()}
