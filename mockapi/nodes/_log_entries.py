"""What stands in the log: everything that concerns the default session, in the order in which it counts.

ask        a request; whoever applies it learns the reply, the node where it came plays it
ended      how replies went that were played
played     replies that needed no order, played where their requests came
forwarded  what the upstream has answered
control    a request to the control API that changes the session
load       other cassettes, or the same ones read again
settle     every node tells what it has still to tell, and then its mark
mark       a node has done what an entry asked it, with a status
seal       what was played without order is put in the journal's order now
snapshot   all that stands before a place in the log can be had at once
joined     a node takes part from here on
left       it does not any more

An entry is two fields of a Redis stream: `e`, a JSON array of kind, token, node and what is said; and `b`,
the bytes of a body, if it has one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from mockapi.exchange import Request
from mockapi.messages import IdFactory, IdKind
from mockapi.nodes._log_secrets import query_without_secrets, without_secrets
from mockapi.server import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockapi.exchange import Headers

ASK: Final = "ask"
ENDED: Final = "ended"
PLAYED: Final = "played"
FORWARDED: Final = "forwarded"
CONTROL: Final = "control"
LOAD: Final = "load"
SETTLE: Final = "settle"
MARK: Final = "mark"
SEAL: Final = "seal"
SNAPSHOT: Final = "snapshot"
JOINED: Final = "joined"
LEFT: Final = "left"

_FIRST_MILLISECOND: Final = 1_790_812_800_000
"""The day that ids with a time in them count from."""


class Entry(NamedTuple):
    """An entry of the log.

    Attributes:
        id: its place: milliseconds by the clock of Redis, and a number.
        kind: one of the above.
        token: that no other entry has.
        node: the name of the node that has written it.
        said: JSON.
        body: bytes that belong to it.
        size: how many bytes its fields take.
    """

    id: bytes
    kind: str
    token: str
    node: str
    said: Any
    body: bytes = b""
    size: int = 0

    @property
    def milliseconds(self) -> int:
        """When it was added, by the clock of Redis."""
        return int(self.id.partition(b"-")[0])

    def moment(self, *, tells: bool) -> Moment:
        """When it counts, and the ids that belong to it: the same wherever it is applied."""
        milliseconds, _, number = self.id.partition(b"-")
        time, place = int(milliseconds), int(number)
        return Moment((time + min(place, 999) / 1000) / 1000, _ids(time, place), tells)


def _ids(time: int, number: int) -> Callable[[], str]:
    """Makes request ids; which, depends on a place in the log."""
    made = 0

    def next_id() -> str:
        nonlocal made
        made += 1
        factory = IdFactory(seed=(time << 24) + (number << 4) + made)
        return factory.make(IdKind.REQUEST, max(0, time - _FIRST_MILLISECOND) // 1000)

    return next_id


def packed(kind: str, token: str, node: str, said: Any, body: bytes = b"") -> tuple[bytes, ...]:
    """The fields of an entry as a command takes them."""
    told = orjson.dumps((kind, token, node, said))
    return (b"e", told, b"b", body) if body else (b"e", told)


def unpacked(id_: bytes, fields: Sequence[bytes]) -> Entry:
    """The entry of a place, from its fields."""
    kind, token, node, said = orjson.loads(fields[1])
    body = fields[3] if len(fields) > 3 else b""
    return Entry(id_, kind, token, node, said, body, len(fields[1]) + len(body))


def as_shared(request: Request) -> Request:
    """A request as all nodes get to see it: without the credentials of the one that sent it."""
    shared = Request(
        request.method,
        request.path,
        query_without_secrets(request.query),
        without_secrets(request.headers),
        request.body,
    )
    shared.known = request.known
    return shared


def told_request(request: Request) -> list[Any]:
    """What is said of a request besides its body."""
    base_url = None if request.known is None else request.known.get("base_url")
    fields = [text.decode("latin-1") for field in request.headers for text in field]
    return [request.method, request.path, request.query, fields, base_url]


def request_of(told: Sequence[Any], body: bytes) -> Request:
    """The request that was told of."""
    method, path, query, fields, base_url = told
    request = Request(method, path, query, headers_of(fields), body)
    if base_url is not None:
        request.known = {"base_url": base_url}
    return request


def headers_of(fields: Sequence[str]) -> Headers:
    """Header fields from names and values in turn."""
    texts = iter([text.encode("latin-1") for text in fields])
    return tuple(zip(texts, texts, strict=True))


def joined_bodies(bodies: Sequence[bytes]) -> tuple[list[int], bytes]:
    """Several bodies as one, with their lengths."""
    return [len(body) for body in bodies], b"".join(bodies)


def split_bodies(lengths: Sequence[int], body: bytes) -> list[bytes]:
    """The bodies that were joined."""
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    return [body[start:end] for start, end in pairwise(ends)]
