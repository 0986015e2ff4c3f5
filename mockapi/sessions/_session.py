"""A session: one isolated use of the server, its settings and all that it remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi import sessions
from mockapi._clock import wall
from mockapi.errors import TooSlowError, UsageError
from mockapi.sessions._journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Recording, RecordingSequence
    from mockapi.exchange import Reply, Request
    from mockapi.replies.faults import Counts, OrderedFault
    from mockapi.replies.scripts import Chooser, Script
    from mockapi.sessions._account import Account
    from mockapi.sessions._generator import ReplyGenerator
    from mockapi.sessions._library import CassetteSet
    from mockapi.sessions._settings import Settings
    from mockapi.validation import ValidationSettings

DEFAULT = "default"
MAX_REQUESTS = 1_000
"""What a session answers before it says that the loop does not end, unless an option says otherwise."""
MAX_FAULTS: Final = 1_000
"""Faults that a session may have: each is looked at with every request."""

_LONGEST_REPLY: Final = 3_600.0
"""Seconds after which a reply that has not ended is not taken for one that is being sent: its connection may
have ended in a way that nobody was told of."""


class ServerSession:
    """One isolated use of the server.

    Attributes:
        id: what stands in the base URL; "default" is the bare URL's.
        name: what the one who opened it calls it, such as a test's id.
        settings: how it answers.
        library: the cassettes it plays.
        on_unmatched: what answers a request that nothing matches.
        strict_messages: whether a POST /v1/messages that nothing matches is a miss all the same.
        answered: how many requests it has answered.
        max_requests: how many it answers; 0 for any number.
        script: what answers requests that no recording answers exactly; None without one.
        record_to: the cassette that what it records is added to; None leaves it to the recorder.
        own_cassettes: the paths it was opened with; None plays the server's.
        journal: what happened.
        played: the recordings it played, in order of their first use.
        renewed: the recordings whose place a fresh answer has taken.
        fault_counts: how often each ordered fault was met and done.
        opened: seconds since 1970.
        last_used: seconds since 1970.
        owner: the label of those who have opened it; "" without one.
        lifetime: seconds without use after which it ends; None lets it stay.
    """

    def __init__(
        self,
        id_: str,
        settings: Settings,
        library: CassetteSet,
        *,
        name: str | None = None,
        own_cassettes: tuple[str, ...] | None = None,
        on_unmatched: str = "fail",
        owner: str = "",
        lifetime: float | None = None,
    ) -> None:
        self.id = id_
        self.name = name
        self.owner = owner
        self.lifetime = lifetime
        self.settings = settings
        self.own_cassettes = own_cassettes
        self.on_unmatched = on_unmatched
        self.strict_messages = False
        self.script: Script | Chooser | None = None
        self.record_to: str | None = None
        self.max_requests = self._limit()
        self.journal = Journal()
        self.last_used = self.opened = wall()
        self.use(library)

    def use(self, library: CassetteSet) -> None:
        """Play these cassettes from their beginning."""
        self.journal.settle()
        self.library = library
        self.index = library.index(self.settings.effective_matching)
        self._looked_at: Settings | None = None
        self._is_bare = False
        self.restart()

    def restart(self) -> None:
        """Play every recording from the first again; forget the replies made, and faults ordered since."""
        self._positions: dict[RecordingSequence, int] = {}
        self._later_faults: tuple[OrderedFault, ...] = ()
        self.fault_counts: Counts = tuple((0, 0) for _ in self.settings.faults)
        self._account: Account | None = None
        self.played: dict[Recording, None] = {}
        self.renewed: set[Recording] = set()
        self.answered = 0
        self._generator: ReplyGenerator | None = None

    @property
    def generator(self) -> ReplyGenerator:
        """Makes the replies that are not recordings; loaded when first needed, as a replay needs none."""
        if self._generator is None:
            prefix = "" if self.id == DEFAULT else f"/s/{self.id}"
            self._generator = sessions.ReplyGenerator(self.settings.seed, self.settings.validation, prefix)
            self._generator.play(self.script)
        return self._generator

    @property
    def account(self) -> Account:
        """The rate limits of its keys; loaded when first needed."""
        if self._account is None:
            self._account = sessions.Account(self.settings.rate_limits)
        return self._account

    def play(self, script: Script | Chooser | None) -> None:
        """Use a script, or another chooser of replies, from its beginning; None drops it."""
        self.script = script
        self.answered = 0
        self.max_requests = self._limit()
        self.generator.play(script)

    @property
    def faults(self) -> tuple[OrderedFault, ...]:
        """Every fault that is ordered: by the settings, and since."""
        return (*self.settings.faults, *self._later_faults)

    def order(self, orders: tuple[OrderedFault, ...]) -> None:
        """Order faults for the requests that come from now on, behind those that are ordered already.

        Raises:
            UsageError: they would be too many.
        """
        count = len(self.faults) + len(orders)
        if count > MAX_FAULTS:
            raise UsageError(
                f"The session would have {count:,} faults; {MAX_FAULTS:,} are allowed: drop some."
            )
        self._later_faults = (*self._later_faults, *orders)
        self.fault_counts = (*self.fault_counts, *((0, 0) for _ in orders))

    def drop_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.settings = replace(self.settings, faults=())
        self._later_faults = ()
        self.fault_counts = ()

    def change(self, settings: Settings) -> None:
        """Answer by other settings from now on; other rules of matching play every recording anew."""
        has_other_rules = settings.effective_matching != self.settings.effective_matching
        self.settings = settings
        if has_other_rules:
            self.use(self.library)

    def faults_as_json(self) -> list[dict[str, Any]]:
        """Each order, how many requests it fitted, and to how many of them it was done."""
        pairs = zip(self.faults, self.fault_counts, strict=True)
        return [
            {"fault": order.name, "times": order.times, "fitting": fitting, "done": done}
            for order, (fitting, done) in pairs
        ]

    @property
    def end(self) -> float | None:
        """When it ends, unless it is used; None for never."""
        return None if self.lifetime is None else self.last_used + self.lifetime

    def is_answering(self, now: float) -> bool:
        """Whether a reply is being sent that was begun not too long ago."""
        return self.journal.is_being_answered(now - _LONGEST_REPLY)

    def _limit(self) -> int:
        if self.settings.max_requests is not None:
            return self.settings.max_requests
        return 0 if self.id == DEFAULT and self.script is None else MAX_REQUESTS

    @property
    def records(self) -> bool:
        """Whether answers of the upstream are written down."""
        if self.settings.record_mode == "all":
            return True
        return self.on_unmatched == "record" and self.settings.record_mode == "new"

    def next_recording(self, track: RecordingSequence | None) -> Recording | None:
        """The recording whose turn it is; None if all were played and the last is not repeated.

        What was played counts as played, whichever rules found it: a recording has a place in an exact
        sequence and in a relaxed one.
        """
        if track is None:
            return None
        if not track.several:  # as most are: it is the first and the last, and needs no position
            recording = track.first
            if recording in self.played:
                return None if self.settings.after_last == "fail" else recording
            self.played[recording] = None
            return recording
        recordings = track.several
        position = self._positions.get(track, 0)
        while position < len(recordings) and recordings[position] in self.played:
            position += 1
        if position >= len(recordings):
            if self.settings.after_last == "fail":
                return None
            return recordings[-1]
        self._positions[track] = position + 1
        recording = recordings[position]
        self.played[recording] = None
        return recording

    @property
    def is_bare(self) -> bool:
        """Whether a recording that is found exactly is all there is to a reply: nothing else is ordered."""
        settings = self.settings
        if self._looked_at is not settings:  # settings are replaced, never changed
            self._looked_at = settings
            self._is_bare = (
                settings.record_mode in {"new", "none"}
                and settings.speed is None
                and settings.pace is None
                and settings.rate_limits is None
                and not (settings.faults or settings.convert or settings.cors)
            )
        return self._is_bare and not self._later_faults

    def replay(self, request: Request) -> Recording | None:
        """The recording of exactly this request, if `sessions.answer` would do no more than play it.

        None says nothing, and leaves all as it was. It is what nearly every request of a replay needs, for
        a third of what the way through all stages costs.
        """
        if self.index.is_empty or not self.is_bare or 0 < self.max_requests <= self.answered:
            return None
        track = self.index.find_as_it_came(request)
        recording = self.next_recording(track)
        if recording is not None:
            self.answered += 1
        return recording

    def make_up(
        self, request: Request, at: float, accepts: Callable[[Request, ValidationSettings], bool]
    ) -> Reply | None:
        """The reply to a request for a message, if `sessions.answer` would do no more than make it up.

        None says nothing, and leaves all as it was, as for `replay`. It is what nearly every request needs
        that has no recording.

        Args:
            request: what came, to the API's own path.
            at: when, in seconds since 1970.
            accepts: whether the API is known to take a request under some settings.
        """
        settings = self.settings
        if not self.is_bare or 0 < self.max_requests <= self.answered or self.on_unmatched != "synthesize":
            return None
        if self.script is not None or settings.twin is not None or self.strict_messages:
            return None
        index = self.index
        try:
            if not index.is_empty and (index.find_exact(request) or index.find_relaxed(request)):
                return None
        except TooSlowError:  # whoever goes through all stages meets it, and tells
            return None
        if not accepts(request, settings.validation):
            return None
        self.answered += 1
        return self.account.settle(request, self.generator.message(request, at, at_once=True), at)

    def next_to_renew(self, request: Request) -> Recording | None:
        """The recording whose place a fresh answer takes; None if the answer is one more.

        It is the first that would have answered the request and has not been renewed yet.
        """
        track = self.index.find_exact(request) or self.index.find_relaxed(request)
        for recording in () if track is None else track.recordings:
            if recording not in self.renewed:
                self.renewed.add(recording)
                return recording
        return None

    def as_json(self) -> dict[str, Any]:
        """The session as the control API shows it."""
        speed = self.settings.speed
        return {
            "id": self.id,
            "name": self.name,
            "owner": self.owner,
            "lifetime": self.lifetime,
            "requests": self.journal.count,
            "recordings": len(self.library.recordings),
            "played": len(self.played),
            "settings": {
                "speed": "max" if speed is None else speed,
                "has_pace": self.settings.pace is not None,
                "pace": None if self.settings.pace is None else self.settings.pace.told,
                "after_last": self.settings.after_last,
                "convert": self.settings.convert,
                "on_unmatched": self.on_unmatched,
                "seed": self.settings.seed,
            },
            "faults": self.faults_as_json(),
        }
