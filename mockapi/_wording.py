"""Small pieces of messages for people."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_line(error: Exception) -> str:
    """What an error says, without the drawing that some add below."""
    return next(iter(str(error).splitlines()), type(error).__name__)
