"""Reading a script from JSON: checked whole before anything of it is used.

    {"replies": [REPLY, ...], "then": "continue" | "repeat" | "restart" | "fail"}

    REPLY = one of   {"text": TEXT}  {"blocks": [BLOCK, ...]}  {"message": MESSAGE}  {"file": PATH}
            and any  "when": {CONDITION: ..., ...}   "times": N or null   "stop_reason": REASON
                     "stop_sequence": TEXT   "stop_details": {...}

A list of replies alone is a script too. Without `times` a reply is given once; one with conditions
any number of times. A file holds a message as JSON, or a stream of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.errors import MockapiError, ScriptError
from mockapi.messages import STOP_REASONS, accumulate, decode_events
from mockapi.replies.scripts._blocks import checked_blocks
from mockapi.replies.scripts._conditions import CONDITIONS, Condition, Results, Text
from mockapi.replies.scripts._script import THEN, Script, Scripted

if TYPE_CHECKING:
    from collections.abc import Callable

_KEYS: Final = ("replies", "then")
_CONTENT: Final = ("text", "blocks", "message", "file")
_STOPS: Final = ("stop_sequence", "stop_details")
_REPLY_KEYS: Final = (*_CONTENT, "when", "times", "stop_reason", *_STOPS)
_RESULT_KEYS: Final = ("tool", "text", "is_error")
_HOWS: Final = ("equals", "contains", "matches")


def parse_script(value: Any, read_file: Callable[[str], bytes]) -> Script:
    """The script that a JSON value describes.

    Args:
        value: the parsed JSON.
        read_file: gives the bytes of a file that a reply names; it may raise OSError.

    Raises:
        ScriptError: it does not fit; `pointer` says where.
    """
    if isinstance(value, list):
        value = {"replies": value}
    if not isinstance(value, dict):
        raise ScriptError("", 'is no script: a script is {"replies": [...]} or a list of replies.')
    _known(value, _KEYS, "")
    replies = value.get("replies")
    if not isinstance(replies, list):
        raise ScriptError("/replies", "is missing or no list; a script is a list of replies.")
    then = value.get("then", "continue")
    if then not in THEN:
        raise ScriptError("/then", f"is {then!r}; it is one of {', '.join(THEN)}.")
    return Script(
        tuple(_reply(reply, f"/replies/{number}", read_file) for number, reply in enumerate(replies)), then
    )


def _reply(value: Any, pointer: str, read_file: Callable[[str], bytes]) -> Scripted:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        raise ScriptError(pointer, "is no reply: a reply is an object, or a string for a text.")
    _known(value, _REPLY_KEYS, pointer)
    given = [name for name in _CONTENT if name in value]
    if len(given) != 1:
        has = " and ".join(given) or "none of them"
        raise ScriptError(pointer, f"has exactly one of {', '.join(_CONTENT)}; this one has {has}.")
    when = _when(value.get("when"), f"{pointer}/when") if "when" in value else Condition()
    members: dict[str, Any] = {}
    at = f"{pointer}/{given[0]}"
    content = value[given[0]]
    if given[0] == "text":
        blocks = (
            checked_blocks([{"type": "text", "text": content}], pointer) if isinstance(content, str) else None
        )
        if blocks is None:
            raise ScriptError(at, "is no string.")
    elif given[0] == "blocks":
        blocks = checked_blocks(content, at)
    else:
        message = _from_file(content, at, read_file) if given[0] == "file" else content
        blocks, members = _message(message, at)
    reason = _reason(value.get("stop_reason", members.pop("stop_reason", None)), f"{pointer}/stop_reason")
    members |= {name: value[name] for name in _STOPS if name in value}
    default = None if "when" in value else 1
    return Scripted(
        blocks=blocks,
        when=when,
        times=_times(value.get("times", default), f"{pointer}/times"),
        stop_reason=reason,
        members=tuple(members.items()),
    )


def _message(value: Any, pointer: str) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    if not isinstance(value, dict):
        raise ScriptError(pointer, "is no message: a message is an object with `content`.")
    if value.get("type", "message") != "message":
        raise ScriptError(f"{pointer}/type", f"is {value['type']!r}; a message's is 'message'.")
    usage = value.get("usage", {})
    if not isinstance(usage, dict):
        raise ScriptError(f"{pointer}/usage", "is no object.")
    for name in ("input_tokens", "output_tokens"):
        if type(usage.get(name, 0)) is not int:
            raise ScriptError(f"{pointer}/usage/{name}", "is no whole number.")
    members = {name: member for name, member in value.items() if name not in ("content", "type", "role")}
    if members.get("stop_reason") is None:
        members.pop("stop_reason", None)
    return checked_blocks(value.get("content"), f"{pointer}/content"), members


def _from_file(value: Any, pointer: str, read_file: Callable[[str], bytes]) -> Any:
    if not isinstance(value, str):
        raise ScriptError(pointer, "is no path.")
    try:
        data = read_file(value)
    except OSError as error:
        raise ScriptError(pointer, f"names {value!r}, which cannot be read: {error.strerror}.") from None
    message = jsontext.parse(data)
    if not isinstance(message, jsontext.NotJSON):
        return message
    try:
        return accumulate(decode_events(data))
    except MockapiError as error:
        raise ScriptError(
            pointer, f"names {value!r}, which is neither a message as JSON nor a stream of one: {error}"
        ) from None


def _when(value: Any, pointer: str) -> Condition:
    if not isinstance(value, dict):
        raise ScriptError(pointer, "is no object of conditions.")
    _known(value, CONDITIONS, pointer)
    model, tools, turn = value.get("model"), value.get("tools", []), value.get("turn")
    if model is not None and not isinstance(model, str):
        raise ScriptError(f"{pointer}/model", "is no string.")
    custom_id = value.get("custom_id")
    if custom_id is not None and not isinstance(custom_id, str):
        raise ScriptError(f"{pointer}/custom_id", "is not a string.")
    if isinstance(tools, str):
        tools = [tools]
    if not isinstance(tools, list) or not all(isinstance(name, str) for name in tools):
        raise ScriptError(f"{pointer}/tools", "is no list of tool names.")
    if turn is not None and (type(turn) is not int or turn < 1):
        raise ScriptError(f"{pointer}/turn", "is no whole number from 1.")
    return Condition(
        model=model,
        last_user_text=_text(value.get("last_user_text"), f"{pointer}/last_user_text"),
        system=_text(value.get("system"), f"{pointer}/system"),
        tools=tuple(tools),
        tool_results=_results(value.get("tool_results"), f"{pointer}/tool_results"),
        turn=turn,
        custom_id=custom_id,
    )


def _text(value: Any, pointer: str) -> Text | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Text("contains", value)
    if not isinstance(value, dict) or len(value) != 1:
        raise ScriptError(pointer, f"is a string, or an object with one of {', '.join(_HOWS)}.")
    _known(value, _HOWS, pointer)
    ((how, text),) = value.items()
    if not isinstance(text, str):
        raise ScriptError(f"{pointer}/{how}", "is no string.")
    if how == "matches":
        try:
            re.compile(text)
        except re.error as error:
            raise ScriptError(f"{pointer}/{how}", f"is no regular expression: {error}.") from None
    return Text(how, text)


def _results(value: Any, pointer: str) -> Results | None:
    if value is None or isinstance(value, bool):
        return None if value is None else Results(some=value)
    if isinstance(value, str):
        return Results(tool=value)
    if not isinstance(value, dict):
        raise ScriptError(pointer, "is true, false, a tool's name, or an object with tool, text, is_error.")
    _known(value, _RESULT_KEYS, pointer)
    tool, is_error = value.get("tool"), value.get("is_error")
    if tool is not None and not isinstance(tool, str):
        raise ScriptError(f"{pointer}/tool", "is no string.")
    if is_error is not None and not isinstance(is_error, bool):
        raise ScriptError(f"{pointer}/is_error", "is neither true nor false.")
    return Results(tool=tool, text=_text(value.get("text"), f"{pointer}/text"), is_error=is_error)


def _reason(value: Any, pointer: str) -> str | None:
    if value is not None and value not in STOP_REASONS:
        raise ScriptError(pointer, f"is {value!r}; it is one of {', '.join(sorted(STOP_REASONS))}.")
    return None if value is None else str(value)


def _times(value: Any, pointer: str) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise ScriptError(pointer, "is no whole number from 1, nor null for any number of times.")
    return None if value is None else int(value)


def _known(value: dict[str, Any], names: tuple[str, ...], pointer: str) -> None:
    for name in value:
        if name not in names:
            step = name.replace("~", "~0").replace("/", "~1")
            raise ScriptError(f"{pointer}/{step}", f"is not known here; there are {', '.join(names)}.")
