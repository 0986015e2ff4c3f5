"""Recordings carried over a change in the program: a renamed model, tool or request member.

Requests are changed as values: they match by value. Replies are changed only if asked, and then
in their bytes, name by name, so that padding, key order and every other byte stay; chunk sizes
follow. A changed interaction is marked `edited`: it is no longer what was said.

Where names stand:

    model   a request's `model` (in a batch: each one's), and the path of a model
            a reply's `model`, in JSON, in message_start and in the rows of batch results
    tool    a request's `tools`, `tool_choice`, tool uses in `messages`, tool references
            a reply's tool uses
    member  whatever a JSON path selects in the request
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._differences import Difference, differences
from mockapi.cassettes._jsonscan import Role, scan
from mockapi.cassettes._packed import as_request
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockapi.cassettes._model import (
        Cassette,
        Interaction,
        RecordedChunk,
        RecordedRequest,
        RecordedResponse,
    )
    from mockapi.exchange import Request

_DATA_LINE = re.compile(r"^data: ?(.*)$", re.MULTILINE)
_REPLY_TYPES = frozenset({"message", "completion"})
_IN_BATCH = ("result", "message")
_MODEL_PLACES = frozenset({("model",), ("message", "model"), (*_IN_BATCH, "model")})


@dataclass(frozen=True, slots=True)
class Renames:
    """What to rename.

    Attributes:
        models: old id to new id.
        tools: old name to new name.
        members: JSON path (RFC 9535) of object members in request bodies, and their new name.
        in_replies: models and tools in replies too.
    """

    models: Mapping[str, str]
    tools: Mapping[str, str]
    members: Mapping[str, str]
    in_replies: bool = False


@dataclass(frozen=True, slots=True)
class Migrated:
    """An interaction that changed: what it is now and what differs.

    Attributes:
        position: in the cassette, from 0.
        differences: of the request.
        reply: names changed in the reply, as (old, new), one for each place.
    """

    position: int
    differences: tuple[Difference, ...]
    reply: tuple[tuple[str, str], ...]


def migrate(cassette: Cassette, renames: Renames) -> tuple[Cassette, list[Migrated]]:
    """The cassette after the renames, and what changed in it.

    Raises:
        UsageError: a member that cannot be renamed: it is an item of a list, or an object has the
            new name already.
    """
    interactions: list[Interaction] = []
    changes: list[Migrated] = []
    for position, old in enumerate(cassette.interactions):
        request = _request(old.request, renames)
        response, edits = _response(old.response, renames) if renames.in_replies else (old.response, ())
        new = replace(old, request=request, response=response)
        found = _differences(as_request(old), as_request(new))
        if found or edits:
            new = replace(new, edited=True)
            changes.append(Migrated(position, found, edits))
        interactions.append(new if found or edits else old)
    return replace(cassette, interactions=tuple(interactions)), changes


def _differences(old: Request, new: Request) -> tuple[Difference, ...]:
    try:
        return tuple(differences(old, new))
    except RecursionError:  # nested deeper than values can be compared: they are told as texts
        return tuple(differences(old, new, by_place=False))


# Requests ----------------------------------------------------------------------------------------


def _request(request: RecordedRequest, renames: Renames) -> RecordedRequest:
    prefix, _, last = request.path.rpartition("/")
    path = f"{prefix}/{renames.models.get(last, last)}" if prefix == "/v1/models" else request.path
    value = jsontext.parse_exactly(request.body)
    if isinstance(value, dict):
        for params in _all_params(value):
            _rename_model_and_tools(params, renames)
        _rename_members(value, renames.members)
        return replace(request, path=path, body=jsontext.compact_deep(value))
    return replace(request, path=path)


def _all_params(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The message parameters in a body: itself, or those of every request of a batch."""
    rows = body.get("requests")
    if not isinstance(rows, list):
        yield body
        return
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("params"), dict):
            yield row["params"]


def _rename_model_and_tools(params: dict[str, Any], renames: Renames) -> None:
    _rename_value(params, "model", renames.models)
    for tool in _items(params.get("tools")):
        _rename_value(tool, "name", renames.tools)
    _rename_value(params.get("tool_choice"), "name", renames.tools)
    for message in _items(params.get("messages")):
        if isinstance(message, dict):
            _rename_in_blocks(message.get("content"), renames.tools)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _rename_in_blocks(blocks: Any, tools: Mapping[str, str]) -> None:
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, dict):
            continue
        if block.get("type") == "tool_use":
            _rename_value(block, "name", tools)
        elif block.get("type") == "tool_reference":
            _rename_value(block, "tool_name", tools)
        _rename_in_blocks(block.get("content"), tools)


def _rename_value(mapping: Any, key: str, names: Mapping[str, str]) -> None:
    if isinstance(mapping, dict) and isinstance(mapping.get(key), str):
        mapping[key] = names.get(mapping[key], mapping[key])


def _rename_members(body: dict[str, Any], members: Mapping[str, str]) -> None:
    if not members:
        return
    import jsonpath  # noqa: PLC0415 - costs every start 50 ms

    for path, name in members.items():
        for match in jsonpath.finditer(path, body):
            parent = match.parent.obj if match.parent is not None else None
            if not isinstance(parent, dict):
                raise UsageError(
                    f"{path} selects {match.path}, which is not a member of an object and has no name."
                )
            old = str(match.parts[-1])
            if name in parent and name != old:
                raise UsageError(f"{path} cannot be renamed: {match.path} has a {name!r} beside it already.")
            members_now = [(name if key == old else key, value) for key, value in parent.items()]
            parent.clear()
            parent.update(members_now)


# Replies -----------------------------------------------------------------------------------------


def _response(
    response: RecordedResponse, renames: Renames
) -> tuple[RecordedResponse, tuple[tuple[str, str], ...]]:
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        return response, ()
    edits = list(_edits(text, renames))
    if not edits:
        return response, ()
    pieces: list[bytes] = []
    at = size = 0
    grown: list[tuple[int, int]] = []  # where in the old bytes, by how much
    for start, end, new in edits:
        before = text[at:start].encode()
        size += len(before)
        old = text[start:end].encode()
        grown.append((size, len(new.encode()) - len(old)))
        size += len(old)
        pieces += [before, new.encode()]
        at = end
    body = b"".join(pieces) + text[at:].encode()
    named = tuple((json.loads(f'"{text[start:end]}"'), json.loads(f'"{new}"')) for start, end, new in edits)
    return replace(response, body=body, chunks=_regrown(response.chunks, grown)), named


def _edits(text: str, renames: Renames) -> Iterator[tuple[int, int, str]]:
    """Start, end and new content of every string to change, in order."""
    lines = [match.span(1) for match in _DATA_LINE.finditer(text)] or [(0, len(text))]
    for begin, finish in lines:
        leaves, types = scan(text[begin:finish])
        for leaf in leaves:
            if leaf.role is not Role.STRING:
                continue
            kind = types.get(leaf.owner, "")
            if kind in _REPLY_TYPES and leaf.path in _MODEL_PLACES:
                names = renames.models
            elif kind == "tool_use" and _is_block_name(leaf.path):
                names = renames.tools
            else:
                continue
            start, end = begin + leaf.start, begin + leaf.end
            old = json.loads(f'"{text[start:end]}"')
            if old in names and names[old] != old:
                yield start, end, json.dumps(names[old], ensure_ascii=False)[1:-1]


def _is_block_name(path: tuple[str | int, ...]) -> bool:
    """Whether a path is that of a content block's name, not of something in a tool's input."""
    if path[:2] == _IN_BATCH:
        path = path[2:]
    return path == ("content_block", "name") or (len(path) == 3 and (path[0], path[2]) == ("content", "name"))


def _regrown(chunks: tuple[RecordedChunk, ...], grown: list[tuple[int, int]]) -> tuple[RecordedChunk, ...]:
    """The chunks with their sizes made true: each edit counts where it begins."""
    result = []
    start = 0
    for chunk in chunks:
        end = start + chunk.size
        more = sum(by for at, by in grown if start <= at < end)
        result.append(chunk._replace(size=chunk.size + more))
        start = end
    return tuple(result)
