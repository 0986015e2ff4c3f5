"""Which content blocks a script may hold, and which members each needs.

`None` for a kind means any JSON value. Members that a script may leave out, because they can be made
up, are in `MADE`: ids, signatures, the id of the call that a result belongs to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi.options import LIST, OBJECT, STRING, Kind, OptionError, items, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.options import Path
    from mockapi.replies._request_view import Block

_RESULT: Final[Mapping[str, Kind[Any] | None]] = {"content": None}
NEEDED: Final[Mapping[str, Mapping[str, Kind[Any] | None]]] = {
    "text": {"text": STRING},
    "thinking": {"thinking": STRING},
    "redacted_thinking": {},
    "tool_use": {"name": STRING, "input": OBJECT},
    "server_tool_use": {"name": STRING, "input": OBJECT},
    "mcp_tool_use": {"name": STRING, "input": OBJECT, "server_name": STRING},
    "web_search_tool_result": _RESULT,
    "web_fetch_tool_result": _RESULT,
    "code_execution_tool_result": _RESULT,
    "bash_code_execution_tool_result": _RESULT,
    "text_editor_code_execution_tool_result": _RESULT,
    "tool_search_tool_result": _RESULT,
    "advisor_tool_result": _RESULT,
    "mcp_tool_result": _RESULT,
    "mcp_tool_listing": {},
    "container_upload": {"file_id": STRING},
    "compaction": {"content": None},
    "fallback": {"from": OBJECT, "to": OBJECT},
}
MADE: Final[Mapping[str, Kind[Any]]] = {
    "id": STRING, "signature": STRING, "data": STRING, "tool_use_id": STRING, "caller": OBJECT,
}  # fmt: skip
_CONTENT: Final = replace(LIST, words="a list of blocks")
_BLOCK: Final = replace(OBJECT, words="an object with a `type`")
_TYPE: Final = one_of(NEEDED)


def checked_blocks(value: Any, path: Path) -> tuple[Block, ...]:
    """Content as a script may have it.

    Raises:
        OptionError: it is not a list of blocks, or a block lacks what its type needs.
    """
    return tuple(_checked(block, (*path, number)) for number, block in enumerate(_CONTENT(value, path)))


def _checked(value: Any, path: Path) -> Block:
    block = _BLOCK(value, path)
    kind = _TYPE(block.get("type"), (*path, "type"))
    for name, wanted in NEEDED[kind].items():
        if name not in block:
            raise OptionError(path, f"is a {kind} block and needs `{name}`")
        if wanted is not None:
            wanted(block[name], (*path, name))
    for name, wanted in MADE.items():
        if name in block:
            wanted(block[name], (*path, name))
    if block.get("citations") is not None:
        items(block["citations"], (*path, "citations"), OBJECT)
    return block
