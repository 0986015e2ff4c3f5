"""A chat request as a request to the Messages API, and which of its fields nobody reads.

The table of fields is the endpoint's documentation. Where that says less than a request needs, the
Messages API decides: a chat without a limit gets the most that its model writes, and values go on as
they are, for the API's own rules to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import catalogue
from mockapi.replies.surfaces._openai_conversation import DROPPED, conversation, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ: Final = frozenset(
    {
        "model", "messages", "max_tokens", "max_completion_tokens", "stream", "stream_options", "top_p",
        "parallel_tool_calls", "stop", "temperature", "n", "tools", "tool_choice", "functions",
        "function_call", "thinking", "response_format",
    }
)  # fmt: skip
_PASSED_ON: Final = ("model", "top_p", "thinking")
_CHOICES: Final = {"auto": "auto", "none": "none", "required": "any"}
_LIMIT: Final = 4096
"""Of a model that the catalogue does not have."""


def messages_body(chat: dict[str, Any]) -> dict[str, Any]:
    """The body of the Messages request that a chat request stands for."""
    body = {name: chat[name] for name in _PASSED_ON if chat.get(name) is not None}
    body["max_tokens"] = _limit(chat)
    messages = chat.get("messages")
    if isinstance(messages, list):
        system, body["messages"] = conversation(messages)
        if system:
            body["system"] = system
    elif messages is not None:
        body["messages"] = messages
    body.update(_tools(chat))
    stop = chat.get("stop")
    if stop is not None:
        body["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    temperature = chat.get("temperature")
    if temperature is not None:
        over = isinstance(temperature, (int, float)) and temperature > 1
        body["temperature"] = 1 if over else temperature
    if chat.get("stream"):
        body["stream"] = chat["stream"]
    if (schema := _schema(chat)) is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return body


def wants_usage(chat: Any) -> bool:
    """Whether a stream shall end with what it used."""
    options = chat.get("stream_options") if isinstance(chat, dict) else None
    return isinstance(options, dict) and options.get("include_usage") is True


def ignored(chat: Any) -> tuple[str, ...]:
    """The fields of a chat request that have no effect, `[]` for any place in a list."""
    if not isinstance(chat, dict):
        return ()
    named = (name for name, value in chat.items() if name not in _READ and value is not None)
    return tuple(dict.fromkeys((*named, *_ignored_inside(chat))))


def _ignored_inside(chat: dict[str, Any]) -> Iterator[str]:
    for tool in parts_of(chat.get("tools")):
        if "strict" in _dict(tool.get("function")):
            yield "tools[].function.strict"
    if "strict" in _dict(_dict(chat.get("response_format")).get("json_schema")):
        yield "response_format.json_schema.strict"
    for message in parts_of(chat.get("messages")):
        for name in ("name", "audio", "refusal"):
            if message.get(name) is not None:
                yield f"messages[].{name}"
        for part in parts_of(message.get("content")):
            if part.get("type") in DROPPED:
                yield f"messages[].content[].{part['type']}"
            elif "detail" in _dict(part.get("image_url")):
                yield "messages[].content[].image_url.detail"


def _limit(chat: dict[str, Any]) -> Any:
    for name in ("max_completion_tokens", "max_tokens"):
        if chat.get(name) is not None:
            return chat[name]
    asked = chat.get("model")
    model = catalogue.shipped().find(asked) if isinstance(asked, str) else None
    return _LIMIT if model is None else model.max_output


def _tools(chat: dict[str, Any]) -> dict[str, Any]:
    """`tools` and `tool_choice`, from these fields or from those of before: `functions`, `function_call`."""
    made: dict[str, Any] = {}
    functions = [_dict(tool.get("function")) for tool in parts_of(chat.get("tools"))]
    functions += parts_of(chat.get("functions"))
    if functions:
        made["tools"] = [_tool(function) for function in functions]
    asked = chat.get("tool_choice")
    choice = _choice(chat.get("function_call") if asked is None else asked)
    if choice is None and functions and chat.get("parallel_tool_calls") is False:
        choice = {"type": "auto"}
    if choice is not None:
        if chat.get("parallel_tool_calls") is False and choice.get("type") != "none":
            choice = {**choice, "disable_parallel_tool_use": True}
        made["tool_choice"] = choice
    return made


def _tool(function: dict[str, Any]) -> dict[str, Any]:
    tool: dict[str, Any] = {"name": function.get("name")}
    if function.get("description") is not None:
        tool["description"] = function["description"]
    parameters = function.get("parameters")
    return {
        **tool,
        "input_schema": {"type": "object", "properties": {}} if parameters is None else parameters,
    }


def _choice(asked: Any) -> dict[str, Any] | None:
    if isinstance(asked, str):
        return {"type": _CHOICES.get(asked, asked)}
    if not isinstance(asked, dict):
        return None
    return {"type": "tool", "name": _dict(asked.get("function")).get("name", asked.get("name"))}


def _schema(chat: dict[str, Any]) -> Any:
    wanted = _dict(chat.get("response_format"))
    return _dict(wanted.get("json_schema")).get("schema") if wanted.get("type") == "json_schema" else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
