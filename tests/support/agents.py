"""An agent that talks to a session over HTTP, as the code under a user's test does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from mockapi.testing import Session


TOOL = {"name": "search", "input_schema": {"type": "object"}}


class Agent:
    """A conversation that goes on: it sends, and keeps what came back.

    Args:
        api: who it talks to.
        http: with what.
        more: members of the body.
    """

    def __init__(self, api: Session, http: httpx.Client, **more: Any) -> None:
        self.url = f"{api.base_url}/v1/messages"
        self.http = http
        self.body = {"model": "claude-opus-4-6", "max_tokens": 500, "messages": [], **more}

    def say(self, content: Any) -> httpx.Response:
        """Send a user turn."""
        self.body["messages"].append({"role": "user", "content": content})
        response = self.http.post(self.url, json=self.body)
        if response.status_code == 200:
            self.body["messages"].append({"role": "assistant", "content": response.json()["content"]})
        return response

    def hear(self, content: Any) -> str:
        """Send a user turn; the text of the reply."""
        return text_of(self.say(content).json())

    def give(self, text: str, **more: Any) -> httpx.Response:
        """Hand back a result for every call of the last reply."""
        calls = [block for block in self.body["messages"][-1]["content"] if block["type"] == "tool_use"]
        return self.say(
            [{"type": "tool_result", "tool_use_id": call["id"], "content": text, **more} for call in calls]
        )


def text_of(message: Any) -> str:
    """The text of a message."""
    return "".join(block["text"] for block in message["content"] if block["type"] == "text")
