"""A profile and its replies are the same on every Python: written down, for changes that nobody meant."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from typing import Any

from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History
from mockapi.replies.twin import as_json, drawn_reply, learn_twin
from tests.support.twins import body, traffic

PROFILE = "26059128c6de758cd166feead12a1bf32f8753b2bec3363762078a78f9a3fcab"
REPLIES = "ed9474bae68a6f957a2ffa3e3ff4519001a8302c50146e21b84e820a67b06a89"
"""A change of what is learned, or of how it is told again, changes them, and that on purpose only."""


def _rounded(value: Any) -> Any:
    """The same with numbers as all machines have them: their last digits are the C library's."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _digest(*values: Any) -> str:
    return hashlib.sha256(json.dumps(_rounded(values)).encode()).hexdigest()


def test_what_is_learned_and_told_again_is_the_same_everywhere() -> None:
    """Replies, their kinds, lengths, times, errors and breaks."""
    profile = learn_twin(traffic(120))
    assert _digest(as_json(profile)) == PROFILE
    history, source, told = History(), random.Random(5), []
    for number, stream in enumerate(itertools.islice(itertools.cycle([True, True, False]), 60)):
        asked = {**body(source), "stream": stream}
        if "tools" in asked and number % 4 < 3:
            asked["tool_choice"] = {"type": ("any", "none", "auto")[number % 4]}
        sent = dump(asked)
        reply, history = drawn_reply(
            profile, Request("POST", "/v1/messages", "", (), sent), number % 3, history, 1.7e9
        )
        chunks = [(chunk.delay, chunk.data.decode()) for chunk in reply.chunks]
        told.append((reply.status, repr(reply.headers), chunks, reply.ending, reply.hold))
    assert _digest(*told) == REPLIES
