"""A state machine that talks to a client: turns that go well, and turns that do not.

It stands in for the API. Each step it lays out a reply, has the client say something, and holds
the client to what a conversation must keep:

    - a reply that came whole is what the client gives back, and stands in every later request
    - a reply that was cut, broken or refused is an error, and stands in no later request
    - a request ends with what the user said last, and its turns are in order

    with Stage() as stage:
        run_state_machine_as_test(conversation_machine(Chat, stage))

The client is anything with `say(text) -> text`, which keeps its own history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from mockapi import jsontext
from mockapi.exchange import Chunk, Reply, Source
from mockapi.fuzzing._case_server import CaseServer as CaseServer  # noqa: PLC0414, TC001 - given on: a user opens it
from mockapi.fuzzing.cases import STREAM_HEADERS, events, message, text
from mockapi.messages import encode_event
from mockapi.replies import faults

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20
).filter(lambda words: bool(words.strip()))
FAULTS: Final = st.sampled_from(
    [
        ("drop_event", {}),
        ("cut", {"event": 3}),
        ("cut", {"event": 3, "ending": "reset"}),
        ("close", {"event": -2}),
        ("stream_error", {"event": 2}),
        ("error", {"status": 529, "headers": {"x-should-retry": "false"}}),
        ("error", {"status": 400}),
        ("html", {"status": 200}),
    ]
)


class Client(Protocol):
    """What can be talked to; it keeps the conversation."""

    def say(self, words: str) -> str:
        """The answer to the user's next words.

        Raises:
            Exception: the answer is not whole.
        """
        ...


class Conversation(RuleBasedStateMachine):
    """The machine; `conversation_machine` gives it a client."""

    open_client: Callable[[str], Client]
    stage: CaseServer

    def __init__(self) -> None:
        super().__init__()
        self._stage = type(self).stage
        self._number, base_url = self._stage.offer(Reply(200, (), (), Source.SCRIPTED))
        self._client = type(self).open_client(base_url)
        self._turns: list[tuple[str, str]] = []

    @rule(asked=WORDS, answer=WORDS, size=st.integers(1, 7))
    def is_answered(self, asked: str, answer: str, size: int) -> None:
        """A reply comes whole."""
        self._stage.offer(_stream(answer, size), number=self._number)
        said = self._client.say(asked)
        assert said == answer, f"the reply was {answer!r}, the client says {said!r}"  # noqa: S101 - a property
        self._check_request(asked)
        self._turns.append((asked, answer))

    @rule(asked=WORDS, answer=WORDS, fault=FAULTS)
    def is_let_down(self, asked: str, answer: str, fault: tuple[str, dict[str, Any]]) -> None:
        """A reply does not come whole."""
        name, options = fault
        blank = faults.blank("req_011CTest", 1795348800)
        whole = blank if faults.TABLE[name].replaces else _stream(answer, 3)
        self._stage.offer(faults.make_fault(name, options)(whole), number=self._number)
        try:
            said = self._client.say(asked)
        except Exception:  # noqa: BLE001 - any error is right here
            self._check_request(asked)
            return
        raise AssertionError(f"the reply had the fault {name} {options}, and the client says {said!r}")

    def _check_request(self, asked: str) -> None:
        body = jsontext.parse(self._stage.bodies[-1])
        turns = [(item["role"], _words(item["content"])) for item in body["messages"]]
        assert turns[-1][0] == "user", f"the last turn is the {turns[-1][0]}'s"  # noqa: S101 - a property
        assert turns[-1][1].endswith(asked), f"the user said {asked!r}, sent was {turns[-1][1]!r}"  # noqa: S101 - a property
        answers = [words for role, words in turns if role == "assistant"]
        wanted = [answer for _, answer in self._turns]
        assert answers == wanted, f"the answers so far were {wanted!r}, sent were {answers!r}"  # noqa: S101 - a property


def conversation_machine(open_client: Callable[[str], Client], stage: CaseServer) -> type[Conversation]:
    """A machine for a client.

    Args:
        open_client: makes a client with an empty history, given the base URL.
        stage: the running server that it talks to.
    """
    return type(
        "ConversationOfClient", (Conversation,), {"open_client": staticmethod(open_client), "stage": stage}
    )


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content)


def _stream(answer: str, size: int) -> Reply:
    frames = tuple(Chunk(0.0, encode_event(event)) for event in events(message(text(answer)), size))
    return Reply(200, STREAM_HEADERS, frames, Source.SCRIPTED)
