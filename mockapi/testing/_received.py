"""Requests as a test looks at them: parsed, with what answered each.

`ParsedRequest` is what conditions and replies made by code see; `ReceivedRequest` is what stands in
the journal, and knows the headers and the reply too. Nothing of a body is taken for granted: what has
the wrong type counts as absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes import chat_reply
from mockapi.errors import MockapiError
from mockapi.messages import accumulate, decode_events, is_framed
from mockapi.replies import name_of, result_text
from mockapi.replies.synthesis import RequestView, view_of

if TYPE_CHECKING:
    from mockapi.exchange import Reply
    from mockapi.sessions import JournalEntry

_COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class ParsedRequest:
    """The body of a request, and what is usually asked of it.

    Args:
        view: the body as the server reads it.
    """

    def __init__(self, view: RequestView) -> None:
        self._view = view

    @property
    def body(self) -> dict[str, Any]:
        """The parsed body; {} if it is not a JSON object."""
        return self._view.body

    @property
    def betas(self) -> frozenset[str]:
        """The values of the header `anthropic-beta`."""
        return self._view.betas

    @property
    def model(self) -> str:
        """The model as it was asked for."""
        return self._view.model

    @property
    def stream(self) -> bool:
        """Whether events were asked for."""
        return self._view.stream

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that are objects."""
        messages = self.body.get("messages")
        return [item for item in messages if isinstance(item, dict)] if isinstance(messages, list) else []

    @property
    def system(self) -> str:
        """The text of the system prompt; "" without one."""
        return self._view.system

    @property
    def last_user_text(self) -> str:
        """The text of the latest user message that has any."""
        return self._view.last_user_text

    @property
    def tools(self) -> list[str]:
        """The names of the tools on offer, in order."""
        return [name_of(tool) for tool in self._view.tools]

    @property
    def tool_results(self) -> dict[str, str]:
        """The texts of the tool results that the last turn hands back, by the id of the call."""
        return {str(result.get("tool_use_id")): result_text(result) for result in self._view.tool_results}

    @property
    def called_tools(self) -> dict[str, str]:
        """The names of the tools that were called earlier in the conversation, by the id of the call."""
        return {
            str(block.get("id")): str(block.get("name"))
            for turn in self._view.turns
            for block in turn.blocks
            if block.get("type") == "tool_use"
        }

    @property
    def turns(self) -> int:
        """Which model turn of its conversation it asks for, from 1."""
        return 1 + sum(turn.role == "assistant" for turn in self._view.turns)

    @property
    def cache_breakpoints(self) -> list[str]:
        """Where the body has a `cache_control`, as JSON pointers in the order of the prompt."""
        found: list[str] = []
        for part in ("tools", "system", "messages"):
            _find_breakpoints(self.body.get(part), f"/{part}", found)
        if isinstance(self.body.get("cache_control"), dict):
            found.append("")
        return found


def _find_breakpoints(value: Any, pointer: str, found: list[str]) -> None:
    if isinstance(value, list):
        for number, item in enumerate(value):
            _find_breakpoints(item, f"{pointer}/{number}", found)
    elif isinstance(value, dict):
        _find_breakpoints(value.get("content"), f"{pointer}/content", found)
        if isinstance(value.get("cache_control"), dict):
            found.append(pointer)


class ReceivedRequest(ParsedRequest):
    """A request that came, and what answered it.

    Of one to a cloud's path, what it asks for reads as in a request to the Messages API: `model` is the
    path's, `betas` are the body's. Method, path, headers and content are as they came.

    Args:
        entry: of the journal.
    """

    def __init__(self, entry: JournalEntry) -> None:
        super().__init__(view_of(entry.plain))
        self._entry = entry

    @property
    def number(self) -> int:
        """Its place in the session, from 1."""
        return self._entry.number

    @property
    def method(self) -> str:
        """In upper case."""
        return self._entry.request.method

    @property
    def path(self) -> str:
        """Such as "/v1/messages"."""
        return self._entry.request.path

    @property
    def asks_for_message(self) -> bool:
        """Whether it asks the model for a message, on whatever path."""
        return self._entry.plain.asks_for_message

    @property
    def query(self) -> str:
        """Without the question mark."""
        return self._entry.request.query

    @property
    def headers(self) -> dict[str, str]:
        """The fields, names in lower case; of one that came twice the last."""
        return {
            name.decode("latin-1"): value.decode("latin-1") for name, value in self._entry.request.headers
        }

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self._entry.request.body

    @property
    def source(self) -> str:
        """What answered: recorded, scripted, synthesized, forwarded, invalid or unmatched."""
        return str(self._entry.reply.source)

    @property
    def recording(self) -> str | None:
        """Which recording answered, as `CASSETTE#INTERACTION`."""
        return None if self._entry.recording is None else str(self._entry.recording)

    @property
    def status(self) -> int:
        """The reply's HTTP status."""
        return self._entry.reply.status

    @property
    def reply_headers(self) -> dict[str, str]:
        """The reply's fields."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self._entry.reply.headers}

    @property
    def reply(self) -> Any:
        """The reply's message, or its JSON; None if it is neither, such as a stream that was cut.

        A chat completion reads as the message that it is.
        """
        return message_of(self._entry.reply)

    @property
    def usage(self) -> dict[str, int]:
        """The tokens that the reply counts; {} without any."""
        reply = self.reply
        usage = reply.get("usage") if isinstance(reply, dict) else None
        if not isinstance(usage, dict):
            return {}
        return {name: usage[name] for name in _COUNTS if type(usage.get(name)) is int}

    def __repr__(self) -> str:
        return f"<Received {self.number}: {self.method} {self.path} -> {self.status} {self.source}>"


def message_of(reply: Reply) -> Any:
    """The message of a reply, streamed or not; None without one."""
    chat = chat_reply(reply.body)
    if chat is not None:
        return chat
    if (reply.header("content-type") or "").startswith("text/event-stream") or is_framed(reply.body):
        try:
            return accumulate(decode_events(reply.body))
        except MockapiError:
            return None
    value = jsontext.parse(reply.body)
    return None if isinstance(value, jsontext.NotJSON) else value
