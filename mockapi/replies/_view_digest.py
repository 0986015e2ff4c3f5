"""What synthesis asks of a request that depends on all of it, as values that are worked out beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Prefix(NamedTuple):
    """A beginning of a request that the cache may hold."""

    digest: bytes
    tokens: int
    lifetime: str | None  # of the breakpoint that stands there


@dataclass(frozen=True, slots=True)
class ViewDigest:
    """What depends on all of a large request, worked out beforehand.

    Attributes:
        seed: that the key is for.
        key: what choices and ids follow from.
        input_tokens: as `input_tokens` counts them.
        prefixes: as the prompt cache knows them; () if nothing asks for it.
        is_written: whether the body can be written in canonical form.
    """

    seed: int
    key: bytes
    input_tokens: int
    prefixes: tuple[Prefix, ...]
    is_written: bool
