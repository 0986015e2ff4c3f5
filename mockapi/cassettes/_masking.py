"""How the texts of one interaction are masked, and what was found in them: also for its echoes.

What is known for a secret at one place is masked wherever the interaction repeats it. Which
places those are follows from what a client sees when the recording is played to it:

    what a client says (system, tools, its turns)    masks its echoes everywhere
    what the model says in a turn                    masks them in that turn and all that follow

An earlier turn goes to the client as its own recording has it; were it masked by what came
later, the next request would be another than the recorded one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mockapi.cassettes._echoes import is_echoed

if TYPE_CHECKING:
    from mockapi.cassettes._secrets import Secret

CLIENT = -1
"""What a client says: known before any turn."""

REPLY = 1 << 30
"""The turn that a response is: behind all others."""

_SHORTEST = 8


class Mask(Protocol):
    """Masks a decoded string; told where to note what it masked, and which secrets it knows."""

    def __call__(self, text: str, found: list[Secret] | None = None, *, known: tuple[str, ...] = ()) -> str:
        """The text with its secrets masked."""


class Masking:
    """How texts are masked, and what was found.

    Args:
        mask: masks a decoded string.
        json_paths: values to mask whole.
        known: secrets known to the letter.

    Attributes:
        found: what was masked.
        left: what could not be, because it is signed.
        repeated: secrets that were found, each with the turn from which on it is known.
    """

    def __init__(self, mask: Mask, json_paths: tuple[str, ...] = (), known: tuple[str, ...] = ()) -> None:
        self._mask = mask
        self.known = known
        self.json_paths = json_paths
        self.found: list[Secret] = []
        self.left: list[Secret] = []
        self.repeated: dict[str, int] = {}
        self._source = self._turn = CLIENT
        self._noted = 0
        self._texts: list[tuple[str, int]] = []

    def enter(self, source: int, turn: int) -> None:
        """Go on to the texts of a turn, whose secrets are known from the turn `source` on."""
        if self._turn != REPLY and (source, turn) != (self._source, self._turn):
            self._note()
            self._source, self._turn = source, turn

    def text(self, text: str) -> str:
        """A decoded string, masked."""
        masked = self._mask(text, self.found, known=self._known() if self.repeated else self.known)
        if len(masked) >= _SHORTEST:
            self._texts.append((masked, self._turn))
        return masked

    def look(self, text: str) -> None:
        """Look for secrets where they cannot be masked."""
        self._mask(text, self.left, known=self._known())
        self._texts.append((text, self._turn))

    def echoes(self) -> bool:
        """Whether a text since the last question repeats what is now known, and is not masked yet."""
        self._note()
        texts, self._texts = self._texts, []
        return any(
            secret in text and since <= turn
            for secret, since in self.repeated.items()
            for text, turn in texts
        )

    def _known(self) -> tuple[str, ...]:
        return (*self.known, *(secret for secret, since in self.repeated.items() if since <= self._turn))

    def _note(self) -> None:
        for secret in self.found[self._noted :]:
            if is_echoed(secret.whole):
                since = self.repeated.get(secret.whole, REPLY)
                self.repeated[secret.whole] = min(since, self._source)
        self._noted = len(self.found)
