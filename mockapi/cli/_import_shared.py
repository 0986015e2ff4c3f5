"""Requests in several cassettes with other answers: to one server all cassettes are one sequence."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from mockapi import cassettes

if TYPE_CHECKING:
    from mockapi.cassettes import Cassette


@dataclass(slots=True)
class SharedRequests:
    """What was asked in which cassette, and answered how: digests, because there may be thousands."""

    _answers: dict[bytes, dict[str, bytes]] = field(default_factory=dict)

    def add(self, cassette: Cassette, shown: str) -> None:
        """Note the requests of a cassette and the replies that each got in it, in their order."""
        if cassette.matching.compare in {"stream", "last-text"}:
            return  # such cassettes have no requests of their own
        for interaction in cassette.interactions:
            answered = interaction.response
            key = cassettes.request_key(cassettes.as_request(interaction), cassette.matching)
            before = self._answers.setdefault(blake2b(key, digest_size=16).digest(), {})
            reply = before.get(shown, b"") + b"%d " % answered.status + answered.body
            before[shown] = blake2b(reply, digest_size=16).digest()

    def warning(self) -> str:
        """What to know before one server plays all of them; empty if no request is answered in two ways."""
        places = [tuple(found) for found in self._answers.values() if len(set(found.values())) > 1]
        if not places:
            return ""
        files = list(dict.fromkeys(file for found in places for file in found))
        requests = "1 request stands" if len(places) == 1 else f"{len(places)} requests stand"
        return (
            f"{requests} in several cassettes with other answers ({files[0]}, {files[1]}"
            + (f" and {len(files) - 2} more" if len(files) > 2 else "")
            + "): one server would play them one after another, whichever test asks. Let the pytest plugin"
            " play each test its own cassette: `import --pytest`, docs/pytest.md"
        )
