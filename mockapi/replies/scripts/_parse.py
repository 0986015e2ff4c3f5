"""Reading a script from JSON: checked whole before anything of it is used.

    {"replies": [REPLY, ...], "then": "continue" | "repeat" | "restart" | "fail"}

    REPLY = one of   {"text": TEXT}  {"blocks": [BLOCK, ...]}  {"message": MESSAGE}  {"file": PATH}
                     {"error": ERROR}
            and any  "when": {CONDITION: ..., ...}   "times": N or null   "stop_reason": REASON
                     "stop_sequence": TEXT   "stop_details": {...}   "faults": [FAULT, ...]

    ERROR = a status, an error code, or any of "status", "type", "message", "error_code", "details",
            "retry_after" and "headers"

A list of replies alone is a script too. Without `times` a reply is given once; one with conditions
any number of times. A file holds a message as JSON, or a stream of one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi import jsontext
from mockapi.errors import MockapiError, ScriptError
from mockapi.messages import STOP_REASONS, accumulate, decode_events
from mockapi.options import (
    FLAG,
    LIST,
    OBJECT,
    STRING,
    OptionError,
    expression,
    known_keys,
    mapping,
    one_of,
    pointer,
    shown,
    strings,
    whole,
)
from mockapi.replies.faults import parse_faults
from mockapi.replies.scripts._blocks import checked_blocks
from mockapi.replies.scripts._conditions import CONDITIONS, Condition, Results, Text
from mockapi.replies.scripts._script import THEN, Script, Scripted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.options import Path
    from mockapi.replies.faults import OrderedFault

_KEYS: Final = ("replies", "then")
_CONTENT: Final = ("text", "blocks", "message", "file", "error")
_STOPS: Final = ("stop_sequence", "stop_details")
_REPLY_KEYS: Final = (*_CONTENT, "when", "times", "stop_reason", *_STOPS, "faults")
_ERROR_KEYS: Final = ("status", "type", "message", "error_code", "details", "retry_after", "headers")
_RESULT_KEYS: Final = ("tool", "text", "is_error")
_HOWS: Final = ("equals", "contains", "matches")

_SCRIPT: Final = replace(OBJECT, words='{"replies": [...]} or a list of replies')
_REPLY: Final = replace(OBJECT, words="an object, or a string for a text")
_MESSAGE: Final = replace(OBJECT, words="a message, an object with `content`")
_FILE: Final = replace(STRING, words="the path of a file")
_RESULTS: Final = replace(
    OBJECT, words=f"true, false, a tool's name or an object with {', '.join(_RESULT_KEYS)}"
)
_ERROR: Final = replace(OBJECT, words="a status, an error code or an object with members of an error")
_THEN: Final = one_of(THEN)
_TYPE: Final = one_of(["message"])
_REASON: Final = one_of(sorted(STOP_REASONS))
_TOKENS: Final = whole()
_TURN: Final = whole(1)
_TIMES: Final = replace(_TURN, remedy="null stands for any number of times.")


class _Files(NamedTuple):
    """How files are read, and whether an error may quote what stands in one."""

    read: Callable[[str], bytes]
    quoted: bool


def parse_script(value: Any, read_file: Callable[[str], bytes], *, quotes_files: bool = True) -> Script:
    """The script that a JSON value describes.

    Args:
        value: the parsed JSON.
        read_file: gives the bytes of a file that a reply names; it may raise OSError.
        quotes_files: whether an error may quote what stands in such a file: who names one may not be
            somebody who could read it.

    Raises:
        ScriptError: it does not fit; `pointer` says where.
    """
    try:
        return _script(value, _Files(read_file, quotes_files))
    except OptionError as error:
        raise ScriptError(pointer(error.path), error.clause) from error


def _script(value: Any, files: _Files) -> Script:
    if isinstance(value, list):
        value = {"replies": value}
    script = _SCRIPT(value, ())
    known_keys(script, (), _KEYS)
    replies = LIST(script.get("replies"), ("replies",))
    return Script(
        tuple(_reply(reply, ("replies", number), files) for number, reply in enumerate(replies)),
        _THEN(script.get("then", "continue"), ("then",)),
    )


def _reply(value: Any, path: Path, files: _Files) -> Scripted:
    if isinstance(value, str):
        value = {"text": value}
    reply = _REPLY(value, path)
    known_keys(reply, path, _REPLY_KEYS)
    given = [name for name in _CONTENT if name in reply]
    if len(given) != 1:
        raise OptionError(
            path, f"must have one of {', '.join(_CONTENT)}; got {' and '.join(given) or 'none'}"
        )
    at = (*path, given[0])
    content = reply[given[0]]
    members: dict[str, Any] = {}
    orders = _faults(reply.get("faults", []), (*path, "faults"))
    if given[0] == "text":
        blocks = checked_blocks([{"type": "text", "text": STRING(content, at)}], at)
    elif given[0] == "blocks":
        blocks = checked_blocks(content, at)
    elif given[0] == "error":
        blocks = checked_blocks([{"type": "text", "text": ""}], at)
        orders = (_error(content, at), *orders)
    elif given[0] == "message":
        blocks, members = _message(content, at)
    else:
        blocks, members = _from_file(content, at, files)
    reason = reply.get("stop_reason", members.pop("stop_reason", None))
    times = reply.get("times", None if "when" in reply else 1)
    return Scripted(
        blocks=blocks,
        when=_when(reply["when"], (*path, "when")) if "when" in reply else Condition(),
        times=None if times is None else _TIMES(times, (*path, "times")),
        stop_reason=None if reason is None else _REASON(reason, (*path, "stop_reason")),
        faults=orders,
        members=(*members.items(), *((name, reply[name]) for name in _STOPS if name in reply)),
    )


def _message(value: Any, path: Path) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    message = _MESSAGE(value, path)
    _TYPE(message.get("type", "message"), (*path, "type"))
    usage = OBJECT(message.get("usage", {}), (*path, "usage"))
    for name in ("input_tokens", "output_tokens"):
        _TOKENS(usage.get(name, 0), (*path, "usage", name))
    members = {name: member for name, member in message.items() if name not in ("content", "type", "role")}
    if members.get("stop_reason") is None:
        members.pop("stop_reason", None)
    return checked_blocks(message.get("content"), (*path, "content")), members


def _from_file(value: Any, path: Path, files: _Files) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    name = _FILE(value, path)
    try:
        data = files.read(name)
    except OSError as error:
        raise OptionError(path, f"names {shown(name)}, which cannot be read: {error.strerror}") from None
    try:
        message = jsontext.parse(data)
        if isinstance(message, jsontext.NotJSON):
            message = accumulate(decode_events(data))
        return _message(message, path)
    except MockapiError as error:
        if files.quoted and isinstance(error, OptionError):
            raise
        problem = f"names {shown(name)}, which must hold a message as JSON or a stream of one"
        why = f": {error}" if files.quoted else ""
        raise OptionError(path, f"{problem}{why}".rstrip(".")) from None


def _error(value: Any, path: Path) -> OrderedFault:
    """The fault that answers with an error; a status or an error code alone stands for one."""
    if isinstance(value, int | str) and not isinstance(value, bool):
        value = {"status": value} if isinstance(value, int) else {"error_code": value}
    told = _ERROR(value, path)
    known_keys(told, path, _ERROR_KEYS)
    return _fault({"fault": "error", **told}, path)


def _faults(value: Any, path: Path) -> tuple[OrderedFault, ...]:
    return tuple(_fault(order, (*path, number)) for number, order in enumerate(LIST(value, path)))


def _fault(order: Any, path: Path) -> OrderedFault:
    try:
        return parse_faults([order])[0]
    except OptionError as error:  # its first step is the place in the list of one
        raise OptionError((*path, *error.path[1:]), error.problem, error.remedy) from None


def _when(value: Any, path: Path) -> Condition:
    told = mapping(value, path, CONDITIONS)
    model, tools, turn = told.get("model"), told.get("tools", []), told.get("turn")
    custom_id = told.get("custom_id")
    if isinstance(tools, str):
        tools = [tools]
    return Condition(
        model=None if model is None else STRING(model, (*path, "model")),
        last_user_text=_text(told.get("last_user_text"), (*path, "last_user_text")),
        system=_text(told.get("system"), (*path, "system")),
        tools=tuple(strings(tools, (*path, "tools"))),
        tool_results=_results(told.get("tool_results"), (*path, "tool_results")),
        turn=None if turn is None else _TURN(turn, (*path, "turn")),
        custom_id=None if custom_id is None else STRING(custom_id, (*path, "custom_id")),
    )


def _text(value: Any, path: Path) -> Text | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Text("contains", value)
    if not isinstance(value, dict) or len(value) != 1:
        how = ", ".join(_HOWS)
        raise OptionError(path, f"must be a string, or an object with one of {how}; got {shown(value)}")
    known_keys(value, path, _HOWS)
    ((how, text),) = value.items()
    return Text(how, expression(text, (*path, how)) if how == "matches" else STRING(text, (*path, how)))


def _results(value: Any, path: Path) -> Results | None:
    if value is None or isinstance(value, bool):
        return None if value is None else Results(some=value)
    if isinstance(value, str):
        return Results(tool=value)
    told = _RESULTS(value, path)
    known_keys(told, path, _RESULT_KEYS)
    tool, is_error = told.get("tool"), told.get("is_error")
    return Results(
        tool=None if tool is None else STRING(tool, (*path, "tool")),
        text=_text(told.get("text"), (*path, "text")),
        is_error=None if is_error is None else FLAG(is_error, (*path, "is_error")),
    )
