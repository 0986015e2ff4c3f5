"""Tool definitions: names, schemas, deferral, and what server tools are configured with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mockapi.validation._conversation import pointer_of
from mockapi.validation._rule import Check, Confidence, Rule, Stage, Violation, declare, rule
from mockapi.validation._schemas import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

REFUSED_COUNTRIES: Final = frozenset({"CR", "CY", "IE", "KZ", "SG"})
"""Countries that web search was seen to refuse; the list of those it takes is not published."""

_NOT_COUNTED: Final = ("code_execution_", "tool_search_tool_", "web_search_", "web_fetch_", "advisor_")
_TOOLSETS: Final = frozenset({"browser_toolset_20260801", "computer_toolset_20260801"})
_WEB_TOOLS: Final = frozenset({"web_search", "web_fetch"})
_NEW_CODE_EXECUTION: Final = frozenset({"code_execution_20260120", "code_execution_20260521"})
"""Those that web tools with code of their own share instead of bringing another."""


@rule(
    "tools.unique_names",
    Stage.TOOLS,
    "tools",
    message="tools: Tool names must be unique.",
    source="recorded in 2025-12",
)
def unique_names(context: Context) -> Iterator[Violation]:
    """Two tools have one name."""
    if context.tools.duplicate is not None:
        yield Violation(f"/tools/{context.tools.duplicate}/name")


def _schema_faults(context: Context, rule_id: str) -> Iterator[Violation]:
    for fault in context.tools.faults:
        if fault.rule == rule_id:
            yield Violation(f"/tools/{fault.index}/input_schema", {"i": fault.index})


def _declare(name: str, summary: str, message: str, source: str, confidence: Confidence = "captured") -> None:
    check: Check = partial(_schema_faults, rule_id=name)
    declare(Rule(name, Stage.TOOLS, summary, message, source, ("tools",), check=check, confidence=confidence))


_declare(
    "tools.schema_invalid",
    "A tool's input_schema is not a JSON Schema.",
    "tools.{i}.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 "
    "(https://json-schema.org/draft/2020-12). Learn more about tool use at "
    "https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview.",
    "recorded in 2026-08",
)
_declare(
    "tools.schema_combinator",
    "A tool's input_schema is a choice at its top.",
    "tools.{i}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level",
    "recorded in 2026-04",
)
_declare(
    "tools.property_key",
    "A parameter's name has characters that are not taken; nested names are not looked at.",
    "tools.{i}.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{{1,64}}$'",
    "recorded in 2026-07",
)


_declare(
    "tools.circular_for_code",
    "The schema of a tool that code may call refers to itself.",
    "tools.{i}.custom.input_schema: Circular $ref detected",
    "documented in 2026-08: the message holds these words; the path by analogy",
    "documentation",
)


@rule(
    "tools.all_deferred",
    Stage.TOOLS,
    "tools",
    message="At least one tool must have defer_loading=false. All tools cannot be deferred.",
    source="recorded in 2026-07",
)
def all_deferred(context: Context) -> Iterator[Violation]:
    """No tool is there from the start."""
    if context.tools.deferred:
        yield Violation("/tools")


@rule(
    "tools.toolset_name",
    Stage.TOOLS,
    "tools",
    message="tools.{i}.{kind}: name is not accepted on a toolset entry: the member names are fixed by the "
    "dated type, and the served tool keeps the family's bare name",
    source="told in 2026-09 by people who asked the API",
    confidence="maintainer",
)
def toolset_name(context: Context) -> Iterator[Violation]:
    """A toolset has a name."""
    if _TOOLSETS.isdisjoint(context.tools.types):
        return
    for index, tool in enumerate(context.body["tools"]):
        if tool.get("type") in _TOOLSETS and "name" in tool:
            yield Violation(f"/tools/{index}/name", {"i": index, "kind": tool["type"]})


@rule(
    "tools.deferred_cached",
    Stage.TOOLS,
    "tools",
    message="Tool '{name}' cannot have both defer_loading=true and cache_control set. "
    "Tools with defer_loading cannot use prompt caching.",
    source="recorded in 2026-03 and 2026-07",
)
def deferred_cached(context: Context) -> Iterator[Violation]:
    """A deferred tool is a cache breakpoint."""
    for index, _ in context.tools.marks:
        tool = context.body["tools"][index]
        if tool.get("defer_loading") and "name" in tool:
            yield Violation(f"/tools/{index}/cache_control", {"name": tool["name"]})


@rule(
    "files.not_counted",
    Stage.TOOLS,
    "block:container_upload",
    "block:document",
    "block:image",
    message="File sources are not supported in the token counting endpoint.",
    source="captured in 2026-08 for a container upload, told of a document; it comes before faults of tools",
)
def files_not_counted(context: Context) -> Iterator[Violation]:
    """Tokens are to be counted for an uploaded file."""
    if context.path != "/v1/messages/count_tokens":
        return
    for block in context.conversation.blocks("container_upload", "document", "image"):
        if "file_id" in block[4].get("source", block[4]):
            yield Violation(pointer_of(block))


@rule(
    "tools.not_counted",
    Stage.TOOLS,
    "tools",
    message="Server tools are not supported in the count_tokens endpoint: {types}. "
    "Use the /v1/messages endpoint instead.",
    source="recorded in 2026-05 and 2026-07 for code execution and tool search; the others as the words say",
)
def not_counted(context: Context) -> Iterator[Violation]:
    """Tokens are to be counted for a tool that the API runs."""
    if context.path != "/v1/messages/count_tokens":
        return
    types = [tool.get("type") or "" for tool in context.body["tools"]]
    uncounted = [kind for kind in types if kind.startswith(_NOT_COUNTED)]
    if uncounted:
        yield Violation("/tools", {"types": ", ".join(uncounted)})


@rule(
    "tools.programmatic_unsupported",
    Stage.TOOLS,
    "tools",
    message="'{model}' does not support programmatic tool calling. The following tools have "
    '`allowed_callers` that require it: {names}. Explicitly set `allowed_callers=["direct"]` on these '
    "tools, or use a model that supports programmatic tool calling.",
    source="recorded in 2026-09",
    models="Haiku 4.5",
)
def programmatic_unsupported(context: Context) -> Iterator[Violation]:
    """Code may call a tool, and the model cannot do that."""
    if not context.known_model.programmatic_tools and context.tools.called_by_code:
        names = ", ".join(context.tools.called_by_code)
        yield Violation("/tools", {"model": context.known_model.id, "names": names})


@rule(
    "tools.injected_name",
    Stage.TOOLS,
    "tools",
    message="Auto-injecting tools would conflict with existing tool names: ['code_execution']. "
    "Each tool name must be unique.",
    source="recorded in 2026-06 to 2026-08",
)
def injected_name(context: Context) -> Iterator[Violation]:
    """A web tool brings code execution along, and another tool has that name."""
    facts = context.tools
    if "code_execution" not in facts.names or _WEB_TOOLS.isdisjoint(facts.called_by_code):
        return
    for index, tool in enumerate(context.body["tools"]):
        if tool.get("name") == "code_execution" and tool.get("type") not in _NEW_CODE_EXECUTION:
            yield Violation(f"/tools/{index}/name")


@rule(
    "tools.type_unsupported",
    Stage.TOOLS,
    "tools",
    message="'{model}' does not support tool types: {types}. Did you mean one of {others}?",
    source="recorded in 2026-02",
    models="by model: schemas/models.json, unsupported_tools",
)
def type_unsupported(context: Context) -> Iterator[Violation]:
    """The model does not know this version of a tool."""
    model = context.known_model
    unsupported = context.tools.types & model.unsupported_tools
    if unsupported:
        others = sorted(_versioned_types() - model.unsupported_tools)
        types = ", ".join(sorted(unsupported))
        yield Violation("/tools", {"model": model.id, "types": types, "others": ", ".join(others)})


def _versioned_types() -> frozenset[str]:
    """Every tool type that carries a date."""
    names = (branch["$ref"].rpartition("/")[2] for branch in read("tools/tool")["oneOf"])
    kinds = (name.removesuffix(".json").replace("-", "_") for name in names)
    return frozenset(kind for kind in kinds if kind[-8:].isdigit())


@rule(
    "tools.empty_domains",
    Stage.TOOLS,
    "tool:web_search",
    "tool:web_fetch",
    message="tools.{i}.{kind}.{field}: Empty list of domains is ambiguous. "
    "Provide at least one domain or null.",
    source="documented in 2026-08; the path by analogy",
    confidence="documentation",
)
def empty_domains(context: Context) -> Iterator[Violation]:
    """A list of domains is empty."""
    for index, tool in enumerate(context.body["tools"]):
        for field in ("allowed_domains", "blocked_domains"):
            if tool.get(field) == []:
                yield Violation(f"/tools/{index}/{field}", {"i": index, "kind": tool["type"], "field": field})


@rule(
    "tools.country",
    Stage.TOOLS,
    "tool:web_search",
    message="tools.{i}.{kind}: Country code {country} is not supported.",
    source="recorded in 2025-07, 2025-09, 2025-11, 2026-08 and 2026-10, for five countries",
)
def country(context: Context) -> Iterator[Violation]:
    """Web search does not know the user's country."""
    for index, tool in enumerate(context.body["tools"]):
        named = (tool.get("user_location") or {}).get("country")
        if named in REFUSED_COUNTRIES:
            values = {"i": index, "kind": tool["type"], "country": named}
            yield Violation(f"/tools/{index}/user_location/country", values)
