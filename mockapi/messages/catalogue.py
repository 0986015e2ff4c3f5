"""The model catalogue: which models there are and what each accepts.

The data stands in `schemas/models.json`, with the date it was true on. Nothing here asks the
clock: whether a model is retired is answered for a date that the caller names. Sources: the
recorded answer of `GET /v1/models` (limits, thinking types, effort levels), the official SDK's
list of models and retirement dates, and refusals seen live (prefill, sampling, system role).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from mockapi import jsontext
from mockapi._data import data_dir
from mockapi._files import MIB, read_file
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Sampling = Literal["free", "one", "fixed"]
"""`free`: all parameters; `one`: temperature or top_p, not both; `fixed`: temperature 1 only."""

Lifecycle = Literal["active", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model and what it accepts.

    Attributes:
        id: the dated id, which replies carry.
        name: what people call it.
        aliases: other names of it in requests.
        context: size of the context window in tokens.
        max_output: the most `max_tokens` may be.
        thinking: the values of `thinking.type` it takes.
        sampling: see `Sampling`.
        prefill: whether a conversation may end with an assistant message.
        effort: the levels of `output_config.effort` it takes; empty if it has no effort setting.
        effort_without_thinking: the levels it takes with thinking disabled; empty for all.
        per_turn_effort: whether a message may set the effort of its turn.
        system_role: whether messages of role "system" may stand in the conversation.
        forced_tool_choice: whether `tool_choice` may be any or tool.
        forced_tool_with_adaptive: whether that goes with adaptive thinking.
        compaction: whether it takes the strategy compact_20260112.
        fast: whether it takes `speed`.
        programmatic_tools: whether code that it runs may call tools.
        tool_changes: whether tools may come and go within a conversation.
        structured_outputs: whether answers can be forced into a schema.
        citations: whether documents may have citations.
        image_input: whether it takes images.
        pdf_input: whether it takes PDFs.
        fallback_targets: the models that `fallbacks` may name; empty if it takes no `fallbacks`, None for
            any.
        high_resolution: whether it sees images up to 2,576 pixels a side instead of 1,568.
        inference_geo: whether it takes `inference_geo`.
        task_budgets: whether it takes `output_config.task_budget`.
        lifecycle: where it stood at the catalogue's date.
        released: when it came out, if known.
        deprecated: when its end was announced, if known.
        retires: the day from which requests for it fail, if known.
        unsupported_tools: tool types that other models take and it does not.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    context: int = 200_000
    max_output: int = 64_000
    thinking: frozenset[str] = frozenset({"enabled", "adaptive", "disabled"})
    sampling: Sampling = "free"
    prefill: bool = True
    effort: tuple[str, ...] = ("low", "medium", "high", "xhigh", "max")
    effort_without_thinking: tuple[str, ...] = ()
    per_turn_effort: bool = True
    system_role: bool = True
    forced_tool_choice: bool = True
    forced_tool_with_adaptive: bool = True
    compaction: bool = True
    fast: bool = True
    programmatic_tools: bool = True
    tool_changes: bool = True
    structured_outputs: bool = True
    citations: bool = True
    image_input: bool = True
    pdf_input: bool = True
    fallback_targets: tuple[str, ...] | None = None
    high_resolution: bool = True
    inference_geo: bool = True
    task_budgets: bool = True
    lifecycle: Lifecycle = "active"
    released: date | None = None
    deprecated: date | None = None
    retires: date | None = None
    unsupported_tools: frozenset[str] = frozenset()

    def retired_on(self, day: date) -> bool:
        """Whether requests for it fail on `day`."""
        return self.retires is not None and day >= self.retires


_MAX_BYTES = 16 * MIB
_DATES = ("released", "deprecated", "retires")
_TUPLES = {
    "aliases": tuple,
    "effort": tuple,
    "effort_without_thinking": tuple,
    "thinking": frozenset,
    "unsupported_tools": frozenset,
}
_NAMES = frozenset(f.name for f in fields(Model))


def _model(entry: dict[str, Any], where: str) -> Model:
    unknown = entry.keys() - _NAMES
    if unknown or not isinstance(entry.get("id"), str):
        wrong = f"has no field {min(unknown)!r}" if unknown else "needs an id"
        raise UsageError(f"{where}: a model {wrong}; the fields are {', '.join(sorted(_NAMES))}")
    values: dict[str, Any] = {"name": entry["id"], **entry}
    for key, make in _TUPLES.items():
        if key in values:
            values[key] = make(values[key])
    if values.get("fallback_targets") is not None:
        values["fallback_targets"] = tuple(values["fallback_targets"])
    for key in _DATES:
        if values.get(key) is not None:
            values[key] = date.fromisoformat(values[key])
    return Model(**values)


@dataclass(frozen=True)
class Catalogue:
    """A set of models by every name they have, and the date it was true on.

    Attributes:
        date: the day the data describes.
        models: in the order in which `GET /v1/models` lists them.
    """

    date: date
    models: tuple[Model, ...]
    _by_name: dict[str, Model] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {alias: model for model in self.models for alias in (*model.aliases, model.id)}
        object.__setattr__(self, "_by_name", names)

    def find(self, name: str) -> Model | None:
        """The model with this id or alias, or None."""
        return self._by_name.get(name)

    def resolve(self, name: str) -> str:
        """The id that a reply carries for this name; the name itself if it is unknown."""
        model = self._by_name.get(name)
        return name if model is None else model.id

    def with_models(self, models: Iterable[Model]) -> Catalogue:
        """The catalogue with these added; one that has the id of a model here replaces it."""
        added = tuple(models)
        if not added:
            return self
        ids = {model.id for model in added}
        return replace(self, models=(*(model for model in self.models if model.id not in ids), *added))


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with mockapi.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    path = data_dir("schemas") / "models.json"
    content = json.loads(path.read_text("utf-8"))
    models = tuple(_model(entry, str(path)) for entry in content["models"])
    return Catalogue(date.fromisoformat(content["date"]), models)


def read_models(path: Path) -> tuple[Model, ...]:
    """Models from a user's file: JSON, `{"models": [{"id": …, …}]}`, fields as in `Model`.

    Fields left out have the most permissive values.

    Raises:
        UsageError: the file cannot be read or holds something else.
    """
    try:
        content = jsontext.parse(read_file(path, _MAX_BYTES))
        if isinstance(content, jsontext.NotJSON):
            raise UsageError(f"{path}: not a model file: {content.reason}; one is JSON in UTF-8")
        return tuple(_model(entry, str(path)) for entry in content["models"])
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a readable file") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f'{path}: not a model file ({error}); one holds {{"models": [{{"id": …}}]}}'
        ) from error
