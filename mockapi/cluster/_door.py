"""A worker's door for the others: answers what they ask of its sessions.

A light request is answered in the turn of the event loop in which it comes, without a task.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from typing import TYPE_CHECKING, Any

from mockapi.cluster._codec import flat_reply, reply_of, request_of
from mockapi.cluster._frames import Frames
from mockapi.cluster._link import ANSWER, CALL, ENDED, FORWARD, FORWARDED, KEEP, REPLY, RESULT
from mockapi.exchange import Reply
from mockapi.nodes import Ordered
from mockapi.server import OwnerAwayError, OwnerUnsureError, defect_reply
from mockapi.server.wire import Refused
from mockapi.sessions import DEFAULT, is_free

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Request
    from mockapi.nodes import DefaultSession, Free
    from mockapi.server import MessagesAPI
    from mockapi.sessions import JournalEntry, ServerSession

_log = logging.getLogger(__name__)


class Door(Frames):
    """The connection of another worker.

    Args:
        service: whose sessions it asks.
        api: says who is let in.
        call: does what else is asked, by name.
        doors: where it is kept while it is open.
        default: the default session of several machines; None where this one is alone.
    """

    def __init__(
        self,
        service: WorkerService,
        api: MessagesAPI,
        call: Callable[..., Awaitable[Any]],
        doors: set[Door],
        default: DefaultSession | None = None,
    ) -> None:
        super().__init__()
        self._service = service
        self._api = api
        self._call = call
        self._doors = doors
        self._played: dict[int, tuple[JournalEntry, ServerSession]] = {}
        self._forwarded: dict[int, tuple[Request, ServerSession]] = {}
        self._default = default
        self._ordered: dict[int, Ordered | Free] = {}
        self._kept: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        doors.add(self)

    def taken(self, message: tuple[Any, ...]) -> None:
        """The other worker asks, or tells, something."""
        kind, number, *parts = message
        if kind == ANSWER:
            self._answer(number, *parts)
        elif kind == ENDED:
            self._ended(number, *parts)
        elif kind == FORWARDED:
            self._upstream_answered(number, *parts)
        elif kind == KEEP:
            self._start(self._result(number, self._keep, *parts))
        elif kind == CALL:
            name, arguments = parts
            # The other end is a process of the same server, started by the same supervisor.
            self._start(self._result(number, self._call, name, *pickle.loads(arguments)))  # noqa: S301 - see above

    def lost(self) -> None:
        """The other worker has ended: what it was playing stays as it is in the journal, unfinished."""
        self._played.clear()
        self._forwarded.clear()
        self._ordered.clear()
        self._doors.discard(self)

    def _answer(self, number: int, id_: str | None, flat: tuple[Any, ...], server: Any, hint: str) -> None:
        request = request_of(flat)
        try:
            session = self._api.admitted(id_, request)
            if isinstance(session, Reply):
                self.send((REPLY, number, flat_reply(session), None))
            elif self._default is not None and session is self._default.session:
                self._start(self._answer_in_order(number, self._default, request, server, hint))
            elif self._service.is_at_hand(request, session):
                self._replied(number, request, session, self._service.answer(request, session, server, hint))
            else:
                self._start(self._answer_aside(number, request, session, server, hint))
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)

    async def _answer_aside(
        self, number: int, request: Request, session: ServerSession, server: Any, hint: str
    ) -> None:
        try:
            entry = await self._service.answer_aside(request, session, server, hint)
            self._replied(number, request, session, entry)
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)

    async def _answer_in_order(
        self, number: int, default: DefaultSession, request: Request, server: Any, hint: str
    ) -> None:
        """As all machines answer it."""
        try:
            passed_on = await default.answer(None, request, server, hint)
            self._ordered[number] = passed_on
            if passed_on.reply is None:
                self._to_forward(number, request, default.session)
            else:
                free = self._service.epoch if passed_on.is_free else None
                self.send((REPLY, number, flat_reply(passed_on.reply), free))
        except (OwnerAwayError, OwnerUnsureError) as error:
            self.send((REPLY, number, flat_reply(self._api.not_answered(error)), None))
        except Refused as refused:
            self.send((REPLY, number, flat_reply(self._api.refusal(refused, request.headers)), None))
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)

    def _replied(
        self, number: int, request: Request, session: ServerSession, entry: JournalEntry | None
    ) -> None:
        if entry is not None:
            self._played[number] = entry, session
            free = self._service.epoch if session.id == DEFAULT and is_free(session, entry) else None
            self.send((REPLY, number, flat_reply(entry.reply), free))
            return
        self._to_forward(number, request, session)

    def _to_forward(self, number: int, request: Request, session: ServerSession) -> None:
        recorder = self._service.recorder
        self._forwarded[number] = request, session
        self.send((FORWARD, number, recorder is not None and recorder.keeper(session) is not None))

    def _defect(self, number: int, error: Exception) -> None:
        _log.error("A request that another worker has taken met a defect of mockapi.", exc_info=error)
        self.send((REPLY, number, flat_reply(defect_reply(self._service)), None))

    def _ended(self, number: int, complete: bool, seconds: float | None) -> None:  # noqa: FBT001 - as it comes
        self._forwarded.pop(number, None)
        passed_on = self._ordered.pop(number, None)
        if passed_on is not None:
            passed_on.complete, passed_on.seconds = complete, seconds
            passed_on.ended()
            return
        entry, session = self._played.pop(number, (None, None))
        if entry is None or session is None:
            return
        entry.complete, entry.seconds = complete, seconds
        if self._service.console.verbose:
            self._service.console.request(entry, session)

    def _upstream_answered(self, number: int, at: float, flat: tuple[Any, ...], complete: bool) -> None:  # noqa: FBT001 - as it comes
        request, session = self._forwarded.pop(number)
        passed_on = self._ordered.get(number)
        if isinstance(passed_on, Ordered):
            is_kept = number in self._kept
            self._kept.discard(number)
            passed_on.upstream_answered(request, reply_of(flat), at, complete=complete, is_kept=is_kept)
            return
        entry = self._service.forwarded(request, session, reply_of(flat), at, complete=complete)
        self._played[number] = entry, session  # until it is told how long it took

    async def _keep(self, number: int, pickled: bytes) -> None:
        request, session = self._forwarded[number]
        if number in self._ordered:
            self._kept.add(number)
        recorder = self._service.recorder
        keep = None if recorder is None else recorder.keeper(session)
        if keep is not None:
            # As above.
            await keep(pickle.loads(pickled), request)  # noqa: S301 - see above

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _result(self, number: int, work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        try:
            self.send((RESULT, number, True, pickle.dumps(await work(*arguments))))
        except Exception as error:  # noqa: BLE001 - whoever has asked meets it
            self.send((RESULT, number, False, pickle.dumps(error)))
