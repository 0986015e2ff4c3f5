"""Tools that the API runs itself, made up: the call, its result, and what the reply says of it.

Nothing is searched, fetched or run. Addresses are of example.com (or of the first allowed domain),
texts say what they are, and everything has the form that clients parse.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.messages import IdKind
from mockapi.replies._request_view import name_of
from mockapi.replies.synthesis._calls import MAX_CALLS, is_deferred, is_server_tool
from mockapi.replies.synthesis._plan import PlanPart, text_part
from mockapi.replies.synthesis.values import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.messages import IdFactory
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices

RETRIEVED: Final = "2026-10-01T00:00:00.000000+00:00"
"""When pages were "fetched": a fixed time, because a reply is a function of the request."""
_RESULTS: Final = 3
_URL: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_DIRECT: Final = {"type": "direct"}


class ServerToolRun(NamedTuple):
    """What a tool of the API added to a reply.

    Attributes:
        parts: the call and its result.
        said: what the final text says of it, with citations.
        searches: web searches made.
        fetches: pages fetched.
        container: whether code ran.
        found: names of tools that a tool search found.
    """

    parts: tuple[PlanPart, ...]
    said: tuple[PlanPart, ...] = ()
    searches: int = 0
    fetches: int = 0
    container: bool = False
    found: tuple[str, ...] = ()


class Runner:
    """Runs the tools of one reply.

    Args:
        view: the request.
        dice: choose.
        ids: of the calls.
    """

    def __init__(self, view: RequestView, dice: SeededChoices, ids: IdFactory) -> None:
        self._view = view
        self._dice = dice
        self._ids = ids
        self._made = 0

    def run(self, tool: Block) -> ServerToolRun:
        """Call a tool of the API, and its result."""
        kind = str(tool.get("type") or "")
        for prefix, method in _METHODS.items():
            if kind.startswith(prefix):
                return method(self, tool)
        return ServerToolRun(())

    def answer(self, call: Block) -> ServerToolRun:
        """The result of a call that an earlier reply paused after."""
        name = str(call.get("name"))
        given = call.get("input")
        given = given if isinstance(given, dict) else {}
        by_name = {
            "web_search": lambda: self._searched({}, str(call.get("id")), str(given.get("query", ""))),
            "web_fetch": lambda: self._fetched({}, str(call.get("id")), str(given.get("url", ""))),
            "code_execution": lambda: self._executed(str(call.get("id")), "code_execution"),
            "bash_code_execution": lambda: self._executed(str(call.get("id")), "bash_code_execution"),
        }
        return by_name[name]() if name in by_name else ServerToolRun(())

    def search(self, tool: Block) -> ServerToolRun:
        """A web search."""
        query = self._view.subject(60).rstrip("?!.…") or "mockapi"
        call = self._call("web_search", {"query": query})
        run = self._searched(tool, call["id"], query)
        return run._replace(parts=(PlanPart(call), *run.parts))

    def fetch(self, tool: Block) -> ServerToolRun:
        """A page fetched: the first address in the user's text, else one of example.com."""
        named = _URL.search(self._view.last_user_text)
        url = named[0].rstrip(".,;:!?") if named else f"https://{_domain(tool)}/"
        call = self._call("web_fetch", {"url": url})
        run = self._fetched(tool, call["id"], url)
        return run._replace(parts=(PlanPart(call), *run.parts))

    def execute(self, tool: Block) -> ServerToolRun:
        """Code, as Python in the first version of the tool and as a shell command since."""
        if str(tool.get("type")) == "code_execution_20250522":
            call = self._call("code_execution", {"code": "print(6 * 7)"})
        else:
            call = self._call("bash_code_execution", {"command": "echo $((6 * 7))"})
        run = self._executed(call["id"], call["name"])
        return run._replace(parts=(PlanPart(call), *run.parts))

    def find_tools(self, tool: Block) -> ServerToolRun:
        """A search among the deferred tools, which finds the first ones."""
        name = name_of(tool)
        found = tuple(
            name_of(other) for other in self._view.tools if is_deferred(other) and not is_server_tool(other)
        )[:MAX_CALLS]
        subject = self._view.subject(40) or "tools"
        regex = "regex" in name
        given = {"pattern": ".*", "limit": 10} if regex else {"query": subject}
        call = self._call(name, given)
        references = [{"type": "tool_reference", "tool_name": other} for other in found]
        result = {
            "type": "tool_search_tool_result",
            "tool_use_id": call["id"],
            "content": {"type": "tool_search_tool_search_result", "tool_references": references},
        }
        return ServerToolRun((PlanPart(call), PlanPart(result)), found=found)

    def advise(self, _tool: Block) -> ServerToolRun:
        """Advice of another model."""
        call = self._call("advisor", {})
        content = {
            "type": "advisor_result",
            "text": "Synthesized advice from mockapi: keep it short.",
            "stop_reason": "end_turn",
        }
        result = {"type": "advisor_tool_result", "tool_use_id": call["id"], "content": content}
        return ServerToolRun(
            (PlanPart(call), PlanPart(result)), (text_part("The advice is to keep it short."),)
        )

    def use_server(self, tool: Block) -> ServerToolRun:
        """A tool of an MCP server: the first that the toolset names."""
        server = name_of(tool)
        configs = tool.get("configs")
        name = next(iter(configs), "lookup") if isinstance(configs, dict) else "lookup"
        self._made += 1
        call: Block = {
            "type": "mcp_tool_use",
            "id": self._ids.make(IdKind.MCP_TOOL_USE, self._made),
            "name": name,
            "input": {"query": self._view.subject(60)},
            "server_name": server,
        }
        said = f"Synthesized result of {name} from {server}."
        result: Block = {
            "type": "mcp_tool_result",
            "tool_use_id": call["id"],
            "is_error": False,
            "content": [{"type": "text", "text": said}],
        }
        return ServerToolRun((PlanPart(call), PlanPart(result)), (text_part(f"{server} answered: “{said}”"),))

    def _call(self, name: str, given: dict[str, Any]) -> Block:
        self._made += 1
        return {
            "type": "server_tool_use",
            "id": self._ids.make(IdKind.SERVER_TOOL_USE, self._made),
            "name": name,
            "input": given,
            "caller": _DIRECT,
        }

    def _searched(self, tool: Block, call_id: str, query: str) -> ServerToolRun:
        domain = _domain(tool)
        results = [
            {
                "type": "web_search_result",
                "title": f"{word.capitalize()}: {query}" if query else word.capitalize(),
                "url": f"https://{domain}/{word}",
                "encrypted_content": self._opaque(240),
                "page_age": None if self._dice.chance(50) else f"{self._dice.between(2, 28)} days ago",
            }
            for word in _different(self._dice, WORDS, _RESULTS)
        ]
        block = {
            "type": "web_search_tool_result",
            "tool_use_id": call_id,
            "content": results,
            "caller": _DIRECT,
        }
        first = results[0]
        cited = {
            "type": "web_search_result_location",
            "cited_text": f"A synthesized page about {query or 'nothing'}.",
            "url": first["url"],
            "title": first["title"],
            "encrypted_index": self._opaque(96),
        }
        said = text_part(f"{first['title']} is the first of {_RESULTS} results.", [cited])
        return ServerToolRun((PlanPart(block),), (text_part("I found this: "), said), searches=1)

    def _fetched(self, tool: Block, call_id: str, url: str) -> ServerToolRun:
        title = "A synthesized page"
        data = f"{title}\n\nmockapi made this up in place of {url}. Nothing was fetched."
        document: Block = {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": data},
            "title": title,
        }
        citing = isinstance(tool.get("citations"), dict) and tool["citations"].get("enabled") is True
        if citing:
            document["citations"] = {"enabled": True}
        block = {
            "type": "web_fetch_tool_result",
            "tool_use_id": call_id,
            "content": {
                "type": "web_fetch_result",
                "url": url,
                "retrieved_at": RETRIEVED,
                "content": document,
            },
            "caller": _DIRECT,
        }
        start = data.index("Nothing")
        citation = {
            "type": "char_location",
            "cited_text": data[start:],
            "document_index": 0,
            "document_title": title,
            "start_char_index": start,
            "end_char_index": len(data),
        }
        said = text_part("The page says that nothing was fetched.", [citation] if citing else None)
        return ServerToolRun((PlanPart(block),), (said,), fetches=1)

    def _executed(self, call_id: str, name: str) -> ServerToolRun:
        prefix = "bash_code_execution" if name.startswith("bash") else "code_execution"
        content: Block = {
            "type": f"{prefix}_result",
            "stdout": "42\n",
            "stderr": "",
            "return_code": 0,
            "content": [],
        }
        block: Block = {"type": f"{prefix}_tool_result", "tool_use_id": call_id, "content": content}
        return ServerToolRun((PlanPart(block),), (text_part("The code printed 42."),), container=True)

    def _opaque(self, size: int) -> str:
        return base64.b64encode(self._dice.take(size)).decode()


_METHODS: Final[dict[str, Callable[[Runner, Block], ServerToolRun]]] = {
    "web_search_": Runner.search,
    "web_fetch_": Runner.fetch,
    "code_execution_": Runner.execute,
    "tool_search_tool_": Runner.find_tools,
    "advisor_": Runner.advise,
    "mcp_toolset": Runner.use_server,
}


def _domain(tool: Block) -> str:
    allowed = tool.get("allowed_domains")
    first = allowed[0] if isinstance(allowed, list) and allowed else None
    return first.partition("/")[0] if isinstance(first, str) and first else "example.com"


def _different(dice: SeededChoices, words: tuple[str, ...], count: int) -> list[str]:
    first = dice.below(len(words))
    return [words[(first + number) % len(words)] for number in range(count)]
