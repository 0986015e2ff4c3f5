"""The manners of a server that many share: how many sessions there are, whose, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from mockapi._wording import counted
from mockapi.errors import QuotaError, UsageError

MAX_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What holds for the sessions of a server.

    Attributes:
        lifetime: seconds without use after which a session ends, unless it was opened with others; None
            lets it stay.
        per_owner: how many an owner may have open; None for any number.
        most: how many there may be in all, the default session included.

    Raises:
        UsageError: a number that lets no session be.
    """

    lifetime: float | None = None
    per_owner: int | None = None
    most: int = MAX_SESSIONS

    def __post_init__(self) -> None:
        """Refuse what would close or refuse every session."""
        if self.lifetime is not None and not self.lifetime > 0:
            raise UsageError(
                f"The lifetime of sessions is a number of seconds above 0, not {self.lifetime!r}."
            )
        if self.per_owner is not None and self.per_owner < 1:
            raise UsageError(f"Each owner may have 1 session or more; got {self.per_owner!r}.")

    def check(self, owner: str, count: int, first_end: float | None) -> None:
        """Refuse one more session of an owner who has as many as one may have.

        Args:
            owner: its label.
            count: how many sessions the owner has.
            first_end: in how many seconds the first of them ends, if nobody uses it; None if none does.

        Raises:
            QuotaError: it would be too many; what to do stands in it.
        """
        if self.per_owner is None or count < self.per_owner:
            return
        whose = f"The owner {owner!r} has" if owner else "Sessions without an owner:"
        waiting = ""
        if first_end is not None:
            waiting = f", or wait: the longest unused ends in {counted(seconds_up(first_end), 'second')}"
        raise QuotaError(
            f"{whose} {counted(count, 'open session')}, and {self.per_owner:,} are allowed"
            f" (--sessions-per-owner). Close some with DELETE /_mockapi/sessions/ID{waiting}.",
            None if first_end is None else seconds_up(first_end),
        )


def seconds_up(seconds: float) -> int:
    """Whole seconds after which something that takes so long is over; at least 1."""
    return max(1, -int(-seconds // 1))
