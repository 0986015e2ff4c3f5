"""What is known of each reader: the fault that it has, and the verdicts that name this fault rightly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Reader = Callable[
    [Any], Any
]  # from chunks of bytes, with `for` or `async for`, to what the kit's targets return
Made = TypeVar("Made", bound="Reads")


class Reads(Protocol):
    """A class whose objects read one stream."""

    def read(self, chunks: Any) -> Any:
        """What the chunks hold."""


@dataclass(frozen=True)
class Broken:
    """A reader with exactly one fault."""

    reader: Reader
    fault: str
    verdicts: frozenset[
        str
    ]  # those that are right for the fault; any other verdict is a mistake of the judge


BROKEN: dict[str, Broken] = {}
CORRECT: dict[str, Reader] = {}


def broken(*verdicts: str) -> Callable[[Reader], Reader]:
    """Enter a function with a fault; its docstring names the fault."""

    def enter(reader: Reader) -> Reader:
        BROKEN[reader.__name__] = Broken(reader, (reader.__doc__ or "").strip(), frozenset(verdicts))
        return reader

    return enter


def broken_class(
    *verdicts: str, documented: type[Exception] | None = None
) -> Callable[[type[Made]], type[Made]]:
    """Enter a class with a fault; each stream is read by a new object of it."""

    def enter(kind: type[Made]) -> type[Made]:
        reader = _function_of(kind)
        if documented is not None:
            vars(reader)["documented"] = documented
        broken(*verdicts)(reader)
        return kind

    return enter


def correct(reader: Reader) -> Reader:
    """Enter a function that has no fault."""
    CORRECT[reader.__name__] = reader
    return reader


def correct_class(kind: type[Made]) -> type[Made]:
    """Enter a class that has no fault."""
    correct(_function_of(kind))
    return kind


def _function_of(kind: type[Reads]) -> Reader:
    def reader(chunks: Any) -> Any:
        return kind().read(chunks)

    reader.__name__ = reader.__qualname__ = kind.__name__
    reader.__doc__ = kind.__doc__
    return reader
