"""Orders: which fault, for which requests, how often. State is a tuple of counts, kept by others.

An order in JSON:

    {"fault": NAME, ...options of the fault...,
     "after": N,            let the first N fitting requests pass
     "times": N,            then do it N times; without it, always
     "probability": P,      and only with this probability (0 to 1) ...
     "seed": N,             ... drawn from this seed: the same requests fail in every run
     "when": {"path": TEXT, "method": TEXT, "stream": BOOL, "model": TEXT, "contains": TEXT,
              "attempt": N}}

All conditions must hold; `attempt` is the client's retry count (0 is its first try), and
`contains` a piece of the raw body. `times` counts what was done, not what was drawn. Several
orders that are due are done in their order; but of those that replace the whole reply only the
first is, and the next one's turn comes with the next request: a list of errors is a sequence.
Counting is separate from doing, so that a reply that is replaced uses up no recording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi import jsontext
from mockapi.errors import FaultDoesNotFit, UsageError
from mockapi.exchange import Reply, Source
from mockapi.options import FLAG, Kind, OptionError, known_keys, mapping, shown, whole
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._reply_headers import date_field
from mockapi.replies.faults._table import COUNT, FIELD, PART, TEXT, WHOLE, current_name, entry_of, make_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockapi.exchange import Headers, Request

    Fault = Callable[[Reply], Reply]

Counts: TypeAlias = tuple[tuple[int, int], ...]
"""For each order how many fitting requests there were, and how many of them it met."""

MAX_ORDERS: Final = 100
NEXT_PAIR: Final = re.compile(r",(?=\s*[A-Za-z_.]+\s*=|\s*$)")
"""What stands between two KEY=VALUE pairs, whose values may be JSON with commas of its own."""

_UNSIGNED: Final = whole(0)
_CONDITIONS: Final[Mapping[str, Kind[Any]]] = {
    "path": FIELD,
    "method": FIELD,
    "stream": FLAG,
    "model": TEXT,
    "contains": TEXT,
    "attempt": _UNSIGNED,
}
_ORDER_KEYS: Final[Mapping[str, Kind[Any]]] = {
    "after": _UNSIGNED,
    "times": COUNT,
    "probability": PART,
    "seed": WHOLE,
}


@dataclass(frozen=True, slots=True)
class OrderedFault:
    """A fault and when it is due.

        mockapi.parse_faults([{"fault": "cut", "event": 3, "times": 1}, "no_usage"])
        mockapi.OrderedFault("a header too many", lambda reply: reply.with_headers((b"x-more", b"1")))

    Attributes:
        name: what `x-mockapi-fault` says of a reply that it was done to.
        fault: makes the broken reply from the whole one; it raises `FaultDoesNotFit` where it cannot.
        replaces: whether it makes a whole reply of its own, whatever would have answered.
        after: how many fitting requests pass first.
        times: how often it is done; None for always.
        probability: of each time, 0 to 1.
        seed: what the probability is drawn from.
        when: conditions on the request: any of path, method, stream, model, contains, attempt.
        on_events: whether it changes the API's events; the others act on what a cloud's surface sends.
        order: the JSON that it was made of; None where a program has made it of a function.
    """

    name: str
    fault: Fault
    replaces: bool = False
    after: int = 0
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    when: Mapping[str, Any] = field(default_factory=dict)
    on_events: bool = False
    order: Any = field(default=None, repr=False, compare=False)

    def __reduce__(self) -> tuple[Callable[..., OrderedFault], tuple[Any, str]]:
        """As it goes to another process: a fault is a function, and its order makes it anew.

        Raises:
            TypeError: there is no order.
        """
        if self.order is None:
            raise TypeError(f"The fault {self.name} is a program's own function, which stays in its process.")
        return _order, (self.order, self.name)

    def fits(self, request: Request) -> bool:
        """Whether the request meets every condition."""
        return all(_MEETS[name](request, wanted) for name, wanted in self.when.items())

    def is_due(self, fitting: int, done: int) -> bool:
        """Whether it is due when `fitting` requests came before this one and `done` met it."""
        if fitting < self.after or (self.times is not None and done >= self.times):
            return False
        return self.probability >= 1 or _draw(self.seed, fitting) < self.probability


def _draw(seed: int, number: int) -> float:
    digest = blake2b(f"{seed}:{number}".encode(), digest_size=8, person=b"mockapi faults").digest()
    return int.from_bytes(digest) / 2**64


def _body(request: Request) -> Mapping[str, Any]:
    return request.parsed if isinstance(request.parsed, dict) else {}


def _attempt(request: Request) -> int:
    text = request.header("x-stainless-retry-count") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


_MEETS: Final[Mapping[str, Callable[[Request, Any], bool]]] = {
    "path": lambda request, wanted: request.path == wanted,
    "method": lambda request, wanted: request.method == wanted,
    "stream": lambda request, wanted: (_body(request).get("stream") is True) == wanted,
    "model": lambda request, wanted: _body(request).get("model") == wanted,
    "contains": lambda request, wanted: wanted.encode() in request.body,
    "attempt": lambda request, wanted: _attempt(request) == wanted,
}


def parse_faults(value: Any, place: str = "faults") -> tuple[OrderedFault, ...]:
    """Orders from JSON: a list of orders, of names, or one of either.

    Args:
        value: what was said.
        place: where, for messages: `faults` gives "faults[2].times is ...".

    Raises:
        OptionError: with the place, what came and what would do.
    """
    if isinstance(value, str | dict):
        return (_order(value, place),)
    if not isinstance(value, list) or len(value) > MAX_ORDERS:
        came = f"{len(value):,} faults" if isinstance(value, list) else shown(value)
        raise OptionError((place,), f"must be a list of at most {MAX_ORDERS} faults; got {came}")
    return tuple(_order(item, f"{place}[{number}]") for number, item in enumerate(value))


def parse_fault_text(text: str) -> OrderedFault:
    """An order from a command line: `NAME` or `NAME:KEY=VALUE,KEY=VALUE`; `when.KEY` for conditions.

    A value is JSON if it reads as such, else a text; a comma that no KEY= follows is part of it.
    An order may also be a whole JSON object.

    Raises:
        UsageError: as `parse_faults`.
    """
    if text.lstrip().startswith("{"):
        order = jsontext.parse(text.encode())
        if isinstance(order, jsontext.NotJSON):
            raise UsageError(f"--fault must be JSON where it begins with a brace: {order.reason}.")
        return _order(order, "--fault")
    name, _, rest = text.partition(":")
    order = {"fault": name.strip()}
    for pair in filter(None, NEXT_PAIR.split(rest)):
        key, equals, written = (part.strip() for part in pair.partition("="))
        if not equals:
            raise UsageError(f"--fault {text}: options are written KEY=VALUE; got {shown(pair)}.")
        parsed = jsontext.parse(written.encode())
        value = written if isinstance(parsed, jsontext.NotJSON) else parsed
        if key.startswith("when."):
            order.setdefault("when", {})[key.removeprefix("when.")] = value
        else:
            order[key] = value
    return _order(order, f"--fault {name}")


def _order(value: Any, place: str) -> OrderedFault:
    if isinstance(value, str):
        value = {"fault": value}
    name = value.get("fault") if isinstance(value, dict) else None
    if type(name) is int:
        name = str(name)
    if not isinstance(name, str):
        raise OptionError((place,), f'must be {{"fault": NAME, ...}}; got {shown(value)}')
    current = current_name(name, place)
    entry, _ = entry_of(current, {}, place)
    known_keys(value, (place,), ("fault", "when", *_ORDER_KEYS, *entry.options))
    told = {key: _ORDER_KEYS[key](item, (place, key)) for key, item in value.items() if key in _ORDER_KEYS}
    when = mapping(value.get("when", {}), (place, "when"), _CONDITIONS)
    for key, item in when.items():
        _CONDITIONS[key](item, (place, "when", key))
    options = {key: item for key, item in value.items() if key not in {"fault", "when", *told}}
    made = make_fault(current, options, place)
    return OrderedFault(name, made, entry.replaces, when=when, on_events=entry.on_events, order=value, **told)


def start(orders: Iterable[OrderedFault]) -> Counts:
    """The counts before the first request."""
    return tuple((0, 0) for _ in orders)


def due(
    orders: tuple[OrderedFault, ...], counts: Counts, request: Request
) -> tuple[tuple[OrderedFault, ...], Counts]:
    """The orders that are due for a request, and the counts after it."""
    found: list[OrderedFault] = []
    after: list[tuple[int, int]] = []
    for order, (fitting, done) in zip(orders, counts, strict=True):
        if not order.fits(request) or (order.replaces and any(other.replaces for other in found)):
            after.append((fitting, done))
        elif order.is_due(fitting, done):
            found.append(order)
            after.append((fitting + 1, done + 1))
        else:
            after.append((fitting + 1, done))
    return tuple(found), tuple(after)


def blank(request_id: str, at: float, more: Headers = ()) -> Reply:
    """What a fault that replaces the reply starts from.

    Args:
        request_id: of the reply.
        at: seconds since 1970.
        more: further fields, such as the account's rate limits.
    """
    return Reply(200, (wire_field("request-id", request_id), date_field(at), *more), (), Source.SCRIPTED)


def apply(reply: Reply, orders: Iterable[OrderedFault]) -> Reply:
    """The reply with these faults done to it, told in `x-mockapi-fault` behind those done before.

    One that does not fit leaves the reply as it is, and `x-mockapi-fault-skipped` says why.
    """
    done: list[str] = []
    skipped: list[str] = []
    for order in orders:
        try:
            reply = order.fault(reply)
            done.append(order.name)
        except FaultDoesNotFit as misfit:
            skipped.append(f"{order.name}: {misfit}")
    reply = _telling(reply, b"x-mockapi-fault", ", ", done)
    return _telling(reply, b"x-mockapi-fault-skipped", " ", skipped)


def _telling(reply: Reply, name: bytes, separator: str, more: list[str]) -> Reply:
    if not more:
        return reply
    before = [value.decode("latin-1") for key, value in reply.headers if key == name]
    kept = tuple(pair for pair in reply.headers if pair[0] != name)
    told = separator.join([*before, *more]).encode("latin-1", "replace")
    return replace(reply, headers=(*kept, (name, told)))
