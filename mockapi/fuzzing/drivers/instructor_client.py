"""Instructor, with partial objects: the last object that it streams, as the call of its only tool."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

import anthropic
import pydantic

from mockapi.fuzzing.drivers._lines import BODY, KEY, serve

_instructor: Any = importlib.import_module("instructor")  # no dependency of this project
_exceptions: Any = importlib.import_module("instructor.core.exceptions")


class Weather(pydantic.BaseModel):
    """What is asked for: one member that is known, and any others."""

    model_config = pydantic.ConfigDict(extra="allow")
    city: str | None = None


def _look(base_url: str, patience: float, _shown: list[Any]) -> Any:
    with anthropic.Anthropic(base_url=base_url, api_key=KEY, timeout=patience, max_retries=0) as client:
        partial = _instructor.from_anthropic(client).chat.completions.create_partial
        shown = list(partial(response_model=Weather, max_retries=0, **BODY))
    calls = [{"name": "weather", "input": item.model_dump(exclude_unset=True)} for item in shown[-1:]]
    return {"tool_calls": calls}


if __name__ == "__main__":
    documented = (anthropic.AnthropicError, _exceptions.InstructorError, pydantic.ValidationError)
    serve(f"instructor {version('instructor')}", "message", _look, documented, shows=("tool_calls",))
