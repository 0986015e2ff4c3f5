"""Chats as a test looks at them: they read as the messages that they are."""

from __future__ import annotations

from typing import Any

import pytest

import mockapi
from tests.support.chats import LOOK, calling, chat
from tests.support.server import ask

KEY = {"authorization": "Bearer sk-ant-test-1"}
PATH = "/v1/chat/completions"


@pytest.mark.parametrize("fields", [{}, {"stream": True, "stream_options": {"include_usage": True}}], ids=str)
def test_a_chat_counts_as_a_call_of_the_model(fields: dict[str, Any]) -> None:
    """Assertions see its tools and their results; its reply is a message, streamed or not."""
    seen = {"role": "tool", "tool_call_id": "call_1", "content": "a tree"}
    asked = chat({"role": "user", "content": "Look"}, calling("call_1"), seen, tools=[LOOK], **fields)
    with mockapi.Server() as server, server.open_session() as session:
        session.reply("Green.")
        assert ask(session.base_url, asked, PATH, headers=KEY).status_code == 200
        session.assert_turns(1)
        session.assert_tools_offered("look", exactly=True)
        session.assert_tool_result_sent("look", "a tree")
        (received,) = session.requests
    assert received.path == PATH
    assert received.asks_for_message
    assert received.reply["content"] == [{"type": "text", "text": "Green."}]
    assert received.usage["output_tokens"] > 0
