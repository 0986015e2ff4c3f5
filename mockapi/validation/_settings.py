"""What a validator is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from mockapi.messages.catalogue import Model

Mode = Literal["strict", "lenient", "off"]
Profile = Literal["documented", "live"]
Evidence = Literal["any", "captured"]


@dataclass(frozen=True, slots=True)
class ValidationSettings:
    """How requests are judged.

    Attributes:
        mode: `strict` refuses what the API refuses; `lenient` looks at the shape only and takes
            unknown models, betas and placeholder ids; `off` takes everything.
        rules: where documentation and behaviour differ, `documented` or `live`.
        disabled: ids of rules that are not applied.
        as_of: models that were retired by this day, by the published dates, are unknown; None knows
            them all.
        invalid_keys: credentials that are refused; every other one that is not empty is valid.
        models: `mockapi.messages.catalogue.Model`s added to the catalogue.
        betas: values of anthropic-beta that are known besides.
        evidence: `captured` leaves out rules that only another project's test double speaks for.

    Raises:
        UsageError: a mode or rules that do not exist.
    """

    mode: Mode = "strict"
    rules: Profile = "documented"
    disabled: frozenset[str] = frozenset()
    as_of: date | None = None
    invalid_keys: frozenset[str] = frozenset()
    models: tuple[Model, ...] = ()
    betas: frozenset[str] = frozenset()
    evidence: Evidence = "any"

    def __post_init__(self) -> None:
        """Refuse a mode that would silently judge in no way."""
        choices_of = {"mode": Mode, "rules": Profile, "evidence": Evidence}
        for name, choices in ((name, get_args(kind)) for name, kind in choices_of.items()):
            if (value := getattr(self, name)) not in choices:
                raise UsageError(f"`{name}` of validation is one of {', '.join(choices)}, not {value!r:.80}.")
