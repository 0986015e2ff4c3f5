"""Heads that are kept are few, and can be read in one way only."""

from __future__ import annotations

from mockapi.server.wire._heads import Heads
from tests.support.each import each
from tests.support.heads import LENGTHS, LINES, ODD_FIELDS, Sent
from tests.support.listening import Place

PLACE = Place(b"/", b"", ())


@each("field", [*ODD_FIELDS, b"x: 1\r\nx: 2"])
def test_a_head_that_may_be_read_in_two_ways_is_parsed_each_time(field: bytes) -> None:
    """It is never kept."""
    heads = Heads()
    data = Sent(LINES[0], (field,), LENGTHS[0], ()).wire(b"{}", 0)
    lines = [line.partition(b":") for line in data.split(b"\r\n\r\n")[0].splitlines()[1:]]
    scope = {"headers": [(name.lower(), value.strip()) for name, _, value in lines]}
    for _ in range(3):
        heads.note(data, PLACE, scope)
    assert heads.find(data) is None


def test_heads_that_are_each_their_own_are_not_kept() -> None:
    """A field that numbers requests would fill the memory."""
    heads = Heads()
    for number in range(3_000):
        data = Sent(LINES[0], (b"x-request: %d" % number,), LENGTHS[0], ()).wire(b"{}", 0)
        scope = {"headers": [(b"x-request", b"%d" % number), (b"content-length", b"2")]}
        heads.note(data, PLACE, scope)
        assert heads.find(data) is None


def test_the_heads_that_came_last_are_kept() -> None:
    """However many come twice, and however many lengths they have."""
    heads = Heads()
    for number in range(300):
        data = Sent(LINES[0], (b"x-client: %d" % number,), LENGTHS[0], ()).wire(b"{}", 0)
        scope = {"headers": [(b"x-client", b"%d" % number), (b"content-length", b"2")]}
        for _ in range(2):
            heads.note(data, Place(b"%d" % number, b"", ()), scope)
    sent = Sent(LINES[0], (b"x-client: 299",), LENGTHS[0], ())
    for length in range(300):
        data = sent.wire(b"x" * length, 0)
        head = heads.find(data)
        assert head is not None
        fields = ((b"x-client", b"299"), (b"content-length", b"%d" % length))
        assert (head.place, head.length) == (Place(b"299", b"", fields), length)
        assert head.data + b"x" * length == data
