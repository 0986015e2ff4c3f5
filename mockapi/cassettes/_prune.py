"""Dropping unused interactions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi.cassettes._key import request_key
from mockapi.cassettes._model import Matching
from mockapi.cassettes._packed import as_request

if TYPE_CHECKING:
    from collections.abc import Collection

    from mockapi.cassettes._model import Cassette, Interaction


def fingerprint(interaction: Interaction) -> str:
    """What tells an interaction from all others, wherever it stands: 32 hexadecimal digits.

    A report of what was played names interactions by it, so that a cassette that was changed
    since loses nothing by mistake.
    """
    digest = hashlib.blake2b(request_key(as_request(interaction), Matching()), digest_size=16)
    digest.update(f"\n{interaction.response.status}\n".encode())
    digest.update(interaction.response.body)
    return digest.hexdigest()


def pruned(cassette: Cassette, played: Collection[str]) -> tuple[Cassette, list[int]]:
    """The cassette without the interactions whose fingerprint is not among those played.

    Returns:
        The new cassette, and the positions that were dropped from the old one.
    """
    dropped = [
        position
        for position, interaction in enumerate(cassette.interactions)
        if fingerprint(interaction) not in played
    ]
    kept = tuple(item for at, item in enumerate(cassette.interactions) if at not in set(dropped))
    return replace(cassette, interactions=kept), dropped
