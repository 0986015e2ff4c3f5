"""Tools that the API runs itself, and servers that it talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.validation import _media
from mockapi.validation._conversation import pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_NO_CRAWLERS: Final = frozenset(
    {
        "blog.naver.com",
        "ft.com",
        "m.blog.naver.com",
        "newyorker.com",
        "nytimes.com",
        "reddit.com",
        "reuters.com",
        "theguardian.com",
        "wsj.com",
    }
)
"""Sites that web search was seen to refuse, because they let no crawler in; there are more."""


@rule(
    "web_search.both_lists",
    Stage.TOOLS,
    "tool:web_search",
    "tool:web_fetch",
    message="tools.{i}.{kind}: Only one of allowed_domains or blocked_domains may be set.",
    source="quoted in 2026-08, the path by analogy",
    confidence="maintainer",
)
def both_lists(context: Context) -> Iterator[Violation]:
    """A web tool has domains that are allowed and domains that are blocked."""
    for index, tool in enumerate(context.body["tools"]):
        if tool.get("allowed_domains") and tool.get("blocked_domains"):
            yield Violation(f"/tools/{index}/blocked_domains", {"i": index, "kind": tool["type"]})


@rule(
    "web_search.no_crawlers",
    Stage.TOOLS,
    "tool:web_search",
    message="The following domains are not accessible to our user agent: [{domains}]. Read more: "
    "https://support.anthropic.com/en/articles/8896518-does-anthropic-crawl-data-from-the-web-and-how-can-"
    "site-owners-block-the-crawler",
    source="recorded in 2026-06 and 2026-07, for nine sites",
)
def no_crawlers(context: Context) -> Iterator[Violation]:
    """Web search is to look at sites that let no crawler in."""
    for index, tool in enumerate(context.body["tools"]):
        named = (tool.get("allowed_domains") or ()) if tool.get("name") == "web_search" else ()
        refused = [domain for domain in named if domain.partition("/")[0] in _NO_CRAWLERS]
        if refused:
            quoted = ", ".join(f"'{domain}'" for domain in refused)
            yield Violation(f"/tools/{index}/allowed_domains", {"domains": quoted})


@rule(
    "mcp.unknown_server",
    Stage.CONTEXT,
    "tool:mcp_toolset",
    message="MCP server '{name}' is referenced by an `mcp_toolset` in `tools` but not defined in "
    "`mcp_servers`.",
    source="documented in 2026-08; the words by analogy with servers that are not referenced",
    confidence="documentation",
)
def unknown_server(context: Context) -> Iterator[Violation]:
    """A toolset names an MCP server that the request does not describe."""
    known = {server["name"] for server in context.body.get("mcp_servers") or ()}
    for index, tool in enumerate(context.body["tools"]):
        name = tool.get("mcp_server_name")
        if name is not None and name not in known:
            yield Violation(f"/tools/{index}/mcp_server_name", {"name": name})


@rule(
    "web_search.encrypted_content",
    Stage.MESSAGES,
    "block:web_search_tool_result",
    message="messages.{i}.content.{j}: Invalid `encrypted_content` in `search_result` block",
    source="told in 2026-07 and 2026-09; an empty text too",
    confidence="maintainer",
    hint="The text has to come from a reply; one made by mockapi will do.",
)
def encrypted_content(context: Context) -> Iterator[Violation]:
    """What web search found carries a text that the API did not encrypt."""
    for block in context.conversation.blocks("web_search_tool_result"):
        found = block[4]["content"]
        for place, page in enumerate(found if isinstance(found, list) else ()):
            if not _media.is_sealed(page["encrypted_content"]):
                pointer = f"{pointer_of(block)}/content/{place}/encrypted_content"
                yield Violation(pointer, {"i": block[0], "j": block[1]})
