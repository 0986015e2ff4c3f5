"""Other cassettes for all nodes: read where the request came, then by every node at one place in the log.

A node that cannot read what the others play would answer otherwise than they do: until it can, it answers
nothing in the default session.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mockapi.errors import CassetteError
from mockapi.nodes._digest import digest_of
from mockapi.server import LoadedCassettes, OwnerAwayError, OwnerLostError

if TYPE_CHECKING:
    from mockapi._files import Places
    from mockapi.nodes._log_entries import Entry
    from mockapi.nodes._replica import Replica
    from mockapi.server import Service


class Cassettes:
    """The cassettes of a node that plays what the others play.

    Args:
        service: plays them.
        replica: is told of them.
        places: where files have to lie that another node names.
    """

    def __init__(self, service: Service, replica: Replica, places: Places | None) -> None:
        self._service = service
        self._replica = replica
        self._places = places
        self._read: dict[str, LoadedCassettes] = {}

    async def read(self, token: str, loaded: LoadedCassettes) -> list[Any]:
        """Read cassettes that an entry is about to have played everywhere; what it says.

        Raises:
            CassetteError: with every problem; nothing has changed.
        """
        await self._service.read(loaded)
        digest = await asyncio.to_thread(_digest_of, loaded)
        self._read[token] = loaded
        return [list(loaded.paths), digest]

    def forget(self, token: str) -> None:
        """An entry has been added, or was not."""
        self._read.pop(token, None)

    async def apply(self, entry: Entry) -> int:
        """Play what an entry says; its status."""
        paths, digest = entry.said
        loaded = self._read.get(entry.token) or LoadedCassettes(tuple(paths), self._places)
        status = 200
        try:
            if loaded.library is None:
                await self._service.read(loaded)
                if await asyncio.to_thread(_digest_of, loaded) != digest:
                    return self._failed(
                        paths, "its files say something else than those of the node that asked"
                    )
            await self._service.replace(loaded)
        except CassetteError as error:
            status = self._failed(paths, f"{len(error.problems)} of them cannot be used, {_first(error)}")
        except (OwnerAwayError, OwnerLostError) as error:
            status = self._failed(paths, str(error))
        else:
            self._replica.loaded(paths, digest)
        return status

    def _failed(self, paths: list[str], problem: str) -> int:
        self._replica.fell_out(
            "cassettes", f"It cannot play the cassettes that the others play ({', '.join(paths)}): {problem}."
        )
        return 422


def _digest_of(loaded: LoadedCassettes) -> str:
    assert loaded.library is not None  # noqa: S101 - it was read
    return digest_of(loaded.library)


def _first(error: CassetteError) -> str:
    return f"{error.problems[0].file}: {error.problems[0].cause}".rstrip(".")
