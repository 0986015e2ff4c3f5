"""Every example of the primer runs as it stands, and what the primer says of it holds."""

from __future__ import annotations

import base64
import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import pytest

import mockapi
from tests.support.primer import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
    "AQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI"
    "AQEAAD8AVN//2Q=="
)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[list[tuple[dict[str, Any], str]]]:
    """What each example left behind: its names, and what it printed. They run in their order."""
    make = anthropic.Anthropic
    with (
        mockapi.Server([]) as server,
        ExitStack() as clients,
        pytest.MonkeyPatch.context() as patch,
    ):
        # The examples close no client: its socket would be found by the collector in some other test.
        patch.setattr(anthropic, "Anthropic", lambda **options: clients.enter_context(make(**options)))
        patch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        patch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-primer")
        patch.setattr(
            httpx, "get", lambda url: httpx.Response(200, content=JPEG, request=httpx.Request("GET", url))
        )
        found = []
        names: dict[str, Any] = {}
        for example in examples():
            printed: list[str] = []

            def write(*words: object, end: str = "\n", printed: list[str] = printed, **_: object) -> None:
                printed.append(" ".join(map(str, words)) + end)

            names["print"] = write
            with warnings.catch_warnings():
                # The SDK warns of models of the primer that have grown old since.
                warnings.simplefilter("ignore", DeprecationWarning)
                exec(compile(example.code, example.heading, "exec"), names)
            found.append((dict(names), "".join(printed)))
        yield found


@pytest.mark.corpus
def test_a_basic_request_and_a_conversation(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """A message with text and usage is printed."""
    for names, printed in outcomes[:2]:
        message = names["message"]
        assert message.content[0].text
        assert message.stop_reason == "end_turn"
        assert message.usage.input_tokens > 5
        assert str(message) in printed


@pytest.mark.corpus
def test_a_prefill_with_one_token_gives_one_letter(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """The single answer of a multiple choice."""
    message = outcomes[2][0]["message"]
    assert message.content[0].text in {"A", "B", "C"}
    assert message.stop_reason == "max_tokens"


@pytest.mark.corpus
def test_images_by_base64_and_by_url(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """Both are seen; neither is fetched by the server."""
    names, _ = outcomes[3]
    assert "1 image" in names["message"].content[0].text
    assert "1 image" in names["message_from_url"].content[0].text


@pytest.mark.corpus
def test_thinking_is_followed_by_text(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """A summary and a response are printed, in that order."""
    names, printed = outcomes[4]
    assert [block.type for block in names["response"].content] == ["thinking", "text"]
    assert printed.index("Thinking summary: ") < printed.index("Response: ")


@pytest.mark.corpus
def test_thinking_is_handed_back_with_a_tool_result(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """The first reply thinks and calls the tool, the second answers."""
    names, _ = outcomes[5]
    assert names["response"].stop_reason == "tool_use"
    assert names["tool_use_block"].input["location"]
    assert names["thinking_block"].signature
    assert names["continuation"].stop_reason == "end_turn"
    assert "72" in names["continuation"].content[-1].text


@pytest.mark.corpus
def test_interleaved_thinking_calls_tools(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """Thinking, then calls of the two tools."""
    content = outcomes[6][0]["response"].content
    assert content[0].type == "thinking"
    assert {block.name for block in content if block.type == "tool_use"} == {"calculator", "database_query"}


@pytest.mark.corpus
def test_streaming_prints_the_text(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """The pieces add up to the message."""
    names, printed = outcomes[7]
    assert printed == names["stream"].get_final_message().content[0].text


@pytest.mark.corpus
def test_no_example_was_missed(outcomes: list[tuple[dict[str, Any], str]]) -> None:
    """There are eight."""
    assert len(outcomes) == 8
