"""The models as OpenAI's clients list them: the API's own list or model in OpenAI's form."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def chat_models(value: dict[str, Any]) -> dict[str, Any] | None:
    """A page of models, or one model, in OpenAI's form; None for anything else."""
    if value.get("type") == "model":
        return _model(value)
    data = value.get("data")
    if not isinstance(data, list):
        return None
    return {"object": "list", "data": [_model(model) for model in data if isinstance(model, dict)]}


def _model(model: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": model.get("id"),
        "object": "model",
        "created": _seconds(model.get("created_at")),
        "owned_by": "anthropic",
    }


def _seconds(moment: Any) -> int:
    try:
        return int(datetime.fromisoformat(str(moment)).timestamp())
    except (ValueError, OverflowError):
        return 0
