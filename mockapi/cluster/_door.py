"""A worker's door for the others: answers what they ask of its sessions.

A light request is answered in the turn of the event loop in which it comes, without a task.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from typing import TYPE_CHECKING, Any

from mockapi._clock import wall
from mockapi.cluster._codec import Flat, read_flat, reply_of, request_of, written_reply
from mockapi.cluster._frames import Frames
from mockapi.cluster._kinds import (
    ANSWER,
    CALL,
    ENDED,
    FORWARD,
    FORWARDED,
    KEEP,
    MESSAGE,
    NAMED,
    PLAYED,
    REPLY,
    RESULT,
    TURNED_AWAY,
)
from mockapi.cluster._named import Named
from mockapi.exchange import MESSAGES_PATH, Reply
from mockapi.nodes import Ordered
from mockapi.server import (
    OwnerAwayError,
    OwnerUnsureError,
    answer,
    answer_aside,
    defect_reply,
    forwarded_entry,
    is_at_hand,
    replayed_for_another,
)
from mockapi.server.wire import Refused
from mockapi.sessions import DEFAULT, Asked, Playing, is_free

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Recording
    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Request
    from mockapi.nodes import DefaultSession, Free
    from mockapi.server import MessagesAPI
    from mockapi.server.recording import Address
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
        self._played: dict[int, tuple[JournalEntry | Playing, ServerSession]] = {}
        self._forwarded: dict[int, tuple[Request, ServerSession]] = {}
        self._named = Named()
        self._asked: dict[int, tuple[Asked, Address]] = {}
        self._default = default
        self._ordered: dict[int, Ordered | Free] = {}
        self._came = 0.0  # the moment of the messages that are being taken
        self._tasks: set[asyncio.Task[None]] = set()
        self._takes: dict[int, Callable[..., None]] = {
            MESSAGE: self._message,
            ANSWER: self._answer_flat,
            PLAYED: self._were_played,
            ENDED: self._ended,
            FORWARDED: self._upstream_answered,
            KEEP: self._start_keeping,
            CALL: self._start_call,
        }
        doors.add(self)

    def taken(self, messages: list[tuple[Any, ...]]) -> None:
        """The other worker asks, and tells, something."""
        takes = self._takes
        self._came = wall()
        for message in messages:
            takes[message[0]](*message[1:])

    def lost(self) -> None:
        """The other worker has ended: what it was playing stays as it is in the journal, unfinished."""
        self._played.clear()
        self._forwarded.clear()
        self._ordered.clear()
        self._takes.clear()  # each of them holds the door
        self._doors.discard(self)

    def _message(
        self, number: int, edition: int, place: int, new: tuple[Any, ...] | None, body: bytes
    ) -> None:
        """Answer a request for a message: with a recording at once, as most are."""
        if new is not None:
            id_, query, headers, server = new
            self._asked[place] = Asked(id_, MESSAGES_PATH, query, headers), server
        asked, server = self._asked[place]
        id_, request = asked.session_id, asked.request(body)
        try:
            sessions = self._service.sessions
            session = sessions.root() if id_ is None else sessions.get(id_)
            if session is not None and (self._default is None or session is not self._default.session):
                playing = replayed_for_another(self._service, asked, request, session, server, self._came)
                if playing is not None:
                    self._played[number] = playing, session
                    self._name(number, edition, request, session, playing.recording)
                    return
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)
            return
        self._answer(number, edition, id_, request, server, "")

    def _answer_flat(
        self, number: int, edition: int, id_: str | None, flat: Flat, server: Any, hint: str
    ) -> None:
        self._answer(number, edition, id_, request_of(flat), server, hint)

    def _answer(
        self, number: int, edition: int, id_: str | None, request: Request, server: Any, hint: str
    ) -> None:
        try:
            session = self._api.admitted(id_, request)
            if isinstance(session, Reply):
                self._turn_away(number, session)
            elif self._default is not None and session is self._default.session:
                self._start(self._answer_in_order(number, self._default, request, server, hint))
            elif is_at_hand(request, session):
                entry = answer(self._service, request, session, server, hint)
                self._replied(number, edition, request, session, entry)
            else:
                self._start(self._answer_aside(number, edition, request, session, server, hint))
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)

    async def _answer_aside(
        self, number: int, edition: int, request: Request, session: ServerSession, server: Any, hint: str
    ) -> None:
        try:
            entry = await answer_aside(self._service, request, session, server, hint)
            self._replied(number, edition, request, session, entry)
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
                self._say(number, passed_on.reply, free)
        except (OwnerAwayError, OwnerUnsureError) as error:
            self._turn_away(number, self._api.not_answered(error))
        except Refused as refused:
            self._turn_away(number, self._api.refusal(refused, request.headers))
        except Exception as error:  # noqa: BLE001 - a defect, answered as one
            self._defect(number, error)

    def _replied(
        self,
        number: int,
        edition: int,
        request: Request,
        session: ServerSession,
        entry: JournalEntry | None,
    ) -> None:
        if entry is None:
            self._to_forward(number, request, session)
            return
        self._played[number] = entry, session
        recording = entry.recording
        if recording is not None and entry.reply is session.library.reply(recording):
            self._name(number, edition, request, session, recording)
        else:
            free = None if recording is None else self._free(session, request)
            self._say(number, entry.reply, free)

    def _name(
        self, number: int, edition: int, request: Request, session: ServerSession, recording: Recording
    ) -> None:
        """Have the other worker play a recording as it is."""
        library, free = session.library, self._free(session, request)
        is_shared = library is self._service.library
        if is_shared and self._named.knows(recording.number, library, edition):
            self.send((NAMED, number, recording.number, free))
            return
        # Of cassettes that the other worker has not, it keeps nothing: each reply goes over whole.
        reply = library.reply_elsewhere(recording) if is_shared else library.reply(recording)
        if is_shared and reply.wire_head is not None:
            self._named.add(recording.number)
            self._say(number, reply, free, recording.number)
        else:
            self._say(number, reply, free)

    def _free(self, session: ServerSession, request: Request) -> int | None:
        """The epoch in which the recording that answers a request is free; None if it is not."""
        return self._service.epoch if session.id == DEFAULT and is_free(session, request) else None

    def _say(self, number: int, reply: Reply, free: int | None = None, named: int | None = None) -> None:
        """Tell the other worker what to play."""
        self.send((REPLY, number, written_reply(reply), free, named))

    def _turn_away(self, number: int, reply: Reply) -> None:
        """Tell the other worker to play what no session has given."""
        self.send((TURNED_AWAY, number, written_reply(reply)))

    def _to_forward(self, number: int, request: Request, session: ServerSession) -> None:
        recorder = self._service.recorder
        self._forwarded[number] = request, session
        self.send((FORWARD, number, recorder is not None and recorder.keeper(session) is not None))

    def _defect(self, number: int, error: Exception) -> None:
        _log.error("A request that another worker has taken met a defect of mockapi.", exc_info=error)
        self._turn_away(number, defect_reply(self._service))

    def _were_played(self, ends: list[Any]) -> None:
        """Replies were played whole: of each its number, and the seconds that it took."""
        told = iter(ends)
        for number, seconds in zip(told, told, strict=True):
            self._ended(number, True, seconds)

    def _ended(self, number: int, complete: bool, seconds: float | None) -> None:  # noqa: FBT001 - as it comes
        played = self._played.pop(number, None)
        if played is not None:
            entry, session = played
            entry.ended(seconds, complete=complete)
            if self._service.console.verbose:
                self._service.console.request(entry.made(), session)
            return
        self._forwarded.pop(number, None)
        passed_on = self._ordered.pop(number, None)
        if passed_on is not None:
            passed_on.complete, passed_on.seconds = complete, seconds
            passed_on.ended()

    def _upstream_answered(self, number: int, at: float, written: bytes, complete: bool) -> None:  # noqa: FBT001 - as it comes
        request, session = self._forwarded.pop(number)
        reply = reply_of(read_flat(written))
        passed_on = self._ordered.get(number)
        if isinstance(passed_on, Ordered):
            passed_on.upstream_answered(request, reply, at, complete=complete)
            return
        entry = forwarded_entry(request, session, reply, at, complete=complete)
        self._played[number] = entry, session  # until it is told how long it took

    async def _keep(self, number: int, pickled: bytes) -> None:
        request, session = self._forwarded[number]
        recorder, passed_on = self._service.recorder, self._ordered.get(number)
        if recorder is None:
            return
        keep = recorder.keeper(session) if passed_on is None else passed_on.keeper(recorder)
        if keep is not None:
            # As above.
            await keep(pickle.loads(pickled), request)  # noqa: S301 - see above

    def _start_keeping(self, number: int, answered: int, pickled: bytes) -> None:
        self._start(self._result(number, self._keep, answered, pickled))

    def _start_call(self, number: int, name: str, arguments: bytes) -> None:
        # The other end is a process of the same server, started by the same supervisor.
        self._start(self._result(number, self._call, name, *pickle.loads(arguments)))  # noqa: S301 - see above

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _result(self, number: int, work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        try:
            self.send((RESULT, number, True, pickle.dumps(await work(*arguments))))
        except Exception as error:  # noqa: BLE001 - whoever has asked meets it
            self.send((RESULT, number, False, pickle.dumps(error)))
