"""Interactions to redact, what a key in them becomes, and the index that finds them again."""

from __future__ import annotations

import json
from typing import Any

from mockapi.cassettes import (
    Cassette,
    Index,
    Interaction,
    Matching,
    RecordedRequest,
    RecordedResponse,
)
from tests.support.cassettes import recordings

KEY = "sk-ant-api03-" + "Zq7" * 12
MASK = "sk-ant-" + "*" * 42


def exchange(
    body: Any = None,
    *,
    path: str = "/v1/messages",
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    reply: bytes = b"{}",
    reply_headers: tuple[tuple[str, str], ...] = (),
) -> Interaction:
    """A POST and its reply; a body other than bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Interaction(
        RecordedRequest("POST", path, query, headers, raw), RecordedResponse(200, reply_headers, reply)
    )


def index_of(*interactions: Interaction, matching: Matching | None = None) -> Index:
    """The index of one cassette with these interactions."""
    return Index(recordings(Cassette("c.yaml", interactions)), matching)
