"""The tools as a server of the Model Context Protocol, by the official SDK, of either major version.

What differs between the two stands here: the class is called MCPServer since version 2, FastMCP before.
"""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any, Final

from mockapi._printable import printable_lines
from mockapi._version import __version__
from mockapi._wording import first_line
from mockapi.errors import MockapiError, UsageError
from mockapi.storage import working_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from mockapi.cassettes import RedactionRules
    from mockapi.cli.agents._tools import Tools

_MISSING: Final = "mockapi mcp needs the official SDK: pip install 'messages-mockapi[mcp]'."
_MOST: Final = 100_000
"""Characters of an answer: an agent reads all of it, and pays for it."""
_INSTRUCTIONS: Final = (
    "mockapi puts the Claude Messages API on this machine: it replays recordings (cassettes), follows"
    " scripts, refuses what the API refuses, and breaks on purpose. Begin with `explain` when a request"
    " failed with 422 or 400, and with `list_journal` to see what a client asked and got."
)


def protocol_server(tools: Tools) -> Any:
    """The SDK's server with every tool.

    Raises:
        UsageError: the SDK is missing, or the project's settings cannot be read.
    """
    rules = working_project().rules
    made, tool_error = _sdk()
    for tool, about in tools.all():
        made.add_tool(
            _answering(tool, tool_error, rules),
            name=tool.__name__,
            description=about,
            structured_output=False,  # a text, once
        )
    return made


def _sdk() -> tuple[Any, type[Exception]]:
    """A server without tools, and the error that its tools raise."""
    try:
        importlib.import_module("mcp")
        module, name = _module()
    except ImportError as error:
        raise UsageError(f"{_MISSING} It said: {first_line(error)}") from error
    options = {"version": __version__} if name == "MCPServer" else {}  # before, it told the SDK's own
    made = getattr(module, name)("mockapi", instructions=_INSTRUCTIONS, log_level="WARNING", **options)
    return made, importlib.import_module(f"{module.__name__}.exceptions").ToolError


def _module() -> tuple[ModuleType, str]:
    """The module of the server's class, and its name."""
    try:
        return importlib.import_module("mcp.server.mcpserver"), "MCPServer"
    except ModuleNotFoundError:
        return importlib.import_module("mcp.server.fastmcp"), "FastMCP"


def _answering(
    tool: Callable[..., str], tool_error: type[Exception], rules: RedactionRules
) -> Callable[..., str]:
    """A tool whose answers and errors are masked, printable and of a bounded length."""

    def call(*args: Any, **kwargs: Any) -> str:
        try:
            return _shown(tool(*args, **kwargs), rules)
        except MockapiError as error:
            raise tool_error(_shown(str(error), rules)) from error

    call.__signature__ = inspect.signature(tool, eval_str=True)  # type: ignore[attr-defined]
    call.__name__ = tool.__name__
    return call


def _shown(text: str, rules: RedactionRules) -> str:
    """A text that may leave this machine with an agent's next request: keys in it are masked."""
    text = printable_lines(rules.shown(text))
    if len(text) <= _MOST:
        return text
    return f"{text[:_MOST]}…\n(cut: {len(text):,} characters. Ask for one entry or one interaction.)"
