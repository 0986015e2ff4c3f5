"""What a validator is told, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from mockapi.messages.catalogue import Model

Mode = Literal["strict", "lenient", "off"]
Profile = Literal["documented", "live"]


@dataclass(frozen=True, slots=True)
class ValidationSettings:
    """How requests are judged.

    Attributes:
        mode: `strict` refuses what the API refuses; `lenient` looks at the shape only and takes
            unknown models, betas and placeholder ids; `off` takes everything.
        rules: where documentation and behaviour differ, `documented` or `live`.
        disabled: ids of rules that are not applied.
        as_of: models that were retired by this day are unknown; None knows them all.
        invalid_keys: credentials that are refused; every other one that is not empty is valid.
        models: models added to the catalogue.
    """

    mode: Mode = "strict"
    rules: Profile = "documented"
    disabled: frozenset[str] = frozenset()
    as_of: date | None = None
    invalid_keys: frozenset[str] = frozenset()
    models: tuple[Model, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error the API would answer.

    Attributes:
        status: HTTP status.
        type: error type, as in the body.
        message: the API's words.
        rule: id of the rule that refused.
        hint: what a person may want to know besides, or None.
        pointer: JSON pointer to the fault in the body, None if it is not in the body.
        code: the `error_code` in the body's details, None if the error has no details.
    """

    status: int
    type: str
    message: str
    rule: str
    hint: str | None = None
    pointer: str | None = None
    code: str | None = None
