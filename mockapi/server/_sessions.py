"""Sessions: everything that has state belongs to one, and there are only so many of them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from mockapi.server._clock import wall
from mockapi.server._journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import Recording, Track
    from mockapi.replies.scripts import Chooser, Script
    from mockapi.server._library import CassetteSet
    from mockapi.server._making import Making
    from mockapi.server._mishaps import Mishaps
    from mockapi.server._settings import Settings

DEFAULT = "default"
MAX_SESSIONS = 10_000
MAX_REQUESTS = 1_000
"""What a session answers before it says that the loop does not end, unless an option says otherwise."""
_MAX_CLOSED = 10_000


class Session:
    """One isolated use of the server.

    Attributes:
        id: what stands in the base URL; "default" is the bare URL's.
        name: what the one who opened it calls it, such as a test's id.
        settings: how it answers.
        library: the cassettes it plays.
        on_unmatched: what answers a request that nothing matches.
        answered: how many requests it has answered.
        max_requests: how many it answers; 0 for any number.
        script: what answers requests that no recording answers exactly; None if there is none.
        record_to: the cassette that what it records is added to; None leaves it to the recorder.
        own_cassettes: the paths it was opened with; None plays the server's.
        journal: what happened.
        played: the recordings it played, in order of their first use.
        last_used: seconds since 1970.
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
    ) -> None:
        self.id = id_
        self.name = name
        self.settings = settings
        self.own_cassettes = own_cassettes
        self.on_unmatched = on_unmatched
        self.script: Script | Chooser | None = None
        self.record_to: str | None = None
        self.max_requests = self._limit()
        self.journal = Journal()
        self.last_used = wall()
        self.use(library)

    def use(self, library: CassetteSet) -> None:
        """Play these cassettes from their beginning."""
        self.library = library
        self.index = library.index(self.settings.effective_matching)
        self.restart()

    def restart(self) -> None:
        """Play every recording from the first again, and forget what replies were made."""
        self._positions: dict[Track, int] = {}
        self.mishaps = self._mishaps()
        self.played: dict[Recording, None] = {}
        self.answered = 0
        self._making: Making | None = None

    @property
    def making(self) -> Making:
        """What makes replies that are no recordings; loaded when first needed."""
        if self._making is None:
            from mockapi.server._making import Making  # noqa: PLC0415 - a replay needs none of it

            prefix = "" if self.id == DEFAULT else f"/s/{self.id}"
            self._making = Making(self.settings.seed, self.settings.validation, prefix)
            self._making.play(self.script)
        return self._making

    def play(self, script: Script | Chooser | None) -> None:
        """Use a script from its beginning, or none; or let something else choose the replies."""
        self.script = script
        self.answered = 0
        self.max_requests = self._limit()
        self.making.play(script)

    def _mishaps(self) -> Mishaps | None:
        settings = self.settings
        if not settings.faults and settings.pace is None and settings.rate_limits is None:
            return None
        from mockapi.server._mishaps import Mishaps  # noqa: PLC0415 - only where some are ordered

        return Mishaps(settings)

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

    def next_recording(self, track: Track | None) -> Recording | None:
        """The recording whose turn it is; None if all were played and the last is not repeated."""
        if track is None:
            return None
        recordings = track.recordings
        position = self._positions.get(track, 0)
        if position >= len(recordings):
            if self.settings.after_last == "fail":
                return None
            return recordings[-1]
        self._positions[track] = position + 1
        recording = recordings[position]
        self.played[recording] = None
        return recording

    def as_json(self) -> dict[str, Any]:
        """The session as the control API shows it."""
        speed = self.settings.speed
        return {
            "id": self.id,
            "name": self.name,
            "requests": self.journal.count,
            "recordings": len(self.library.recordings),
            "played": len(self.played),
            "settings": {
                "speed": "max" if speed is None else speed,
                "after_last": self.settings.after_last,
                "convert": self.settings.convert,
                "on_unmatched": self.on_unmatched,
                "seed": self.settings.seed,
            },
        }


class Sessions:
    """The open sessions, and which closed ones there were. When full, the longest unused goes.

    Attributes:
        default: the server's own.
        bare: whose requests come under the bare base URL; None for nobody's, and then `nobody`
            is what such a request is told.
        nobody: see `bare`.
    """

    def __init__(self, default: Session, max_sessions: int = MAX_SESSIONS) -> None:
        self.default = default
        self.bare: Session | None = default
        self.nobody = "No session has this base URL."
        self._open: dict[str, Session] = {DEFAULT: default}
        self._closed: OrderedDict[str, str | None] = OrderedDict()
        self._max = max_sessions

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._open.values()))

    def get(self, id_: str) -> Session | None:
        """An open session."""
        return self._open.get(id_)

    def add(self, session: Session) -> None:
        """Keep a new session."""
        if len(self._open) >= self._max:
            others = (item for item in self._open.values() if item is not self.default)
            self.close(min(others, key=lambda item: item.last_used))
        self._open[session.id] = session

    def close(self, session: Session) -> None:
        """Let a session and all its state go; its id and name are remembered."""
        self._open.pop(session.id, None)
        self._closed[session.id] = session.name
        while len(self._closed) > _MAX_CLOSED:
            self._closed.popitem(last=False)

    def was_closed(self, id_: str) -> bool:
        """Whether there was a session of that id."""
        return id_ in self._closed

    def closed_name(self, id_: str) -> str | None:
        """The name a closed session had."""
        return self._closed.get(id_)


def new_id() -> str:
    """An id no earlier run of a server has used: a stale URL must not meet another's session."""
    return secrets.token_hex(6)
