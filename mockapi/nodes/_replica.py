"""A node's replica of the default session: what the log says, done to it entry by entry.

All that an entry does is a function of the entry and of what was done before, so that the replicas of all
nodes are alike. Only the node where a request came tells people of it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from mockapi.nodes import _log_entries as entries
from mockapi.nodes._log_forwarded import reply_of
from mockapi.nodes._log_secrets import with_stand_ins
from mockapi.server import LoadedCassettes, answer, answer_aside, forwarded_entry, is_at_hand
from mockapi.sessions import JournalEntry, is_free, memory_of, recall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Recording
    from mockapi.exchange import Request
    from mockapi.nodes._log_entries import Entry
    from mockapi.replies.scripts import Script
    from mockapi.server import Service
    from mockapi.server.recording import Address

_MOST_TOKENS: Final = 20_000
"""Tokens of entries that are remembered, so that one which comes again is known."""
_MOST_FORWARDED: Final = 1_000
"""Requests to the upstream whose answers are still to be told; they are kept with their bodies."""
_MOST_UNMERGED: Final = 1_000
"""Replies played without order that wait to be put in the journal's order."""


class Asked(NamedTuple):
    """A request that came to this node.

    Attributes:
        request: as all nodes see it.
        server: the address at which it came.
    """

    request: Request
    server: Address


class Replica:
    """The default session of one node.

    Args:
        service: the state of the server; its default session is the replica.
        script: what that plays at its beginning.
        node: the name of this node.
        control: has the node's own control API do what a request says; its status.

    Attributes:
        session: the session.
        free: the recordings that answer their requests whatever else happens.
        playing: which cassettes are played: the digest of those that were loaded last, "" before any were.
        paths: of the cassettes that it plays at its beginning.
        changes: the control requests that still count, for a snapshot.
        asked: by token, the requests that came to this node and are not applied yet.
        odd: why this replica may be unlike the others, by what that is about.
    """

    def __init__(
        self,
        service: Service,
        script: Script | None,
        node: str,
        control: Callable[[Entry], Awaitable[int]],
    ) -> None:
        self.session = service.sessions.default
        self.free: set[Recording] = set()
        self.changes: list[dict[str, Any]] = []
        self.asked: dict[str, Asked] = {}
        self._service = service
        self._script = script
        self._node = node
        self._control = control
        self._settings = with_stand_ins(self.session.settings)
        self.paths = service.paths
        self.playing = ""
        self.odd: dict[str, str] = {}
        self._statuses: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._running: OrderedDict[str, JournalEntry] = OrderedDict()
        self._forwarding: OrderedDict[str, tuple[Request, float]] = OrderedDict()
        self._unmerged: list[JournalEntry] = []

    async def begin(self) -> None:
        """Let the session start as the plan of the server has it."""
        session, service = self.session, self._service
        if service.paths != self.paths:
            await service.replace(LoadedCassettes(self.paths))
        session.settings = self._settings
        session.use(service.library)
        session.play(self._script)
        session.journal.begin_anew()
        self.free.clear()
        self.playing = ""
        self._unmerged.clear()
        self.changes.clear()
        for kept in (self.odd, self._statuses, self._seen, self._running, self._forwarding):
            kept.clear()

    @property
    def out_of_step(self) -> str | None:
        """Why this replica may be unlike the others; None while it is not."""
        return next(iter(self.odd.values()), None)

    def fell_out(self, subject: str, why: str) -> None:
        """This node does not do what the others do, until that is mended."""
        if self.odd.get(subject) != why:
            self.odd[subject] = why
            self._service.console.problem(f"the default session is not answered here. {why}")

    async def apply(self, entry: Entry) -> Any:
        """Do what an entry says; what comes of it, for whoever has written it."""
        if entry.token in self._seen:
            return None
        _bounded(self._seen, entry.token, None)
        match entry.kind:
            case entries.ASK:
                return await self._ask(entry)
            case entries.ENDED:
                self._ended(entry)
            case entries.PLAYED:
                self._played(entry)
            case entries.FORWARDED:
                self._forwarded(entry)
            case entries.CONTROL:
                return await self._change(entry)
            case entries.SEAL:
                self.merge()
        return None

    def merge(self) -> None:
        """Put what was played without order in the journal's order: that of time."""
        self.session.journal.merge(self._unmerged)
        self._unmerged.clear()

    async def _ask(self, entry: Entry) -> JournalEntry | None:
        """Answer a request; None if the upstream shall."""
        service, session = self._service, self.session
        told, hint = entry.said
        asked = self.asked.pop(entry.token, None)
        request = entries.request_of(told, entry.body) if asked is None else asked.request
        server = None if asked is None else asked.server
        moment = entry.moment(tells=asked is not None)
        if is_at_hand(request, session):
            answered = answer(service, request, session, server, hint, moment)
        else:
            answered = await answer_aside(service, request, session, server, hint, moment)
        if answered is None:
            _bounded(self._forwarding, entry.token, (request, moment.at), _MOST_FORWARDED)
        else:
            self._run(entry.token, answered)
            if answered.recording is not None and not hint and is_free(session, answered.request):
                recording = session.index.alone(answered.request)
                if recording is not None:
                    self.free.add(recording)
        return answered

    def _run(self, token: str, answered: JournalEntry) -> None:
        """Remember what is played now, as long as the journal has it."""
        running = self._running
        running[token] = answered
        oldest = next(iter(self.session.journal)).number
        while (first := next(iter(running.values()))).number < oldest and first is not answered:
            running.popitem(last=False)

    def _ended(self, entry: Entry) -> None:
        for token, complete, seconds in entry.said:
            answered = self._running.pop(token, None)
            if answered is not None:
                answered.complete, answered.seconds = complete, seconds

    def _played(self, entry: Entry) -> None:
        session = self.session
        told, lengths = entry.said
        recordings = session.library.recordings
        bodies = entries.split_bodies(lengths, entry.body)
        for (at, request, number, complete, seconds, playing), body in zip(told, bodies, strict=True):
            if playing != self.playing:  # of cassettes that are not played any more
                continue
            recording = recordings[number]
            reply = session.library.reply(recording)
            played = JournalEntry(0, at, entries.request_of(request, body), reply, recording, None)
            played.complete, played.seconds = complete, seconds
            session.played[recording] = None
            session.answered += 1
            self._unmerged.append(played)
        if len(self._unmerged) > _MOST_UNMERGED:
            self.merge()

    def _forwarded(self, entry: Entry) -> None:
        token, reply, complete, seconds, is_kept = entry.said
        request, at = self._forwarding.pop(token, (None, 0.0))
        if request is None:
            return
        if is_kept and entry.node != self._node and self.session.settings.record_mode == "all":
            self.session.next_to_renew(request)
        made = reply_of(reply, entry.body)
        answered = forwarded_entry(request, self.session, made, at, complete=complete)
        answered.seconds = seconds

    async def _change(self, entry: Entry) -> int:
        """Have the control API do what a request says, as on every node."""
        self.merge()
        status = await self._control(entry)
        self.free.clear()
        _bounded(self._statuses, entry.token, (entry.said[1], status))
        if status < 400:
            self._remember({"control": [*entry.said, entry.body.decode("utf-8", "replace")]})
        return status

    def compare(self, token: str, status: int, node: str) -> None:
        """The node where a control request came tells how it went there: it goes alike everywhere.

        Args:
            token: of the entry.
            status: there.
            node: its name.
        """
        path, own = self._statuses.pop(token, ("", status))
        if own == status:
            self.odd.pop(path, None)
        else:
            self.fell_out(
                path,
                f"What it was told under {path} has come to status {own} here, and to {status} on {node}: do"
                " it again when what it needs is the same on both, or start this node anew.",
            )

    def loaded(self, paths: list[str], digest: str) -> None:
        """Other cassettes are played, or the same ones anew."""
        self.merge()
        self.free.clear()
        self.playing = digest
        self.odd.pop("cassettes", None)
        self._remember({"load": [paths, digest]})

    def _remember(self, change: dict[str, Any]) -> None:
        """Keep a change for a snapshot, without those that it makes void."""
        before = [item for item in self.changes if not _is_void(item, change)]
        self.changes = before if _is_reset(change) else [*before, change]

    def memory(self) -> dict[str, Any]:
        """What the session remembers, for a snapshot."""
        return memory_of(self.session)

    def recall(self, memory: dict[str, Any]) -> None:
        """Remember what a snapshot says."""
        recall(self.session, memory)


def _is_reset(change: dict[str, Any]) -> bool:
    return "control" in change and change["control"][1].endswith("/reset")


def _is_void(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a change counts no more once another one is made."""
    if "load" in new:
        return "load" in old or _orders_faults(old)
    if "load" in old:
        return False
    method, path = new["control"][:2]
    old_method, old_path = old["control"][:2]
    if path.endswith("/script"):
        return bool(old_path.endswith("/script"))
    if path.endswith("/reset"):
        return _orders_faults(old)
    if path.endswith("/faults") and method == "DELETE":
        return bool(old_path.endswith("/faults"))
    return old_method == method == "PATCH" and _keys(old) <= _keys(new) and "matching" not in _keys(old)


def _keys(change: dict[str, Any]) -> set[str]:
    """The settings that a PATCH changes; rules of matching are added to those there are."""
    try:
        return set(orjson.loads(change["control"][-1]))
    except (orjson.JSONDecodeError, TypeError):
        return set()


def _orders_faults(change: dict[str, Any]) -> bool:
    return "control" in change and change["control"][1].endswith("/faults") and change["control"][0] == "POST"


def _bounded(kept: OrderedDict[str, Any], key: str, value: Any, most: int = _MOST_TOKENS) -> None:
    kept[key] = value
    if len(kept) > most:
        kept.popitem(last=False)
