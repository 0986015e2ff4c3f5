"""Stand-ins for the other processes of a server, and for what these give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.server import Coming, PassedOn

if TYPE_CHECKING:
    from mockapi.sessions import Asked, ServerSession

WHOLE = Reply(200, ((b"content-length", b"2"), (b"x-a", b"b")), (Chunk(0.0, b"{}"),), Source.RECORDED)


class Gave(PassedOn):
    """What an owner gave, and how often it was told the end."""

    def __init__(self, reply: Reply | None, *, is_turned_away: bool = False) -> None:
        self.reply, self.is_turned_away = reply, is_turned_away
        self.told: list[tuple[bool, float | None]] = []
        self.answered: list[Any] = []

    def keeper(self, recorder: Any) -> Any:
        """What writes it down: the recorder's name for it."""
        return recorder.keeps

    def upstream_answered(self, request: Request, reply: Reply, at: float, *, complete: bool) -> None:
        """Note what was answered here."""
        self.answered.append((request, reply, at))
        self.reply, self.complete = reply, complete

    def ended(self) -> None:
        """Note how it went."""
        self.told.append((self.complete, self.seconds))


class Comes(Coming):
    """What an owner has been asked for."""

    def __init__(self, reply: Reply | None) -> None:
        self.reply = reply
        self.is_told = False

    @property
    def request(self) -> Request:
        """What was asked."""
        return Request("POST", "/v1/messages")

    def ended(self) -> None:
        """Note that the end is told."""
        self.is_told = True


class Others:
    """The other processes: one has every session but those of this one.

    Attributes:
        asked: what the owner was asked.
    """

    def __init__(self, gives: PassedOn | Exception | None, *, mine: tuple[str, ...] = ()) -> None:
        self.gives, self.mine = gives, mine
        self.session: ServerSession | None = None
        self.plays: ServerSession | None = None
        self.asked: list[Any] = []

    def owner_of(self, id_: str | None) -> Others | None:
        """Who has a session."""
        return None if id_ in self.mine else self

    def stand_in(self, _request: Request) -> ServerSession | None:
        """A session that plays in the owner's place."""
        return self.plays

    def at_hand(self, asked: Asked, body: bytes, server: Any) -> PassedOn | None:
        """What is answered without a task."""
        self.asked.append((asked.session_id, body, server))
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives

    async def answer(self, id_: str | None, request: Request, server: Any, hint: str) -> PassedOn:
        """What is answered with one."""
        self.asked.append((id_, request.path, request.body, server, hint))
        if isinstance(self.gives, Exception):
            raise self.gives
        assert self.gives is not None
        return self.gives

    def around(self, control: Any) -> Any:
        """The control API of all."""
        return control


class Forwards:
    """A recorder whose upstream answers everything alike.

    Attributes:
        asked: what it was asked.
    """

    keeps = "a keeper"

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def forward(self, request: Request, keep: Any, *_: Any, request_id: str) -> tuple[Reply, bool]:
        """The upstream's reply, and whether it was sent whole."""
        self.asked.append((request, keep, request_id))
        return WHOLE, True
