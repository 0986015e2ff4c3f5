"""Checks on the plain values that come out of a cassette or a JSON option, with the path of each.

A check returns the value it was given, typed, or raises a `FormatError` that says where it stood,
what is wrong and what to do.
"""

from __future__ import annotations

from typing import Any

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the document to a value."""

FORMAT_HELP = "docs/cassettes.md describes the format."


class FormatError(Exception):
    """A value that cannot stand where it stands."""

    def __init__(self, path: Path, cause: str, remedy: str = FORMAT_HELP) -> None:
        super().__init__(cause)
        self.path = path
        self.cause = cause
        self.remedy = remedy


def mapping(value: Any, path: Path, known: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """A mapping with all of the `required` keys and none that is not `known`."""
    if not isinstance(value, dict):
        raise FormatError(path, f"`{last(path)}` must be a mapping with {', '.join(known)}.")
    known_keys(value, known, path)
    for key in required:
        if key not in value:
            raise FormatError(path, f"`{last(path)}` has no `{key}`.")
    return value


def known_keys(value: dict[str, Any], known: tuple[str, ...], path: Path) -> None:
    """Refuse a key that is neither `known` nor an extension (`x-…`), with the nearest name."""
    for key in value:
        if key not in known and not key.startswith("x-"):
            import difflib  # noqa: PLC0415 - only an error needs it

            near = difflib.get_close_matches(key, known, 1)
            hint = f"Did you mean `{near[0]}`? " if near else ""
            raise FormatError(
                (*path, key), f"unknown key `{key}`.", f"{hint}Keys of your own must start with `x-`."
            )


def list_(value: Any, path: Path) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise FormatError(path, f"`{last(path)}` must be a list.")
    return value


def string(value: Any, path: Path) -> str:
    """A string."""
    if not isinstance(value, str):
        raise FormatError(path, f"`{last(path)}` must be a string, not {value!r:.60}.", "Put it in quotes.")
    return value


def optional_string(value: Any, path: Path) -> str | None:
    """A string or nothing."""
    return None if value is None else string(value, path)


def strings(value: Any, path: Path) -> list[str]:
    """A list of strings."""
    return [string(item, (*path, index)) for index, item in enumerate(list_(value, path))]


def last(path: Path) -> str:
    """The last name on a path, with the index if the value is an item of a list."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"{path[-2]}[{path[-1]}]"
    return path[-1]
