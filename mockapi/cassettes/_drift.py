"""How a fresh answer differs from the recorded one, as far as a client's code could notice.

A model never says the same words twice, so values are not compared, but what code relies on is:
the status, which header fields there are, the shape of the JSON (which members, of which
types), and the order of a stream's events. Blocks of one type are compared as one shape,
however many there are.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.errors import MockapiError
from mockapi.messages import decode_events, is_framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields, Interaction, RecordedResponse

# Fields that come and go with the connection, the load or the size of an answer.
_PASSING = frozenset(
    {
        "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "age",
        "via", "vary", "alt-svc", "server", "server-timing", "retry-after", "traceresponse", "etag",
    }
)  # fmt: skip
_PASSING_STARTS = ("cf-", "x-mockapi-", "x-envoy-", "anthropic-ratelimit-")
_NAMES: dict[type, str] = {
    dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean",
    type(None): "null",
}  # fmt: skip
Shape = dict[str, set[str]]


def drift(recorded: Interaction, fresh: Interaction) -> list[str]:
    """What differs, a line each; nothing that a client would not notice.

    Args:
        recorded: the recording.
        fresh: the same request with the answer it got now, redacted as the recording is.
    """
    before, now = recorded.response, fresh.response
    return [*_status(before, now), *_headers(before.headers, now.headers), *_body(before, now)]


def _status(before: RecordedResponse, now: RecordedResponse) -> Iterator[str]:
    if before.status != now.status:
        yield f"status: recorded {before.status}, now {now.status}"
    if before.ending != now.ending:
        yield f"ending: recorded {before.ending}, now {now.ending}"


def _headers(before: Fields, now: Fields) -> Iterator[str]:
    recorded, fresh = _lasting(before), _lasting(now)
    for name in sorted(recorded.keys() - fresh.keys()):
        yield f"header {name}: recorded, now missing"
    for name in sorted(fresh.keys() - recorded.keys()):
        yield f"header {name}: new"
    types = [fields.get("content-type", "") for fields in (recorded, fresh)]
    if all(types) and types[0] != types[1]:
        yield f"header content-type: recorded {types[0]}, now {types[1]}"


def _lasting(fields: Fields) -> dict[str, str]:
    lower = ((name.lower(), value) for name, value in fields)
    return {
        name: value for name, value in lower if name not in _PASSING and not name.startswith(_PASSING_STARTS)
    }


def _body(before: RecordedResponse, now: RecordedResponse) -> Iterator[str]:
    recorded, fresh = _parts(before), _parts(now)
    order = [list(dict.fromkeys(name for name, _ in parts)) for parts in (recorded, fresh)]
    if order[0] != order[1]:
        yield f"events: recorded {_listed(order[0])}, now {_listed(order[1])}"
    shapes = [_shapes(parts) for parts in (recorded, fresh)]
    for name in (name for name in order[0] if name in order[1]):
        yield from _differences(shapes[0][name], shapes[1][name])


def _parts(response: RecordedResponse) -> list[tuple[str, Any]]:
    """The named JSON values of a body: one for JSON, one for every event of a stream."""
    if response.body.startswith((b"event:", b"data:")) or is_framed(response.body):
        try:
            return [
                (_event_name(event), event)
                for event in decode_events(response.body)
                if event["type"] != "ping"
            ]
        except (MockapiError, KeyError, TypeError):
            return [("an unreadable stream", None)]
    if not response.body:
        return [("an empty body", None)]
    value = jsontext.parse(response.body)
    return [("no JSON", None) if isinstance(value, jsontext.NotJSON) else ("JSON", value)]


def _event_name(event: dict[str, Any]) -> str:
    """An event's type, with the type of the block or delta that it is about."""
    for member in ("content_block", "delta"):
        about = event.get(member)
        if isinstance(about, dict) and isinstance(about.get("type"), str):
            return f"{event['type']} ({about['type']})"
    return str(event["type"])


def _shapes(parts: list[tuple[str, Any]]) -> dict[str, Shape]:
    shapes: dict[str, Shape] = defaultdict(lambda: defaultdict(set))
    for name, value in parts:
        for path, kind in _leaves("$" if name == "JSON" else name, value):
            shapes[name][path].add(kind)
    return shapes


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    waiting = [(path, value)]  # without recursion: a reply may be nested deep
    while waiting:
        path, value = waiting.pop()
        yield path, _NAMES.get(type(value), "number")
        if isinstance(value, dict):
            for key, item in value.items():
                if key == "input":  # what a tool is told is the model's choice
                    yield f"{path}.{key}", _NAMES.get(type(item), "number")
                else:
                    waiting.append((f"{path}.{key}", item))
        elif isinstance(value, list):
            for item in value:
                kind = item.get("type") if isinstance(item, dict) else None
                waiting.append((f"{path}[{kind}]" if isinstance(kind, str) else f"{path}[*]", item))


def _differences(before: Shape, now: Shape) -> Iterator[str]:
    gone = sorted(before.keys() - now.keys())
    new = sorted(now.keys() - before.keys())
    for path in _topmost(gone):
        yield f"{path}: recorded {_kinds(before[path])}, now missing"
    for path in _topmost(new):
        yield f"{path}: new, {_kinds(now[path])}"
    for path in sorted(before.keys() & now.keys()):
        if before[path] != now[path]:
            yield f"{path}: recorded {_kinds(before[path])}, now {_kinds(now[path])}"


def _topmost(paths: list[str]) -> Iterator[str]:
    """Those that do not lie below another of them: a missing object is one difference."""
    last = None
    for path in paths:
        if last is None or not path.startswith((f"{last}.", f"{last}[")):
            last = path
            yield path


def _kinds(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))


def _listed(names: list[str]) -> str:
    shown = [name for name, _ in itertools.groupby(names)]
    return ", ".join(shown) or "none"
