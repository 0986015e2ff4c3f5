"""A request body as synthesis reads it, whatever came.

Validation may be off, so nothing is taken for granted: what has the wrong type counts as absent.
`RequestView` says what the policy asks: the turns as blocks, what the last turn is, which tools are on
offer and how they may be used.

Terms: the *opening* is the trailing run of user messages (system messages between them are
skipped), which the reply answers; a *prefill* is text of a trailing assistant message, which the
reply continues; a *pause* is a trailing assistant message that ends in a server tool's block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from mockapi import jsontext

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.replies._view_digest import ViewDigest

Block = dict[str, Any]
THINKING_ON: Final = ("enabled", "adaptive", "between_tools")  # no set: unchecked, a type may be a list
_RESULTS: Final = "_tool_result"


_Value = TypeVar("_Value")


class _lazy(Generic[_Value]):  # noqa: N801 - used as a decorator, like property
    """A property that is worked out once. `functools.cached_property` takes a lock until Python 3.12."""

    def __init__(self, function: Callable[[Any], _Value]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> _Value:
        value = instance.__dict__[self._name] = self._function(instance)
        return value


class Turn(NamedTuple):
    """One message, its content as blocks."""

    role: str
    blocks: tuple[Block, ...]


class RequestView:
    """What a request to POST /v1/messages asks for.

    Args:
        body: the parsed body; anything but an object counts as {}.
        betas: the values of the `anthropic-beta` header.
        digest: what depends on all of a large body, worked out beforehand.
    """

    def __init__(
        self, body: Any, betas: frozenset[str] = frozenset(), digest: ViewDigest | None = None
    ) -> None:
        self.digest = digest
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        self.betas = betas

    @_lazy
    def canonical(self) -> bytes:
        """The body in canonical form without `stream`: both forms of a reply are one message.

        Empty if the body is nested too deeply to be written.
        """
        return canonical_of(self.body)

    @property
    def model(self) -> str:
        """The model as it was asked for; "" if it was not."""
        model = self.body.get("model")
        return model if isinstance(model, str) else ""

    @property
    def stream(self) -> bool:
        """Whether events are wanted."""
        return self.body.get("stream") is True

    @property
    def max_tokens(self) -> int | None:
        """The limit of the output; None without one that can be obeyed."""
        limit = self.body.get("max_tokens")
        return limit if type(limit) is int and limit >= 0 else None

    @property
    def stop_sequences(self) -> tuple[str, ...]:
        """The texts that end the output."""
        if "stop_sequences" not in self.body:
            return ()
        return tuple(text for text in _list(self.body["stop_sequences"]) if isinstance(text, str) and text)

    @_lazy
    def turns(self) -> tuple[Turn, ...]:
        """The conversation."""
        return tuple(
            [
                Turn(str(message.get("role")), blocks_of(message.get("content")))
                for message in _dicts(self.body.get("messages"))
            ]
        )

    @_lazy
    def system(self) -> str:
        """The top-level system prompt as text."""
        return text_of(blocks_of(self.body.get("system")))

    @_lazy
    def opening(self) -> tuple[Block, ...]:
        """The blocks of the trailing user messages; () if the conversation ends otherwise."""
        if len(self.turns) == 1 and self.turns[0].role == "user":
            return self.turns[0].blocks
        found: list[Block] = []
        for turn in reversed(self.turns):
            if turn.role == "user":
                found[:0] = turn.blocks
            elif turn.role != "system":
                break
        return tuple(found)

    @_lazy
    def tool_results(self) -> tuple[Block, ...]:
        """The results that the opening hands back."""
        return tuple([block for block in self.opening if block.get("type") == "tool_result"])

    @_lazy
    def last_user_text(self) -> str:
        """The text of the latest user message that has any."""
        for turn in reversed(self.turns):
            if turn.role == "user":
                text = text_of(turn.blocks)
                if text.strip():
                    return text
        return ""

    @_lazy
    def unfinished(self) -> tuple[Block, ...]:
        """The blocks of a trailing assistant message, which the reply continues; () without one."""
        if self.turns and self.turns[-1].role == "assistant":
            return self.turns[-1].blocks
        return ()

    @property
    def prefill(self) -> str:
        """The text that the reply continues; "" without a prefill."""
        last = self.unfinished[-1] if self.unfinished else {}
        text = last.get("text")
        return text if last.get("type") == "text" and isinstance(text, str) else ""

    @property
    def paused(self) -> bool:
        """Whether the reply goes on after a server tool's block."""
        kind = self.unfinished[-1].get("type") if self.unfinished else None
        return isinstance(kind, str) and (kind == "server_tool_use" or kind.endswith(_RESULTS))

    @_lazy
    def tools(self) -> tuple[Block, ...]:
        """The tools on offer, with what the conversation's system messages changed."""
        changes = [turn for turn in self.turns if turn.role == "system"]
        if not changes and "tools" not in self.body:
            return ()
        offered = {name_of(tool): tool for tool in _dicts(self.body.get("tools"))}
        if changes:
            _apply_changes(changes, offered)
        return tuple(offered.values())

    @property
    def choice(self) -> str:
        """How tools may be used: auto, any, tool or none."""
        choice = self.body.get("tool_choice")
        kind = choice.get("type") if isinstance(choice, dict) else None
        return kind if kind in ("any", "tool", "none") else "auto"

    @property
    def chosen_tool(self) -> str:
        """The tool that `tool_choice` names; "" without one."""
        name = _dict(self.body.get("tool_choice")).get("name")
        return name if isinstance(name, str) else ""

    @property
    def parallel(self) -> bool:
        """Whether several tools may be called at once."""
        return _dict(self.body.get("tool_choice")).get("disable_parallel_tool_use") is not True

    @property
    def thinking(self) -> dict[str, Any]:
        """The thinking configuration; {} if it is off."""
        config = self.body.get("thinking")
        return config if isinstance(config, dict) and config.get("type") in THINKING_ON else {}

    @property
    def output_schema(self) -> Any:
        """The JSON Schema that the reply's text has to satisfy, None if any text will do."""
        if "output_config" not in self.body and "output_format" not in self.body:
            return None
        for owner in (_dict(self.body.get("output_config")).get("format"), self.body.get("output_format")):
            if _dict(owner).get("type") == "json_schema":
                return _dict(owner).get("schema")
        return None

    @property
    def manages_context(self) -> bool:
        """Whether the reply tells what context management did."""
        if "context_management" in self.body:
            return True
        return bool(self.betas) and any(beta.startswith("context-management-") for beta in self.betas)

    def subject(self, limit: int = 120) -> str:
        """The last user text on one line, shortened; "" without one."""
        return shortened(self.last_user_text, limit)


def canonical_of(body: dict[str, Any]) -> bytes:
    """What `RequestView.canonical` has of a body."""
    if "stream" in body:
        body = {key: value for key, value in body.items() if key != "stream"}
    written = jsontext.canonical_value(body)
    return b"" if written is None else written


def blocks_of(content: Any) -> tuple[Block, ...]:
    """Content as blocks: a string is one text block."""
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    return tuple(_dicts(content))


def text_of(blocks: tuple[Block, ...]) -> str:
    """The text of the text blocks."""
    return "\n".join(
        [
            block["text"]
            for block in blocks
            if block.get("type") == "text" and isinstance(block.get("text"), str)
        ]
    )


def result_text(result: Block) -> str:
    """The text that a tool result hands back."""
    return text_of(blocks_of(result.get("content")))


def name_of(tool: Block) -> str:
    """What a tool is called; a toolset is called by its type or its server."""
    for key in ("name", "mcp_server_name", "type"):
        if isinstance(tool.get(key), str):
            return str(tool[key])
    return ""


def shortened(text: str, limit: int) -> str:
    """A text on one line, cut after a whole word."""
    line = " ".join(text[: 8 * limit].split())
    if len(line) <= limit:
        return line
    cut = line[:limit].rpartition(" ")[0] or line[:limit]
    return f"{cut}…"


def _apply_changes(turns: list[Turn], offered: dict[str, Block]) -> None:
    """Tools that system messages add, or remove, from their place on."""
    deferred = dict(offered)
    for turn in turns:
        for block in turn.blocks:
            reference = _dict(block.get("tool"))
            definition = _dict(reference.get("definition"))
            name = name_of(definition or reference)
            if block.get("type") == "tool_removal":
                offered.pop(name, None)
            elif block.get("type") == "tool_addition":
                added = definition or deferred.get(name)
                if added:
                    offered[name] = {key: added[key] for key in added if key != "defer_loading"}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
