"""Values that are known to satisfy their schema: made, checked, and made anew if need be."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockapi import jsontext
from mockapi.messages import dump
from mockapi.replies.synthesis.values._generate import Generator
from mockapi.replies.synthesis.values._limits import MAX_ATTEMPTS, MAX_WORK, Unsatisfiable
from mockapi.replies.synthesis.values._match import BACKTRACKS
from mockapi.replies.synthesis.values._plain import plain_maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis.values._plain import Make

_DRAFT: str = "https://json-schema.org/draft/2020-12/schema"
_REMEMBERED = 100_000
_FAULTS = (TypeError, ValueError, ArithmeticError, AttributeError, KeyError)
"""What a keyword leads to that has a value which it cannot have."""


def satisfying(schema: Any, dice: SeededChoices, *, subject: str = "") -> Any:
    """A value that satisfies a schema, formats included.

    Args:
        schema: of draft 2020-12 or a draft before it.
        dice: choose; the same dice give the same value.
        subject: what the user wrote, for strings that ask for it.

    Raises:
        Unsatisfiable: no value was found within the bounds, which are small enough to answer at once.
    """
    is_valid, attempt = _prepared(schema)
    if attempt is not None:
        value = attempt(dice, subject)
        if value is not None:
            return value
    reason = "no value that was tried satisfies it"
    work = 0
    for number in range(MAX_ATTEMPTS):
        generator = Generator(schema, dice.fork(str(number)), subject=subject, attempt=number)
        try:
            value = generator.value()
            if is_valid(value):
                return value
        except Unsatisfiable as error:
            reason = str(error)
        except RecursionError:
            raise Unsatisfiable("it is nested too deeply") from None
        except _FAULTS:  # the check took the schema all the same
            reason = "a keyword in it has a value that makes no sense"
        work += generator.work
        if work > MAX_WORK:
            break
    raise Unsatisfiable(reason)


class _Prepared(NamedTuple):
    """What is made of a schema once.

    Attributes:
        is_valid: the check of a value, by an implementation of JSON Schema that shares nothing with this one.
        attempt: makes the first attempt, where the schema is a plain one.
    """

    is_valid: Callable[[Any], bool]
    attempt: Attempt | None


class Attempt:
    """The first attempt at a value of a plain schema, checked.

    Args:
        make: makes it.
        is_valid: checks it.
    """

    __slots__ = ("_is_valid", "_make")

    def __init__(self, make: Make, is_valid: Callable[[Any], bool]) -> None:
        self._make = make
        self._is_valid = is_valid

    def __call__(self, dice: SeededChoices, subject: str) -> dict[str, Any] | None:
        """The value; None if it fails, and others have to follow.

        Args:
            dice: as `satisfying` has them.
            subject: likewise.
        """
        try:
            value: dict[str, Any] = self._make(dice.fork("0"), subject)
            return value if self._is_valid(value) else None
        except (Unsatisfiable, *_FAULTS):
            return None


def first_attempt(schema: Any) -> Attempt | None:
    """What `satisfying` tries first of a plain schema; None for any other.

    Raises:
        Unsatisfiable: it is not a usable schema.
    """
    return _prepared(schema).attempt


def _prepared(schema: Any) -> _Prepared:
    if not isinstance(schema, (dict, bool)):
        raise Unsatisfiable("it is not a JSON Schema")
    text = dump(schema)
    return _compiled(text) if len(text) <= _REMEMBERED else _compiled.__wrapped__(text)


@lru_cache(maxsize=512)  # the same tools come with every request of a conversation
def _compiled(text: bytes) -> _Prepared:
    import jsonschema_rs  # noqa: PLC0415 - heavy, and not every request needs it

    schema = jsontext.parse_exactly(text)  # a bound that is rounded is another bound
    if isinstance(schema, dict) and not str(schema.get("$schema", _DRAFT)).startswith(
        ("https://json-schema.org/", "http://json-schema.org/")
    ):
        schema = {key: value for key, value in schema.items() if key != "$schema"}
    try:
        validator = jsonschema_rs.validator_for(
            schema,
            validate_formats=True,
            retriever=_retrieve_nothing,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKS),
        )
    except (
        jsonschema_rs.ValidationError,
        jsonschema_rs.ReferencingError,
        ValueError,
        RecursionError,
    ) as error:
        why = str(error).partition("\n")[0]
        raise Unsatisfiable(f"it is not a usable schema: {why[:160]}") from None
    make, is_valid = plain_maker(schema), validator.is_valid
    return _Prepared(is_valid, None if make is None else Attempt(make, is_valid))


def _retrieve_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")
