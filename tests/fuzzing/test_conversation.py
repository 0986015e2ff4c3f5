"""The conversation machine: a careful client passes, one that keeps what was cut is caught."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from mockapi import sse
from mockapi.fuzzing import CaseServer
from mockapi.fuzzing.conversation import conversation_machine
from mockapi.messages import Accumulator, decode_event

QUICK = settings(
    max_examples=8,
    stateful_step_count=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),  # the shrunk example would say the same, later
    suppress_health_check=list(HealthCheck),
)


class Chat:
    """A client with a history."""

    def __init__(self, base_url: str) -> None:
        self.url = f"{base_url}/v1/messages"
        self.history: list[dict[str, Any]] = []

    def say(self, words: str) -> str:
        """The answer."""
        asked = [*self.history, {"role": "user", "content": words}]
        body = {"model": "claude-sonnet-5", "max_tokens": 64, "stream": True, "messages": asked}
        reply = httpx.post(self.url, json=body, timeout=5, trust_env=False)
        reply.raise_for_status()
        answer = self.read(reply.content)
        self.history = [*asked, {"role": "assistant", "content": answer}]
        return answer

    def read(self, body: bytes) -> str:
        """The text of a stream."""
        accumulator = Accumulator()
        for event in sse.parse(body):
            accumulator.feed(decode_event(event))
        return "".join(block["text"] for block in accumulator.message()["content"])


class TakesWhatComes(Chat):
    """A cut answer passes for a whole one."""

    def read(self, body: bytes) -> str:
        """The text of what there is of a stream."""
        accumulator = Accumulator()
        for event in sse.parse(body):
            accumulator.feed(decode_event(event))
        return "".join(block["text"] for block in accumulator.partial().get("content", []))


class Forgets(Chat):
    """Only the last answer is kept."""

    def say(self, words: str) -> str:
        """The answer."""
        answer = super().say(words)
        self.history = self.history[-2:]
        return answer


@pytest.mark.slow
def test_a_careful_client_passes() -> None:
    """Whole answers are kept, all others are errors and leave no trace."""
    with CaseServer() as stage:
        run_state_machine_as_test(conversation_machine(Chat, stage), settings=QUICK)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("client", "words"), [(TakesWhatComes, "the client says"), (Forgets, "the answers so far were")]
)
def test_a_careless_client_is_caught(client: type[Chat], words: str) -> None:
    """The message says what was sent and what was made of it."""
    with CaseServer() as stage, pytest.raises(AssertionError, match=words):
        run_state_machine_as_test(conversation_machine(client, stage), settings=QUICK)
