"""Hypothesis strategies for requests: valid ones, and valid ones with one thing broken.

A valid request is one that the validator's schemas and rules, the SDK's types and, as far as is
known, the API itself take. It is built from the inside out: a model is drawn first, and only what
that model takes is drawn after it. A mutation breaks one place of a valid body and says which
path the error has to name.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from hypothesis import strategies as st

from mockapi.messages.catalogue import Model, shipped

if TYPE_CHECKING:
    from collections.abc import Callable

Version = Literal["2023-06-01", "2026-10-21"]

PIXEL: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""

_WORDS: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=30
)
_NAMES: Final = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
_IDS: Final = st.from_regex(r"toolu_[a-zA-Z0-9]{4,30}", fullmatch=True)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
_INPUTS: Final = st.dictionaries(_NAMES, _VALUES, max_size=3)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A body with one fault.

    Attributes:
        body: the broken body.
        path: what the error's message starts with, before the colon.
    """

    body: dict[str, Any]
    path: str


def models() -> st.SearchStrategy[Model]:
    """Models that are not retired."""
    return st.sampled_from([model for model in shipped().models if model.lifecycle != "retired"])


@st.composite
def tools(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A list of client tools with different names; it may be empty."""
    names = draw(st.lists(_NAMES, max_size=3, unique=True))
    made: list[dict[str, Any]] = []
    for name in names:
        parameters = draw(
            st.dictionaries(
                st.from_regex(r"[a-zA-Z0-9_.-]{1,12}", fullmatch=True),
                st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "array", "items": {}}]),
                max_size=3,
            )
        )
        tool = {"name": name, "input_schema": {"type": "object", "properties": parameters}}
        tool |= draw(st.fixed_dictionaries({}, optional={"description": _WORDS, "type": st.just("custom")}))
        made.append(tool)
    return made


def _texts() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda text: {"type": "text", "text": text}, _WORDS)


def _user_content() -> st.SearchStrategy[Any]:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    linked = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}}
    block = _texts() | st.sampled_from([image, linked, document]).map(copy.deepcopy)
    return _WORDS | st.lists(block, min_size=1, max_size=3)


@st.composite
def _tool_round(draw: st.DrawFn, names: list[str], ids: list[str]) -> list[dict[str, Any]]:
    """The assistant calls one or two tools, the user hands back what they answered."""
    calls = [ids.pop() for _ in range(draw(st.integers(1, 2)))]
    said = draw(st.lists(_texts(), max_size=1))
    used = [
        {"type": "tool_use", "id": call, "name": draw(st.sampled_from(names)), "input": draw(_INPUTS)}
        for call in calls
    ]
    # What failed has to say so: an error without content is refused.
    told = st.fixed_dictionaries(
        {}, optional={"content": _WORDS | st.lists(_texts(), max_size=2), "is_error": st.just(value=False)}
    ) | st.fixed_dictionaries(
        {"content": _WORDS | st.lists(_texts(), min_size=1, max_size=2), "is_error": st.just(value=True)}
    )
    results = [{"type": "tool_result", "tool_use_id": call} | draw(told) for call in calls]
    return [{"role": "assistant", "content": [*said, *used]}, {"role": "user", "content": results}]


@st.composite
def conversations(draw: st.DrawFn, names: list[str], *, system_role: bool) -> list[dict[str, Any]]:
    """Messages that end with the user (or with a system message, where the model takes those)."""
    ids = draw(st.lists(_IDS, min_size=6, max_size=6, unique=True))
    messages: list[dict[str, Any]] = [{"role": "user", "content": draw(_user_content())}]
    for _ in range(draw(st.integers(0, 3))):
        calls_tools: bool = draw(st.booleans())
        if names and calls_tools:
            messages += draw(_tool_round(names, ids))
        else:
            said = draw(_WORDS | st.lists(_texts(), min_size=1, max_size=2))
            messages += [
                {"role": "assistant", "content": said},
                {"role": "user", "content": draw(_user_content())},
            ]
    if system_role and draw(st.booleans()):
        messages.append(
            {"role": "system", "content": draw(_WORDS | st.lists(_texts(), min_size=1, max_size=1))}
        )
    return messages


@st.composite
def bodies(draw: st.DrawFn, version: Version = "2023-06-01") -> dict[str, Any]:
    """A body that /v1/messages takes under an API version, without any beta."""
    model = draw(models())
    offered = draw(tools())
    names = [tool["name"] for tool in offered]
    name = draw(st.sampled_from([model.id, *model.aliases]))
    body: dict[str, Any] = {
        "model": name,
        "max_tokens": draw(st.integers(1, model.max_output)),
        "messages": draw(conversations(names, system_role=model.system_role)),
    }
    if offered:
        body["tools"] = offered
    body |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "system": _WORDS | st.lists(_texts(), max_size=2),
                "metadata": st.fixed_dictionaries({}, optional={"user_id": st.uuids().map(str)}),
                "stop_sequences": st.lists(_WORDS, max_size=3),
                "stream": st.booleans(),
                "service_tier": st.sampled_from(["auto", "standard_only"]),
                "cache_control": st.just({"type": "ephemeral"}),
            },
        )
    )
    with_effort: bool = draw(st.booleans())
    if model.effort and with_effort:
        levels = [level for level in model.effort if level in (model.effort_without_thinking or model.effort)]
        body["output_config"] = {"effort": draw(st.sampled_from(levels))}
    _add_thinking(draw, body, model)
    _add_tool_choice(draw, body, model, names)
    if version == "2023-06-01" and "thinking" not in body:
        _add_sampling(draw, body, model)
    return body


def _add_thinking(draw: st.DrawFn, body: dict[str, Any], model: Model) -> None:
    kinds = sorted(model.thinking - {"between_tools"})
    if not draw(st.booleans()):
        return
    kind = draw(st.sampled_from(kinds))
    history = any(isinstance(m["content"], list) and m["role"] == "assistant" for m in body["messages"])
    if kind == "enabled":
        if history or body["max_tokens"] <= 1024:
            return  # a round of tool calls would have to start with signed thinking
        body["thinking"] = {"type": kind, "budget_tokens": draw(st.integers(1024, body["max_tokens"] - 1))}
    else:
        body["thinking"] = {"type": kind}


def _add_tool_choice(draw: st.DrawFn, body: dict[str, Any], model: Model, names: list[str]) -> None:
    if not names or not draw(st.booleans()):
        return
    choices: list[dict[str, Any]] = [{"type": "auto"}, {"type": "none"}]
    thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    if model.forced_tool_choice and not thinks:
        choices += [{"type": "any"}, {"type": "tool", "name": names[0]}]
    choice = draw(st.sampled_from(choices))
    if choice["type"] != "none" and draw(st.booleans()):
        choice = {**choice, "disable_parallel_tool_use": draw(st.booleans())}
    body["tool_choice"] = choice


def _add_sampling(draw: st.DrawFn, body: dict[str, Any], model: Model) -> None:
    share = st.floats(0, 1, width=16)
    if model.sampling == "fixed":
        options: dict[str, st.SearchStrategy[Any]] = {"temperature": st.just(1)}
    else:
        options = {"temperature": share, "top_k": st.integers(0, 500)}
        if model.sampling == "free":
            options["top_p"] = share
    body |= draw(st.fixed_dictionaries({}, optional=options))


_WRONG: Final[dict[str, Any]] = {
    "model": 7,
    "max_tokens": "many",
    "messages": "hello",
    "system": 7,
    "tools": "all",
    "tool_choice": "auto",
    "thinking": "on",
    "stop_sequences": "END",
    "stream": "yes",
    "temperature": "hot",
    "service_tier": "fast",
    "cache_control": "always",
    "output_config": "high",
    "metadata": "me",
}


def mutations(valid: dict[str, Any]) -> st.SearchStrategy[Mutation]:
    """Bodies made from a valid one by one change, with the path of the fault."""
    return st.sampled_from(_places(valid)).map(lambda change: change(copy.deepcopy(valid)))


def _places(valid: dict[str, Any]) -> list[Callable[[dict[str, Any]], Mutation]]:
    changes: list[Callable[[dict[str, Any]], Mutation]] = [
        lambda body: Mutation({**body, "zzz_unknown": 1}, "zzz_unknown"),
        *(_removed(name) for name in ("model", "messages", "max_tokens")),
        *(_replaced(name) for name in _WRONG if name in valid),
    ]
    for index, message in enumerate(valid["messages"]):
        where = f"messages.{index}"
        changes += [
            _set(("messages", index), "bogus", 1, f"{where}.bogus"),
            _set(("messages", index), "role", "robot", "messages"),
            _set(("messages", index), "content", 7, f"{where}.content"),
        ]
        if isinstance(message["content"], list):
            for place, block in enumerate(message["content"]):
                at, path = f"{where}.content.{place}", ("messages", index, "content", place)
                changes += [
                    _set(path, "type", "bogus", at),
                    _set(path, "bogus", 1, f"{at}.{block['type']}.bogus"),
                ]
    for index, _tool in enumerate(valid.get("tools", ())):
        where = f"tools.{index}"
        changes += [
            _set(("tools", index), "name", "no spaces", f"{where}.custom.name"),
            _set(("tools", index), "input_schema", [], f"{where}.custom.input_schema"),
        ]
    return changes


def _removed(name: str) -> Callable[[dict[str, Any]], Mutation]:
    return lambda body: Mutation({key: value for key, value in body.items() if key != name}, name)


def _replaced(name: str) -> Callable[[dict[str, Any]], Mutation]:
    return lambda body: Mutation({**body, name: _WRONG[name]}, name)


def _set(
    path: tuple[str | int, ...], key: str, value: object, fault: str
) -> Callable[[dict[str, Any]], Mutation]:
    def change(body: dict[str, Any]) -> Mutation:
        target: Any = body
        for step in path:
            target = target[step]
        target[key] = value
        return Mutation(body, fault)

    return change
