"""Numbers: within bounds that may be excluded, and multiples of what they have to be multiples of.

Bounds are fractions of their decimal spelling, so that nothing is rounded before the end.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter
from typing import TYPE_CHECKING, Any, Final

from mockapi.replies.synthesis.values._limits import Unsatisfiable

if TYPE_CHECKING:
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis.values._expand import Schema

_REPEATED_TRIES: Final = 40
_EXACT: Final = 2**53
_HALF: Final = Fraction(1, 2)
_FEW: Final = 1_000


def number(flat: Schema, dice: SeededChoices, *, attempt: int, integer: bool) -> int | float:
    """A number within the bounds of a flat schema, and a multiple of what it says.

    Args:
        flat: the schema.
        dice: choose.
        attempt: odd ones want no whole number, and look further down where there is no lower bound.
        integer: whether it has to be whole.

    Raises:
        Unsatisfiable: no number lies within the bounds.
    """
    low, high = _bounds(flat, integer=integer)
    unit, shift = _unit(flat, integer=integer), Fraction(0)
    if unit is None:
        if low is not None and high is not None and low <= high < low + 1:
            return _as_number((low + high) / 2)
        unit, shift = Fraction(1), _HALF * (attempt % 2)  # odd attempts: no whole number
    lowest = 1 if attempt % 2 == 0 else -100
    made = shift + _multiple(unit, _shifted(low, shift), _shifted(high, shift), dice, lowest)
    return _as_number(made) if integer or abs(made) < _EXACT else float(made)


def _multiple(
    unit: Fraction, low: Fraction | None, high: Fraction | None, dice: SeededChoices, lowest: int
) -> Fraction:
    """A multiple of a unit within bounds; from `lowest` units on if there is no lower bound."""
    first = None if low is None else -(-low // unit)
    last = None if high is None else high // unit
    if first is None:
        first = lowest if last is None or last >= lowest else last - 99
    if last is None:
        last = first + 99
    if first > last:
        raise Unsatisfiable("no number lies within its bounds")
    last = min(last, first + 999)
    made = unit * dice.between(first, last)
    for _ in range(_REPEATED_TRIES):
        if _divides(unit, made):
            break
        made = unit * dice.between(first, last)
    return made


def _shifted(bound: Fraction | None, shift: Fraction) -> Fraction | None:
    return None if bound is None else bound - shift


def _divides(unit: Fraction, number: Fraction) -> bool:
    """Whether a number is a multiple for those, too, who divide floats (0.29 / 0.01 is not whole)."""
    return unit.denominator == 1 or (float(number) / float(unit)).is_integer()


def whole_numbers(flat: Schema) -> list[int] | None:
    """All values of an integer schema, if they are few; None for any other schema."""
    if flat.get("type") not in ("integer", ["integer"]):
        return None
    low, high = _bounds(flat, integer=True)
    unit = _unit(flat, integer=True) or Fraction(1)
    if low is None or high is None or high - low > _FEW * unit:
        return None
    return [int(unit * number) for number in range(int(-(-low // unit)), int(high // unit) + 1)]


def _unit(flat: Schema, *, integer: bool) -> Fraction | None:
    """What the number is a multiple of; None if of nothing."""
    step = _fraction(flat.get("multipleOf"))
    if step is None or step <= 0:
        return Fraction(1) if integer else None
    return Fraction(step.numerator) if integer else step  # the least common multiple with 1


def _bounds(flat: Schema, *, integer: bool) -> tuple[Fraction | None, Fraction | None]:
    low = _fraction(flat.get("minimum"))
    above = flat.get("exclusiveMinimum")
    if above is True and low is not None:  # draft 4
        above = flat["minimum"]
    beyond = _beyond(above, 1, integer=integer)
    if beyond is not None:
        low = beyond if low is None else max(low, beyond)
    high = _fraction(flat.get("maximum"))
    below = flat.get("exclusiveMaximum")
    if below is True and high is not None:
        below = flat["maximum"]
    beyond = _beyond(below, -1, integer=integer)
    if beyond is not None:
        high = beyond if high is None else min(high, beyond)
    return low, high


def _beyond(bound: Any, way: int, *, integer: bool) -> Fraction | None:
    """The next number above (`way` 1) or below (-1) a bound that is excluded."""
    value = _fraction(bound)
    if value is None:
        return None
    if integer:
        return Fraction(way * (way * value // 1 + 1))
    if abs(value) >= _EXACT and isinstance(bound, int):
        return value + way
    return Fraction(str(nextafter(bound, way * inf)))


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Fraction(str(value)) if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - NaN


def _as_number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
