"""The bodies of a cassette's text: each in one of its forms, or said once and referred to.

    json: a structured value (requests only)    text: as it is    base64: what is not UTF-8
    same_as: sha256:...                         the body elsewhere in this file with that digest

A reference is by digest, not by position: interactions are dropped and put in another order,
and a reference must then find the same body or fail, never another body.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import STRING, FormatError
from mockapi.cassettes._model import digest_of
from mockapi.options import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path


class Bodies:
    """Reads the bodies of one file.

    Args:
        items: the interactions as they stand in the file, not checked yet.
    """

    def __init__(self, items: list[Any]) -> None:
        self._items = items
        self._said: dict[str, bytes] | None = None

    def read(self, value: Any, path: Path, *, json_allowed: bool) -> bytes:
        """The bytes of a body.

        Raises:
            OptionError: it is in no form that a body may have here.
        """
        if value is None:
            return b""
        forms = ("json", "text", "base64", "same_as") if json_allowed else ("text", "base64", "same_as")
        if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= set(forms):
            if not json_allowed and isinstance(value, dict) and "json" in value:
                raise FormatError(
                    path, "a response keeps the bytes of the wire: it has `text` or `base64`, never `json`."
                )
            raise FormatError(path, f"a body is a mapping with exactly one of {', '.join(forms)}.")
        form, content = next(iter(value.items()))
        if form == "same_as":
            return self._referred(STRING(content, (*path, form)), (*path, form))
        return _bytes(form, content, (*path, form))

    def _referred(self, digest: str, path: Path) -> bytes:
        if self._said is None:
            self._said = dict(_said(self._items))
        if digest not in self._said:
            raise FormatError(
                path,
                f"no body in this file has the digest {digest}: the one that did was dropped or changed.",
                "Restore it from version control, or record the interaction again.",
            )
        return self._said[digest]


def _bytes(form: str, content: Any, path: Path) -> bytes:
    if form == "json":
        # A copy: what orjson returns keeps the whole buffer it was written into, and stays in memory.
        return bytes(memoryview(jsontext.compact(content)))
    text = STRING(content, path)
    if form == "text":
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise FormatError(path, f"not base64: {error}.") from error


def _said(items: list[Any]) -> Iterator[tuple[str, bytes]]:
    """Every body that stands in the file, under its digest and under the one written beside it.

    A body that was edited by hand is still found under the digest it was sealed with, so that
    the file can be sealed anew. What is malformed is passed over: its own reading tells.
    """
    for item in items:
        for side in ("request", "response"):
            message = item.get(side) if isinstance(item, dict) else None
            body = message.get("body") if isinstance(message, dict) else None
            if not isinstance(message, dict) or not isinstance(body, dict) or len(body) != 1:
                continue
            form, content = next(iter(body.items()))
            if form == "same_as":
                continue
            try:
                said = _bytes(form, content, ())
            except OptionError:
                continue
            yield digest_of(said), said
            if isinstance(message.get("digest"), str):
                yield message["digest"], said
