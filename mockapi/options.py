"""Checking what people write: the options of a session, a cassette, a script, a project, a fault.

A value comes with its path, the steps from the top of the document to it. It is given back typed, or
an `OptionError` says where it stands, what would do, and what came:

    `faults[0].times` must be a whole number from 1 to 10,000; got 0.
    `pace.frist` is unknown. Did you mean `first`?

    TURN = whole(1)                              a kind of value, made once
    turn = TURN(value["turn"], (*path, "turn"))

A kind that none of these makes is a `Kind` of its own: the words that follow "must be", and a test.
"""

from __future__ import annotations

import math
import re
import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_T = TypeVar("_T")
_Name = TypeVar("_Name", bound=str)

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the top of the document to a value."""

_BITS: Final = 63
_SHOWN: Final = 80
"""Characters of a value that a message quotes."""

_BRIEFLY: Final = reprlib.Repr()
_BRIEFLY.maxstring = _BRIEFLY.maxother = 60
_BRIEFLY.maxlevel = 3


class OptionError(UsageError):
    """A value that cannot stand where it stands.

    Attributes:
        path: where it stands.
        problem: what is wrong, a clause that goes on after the place.
        cause: the same as a sentence that names the last step, for who tells file and line.
        remedy: what to do, a sentence; may be empty.
    """

    def __init__(self, path: Path, problem: str, remedy: str = "") -> None:
        self.path = path
        self.problem = problem
        self.cause = f"`{last_step(path)}` {problem}."
        self.remedy = remedy
        super().__init__(f"`{dotted(path)}` {self.clause}" if path else f"The options {self.clause}")

    @property
    def clause(self) -> str:
        """The problem and the remedy, to be put behind a place."""
        return f"{self.problem}. {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Kind(Generic[_T]):
    """A kind of value; calling it checks one.

    Attributes:
        words: what a value of this kind is, as it stands behind "must be".
        fits: whether a value is one.
        remedy: what to do about one that is not, a sentence.
    """

    words: str
    fits: Callable[[Any], bool]
    remedy: str = ""

    def __call__(self, value: Any, path: Path) -> _T:
        """The value, if it fits.

        Raises:
            OptionError: it does not.
        """
        if not self.fits(value):
            raise OptionError(path, f"must be {self.words}; got {shown(value)}", self.remedy)
        return value  # type: ignore[no-any-return] # `fits` has seen to it


def whole(low: int | None = None, high: int | None = None) -> Kind[int]:
    """Whole numbers of at most 64 bits, with their sign, within bounds."""
    return Kind(
        f"a whole number{_bounds(low, high)}", lambda value: type(value) is int and _within(value, low, high)
    )


def number(low: float | None = None, high: float | None = None, what: str = "a number") -> Kind[float]:
    """Finite numbers, whole or not, within bounds."""
    return Kind(
        f"{what}{_bounds(low, high)}",
        lambda value: type(value) in (int, float) and math.isfinite(value) and _within(value, low, high),
    )


def one_of(choices: Collection[_Name]) -> Kind[_Name]:
    """A choice between names."""
    return Kind(f"one of {', '.join(choices)}", lambda value: isinstance(value, str) and value in choices)


def text(longest: int) -> Kind[str]:
    """Strings of limited length."""
    return Kind(
        f"a string of at most {longest:,} characters",
        lambda value: isinstance(value, str) and len(value) <= longest,
    )


_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_NAME: Final[Kind[str]] = Kind(
    "the name of a header field",  # a token of RFC 9110
    lambda value: isinstance(value, str) and _TOKEN.fullmatch(value) is not None,
)
STRING: Final[Kind[str]] = Kind("a string", lambda value: isinstance(value, str))
FLAG: Final[Kind[bool]] = Kind("true or false", lambda value: isinstance(value, bool))
LIST: Final[Kind[list[Any]]] = Kind("a list", lambda value: isinstance(value, list))
OBJECT: Final[Kind[dict[str, Any]]] = Kind("an object", lambda value: isinstance(value, dict))


def items(value: Any, path: Path, kind: Kind[_T]) -> list[_T]:
    """A list whose items are all of a kind."""
    return [kind(item, (*path, index)) for index, item in enumerate(LIST(value, path))]


def strings(value: Any, path: Path) -> list[str]:
    """A list of strings."""
    return items(value, path, STRING)


def mapping(
    value: Any, path: Path, known: Collection[str], needed: Collection[str] = (), own: str = ""
) -> dict[str, Any]:
    """An object with all of the `needed` keys and only `known` ones, or ones that begin with `own`."""
    if not isinstance(value, dict):
        raise OptionError(path, f"must be an object with {', '.join(known)}; got {shown(value)}")
    known_keys(value, path, known, own)
    for key in needed:
        if key not in value:
            raise OptionError(path, f"needs `{key}`")
    return value


def known_keys(value: Collection[str], path: Path, known: Collection[str], own: str = "") -> None:
    """Refuse a key that is neither `known` nor begins with `own`; the nearest known one is named."""
    for key in value:
        if key in known or (own and key.startswith(own)):
            continue
        remedy = (
            f"{nearest(key, known)} Keys of your own must start with `{own}`." if own else nearest(key, known)
        )
        raise OptionError((*path, key), "is unknown", remedy)


def nearest(name: str, known: Collection[str]) -> str:
    """A sentence that helps who wrote an unknown name: the one that was probably meant, or all."""
    import difflib  # noqa: PLC0415 - only an error needs it

    near = difflib.get_close_matches(name[:_SHOWN], known, 1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"There are {', '.join(known)}." if known else "None is known here."


def expression(value: Any, path: Path) -> str:
    """A regular expression, as text."""
    pattern = STRING(value, path)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise OptionError(path, f"must be a regular expression; got {shown(value)}: {error}") from error
    return pattern


def shown(value: Any) -> str:
    """A value as a message quotes it: one line, cut where it grows long."""
    if isinstance(value, int) and value.bit_length() > _BITS:
        return "a number of more than 64 bits"
    brief = _BRIEFLY.repr(value)
    return brief if len(brief) <= _SHOWN else f"{brief[: _SHOWN - 1]}…"


def dotted(path: Path) -> str:
    """A path as people write it: `faults[0].when.model`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".")


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def last_step(path: Path) -> str:
    """The last name on a path, with the index if the value is an item of a list."""
    names = [at for at, step in enumerate(path) if isinstance(step, str)]
    return dotted(path[names[-1] :]) if names else "the file"


def _within(value: float, low: float | None, high: float | None) -> bool:
    if isinstance(value, int) and value.bit_length() > _BITS:
        return False
    return (low is None or low <= value) and (high is None or value <= high)


def _bounds(low: float | None, high: float | None) -> str:
    if high is None:
        return "" if low is None else f" from {low:,}"
    return f" up to {high:,}" if low is None else f" from {low:,} to {high:,}"
