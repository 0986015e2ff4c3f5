"""Cache breakpoints: how many, and which lifetimes in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.validation._conversation import path_of, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

MAX_MARKS: Final = 4


def cache_controls(context: Context) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, pointer and cache control of each breakpoint, in the order in which they count."""
    for index, control in context.tools.marks:
        yield f"tools.{index}", f"/tools/{index}", control
    system = context.body.get("system")
    for index, block in enumerate(system if isinstance(system, list) else ()):
        if block.get("cache_control"):
            yield f"system.{index}", f"/system/{index}", block["cache_control"]
    for mark in sorted(context.conversation.marks, key=lambda block: block[:3]):
        yield path_of(mark).replace(".tool_result.", "."), pointer_of(mark), mark[4]["cache_control"]


@rule(
    "cache.too_many",
    Stage.CACHE,
    "cache",
    message="A maximum of {limit} blocks with cache_control may be provided. Found {found}.",
    source="recorded from 2024-09 to 2026-04; that automatic caching counts is documented",
)
def too_many(context: Context) -> Iterator[Violation]:
    """More than four blocks are cache breakpoints; automatic caching adds one, or uses the last block's."""
    marks = list(cache_controls(context))
    pointers = [pointer for _path, pointer, _control in marks]
    if context.body.get("cache_control") and _last_block(context) not in pointers:
        pointers.append("")
    if len(pointers) > MAX_MARKS:
        where = f"{pointers[MAX_MARKS]}/cache_control"
        yield Violation(where, {"limit": MAX_MARKS, "found": len(pointers)})


def _last_block(context: Context) -> str:
    """Where automatic caching sets its breakpoint."""
    last = len(context.conversation.messages) - 1
    content = context.conversation.messages[last]["content"]
    return f"/messages/{last}/content/{len(content) - 1}"


@rule(
    "cache.ttl_order",
    Stage.CACHE,
    "cache",
    message="{path}: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
    "Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    source="recorded in 2026-04, 2026-06 and 2026-08",
)
def ttl_order(context: Context) -> Iterator[Violation]:
    """A breakpoint of an hour follows one of five minutes."""
    short = False
    for path, pointer, control in cache_controls(context):
        if control.get("ttl") == "1h" and short:
            yield Violation(f"{pointer}/cache_control/ttl", {"path": f"{path}.cache_control.ttl"})
        short = short or control.get("ttl", "5m") == "5m"
    automatic = context.body.get("cache_control")
    if automatic and automatic.get("ttl") == "1h" and short:
        yield Violation("/cache_control/ttl", {"path": "cache_control"})
