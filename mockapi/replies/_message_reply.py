"""A reply to POST /v1/messages that mockapi makes up, and that is sent whole.

Its header has some two dozen fields, and hardly anybody looks at one: nearly every such reply is only sent.
So it keeps what its header is made of, and most lines of that are the same for many replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.exchange import Chunk, Ending, WireHead
from mockapi.replies._lazy_reply import LazyReply
from mockapi.replies._reply_headers import NO_FIELDS, message_headers, message_lines

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Source
    from mockapi.replies._reply_headers import Fields, MessageHead

_set: Final = object.__setattr__  # replies are frozen


class MessageReply(LazyReply):
    """A message, or its stream, in one piece without a delay.

    Args:
        body: of the reply.
        head: what its header tells.
        usage: tokens in and out.
        account: what its header tells of rate limits.
    """

    __slots__ = ("_account", "_body", "_head")
    _account: Fields
    _body: bytes
    _head: MessageHead

    status = 200
    ending = Ending.CLEAN
    hold = 0.0

    def __init__(
        self,
        body: bytes,
        head: MessageHead,
        usage: tuple[int, int] | None,
        account: Fields = NO_FIELDS,
    ) -> None:
        _set(self, "_body", body)
        _set(self, "_head", head)
        _set(self, "usage", usage)
        _set(self, "_account", account)

    def with_account(self, account: Fields) -> MessageReply:
        """The same reply, telling this of rate limits and nothing else.

        Args:
            account: the fields that do.
        """
        return MessageReply(self._body, self._head, self.usage, account)

    @property
    def source(self) -> Source:
        """Who made it."""
        return self._head.source

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The body in one piece."""
        return (Chunk(0.0, self._body),)

    @property
    def body(self) -> bytes:
        """The body."""
        return self._body

    @property
    def headers(self) -> Headers:
        """The fields, in the API's order."""
        return message_headers(self._head, len(self._body), self._account)

    @property
    def wire_head(self) -> WireHead:
        """The lines of these fields, and what frames the body."""
        size = len(self._body)
        lines = message_lines(self._head, size, self._account)
        if self._head.stream:
            return WireHead(lines + b"%x\r\n" % size, b"\r\n0\r\n\r\n")
        return WireHead(lines, b"")
