"""One exchange as the journal keeps it: what came, what answered, how it went."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import orjson

from mockapi import cassettes, jsontext
from mockapi._printable import encodable
from mockapi.exchange import Request
from mockapi.replies import surfaces

if TYPE_CHECKING:
    import asyncio

    from mockapi.cassettes import Miss, Recording
    from mockapi.exchange import Headers, Reply
    from mockapi.validation import Refusal

BodyKind: TypeAlias = Literal["json", "text", "base64"]
"""As what the control API shows a body."""


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
        *("__weakref__", "sent_again_from", "size"),
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
        self.size = len(request.body) + headers_size(request.headers)
        if recording is None:  # a recording's bytes are in memory anyway
            self.size += sum([len(chunk.data) for chunk in reply.chunks])

    def made(self) -> JournalEntry:
        """Itself; see `Playing`."""
        return self

    def ended(self, seconds: float | None, *, complete: bool) -> None:
        """Its reply was sent; so it went."""
        self.seconds, self.complete = seconds, complete

    @property
    def plain(self) -> Request:
        """The Messages request that it stood for, where it came to a cloud's surface; else what came."""
        plain = surfaces.plain_of(self.request)
        return plain if isinstance(plain, Request) else self.request

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


def headers_size(headers: Headers) -> int:
    """How many bytes the fields of a header have."""
    return sum(map(len, chain.from_iterable(headers)))


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
    return "[hidden]" if name in cassettes.CREDENTIAL_HEADERS else value


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
