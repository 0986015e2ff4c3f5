"""Heads of requests that have come before: a client writes the same line and fields again and again.

Reading a head costs more than all else that a recorded reply needs, so what was made of one is kept by its
very bytes, but for the digits of its `content-length`. Only a head that nobody could read in two ways is
kept: one form of line, one form of field, a body of a stated length, and a connection that stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from mockapi.exchange import Headers

_MOST: Final = 32
"""Heads that are kept, and lengths for each."""
_MOST_SEEN: Final = 1024
MAX_BYTES: Final = 4096
"""Of a head that is kept; all together take some ten megabytes at most."""

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"ength: "  # the `l` may be of either case
_FORM: Final = re.compile(
    rb"POST [!-~]+ HTTP/1\.1\r\n(?:[!#-'*+.0-9A-Z^-z|~-]+: [!-~](?:[\t -~]*[!-~])?\r\n)+\r\n"
)
_LENGTH_FIELD: Final = b"\r\ncontent-length: "
_ABOUT_CONNECTIONS: Final = frozenset(
    {b"connection", b"expect", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
_STAYS: Final = b"keep-alive"
_DIGITS: Final = 7  # of the length of a body that comes in one read


class Place(Protocol):
    """What an application makes of a request's line and fields."""

    def with_headers(self, headers: Headers) -> Self:
        """The same with other fields."""


class Head:
    """A head, and what was made of it.

    Attributes:
        data: its bytes, up to the body.
        place: what the application has made of it.
        length: of the body.
    """

    __slots__ = ("data", "length", "place")

    def __init__(self, data: bytes, place: Any, length: int) -> None:
        self.data = data
        self.place = place
        self.length = length


class _Form:
    """A head with any length of body."""

    __slots__ = ("_headers", "_place", "by_length")

    def __init__(self, place: Place, headers: Headers) -> None:
        self._place = place
        self._headers = headers
        self.by_length: dict[bytes, Head] = {}

    def with_length(self, digits: bytes, data: bytes) -> Head | None:
        """The head with a length of the body that is new to it; None if it is not plainly a length.

        Args:
            digits: the length.
            data: the bytes of the head.
        """
        if not digits.isdigit() or len(digits) > _DIGITS:
            return None
        headers = tuple(
            (field[0], digits) if field[0] == b"content-length" else field for field in self._headers
        )
        if len(self.by_length) >= _MOST:
            self.by_length.clear()
        head = self.by_length[digits] = Head(data, self._place.with_headers(headers), int(digits))
        return head


class Heads:
    """The heads of one server's requests."""

    def __init__(self) -> None:
        self._forms: dict[bytes, _Form] = {}
        self._seen: set[int] = set()

    def find(self, data: bytes) -> Head | None:
        """The head that some bytes begin with, if it is known."""
        end = data.find(_END) + len(_END)
        cut = _cut(data, end)
        if cut is None:
            return None
        begin, stop = cut
        form = self._forms.get(data[:begin] + data[stop:end])
        if form is None:
            return None
        digits = data[begin:stop]
        return form.by_length.get(digits) or form.with_length(digits, data[:end])

    def note(self, data: bytes, place: Place, scope: Mapping[str, Any]) -> None:
        """Keep what was made of the head that some bytes begin with, once it has come twice.

        Heads that are each their own (because a field numbers requests) cost no more than looking.

        Args:
            data: as they came, at the beginning of a request.
            place: what the application has made of it.
            scope: what has been read in it; the connection stays open behind the reply.
        """
        end = data.find(_END) + len(_END)
        cut = _cut(data, end)
        if cut is None or end > MAX_BYTES:
            return
        begin, stop = cut
        form = data[:begin] + data[stop:end]
        mark = hash(form)
        if mark not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(mark)
            return
        headers = tuple(scope["headers"])
        if not _FORM.fullmatch(data, 0, end) or not _has_plain_framing(headers):
            return
        if not data[:begin].lower().endswith(_LENGTH_FIELD):
            return
        if len(self._forms) >= _MOST:
            self._forms.clear()
        self._forms[form] = _Form(place, headers)


def _cut(data: bytes, end: int) -> tuple[int, int] | None:
    """Where in a head the length of the body stands."""
    begin = data.find(_LENGTH, 0, end) + len(_LENGTH)
    if begin < len(_LENGTH):
        return None
    return begin, data.find(b"\r", begin, end)


def _has_plain_framing(headers: Headers) -> bool:
    """Whether the body's length is all that fields say of bodies and connections."""
    fields = dict(headers)
    return (
        len(fields) == len(headers)
        and b"content-length" in fields
        and (fields.pop(b"connection", _STAYS).lower() == _STAYS)
        and fields.keys().isdisjoint(_ABOUT_CONNECTIONS)
    )
