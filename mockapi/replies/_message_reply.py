"""A reply to POST /v1/messages that mockapi makes up, and that is sent whole.

Its header has some two dozen fields, and hardly anybody looks at one: nearly every such reply is only sent.
So it keeps what its header is made of, and most lines of that are the same for many replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.exchange import Ending, WireHead
from mockapi.replies._lazy_reply import LazyReply
from mockapi.replies._reply_headers import message_headers, message_lines

if TYPE_CHECKING:
    from mockapi.exchange import Chunk, Headers, Source
    from mockapi.replies._reply_headers import Fields

_set: Final = object.__setattr__  # replies are frozen
_STATUS_LINE: Final = b"HTTP/1.1 200 OK\r\n"


class MessageReply(LazyReply):
    """A message, or its stream, in one piece without a delay.

    Args:
        chunks: the body, in one piece without a delay.
        is_stream: whether it is of events.
        at: when it is sent, in seconds since 1970.
        request_id: its id.
        source: who made it.
        hint: what a person may want to know; "" for nothing.
        usage: tokens in and out.
        account: what its header tells of rate limits.
    """

    __slots__ = ("_account", "_at", "_hint", "_is_stream", "_request_id")
    _account: tuple[Fields, ...]
    _at: float
    _hint: str
    _is_stream: bool
    _request_id: str

    status = 200
    ending = Ending.CLEAN
    hold = 0.0

    def __init__(
        self,
        chunks: tuple[Chunk, ...],
        is_stream: bool,  # noqa: FBT001 - every such reply is made here: by name costs a third more
        at: float,
        request_id: str,
        source: Source,
        hint: str,
        usage: tuple[int, int],
        account: tuple[Fields, ...] = (),
    ) -> None:
        _set(self, "chunks", chunks)
        _set(self, "_is_stream", is_stream)
        _set(self, "_at", at)
        _set(self, "_request_id", request_id)
        _set(self, "source", source)
        _set(self, "_hint", hint)
        _set(self, "usage", usage)
        _set(self, "_account", account)

    def with_account(self, account: tuple[Fields, ...]) -> MessageReply:
        """The same reply, telling this of rate limits and nothing else.

        Args:
            account: the fields that do.
        """
        usage = self.usage or (0, 0)
        return MessageReply(
            self.chunks,
            self._is_stream,
            self._at,
            self._request_id,
            self.source,
            self._hint,
            usage,
            account,
        )

    @property
    def headers(self) -> Headers:
        """The fields, in the API's order."""
        return message_headers(
            stream=self._is_stream,
            size=len(self.chunks[0].data),
            at=self._at,
            request_id=self._request_id,
            source=self.source,
            hint=self._hint,
            account=self._account,
        )

    @property
    def wire_head(self) -> WireHead:
        """The lines of these fields."""
        size = len(self.chunks[0].data)
        lines = message_lines(
            stream=self._is_stream,
            size=size,
            at=self._at,
            request_id=self._request_id,
            source=self.source,
            hint=self._hint,
            account=self._account,
        )
        if self._is_stream:
            return WireHead(b"%b%b\r\n%x\r\n" % (_STATUS_LINE, lines, size), b"\r\n0\r\n\r\n")
        return WireHead(b"%b%b\r\n" % (_STATUS_LINE, lines), b"")
