"""What came, what answered, and what differed: the memory of a session, bounded by count and bytes."""

from __future__ import annotations

import base64
from collections import deque
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import orjson

from mockapi import jsontext
from mockapi._printable import encodable
from mockapi.cassettes import CREDENTIAL_HEADERS
from mockapi.replies import surfaces
from mockapi.validation import Refusal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes import Miss, Recording
    from mockapi.exchange import Reply, Request

BodyKind: TypeAlias = Literal["json", "text", "base64"]
"""As what the control API shows a body."""

MAX_ENTRIES = 10_000
MAX_BYTES = 64 * 1024 * 1024


class JournalEntry:
    """One exchange, as `Session.entries` hands it out; `as_json` is what the control API shows of it.

    Attributes:
        number: from 1, counted over the session's life; a reset goes on counting.
        at: when the request had come, in seconds since 1970 (UTC).
        request: what came.
        reply: what answered; the chunks are the recording's own and cost nothing here.
        recording: which recording, if one.
        refusal: why it was refused, if a rule did.
        miss: why none matched, where that was looked into: a future, because it is worked out
            while the server goes on.
        seconds: from the whole request to the reply's last byte; None until that is sent.
        complete: whether the reply was sent whole; False if the client left before the end.
        sent_again_from: the number of the entry whose request it repeats on the page's demand: its reply went
            over no connection; None otherwise.
        size: about how many bytes it keeps in memory.
    """

    __slots__ = (
        *("at", "complete", "miss", "number", "recording", "refusal", "reply", "request", "seconds"),
        *("sent_again_from", "size"),
    )

    def __init__(
        self,
        number: int,
        at: float,
        request: Request,
        reply: Reply,
        recording: Recording | None,
        miss: asyncio.Future[Miss] | None,
        refusal: Refusal | None = None,
    ) -> None:
        self.number = number
        self.at = at
        self.request = request
        self.reply = reply
        self.recording = recording
        self.miss = miss
        self.refusal = refusal
        self.seconds: float | None = None
        self.complete = False
        self.sent_again_from: int | None = None
        self.size = len(request.body) + sum(map(len, chain.from_iterable(request.headers)))
        if recording is None:  # a recording's bytes are in memory anyway
            self.size += sum([len(chunk.data) for chunk in reply.chunks])

    @property
    def plain(self) -> Request:
        """The Messages request that it stood for, where it came to a cloud's surface; else what came."""
        plain = surfaces.plain_of(self.request)
        return self.request if isinstance(plain, Refusal) else plain

    @property
    def is_explained(self) -> bool:
        """Whether there is a miss and its explanation."""
        miss = self.miss
        return miss is not None and miss.done() and not miss.cancelled() and miss.exception() is None

    def as_json(self, kind: BodyKind | None = None) -> dict[str, Any]:
        """The entry as the control API shows it, for orjson to write; credentials are left out.

        A JSON body stands in it as the text it came as: no number is rounded.

        Args:
            kind: of its body, where that was found out elsewhere.
        """
        request, reply = self.request, self.reply
        surface = surfaces.surface_of(request)
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        written: dict[str, Any] = {
            "number": self.number,
            "at": at.replace("+00:00", "Z"),
            "request": {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "surface": None if surface is None else surface.name,
                "headers": [
                    [name.decode("latin-1"), _shown(name.decode("latin-1"), value.decode("latin-1"))]
                    for name, value in request.headers
                ],
                **_shown_body(request.body, kind),
            },
            "reply": {
                "status": reply.status,
                "source": reply.source,
                "request_id": reply.header("request-id"),
                "converted": reply.header("x-mockapi-converted"),
                "hint": reply.header("x-mockapi-hint"),
                "complete": self.complete,
                "seconds": self.seconds,
            },
            "recording": None if self.recording is None else recording_as_json(self.recording),
            "miss": None,
        }
        if self.is_explained and self.miss is not None:
            written["miss"] = miss_as_json(self.miss.result())
        return written


class Journal:
    """The entries of a session, oldest first. Beyond the bounds the oldest are dropped.

    Attributes:
        count: the number of the last entry there was.
        dropped: how many entries had to go.
        cleared: the number of the last entry that was there when all were forgotten.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self.dropped = 0
        self.count = 0
        self.cleared = 0
        self._merged = 0

    def add(
        self,
        at: float,
        request: Request,
        reply: Reply,
        recording: Recording | None,
        miss: asyncio.Future[Miss] | None,
        refusal: Refusal | None = None,
    ) -> JournalEntry:
        """Write down an exchange as it begins."""
        self.count += 1
        entry = JournalEntry(self.count, at, request.without_parsed(), reply, recording, miss, refusal)
        self._keep(entry)
        return entry

    def merge(self, more: Iterable[JournalEntry]) -> None:
        """Add entries that were written elsewhere, by time, among those that came since this was done last.

        All of these are numbered anew; nobody may have seen their numbers.
        """
        own: list[JournalEntry] = []
        while self._entries and self._entries[-1].number > self._merged:
            entry = self._entries.pop()
            self._bytes -= entry.size
            self.count -= 1
            own.append(entry)
        own.reverse()  # those of one moment stay in their order
        for entry in sorted((*more, *own), key=attrgetter("at")):
            self.count += 1
            entry.number = self.count
            self._keep(entry)
        self._merged = self.count

    def _keep(self, entry: JournalEntry) -> None:
        entries = self._entries
        entries.append(entry)
        self._bytes += entry.size
        while len(entries) > self._max_entries or (self._bytes > self._max_bytes and len(entries) > 1):
            self._bytes -= entries.popleft().size
            self.dropped += 1

    @property
    def size(self) -> int:
        """About how many bytes the entries keep in memory."""
        return self._bytes

    def entries(self) -> list[JournalEntry]:
        """A copy of the entries, for threads other than the server's."""
        while True:
            try:
                return list(self._entries)
            except RuntimeError:  # it grew meanwhile; a lock would cost every request more
                continue

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()
        self._bytes = 0
        self.cleared = self.count

    def find(self, number: int) -> JournalEntry | None:
        """The entry of a number, if it is still kept."""
        return next((entry for entry in reversed(self._entries) if entry.number == number), None)

    def after(self, number: int) -> list[JournalEntry]:
        """The entries behind a number, oldest first; the older ones are not looked at."""
        found: list[JournalEntry] = []
        for entry in reversed(self._entries):
            if entry.number <= number:
                break
            found.append(entry)
        found.reverse()
        return found

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(self._entries)


def recording_as_json(recording: Recording) -> dict[str, Any]:
    """Which recording: its cassette and its position there."""
    return {"cassette": encodable(recording.cassette.name), "interaction": recording.position}


def miss_as_json(miss: Miss) -> dict[str, Any]:
    """Why nothing matched: the nearest recording, what differs, what would repair it."""
    return {
        "nearest": None if miss.nearest is None else recording_as_json(miss.nearest),
        "differences": [
            {"path": item.path, "recorded": item.recorded, "received": item.received}
            for item in miss.differences
        ],
        "remedies": list(miss.remedies),
    }


def _shown(name: str, value: str) -> str:
    return "[hidden]" if name in CREDENTIAL_HEADERS else value


def kind_of(body: bytes) -> BodyKind:
    """As what a body is shown; JSON that is nested too deeply for most readers is text."""
    value = jsontext.parse(body)
    if not isinstance(value, jsontext.NotJSON) and _is_writable(value):
        return "json"
    try:
        body.decode()
    except UnicodeDecodeError:
        return "base64"
    return "text"


def _shown_body(body: bytes, kind: BodyKind | None) -> dict[str, Any]:
    """A body under its kind."""
    if not body:
        return {}
    match kind or kind_of(body):
        case "json":
            return {"json": orjson.Fragment(body)}
        case "text":
            return {"text": body.decode()}
    return {"base64": base64.b64encode(body).decode()}


def _is_writable(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True
