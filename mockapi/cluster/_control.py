"""The control API of several workers: whatever a request concerns is done where it is.

a session              its owner; journals are read when the others have told how replies went
opening one            the workers in turn; where owners have a quota, worker 0 counts first
lists and numbers      all of them, added up
cassettes              the owner of the default session, which has the others do it too, all or none
the page's feed        this worker, of its own sessions: it never ends, so it can be passed on by nobody
"""

from __future__ import annotations

import asyncio
import copy
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.responses import JSONResponse, Response

from mockapi.cluster._codec import request_of
from mockapi.cluster._free import taken_over
from mockapi.cluster._quota import Quota, owner_in
from mockapi.errors import QuotaError
from mockapi.server import (
    OwnerAwayError,
    OwnerLostError,
    body_of,
    error_response,
    health,
    problem,
    response_of,
    unready,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from mockapi.cluster._peers import Peers
    from mockapi.cluster._service import WorkerService
    from mockapi.nodes import DefaultSession, Node
    from mockapi.server import Metrics, Owner, Totals

_KEPT: Final = ("type", "http_version", "method", "scheme", "path", "raw_path", "root_path")
_MORE_KEPT: Final = ("query_string", "headers", "client", "server")
_PAGE: Final = "/ui"
_NO_PAGE: Final = (
    "The page shows one process, and this server has several: start it without --workers to look at it."
)
_READS: Final = ("GET", "HEAD")


class WholeServer:
    """What a worker knows of the whole server: who has which session, and the control API of all.

    Args:
        peers: the other workers.
        service: the state of this one.

    Attributes:
        quota: how many sessions an owner may have at all workers.
    """

    def __init__(self, peers: Peers, service: WorkerService) -> None:
        self._peers = peers
        self._service = service
        self.quota = Quota(peers, service)
        self._own: ASGIApp | None = None
        self._turns = count()
        self._node: Node | None = None
        self._default: DefaultSession | None = None

    def join(self, node: Node) -> None:
        """Be one of several machines' servers.

        Args:
            node: what makes it one, where this worker has their default session.
        """
        assert self._own is not None  # noqa: S101 - `around` comes first
        self._own = node.around(self._own)
        self._node, self._default = node, node.default
        if self._default is not None:
            self._default.order.gather = self._gather_free
            self._default.follower.on_change = self._service.changed

    def owner_of(self, id_: str | None) -> Owner | None:
        """Who has the session of an id, None for the root URL's; None if this worker does, or would."""
        owner = self._peers.owner_of(id_)
        return self._node.owner_of(id_) if owner is None and self._node is not None else owner

    def around(self, control: ASGIApp) -> ASGIApp:
        """The control API of the whole server, made of this worker's own."""
        self._own = control
        return self._control

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        reads = scope["method"] in _READS
        if path == "/ui/feed" and self._own is not None:
            await self._own(scope, receive, send)
            return
        try:
            if path == "/health" and reads:
                totals, _ = await self._totals()
                response: Response = health(totals, is_draining=self._service.is_draining)
                if self._service.node is not None:
                    response = JSONResponse({**orjson.loads(response.body), "state": await self._state()})
            elif path == "/metrics" and reads and self._service.metrics is not None:
                response = await self._metrics(scope)
            elif path == "/sessions" and reads:
                response = await self._listed(scope)
            elif path == "/sessions" and scope["method"] == "POST":
                response = await self._opened(scope, receive)
            elif path == _PAGE or path.startswith(f"{_PAGE}/"):
                response = problem(404, _NO_PAGE)
            else:
                response = await self._elsewhere(path, scope, receive)
        except OwnerAwayError as error:
            response = unready(problem(503, str(error)))
        except OwnerLostError as error:
            response = problem(503, f"{error} Nobody knows whether it has done it.")
        await response(scope, receive, send)

    async def _elsewhere(self, path: str, scope: Scope, receive: Receive) -> Response:
        """A request that concerns a session, cassettes, or this worker alone."""
        _, first, *rest = [*path.split("/"), ""]
        worker = self._peers.own
        if first == "sessions" and rest:
            worker = self._peers.worker_of(rest[0])
            if worker not in {self._peers.own, *self._peers.others}:
                worker = self._peers.own
            if worker == self._peers.own:
                await self._peers.settle()
        elif first == "cassettes":
            worker = self._peers.worker_of(None)
        return await self._asked(worker, scope, await body_of(receive))

    async def _asked(self, worker: int, scope: Scope, body: bytes) -> Response:
        if worker == self._peers.own:
            return await self._answered(scope, body)
        return await self._passed_on(worker, "control", scope, body)

    async def _passed_on(self, worker: int, how: str, scope: Scope, body: bytes) -> Response:
        kept = {name: scope[name] for name in (*_KEPT, *_MORE_KEPT) if name in scope}
        status, headers, said = await self._peers.call(worker, how, self._peers.own, kept, body)
        response = Response(said, status)
        response.raw_headers = headers
        return response

    async def control(self, sender: int, scope: dict[str, Any], body: bytes) -> tuple[int, list[Any], bytes]:
        """A request that another worker has let in; status, headers and body."""
        await self._peers.settle(but=sender)
        response = await self._answered(scope, body)
        return response.status_code, response.raw_headers, bytes(response.body)

    async def _answered(self, scope: Scope, body: bytes) -> Response:
        """What this worker's own control API answers."""
        assert self._own is not None  # noqa: S101 - it was given before the first request
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_owner = self._default is None and self._peers.own == self._peers.worker_of(None)
        if path.startswith("/cassettes"):
            await self._gather_played()
        elif is_owner and path.startswith("/sessions"):
            taken_over(self._service, await self._peers.everywhere("hand_over", is_told_only=True))
        response = await response_of(self._own, scope, body)
        if is_owner and scope["method"] not in _READS and path != "/sessions":
            await self._service.changed()
            self._service.sessions.default.journal.merge(())  # whoever has changed it may have seen a number
        return response

    async def _opened(self, scope: Scope, receive: Receive) -> Response:
        """A session, if the quota of its owner allows one more."""
        body = await body_of(receive)
        if not self.quota.is_set:
            return await self._opened_in_turn(scope, body)
        worker = self._peers.worker_of(None)
        if worker == self._peers.own:
            return await self._opened_in_quota(scope, body)
        return await self._passed_on(worker, "open_session", scope, body)

    async def open_session(
        self, _sender: int, scope: dict[str, Any], body: bytes
    ) -> tuple[int, list[Any], bytes]:
        """A session that another worker was asked for; status, headers and body."""
        response = await self._opened_in_quota(scope, body)
        return response.status_code, response.raw_headers, bytes(response.body)

    async def _opened_in_quota(self, scope: Scope, body: bytes) -> Response:
        owner = owner_in(body)
        async with self.quota.turn(owner):
            try:
                await self.quota.check(owner)
            except QuotaError as error:
                return error_response(error)
            return await self._opened_in_turn(scope, body)

    async def _opened_in_turn(self, scope: Scope, body: bytes) -> Response:
        """A session at the worker whose turn it is, or at the next one that can be asked."""
        workers = (self._peers.own, *self._peers.others)
        turn = self._peers.own + next(self._turns)
        for number in range(turn, turn + len(workers)):
            try:
                return await self._asked(number % len(workers), scope, body)
            except OwnerAwayError:
                continue
        return await self._answered(scope, body)

    async def _listed(self, scope: Scope) -> Response:
        workers = sorted((self._peers.own, *self._peers.others))
        answers = await asyncio.gather(*(self._asked(worker, scope, b"") for worker in workers))
        owner = self._peers.worker_of(None)
        told: dict[str, Any] = {}
        listed: dict[str, Any] = {}  # each worker tells of the sessions of other machines, too
        for worker, answer in zip(workers, answers, strict=True):
            told |= orjson.loads(answer.body)
            listed |= {
                session["id"]: session
                for session in told["sessions"]
                if session["id"] != "default" or worker == owner
            }
        return JSONResponse({**told, "sessions": list(listed.values())})

    async def _totals(self) -> tuple[Totals, list[Any]]:
        """The numbers of all workers, and what those that could be asked have counted for Prometheus."""
        others = await self._peers.everywhere("numbers", is_told_only=True)
        totals, metrics = copy.deepcopy(await self.numbers())
        for more, _ in others:
            totals.add(more)
        return totals, [metrics, *(counts for _, counts in others)]

    async def _state(self) -> dict[str, str] | None:
        """How this node gets on with the others; None if they share nothing."""
        worker = self._peers.worker_of(None)
        if worker == self._peers.own:
            return await self.state()
        try:
            told: dict[str, str] | None = await self._peers.call(worker, "state")
        except (OwnerAwayError, OwnerLostError):
            return {"node": str(self._service.node), "status": "away"}
        return told

    async def state(self) -> dict[str, str] | None:
        """As the worker with the default session tells it."""
        return None if self._default is None else self._default.health()

    async def numbers(self) -> tuple[Totals, Metrics | None]:
        """This worker's own."""
        service = self._service
        if service.metrics is not None:
            await service.metrics.catch_up(service.sessions)
        return service.totals(), service.metrics

    async def _metrics(self, scope: Scope) -> Response:
        totals, (metrics, *others) = await self._totals()
        for other in others:
            metrics.added(other)
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        text, content_type = metrics.written(totals, accept, tells_process=False)
        return Response(text, headers={"content-type": content_type})

    async def _gather_free(self) -> None:
        """Have the log told what the other workers have played of the default session."""
        assert self._default is not None  # noqa: S101 - it asks for this
        for told in await self._peers.everywhere("hand_over", is_told_only=True):
            for at, request, number, complete, seconds in told:
                playing = self._default.playing
                self._default.played(request_of(request), at, number, playing, seconds, complete=complete)

    async def _gather_played(self) -> None:
        """Learn which recordings the others have played."""
        library = self._service.library
        by_place = {(item.cassette.name, item.position): item for item in library.recordings}
        for played in await self._peers.everywhere("played", is_told_only=True):
            library.played.update(by_place[place] for place in played if place in by_place)

    async def played(self) -> set[tuple[str, int]]:
        """Which recordings this worker has played, by cassette and position."""
        return {(item.cassette.name, item.position) for item in self._service.library.played}
