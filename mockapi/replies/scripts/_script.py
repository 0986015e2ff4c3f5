"""A script as a value, and how far it has been used.

A request gets the first reply in the list that has uses left and whose conditions hold. What happens
with a request that gets none (the sequence is used up, or no condition holds) is `then`:

    continue    it goes on as if there were no script: to a recording, or what answers the unmatched
    repeat      it gets the reply that was given last, once more
    restart     all uses are given back, and it is looked at once more
    fail        it is an error

A row of a batch gets the first reply that has conditions, all of which hold; replies without any are for
requests that come by themselves. Rows do not count as turns, and what becomes of a row that no reply takes
is not the script's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from mockapi.replies.scripts._conditions import Condition

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block
    from mockapi.replies.faults import OrderedFault
    from mockapi.replies.synthesis import RequestView

UNCONDITIONAL: Final = Condition()
THEN: Final = ("continue", "repeat", "restart", "fail")


@dataclass(frozen=True, slots=True)
class Scripted:
    """One reply of a script.

    Attributes:
        blocks: its content; ids and signatures that are missing are made up.
        when: its conditions.
        times: how often it may be given; None for any number.
        stop_reason: why it ends; None finds out, and lets the request's limits cut it.
        members: other members of the message, as they stand.
        faults: what is done to the reply on its way out; one that replaces it makes it an error.
    """

    blocks: tuple[Block, ...]
    when: Condition = field(default_factory=Condition)
    times: int | None = 1
    stop_reason: str | None = None
    members: tuple[tuple[str, Any], ...] = ()
    faults: tuple[OrderedFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """Replies in the order in which they are looked at, and what comes after them."""

    replies: tuple[Scripted, ...]
    then: str = "continue"


class NoReply:
    """The script answers with an error: it has no reply left and `then` is "fail"."""


NO_REPLY: Final = NoReply()


class Chooser(Protocol):
    """Whatever chooses replies: a script in use, or code that goes by more than a script can say."""

    @property
    def script(self) -> Script:
        """The replies there are."""

    @property
    def used(self) -> tuple[int, ...]:
        """How often each was given; () before the first."""

    def next(self, view: RequestView) -> tuple[Scripted | NoReply | None, Chooser]:
        """The reply for a request, and what chooses the next; None where it goes on elsewhere."""

    def next_for_row(self, view: RequestView, custom_id: str) -> tuple[Scripted | None, Chooser]:
        """The reply for a row of a batch, and what chooses the next; None where the script has none."""


@dataclass(frozen=True, slots=True)
class ScriptState:
    """A script in use.

    Attributes:
        script: the script.
        used: how often each of its replies was given.
        last: which was given last.
        turn: how many requests it has seen.
    """

    script: Script
    used: tuple[int, ...] = ()
    last: int | None = None
    turn: int = 0

    def next(self, view: RequestView) -> tuple[Scripted | NoReply | None, ScriptState]:
        """The reply for a request, and the script after it; None where it goes on elsewhere."""
        turn, unused = self.turn + 1, (0,) * len(self.script.replies)
        used = self.used or unused
        index = self._first(view, turn, used)
        if index is None and self.script.then == "restart":
            used = unused
            index = self._first(view, turn, used)
        if index is not None:
            return self.script.replies[index], ScriptState(
                self.script, _with_one_more(used, index), index, turn
            )
        now = ScriptState(self.script, used, self.last, turn)
        if self.script.then == "repeat" and self.last is not None:
            return self.script.replies[self.last], now
        return (NO_REPLY if self.script.then == "fail" else None), now

    def next_for_row(self, view: RequestView, custom_id: str) -> tuple[Scripted | None, ScriptState]:
        """The reply for a row of a batch, and the script after it; None where it has none."""
        used = self.used or (0,) * len(self.script.replies)
        for number, reply in enumerate(self.script.replies):
            left = reply.times is None or used[number] < reply.times
            if left and reply.when != UNCONDITIONAL and reply.when.holds(view, None, custom_id):
                return reply, replace(self, used=_with_one_more(used, number))
        return None, self

    def _first(self, view: RequestView, turn: int, used: tuple[int, ...]) -> int | None:
        for number, reply in enumerate(self.script.replies):
            left = reply.times is None or used[number] < reply.times
            if left and reply.when.holds(view, turn):
                return number
        return None


def _with_one_more(used: tuple[int, ...], index: int) -> tuple[int, ...]:
    return tuple(count + (number == index) for number, count in enumerate(used))
