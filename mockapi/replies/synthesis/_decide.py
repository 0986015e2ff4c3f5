"""What to answer: the policy, in one place.

    the conversation ends with        tool_choice   the reply
    --------------------------------  ------------  --------------------------------------------
    an assistant's text (prefill)     any           goes on from there
    a server tool's block (pause)     any           the tool's result if it lacks, then an answer
    a user's message                  none          an answer
                                      tool          a call of that tool
                                      any           calls of the client's tools, else a run of the
                                                    API's
                                      auto          the same as any, after a line that says so; if
                                                    there is no tool, an answer
    a user's message with results     auto, none    an answer that names the results
                                      any, tool     as above: the request wants another call

Calls: each tool once, three at most, one if parallel use is disabled. The API's own tools run when
they are chosen or are the only ones; a tool search is followed by calls of what it found.

Thinking comes first where it is on, and neither a tool is forced nor a prefill continued. After
results it comes only with adaptive or between_tools thinking or the interleaved beta. Whether it is
shown: `display`, and without it not for models that take no budget (from 4.7 on).

A request for a summary (`compaction`) gets that alone.

An answer: JSON that satisfies the output schema if there is one; else text, which cites the
request's sources if citations are on. A tool or output schema that nothing satisfies is answered by
a text that says which and why; the hint header repeats it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mockapi.messages import dump
from mockapi.messages.catalogue import shipped
from mockapi.replies._request_view import name_of
from mockapi.replies.synthesis import _words
from mockapi.replies.synthesis._calls import MAX_CALLS, call, callable_tools, is_server_tool
from mockapi.replies.synthesis._citations import cited_parts
from mockapi.replies.synthesis._compaction import asks_for_summary, compaction, summary
from mockapi.replies.synthesis._plan import Plan, PlanPart, text_part
from mockapi.replies.synthesis._runs import Runner, ServerToolRun
from mockapi.replies.synthesis.values import Unsatisfiable, satisfying

if TYPE_CHECKING:
    from mockapi.messages import IdFactory
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices

_INTERLEAVED: Final = "interleaved-thinking-"


def decide(view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    """The plan that answers a request.

    Args:
        view: the request.
        dice: choose; a function of request and seed alone, so that a repeated request gets the
            same content.
        ids: of tool calls, a function of the same.
    """
    if "compaction" in view.body and asks_for_summary(view):
        return summary(view, dice)
    compacted = compaction(view) if "context_management" in view.body else None
    if compacted is None:
        return _decided(view, dice, ids)
    part, ends = compacted
    if ends:
        return Plan((part,), stop_reason="compaction")
    return _decided(view, dice, ids).behind(part)


def _decided(view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    if view.unfinished:
        if view.paused:
            return _after_pause(view, dice, ids)
        if view.prefill:
            return Plan((text_part(_words.continuation(view, dice)),))
    first = _thinking(view, dice)
    tools = tools_to_use(view)
    if not tools:
        plan = answer(view, dice)
    elif is_server_tool(tools[0]):
        plan = _run(tools, view, dice, ids)
    else:
        plan = _call(tools, view, dice, ids)
    return plan.behind(*first) if first else plan


def thought(text: str, dice: SeededChoices, *, shown: bool = True) -> PlanPart:
    """A thinking part with its signature."""
    block: Block = {
        "type": "thinking",
        "thinking": text if shown else "",
        "signature": dice.fork("seal").signature(),
    }
    return PlanPart(block, "" if shown else text)


def shows_thinking(view: RequestView) -> bool:
    """Whether thinking is told in words."""
    display = view.thinking.get("display")
    if display is not None:
        return bool(display != "omitted")
    model = shipped().find(view.model)
    return model is None or "enabled" in model.thinking


def thinks(view: RequestView) -> bool:
    """Whether the reply begins with thinking."""
    kind = view.thinking.get("type")
    if kind is None or view.choice in {"any", "tool"}:
        return False
    interleaved = any(beta.startswith(_INTERLEAVED) for beta in view.betas)
    unwanted = "enabled" if view.tool_results else "between_tools"
    return kind != unwanted or bool(view.tool_results and interleaved)


def _thinking(view: RequestView, dice: SeededChoices) -> tuple[PlanPart, ...]:
    if not thinks(view):
        return ()
    return (thought(_words.thoughts(view, dice), dice, shown=shows_thinking(view)),)


def tools_to_use(view: RequestView) -> list[Block]:
    """The tools of the reply, in order; [] for an answer."""
    if not view.tools:
        return []
    choice = view.choice
    if choice == "none" or (choice == "auto" and view.tool_results):
        return []
    if choice == "tool":
        return [tool for tool in view.tools if name_of(tool) == view.chosen_tool][:1]
    tools = callable_tools(view) or [tool for tool in view.tools if is_server_tool(tool)]
    return tools[: MAX_CALLS if view.parallel else 1]


def answer(view: RequestView, dice: SeededChoices) -> Plan:
    """A text or a JSON value, and no tool."""
    schema = view.output_schema
    if schema is not None:
        try:
            value = satisfying(schema, dice.fork("output"), subject=view.subject())
        except Unsatisfiable as error:
            return _impossible(f"mockapi found no output that satisfies the schema: {error}.")
        return Plan((text_part(dump(value).decode("utf-8", "replace")),))
    cited = cited_parts(view)
    if cited:
        return Plan((*cited, text_part(f" {_words.closing(dice)}")))
    return Plan((text_part(_words.answer(view, dice)),))


def _call(tools: list[Block], view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    calls, reasons = [], []
    for number, tool in enumerate(tools, 1):
        try:
            calls.append(call(tool, view, dice, ids, number))
        except Unsatisfiable as error:
            reasons.append(
                f"mockapi found no arguments that satisfy the input_schema of {name_of(tool)}: {error}."
            )
    if not calls:
        return _impossible(" ".join(reasons))
    parts = tuple(calls)
    said = [_words.before_tools([part.block["name"] for part in calls])] if view.choice == "auto" else []
    said += reasons
    if said:
        parts = (text_part(" ".join(said)), *parts)
    return Plan(parts, stop_reason="tool_use", hint=" ".join(reasons))


def _run(tools: list[Block], view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    runner = Runner(view, dice.fork("runs"), ids)
    runs = [runner.run(tool) for tool in tools]
    found = {name for run in runs for name in run.found}
    calls = [tool for tool in view.tools if name_of(tool) in found]
    plan = _ran(runs, [text_part(_words.before_tools([name_of(tool) for tool in tools]))])
    if calls:
        called = _call(calls if view.parallel else calls[:1], view, dice, ids)
        return replace(
            called, parts=(*plan.parts, *called.parts), searches=plan.searches, fetches=plan.fetches
        )
    return replace(plan, parts=(*plan.parts, *_said(runs, view, dice)))


def _ran(runs: list[ServerToolRun], before: list[PlanPart]) -> Plan:
    return Plan(
        (*before, *(part for run in runs for part in run.parts)),
        container=any(run.container for run in runs),
        searches=sum(run.searches for run in runs),
        fetches=sum(run.fetches for run in runs),
    )


def _said(runs: list[ServerToolRun], view: RequestView, dice: SeededChoices) -> tuple[PlanPart, ...]:
    if view.output_schema is not None:
        return answer(view, dice).parts
    said = tuple(part for run in runs for part in run.said)
    return said or (text_part(_words.answer(view, dice)),)


def _after_pause(view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    last = view.unfinished[-1]
    runner = Runner(view, dice.fork("runs"), ids)
    run = runner.answer(last) if last.get("type") == "server_tool_use" else ServerToolRun(())
    return replace(_ran([run], []), parts=(*run.parts, *_said([run], view, dice)))


def _impossible(why: str) -> Plan:
    return Plan((text_part(why),), hint=why)
