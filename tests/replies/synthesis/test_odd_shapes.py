"""Without validation whatever may stand anywhere in a request: it gets a reply all the same."""

from __future__ import annotations

import copy
import reprlib
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import accumulate, check_events, decode_events, dump
from mockapi.replies.synthesis import History, synthesized
from tests.support.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD: list[Any] = [None, 5, "x", [], {"type": 5}]
LARGE = 20_000  # of a body: its words are counted each time
Path = tuple[Any, ...]


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Each value within a value, and what it is: its names, and the types of what it stands in."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    kind = str(value.get("type")) if isinstance(value, dict) else ""
    for key, part in items:
        name = f"{kind}.{key}" if isinstance(key, str) else "[]"
        yield (*path, key), name
        for below, names in _places(part, (*path, key)):
            yield below, f"{name}/{names}"


def _with(body: dict[str, Any], path: Path, odd: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = odd
    return changed


def _cases() -> Iterator[tuple[str, dict[str, Any], Path]]:
    """A place of every kind that there is in any shape, once."""
    seen: set[str] = set()
    for name, shape in SHAPES.items():
        body = {key: value for key, value in shape.items() if key != "beta"}
        if len(dump(body)) > LARGE:
            continue
        for path, names in _places(body):
            if path != ("model",) and not (names in seen or "input_schema/" in names):
                seen.add(names)
                yield name, body, path


def test_whatever_stands_anywhere_gets_a_reply() -> None:
    """A whole message or stream, and no traceback; the next request is answered as well."""
    for number, (name, body, path) in enumerate(_cases()):
        history = History()
        for at, odd in enumerate(ODD):
            sent = _with(body, path, odd)
            if "stream" not in path:
                sent["stream"] = (number + at) % 2 == 0
            request = Request("POST", "/v1/messages", "", (), dump(sent))
            try:
                reply, history = synthesized(request, 0, history, 0.0)
            except Exception as defect:
                defect.add_note(f"{name}: {path} is {odd!r}")
                raise
            if reply.status != 200:
                assert jsontext.parse(reply.body)["type"] == "error"
            elif sent["stream"] is True:
                events = decode_events(reply.body)
                assert check_events(events) == [], (name, path, odd)
                assert accumulate(events)["role"] == "assistant"
            else:
                assert jsontext.parse(reply.body)["role"] == "assistant", reprlib.repr(reply.body)
