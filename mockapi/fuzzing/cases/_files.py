"""A case as files that need no Python, and back: its bytes, and one JSON object that says all else.

The name of the files says what a correct client does, as JSONTestSuite has it: `y_` must be taken,
`n_` must be refused, `i_` either. Members of the object are described in
schemas/conformance-case.json. Bodies are cut as the runs in `chunks` say: `[[6, 1], [1, 20]]` is one
chunk of six bytes, then twenty of one byte.
"""

from __future__ import annotations

import json
import re
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Ending
from mockapi.fuzzing.cases._model import STREAM_HEADERS, Case, Want, of_bytes
from mockapi.messages import load
from mockapi.replies import wire_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FORMAT: Final = 1
_PREFIXES: Final = {Want.WHOLE: "y_", Want.ERROR: "n_", Want.EITHER: "i_"}
_HEADERS: Final = [[name.decode(), value.decode()] for name, value in STREAM_HEADERS]


def file_name(case: Case) -> str:
    """The name of a case's files, without their endings."""
    return _PREFIXES[case.want] + re.sub(r"[^A-Za-z0-9]+", "_", case.id).strip("_")


def case_files(case: Case) -> Iterator[tuple[str, bytes]]:
    """The files of a case, by name. A lone surrogate in a message is an escape, as JSON has it."""
    name = file_name(case)
    chunks = tuple(case.chunks())
    told: dict[str, Any] = {
        "format": FORMAT,
        "id": case.id,
        "why": case.why,
        "level": case.level,
        "want": case.want.name.lower(),
        "stream": f"{name}.sse",
        "chunks": _runs(chunks),
        "delay": case.delay,
        "status": case.status,
        "headers": [[key.decode("latin-1"), value.decode("latin-1")] for key, value in case.headers],
        "ending": str(case.ending),
        "over_http": case.over_http,
        "heavy": case.heavy,
        "seconds": case.seconds,
        "ignore": sorted(case.ignore),
    }
    yield f"{name}.sse", b"".join(chunks)
    if case.body is not None and case.body != b"".join(chunks):
        told["decoded"] = f"{name}.decoded.sse"
        yield told["decoded"], case.body
    if case.quarter is not None:
        pieces = tuple(case.quarter())
        told["quarter"] = {"stream": f"{name}.quarter.sse", "chunks": _runs(pieces)}
        yield told["quarter"]["stream"], b"".join(pieces)
    if case.before:
        told["before"] = [f"{file_name(earlier)}.json" for earlier in case.before]
    if case.growth is not None:
        told["growth"] = case.growth
    if case.events is not None:
        told["events"] = case.events
    if case.messages:
        told["messages"] = case.messages
    yield f"{name}.json", (json.dumps(told, indent=1) + "\n").encode()


def case_of_files(value: Any, read: Callable[[str], bytes]) -> Case:
    """The case that such an object describes; members that have a usual value may be missing.

    Args:
        value: the object.
        read: gives the content of a file that it names.

    Raises:
        KeyError, TypeError, ValueError: it is not such an object.
    """
    if not isinstance(value, dict):
        raise TypeError("it is not a JSON object")
    if value.get("format", FORMAT) != FORMAT:
        raise ValueError(f"its format is {value['format']!r}, and {FORMAT} is known")
    body = read(value["stream"])
    chunks = tuple(_cut(body, value["chunks"])) if "chunks" in value else ((body,) if body else ())
    level, want = value.get("level", "messages"), Want[str(value.get("want", "whole")).upper()]
    if level not in ("sse", "messages"):
        raise ValueError(f"its level is {level!r}; there are sse and messages")
    events, messages = value.get("events"), tuple(value.get("messages", ()))
    if (
        (events is None)
        if level == "sse"
        else (not messages or not all(isinstance(m, dict) for m in messages))
    ):
        raise ValueError('of the level "sse" it has "events", of the level "messages" it has "messages"')
    more: dict[str, Any] = {}
    if "quarter" in value:
        quarter = tuple(_cut(read(value["quarter"]["stream"]), value["quarter"]["chunks"]))
        more["quarter"] = lambda: (bytes(memoryview(chunk)) for chunk in quarter)
    if "before" in value:
        earlier = [load(read(name).decode()) for name in value["before"]]
        more["before"] = tuple(case_of_files({**one, "before": []}, read) for one in earlier)
    decoded = read(value["decoded"]) if "decoded" in value else b"".join(chunks)
    case = of_bytes(
        str(value["id"]),
        level,
        b"",
        str(value.get("why", "As the case says.")),
        *chunks,
        want=want,
        events=None if events is None else tuple((str(k), str(d), str(i)) for k, d, i in events),
        messages=messages,
        ignore=frozenset(map(str, value.get("ignore", ()))),
        status=int(value.get("status", 200)),
        headers=tuple(wire_field(str(key), str(text)) for key, text in value.get("headers", _HEADERS)),
        ending=Ending(value.get("ending", "clean")),
        delay=float(value.get("delay", 0.0)),
        over_http=bool(value.get("over_http", False)),
        heavy=bool(value.get("heavy", False)),
        seconds=float(value.get("seconds", 5.0)),
        growth=value.get("growth"),
        **more,
    )
    return case.with_body(decoded)


def _runs(chunks: Iterable[bytes]) -> list[list[int]]:
    """The sizes of chunks, as runs of a size and a count."""
    return [[size, len(tuple(same))] for size, same in groupby(map(len, chunks))]


def _cut(body: bytes, runs: Iterable[Any]) -> Iterator[bytes]:
    at = 0
    for size in chain.from_iterable([int(size)] * int(count) for size, count in runs):
        yield body[at : at + size]
        at += size
    if at != len(body):
        raise ValueError(f"its chunks have {at:,} bytes, its stream has {len(body):,}")
