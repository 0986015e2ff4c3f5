"""Which content blocks a script may hold, and which members each needs.

`None` for a type means any JSON value. Members that a script may leave out, because they can be made
up, are in `MADE`: ids, signatures, the id of the call that a result belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.replies._request_view import Block

_RESULT: Final[Mapping[str, type | None]] = {"content": None}
NEEDED: Final[Mapping[str, Mapping[str, type | None]]] = {
    "text": {"text": str},
    "thinking": {"thinking": str},
    "redacted_thinking": {},
    "tool_use": {"name": str, "input": dict},
    "server_tool_use": {"name": str, "input": dict},
    "mcp_tool_use": {"name": str, "input": dict, "server_name": str},
    "web_search_tool_result": _RESULT,
    "web_fetch_tool_result": _RESULT,
    "code_execution_tool_result": _RESULT,
    "bash_code_execution_tool_result": _RESULT,
    "text_editor_code_execution_tool_result": _RESULT,
    "tool_search_tool_result": _RESULT,
    "advisor_tool_result": _RESULT,
    "mcp_tool_result": _RESULT,
    "mcp_tool_listing": {},
    "container_upload": {"file_id": str},
    "compaction": {"content": None},
    "fallback": {"from": dict, "to": dict},
}
MADE: Final[Mapping[str, type]] = {
    "id": str, "signature": str, "data": str, "tool_use_id": str, "caller": dict,
}  # fmt: skip


def checked_blocks(value: Any, pointer: str) -> tuple[Block, ...]:
    """Content as a script may have it.

    Raises:
        ScriptError: it is not a list of blocks, or a block lacks what its type needs.
    """
    if not isinstance(value, list):
        raise ScriptError(pointer, f"is {_named(value)}; content is a list of blocks.")
    return tuple(_checked(block, f"{pointer}/{number}") for number, block in enumerate(value))


def _checked(block: Any, pointer: str) -> Block:
    if not isinstance(block, dict):
        raise ScriptError(pointer, f"is {_named(block)}; a block is an object with a `type`.")
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in NEEDED:
        raise ScriptError(f"{pointer}/type", f"is {kind!r}; a block is one of {', '.join(NEEDED)}.")
    for name, wanted in NEEDED[kind].items():
        if name not in block:
            raise ScriptError(pointer, f"is a {kind} block without `{name}`.")
        if wanted is not None and not isinstance(block[name], wanted):
            raise ScriptError(f"{pointer}/{name}", f"is {_named(block[name])}; it is {_WORDS[wanted]}.")
    for name, wanted in MADE.items():
        if name in block and not isinstance(block[name], wanted):
            raise ScriptError(f"{pointer}/{name}", f"is {_named(block[name])}; it is {_WORDS[wanted]}.")
    citations = block.get("citations")
    if citations is not None and not (
        isinstance(citations, list) and all(isinstance(item, dict) for item in citations)
    ):
        raise ScriptError(f"{pointer}/citations", f"is {_named(citations)}; it is a list of objects.")
    return block


_WORDS: Final[Mapping[type, str]] = {str: "a string", dict: "an object"}


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
