"""A reply of which something is made only for whoever asks for it."""

from __future__ import annotations

from typing import Any

from mockapi.exchange import Reply


class LazyReply(Reply):
    """A reply that keeps less than it has.

    To everybody else it is a `Reply`: it equals one, and `replace` and pickling make one of it.
    """

    __slots__ = ()

    @property  # type: ignore[misc] # nobody sets it
    def __class__(self) -> type[Reply]:  # type: ignore[override] # a type of its own is what it must not show
        """What it is to everybody else: `replace` makes this, and `==` goes by it."""
        return Reply

    def __reduce__(self) -> Any:
        own = (self.status, self.headers, self.chunks, self.source, self.ending, self.hold, self.usage)
        return Reply, own
