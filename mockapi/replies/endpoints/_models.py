"""GET /v1/models: the catalogue as the API tells it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from mockapi.messages.catalogue import Model, shipped
from mockapi.replies.endpoints._pages import Query, page_by_id

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request
    from mockapi.replies.endpoints._context import EndpointContext

_EPOCH: Final = date(1970, 1, 1)  # the API's own stand-in for a date it does not tell
_LEVELS: Final = ("low", "medium", "high", "xhigh", "max")
_THINKING: Final = ("enabled", "adaptive", "disabled", "between_tools")
_LINES: Final = ("haiku", "sonnet", "opus", "fable", "mythos")


def list_models(request: Request, context: EndpointContext) -> Reply:
    """The models, newest first, of the life-cycle stages that are asked for."""
    query = Query(request.query)
    stages = query.many("lifecycle")
    found = [
        _described(model)
        for model in shipped().models
        if (model.lifecycle in stages if stages else model.lifecycle != "retired")
    ]
    return context.json(page_by_id(found, query))


def get_model(id_: str, context: EndpointContext) -> Reply:
    """One model by its id or alias."""
    model = shipped().find(id_)
    if model is None and context.lenient:
        model = Model(id_, id_)
    return context.not_found(f"model: {id_}") if model is None else context.json(_described(model))


def _described(model: Model) -> dict[str, Any]:
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "created_at": _time(model.released or _EPOCH),
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
        "capabilities": _capabilities(model),
        "lifecycle": model.lifecycle,
        "deprecated_at": _time(model.deprecated),
        "retires_at": _time(model.retires),
        "line": next((line for line in _LINES if line in model.id), None),
    }


def _capabilities(model: Model) -> dict[str, Any]:
    edits = {"clear_tool_uses_20250919": True, "clear_thinking_20251015": True}
    thinking = {kind: kind in model.thinking for kind in _THINKING}
    return {
        "batch": _can(yes=True),
        "citations": _can(yes=model.citations),
        "code_execution": _can(yes=True),
        "context_management": _group(edits | {"compact_20260112": model.compaction}),
        "effort": _group({level: level in model.effort for level in _LEVELS}),
        "image_input": _can(yes=model.image_input),
        "pdf_input": _can(yes=model.pdf_input),
        "structured_outputs": _can(yes=model.structured_outputs),
        "thinking": {
            "supported": any(thinking[kind] for kind in ("enabled", "adaptive", "between_tools")),
            "types": {kind: _can(yes=yes) for kind, yes in thinking.items()},
        },
        "server_tools": _group({"web_search": True, "code_execution": True}),
    }


def _group(members: dict[str, bool]) -> dict[str, Any]:
    supported = {name: _can(yes=yes) for name, yes in members.items()}
    return {"supported": any(members.values()), **supported}


def _can(*, yes: bool) -> dict[str, bool]:
    return {"supported": yes}


def _time(day: date | None) -> str | None:
    return None if day is None else f"{day.isoformat()}T00:00:00Z"
