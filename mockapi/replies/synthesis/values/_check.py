"""Values that are known to satisfy their schema: made, checked, and made anew if need be."""

from __future__ import annotations

import contextlib
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
    is_valid, make = _prepared(schema)
    if make is not None:
        with contextlib.suppress(Unsatisfiable, *_FAULTS):  # the first attempt fails, and others follow
            value = make(dice.fork("0"), subject)
            if is_valid(value):
                return value
    reason = "no value that was tried satisfies it"
    work = 0
    for attempt in range(MAX_ATTEMPTS):
        generator = Generator(schema, dice.fork(str(attempt)), subject=subject, attempt=attempt)
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
        make: makes the first attempt, where the schema is a plain one.
    """

    is_valid: Callable[[Any], bool]
    make: Make | None


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
    return _Prepared(validator.is_valid, plain_maker(schema))


def _retrieve_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")
