"""Which path is whose: the table of everything but POST /v1/messages, and what stands for one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from mockapi.replies.endpoints import _batches, _files, _models
from mockapi.replies.endpoints._completions import complete
from mockapi.replies.synthesis import applied_edits, input_tokens, view_of

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request
    from mockapi.replies.endpoints._context import EndpointContext
    from mockapi.replies.endpoints._store import ResourceStore


def answer(request: Request, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """The reply to any request but one for a message, and the store after it."""
    match request.method, *(unquote(step) for step in request.path.split("/")[1:]):
        case "POST", "v1", "messages", "count_tokens":
            return _count(request, context), store
        case "POST", "v1", "messages", "batches":
            return _batches.create(request, store, context)
        case "GET", "v1", "messages", "batches":
            return _batches.list_batches(request, store, context)
        case "GET", "v1", "messages", "batches", id_:
            return _batches.get(id_, store, context)
        case "DELETE", "v1", "messages", "batches", id_:
            return _batches.delete(id_, store, context)
        case "POST", "v1", "messages", "batches", id_, "cancel":
            return _batches.cancel(id_, store, context)
        case "GET", "v1", "messages", "batches", id_, "results":
            return _batches.results(id_, store, context)
        case "POST", "v1", "files":
            return _files.upload(request, store, context)
        case "GET", "v1", "files":
            return _files.list_files(request, store, context), store
        case "GET", "v1", "files", id_:
            return _files.get_file(id_, store, context), store
        case "GET", "v1", "files", id_, "content":
            return _files.get_content(id_, store, context), store
        case "DELETE", "v1", "files", id_:
            return _files.delete_file(id_, store, context)
        case "GET", "v1", "models":
            return _models.list_models(request, context), store
        case "GET", "v1", "models", id_:
            return _models.get_model(id_, context), store
        case "POST", "v1", "complete":
            return complete(request, context), store
        case _, "v1", *steps if _is_known(steps):
            return context.error(405, "invalid_request_error", "Method Not Allowed"), store
    return context.not_found("Not Found"), store


def _is_known(steps: list[str]) -> bool:
    """Whether these steps under /v1 are a path that takes some other method."""
    match steps:
        case ["messages"] | ["messages", "count_tokens"] | ["complete"] | ["chat", "completions"]:
            return True
        case ["messages", "batches", *rest]:
            return len(rest) < 2 or (len(rest) == 2 and rest[1] in {"cancel", "results"})
        case ["files", *rest]:
            return len(rest) < 2 or rest[1:] == ["content"]
        case ["models", *rest]:
            return len(rest) < 2
    return False


def _count(request: Request, context: EndpointContext) -> Reply:
    view = view_of(request)
    total = input_tokens(view)
    if not view.manages_context:
        return context.json({"input_tokens": total})
    cleared = sum(edit["cleared_input_tokens"] for edit in applied_edits(view, total))
    original = {"original_input_tokens": total}
    return context.json({"input_tokens": total - cleared, "context_management": original})
