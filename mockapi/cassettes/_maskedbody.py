"""Masking the body of a message where it stands: JSON, JSON lines, an event stream, or any text.

What is searched is what a client sees: the decoded strings, and of a stream the joined deltas
of a block, so that no escape, delta or chunk can cut a secret in two. What is written has the
same size in the same place.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi._expressions import ExpressionTooSlowError
from mockapi.cassettes._jsonpaths import Document
from mockapi.cassettes._jsonscan import Leaf, Role, Scan, decoded, replaced, respelled, scan
from mockapi.cassettes._kinds import EMAIL
from mockapi.cassettes._maskedframes import is_frames, mask_frames
from mockapi.cassettes._masking import CLIENT
from mockapi.cassettes._members import names_before
from mockapi.cassettes._nested import mask_nested
from mockapi.cassettes._redaction_rules import RedactionError
from mockapi.cassettes._secrets import filled, kind_finder, masked, masked_member

if TYPE_CHECKING:
    from mockapi.cassettes._masking import Masking

    Edit = tuple[int, int, str]
    Path = tuple[str | int, ...]
    # Index of a block, path in it, and what the whole is -> the pieces in their places.
    _Joined = defaultdict[tuple[str, Path, str], list[tuple[int, int]]]

_SIGNED = frozenset(
    {
        ("thinking", "thinking"),
        ("thinking", "signature"),
        ("thinking_delta", "thinking"),
        ("signature_delta", "signature"),
        ("redacted_thinking", "data"),
    }
)
"""Type of an object and name of its member that may not be changed; and every `encrypted_…`."""

_MESSAGES = "messages"
_TOOL_INPUT = "input"  # below it stands what a tool is told: none of the API's own members
_LINE = re.compile(r"[^\r\n]+")
_DATA = re.compile(r"data:[ \t]*")
_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_PAYLOAD = 256  # characters: a shorter one is looked at like any text
_BASE64 = re.compile(r"[A-Za-z0-9+/\\]+={0,2}")
_USERS = (kind_finder((EMAIL,)),)

_TEXTS = frozenset({("text",), ("content",), ("completion",)})
"""Members of a block that clients are known to join over its events; of others each one counts too."""
_CHAT_TEXTS = frozenset({"content", "arguments"})
"""Members of a chat's chunks that go on in others."""


def mask_body(body: bytes, content_type: str, masking: Masking) -> bytes:
    """A body with its secrets masked; as long as before."""
    if is_frames(body, content_type):
        return mask_frames(
            body, masking, lambda text: _mask_stream(text, masking), lambda text: mask_json(text, masking)
        )
    whole = body.decode("utf-8", "surrogateescape")
    text = whole.removeprefix("\ufeff")  # a byte order mark is no part of what it stands before
    start = text.lstrip()[:1]
    if is_stream(body, content_type):
        written = _mask_stream(text, masking)
    elif start in ("{", "["):
        written = mask_json(text, masking)
    else:
        written = masking.text(text)
    return (whole[: len(whole) - len(text)] + written).encode("utf-8", "surrogateescape")


def is_stream(body: bytes, content_type: str) -> bool:
    """Whether a body is an event stream of text, by its type or by its beginning."""
    return "event-stream" in content_type or body.startswith((b"event:", b"data:"))


def mask_json(text: str, masking: Masking, *, in_input: bool = False) -> str:
    """A JSON text, JSON lines, or the beginning of either, with its secrets masked.

    Args:
        text: the text.
        masking: how.
        in_input: whether the text is the input of a tool, where nothing is signed.
    """
    scanned = scan(text)
    edits = _edits(text, scanned, scanned.leaves, masking, in_input=in_input)
    stray = _stray_edits(text, scanned, masking)
    written = replaced(text, edits + stray)
    if scanned.types or all(_is_sound(text, leaf) for leaf in scanned.leaves):
        return written
    return masking.text(written)  # a table of TOML, a list in prose: names and values stand in no one string


def _stray_edits(text: str, scanned: Scan, masking: Masking) -> list[Edit]:
    """The edits of what stands outside the strings of a text that is not JSON after all."""
    if all(_is_sound(text, leaf) for leaf in scanned.leaves):
        return []
    strings = [(leaf.start, leaf.end) for leaf in scanned.leaves if leaf.role is not Role.SCALAR]
    starts = [0, *(end for _, end in strings)]
    ends = [*(start for start, _ in strings), len(text)]
    return [
        edit
        for start, end in zip(starts, ends, strict=True)
        for edit in _text_edits(text, start, end, masking)
    ]


def _is_sound(text: str, leaf: Leaf) -> bool:
    return leaf.role is not Role.SCALAR or _is_scalar(text[leaf.start : leaf.end])


def _is_scalar(token: str) -> bool:
    return token in {"true", "false", "null"} or _NUMBER.fullmatch(token) is not None


def _edits(
    text: str, scanned: Scan, leaves: list[Leaf], masking: Masking, *, in_input: bool = False
) -> list[Edit]:
    chosen = _chosen(text, masking.json_paths)
    turns = _turns(text, leaves) if '"role"' in text and '"messages"' in text else {}
    edits = []
    for before, leaf in zip(names_before(text, leaves), leaves, strict=True):
        raw = text[leaf.start : leaf.end]
        if turns:
            turn = leaf.path[1] if leaf.path[:1] == (_MESSAGES,) and len(leaf.path) > 1 else CLIENT
            masking.enter(turns.get(turn, CLIENT), turn if isinstance(turn, int) else CLIENT)
        if _is_payload(leaf, raw, scanned.types):
            continue
        if not in_input and _is_signed(leaf, scanned.types):
            masking.look(decoded(raw))
            continue
        if leaf.role is Role.SCALAR:
            written = _DIGIT.sub("1", raw) if _is_below(leaf.path, chosen) else raw
        else:
            meaning = decoded(raw)
            safe = _masked_leaf(leaf, before, meaning, chosen, masking)
            written = raw if safe == meaning else respelled(raw, safe)
        if written != raw:
            edits.append((leaf.start, leaf.end, written))
    return edits


def _turns(text: str, leaves: list[Leaf]) -> dict[str | int, int]:
    """The turns of a request that are the model's: what it said is known from there on."""
    return {
        leaf.path[1]: leaf.path[1]
        for leaf in leaves
        if leaf.name == "role"
        and len(leaf.path) == 3
        and leaf.path[0] == _MESSAGES
        and isinstance(leaf.path[1], int)
        and text[leaf.start : leaf.end] == "assistant"
    }


def _is_payload(leaf: Leaf, raw: str, types: dict[int, str]) -> bool:
    """Whether a leaf is the bytes of an image or a document, which say nothing in clear."""
    return (
        len(raw) >= _PAYLOAD
        and leaf.name == "data"
        and types.get(leaf.owner) == "base64"
        and _BASE64.fullmatch(raw) is not None
    )


def _masked_leaf(leaf: Leaf, name: str, text: str, chosen: set[Path], masking: Masking) -> str:
    if leaf.role is Role.STRING:
        if _is_below(leaf.path, chosen):
            return filled(text)
        if leaf.path[-2:] == ("metadata", "user_id"):
            text = masked(text, masking.found, _USERS)
        text = mask_nested(masked_member(name, text, masking.found), masking.found)
    return masking.text(text)


def _is_signed(leaf: Leaf, types: dict[int, str]) -> bool:
    if leaf.role is not Role.STRING or _TOOL_INPUT in leaf.path or leaf.owner not in types:
        return False
    return leaf.name.startswith("encrypted_") or (types[leaf.owner], leaf.name) in _SIGNED


def _mask_stream(text: str, masking: Masking) -> str:
    edits: list[Edit] = []
    joined: _Joined = defaultdict(list)
    between = 0  # where what is no JSON began: a secret in it may go over several lines
    for line in _LINE.finditer(text):
        payload = _DATA.match(line.group())
        start = line.start() + payload.end() if payload else line.end()
        if start < line.end() and text[start] in '{["':
            edits += _text_edits(text, between, start, masking)
            edits += _event_edits(text[start : line.end()], start, joined, masking)
            between = line.end()
    edits += _text_edits(text, between, len(text), masking)
    for (_, member, form), spans in joined.items():
        name = next((step for step in reversed(member) if isinstance(step, str)), "")
        edits += _joined_edits(text, name, form, spans, masking)
    return replaced(text, edits)


def _text_edits(text: str, start: int, end: int, masking: Masking) -> list[Edit]:
    before = text[start:end]
    written = masking.text(before)
    return [] if written == before else [(start, end, written)]


def _event_edits(payload: str, offset: int, joined: _Joined, masking: Masking) -> list[Edit]:
    """The edits of one event's data, but for the strings that go on in others: those are noted."""
    scanned = scan(payload)
    own = []
    type_ = next((decoded(payload[i.start : i.end]) for i in scanned.leaves if _is_value(i, "type")), "")
    index = next((payload[i.start : i.end] for i in scanned.leaves if _is_index(i)), "")
    chosen = _chosen(payload, masking.json_paths)
    for leaf in scanned.leaves:
        member = _member(type_, leaf)
        if member is None or _is_below(leaf.path, chosen):
            own.append(leaf)
        else:
            form = "signed" if _is_signed(leaf, scanned.types) else _form(member)
            joined[index, member, form].append((offset + leaf.start, offset + leaf.end))
    edits = _edits(payload, scanned, own, masking) + _stray_edits(payload, scanned, masking)
    return [(offset + start, offset + end, new) for start, end, new in edits]


def _member(event: str, leaf: Leaf) -> Path | None:
    """The path, from its block on, of a string that may go on in other events; None if it cannot."""
    if leaf.role is not Role.STRING or leaf.name == "type":
        return None
    if event == "completion" and leaf.path == ("completion",):
        return leaf.path
    if _is_chats(leaf):
        return leaf.path[3:] if leaf.name in _CHAT_TEXTS else None
    start = leaf.path[0] if leaf.path else ""
    if (event, start) == ("content_block_delta", "delta"):
        return leaf.path[1:]
    whole = len(leaf.path) > 2  # what the block came with: results of a search, a tool's input
    return None if whole or (event, start) != ("content_block_start", "content_block") else leaf.path[1:]


def _form(member: Path) -> str:
    if member[-1:] in {("partial_json",), ("arguments",)}:
        return "json"
    return "text" if member in _TEXTS else "unknown"


def _is_index(leaf: Leaf) -> bool:
    """Whether it says to which block, or to which call of a chat, a piece belongs."""
    return leaf.name == "index" and leaf.role is not Role.KEY and (len(leaf.path) == 1 or _is_chats(leaf))


def _is_chats(leaf: Leaf) -> bool:
    """Whether it stands in what a chunk of a chat completion adds."""
    return leaf.path[:1] == ("choices",) and leaf.path[2:3] == ("delta",)


def _is_value(leaf: Leaf, name: str) -> bool:
    return leaf.path == (name,) and leaf.role is not Role.KEY


def _joined_edits(
    text: str, name: str, form: str, spans: list[tuple[int, int]], masking: Masking
) -> list[Edit]:
    pieces = [decoded(text[start:end]) for start, end in spans]
    whole = "".join(pieces)
    if form == "signed":
        masking.look(whole)
        return []
    safe = (
        mask_json(whole, masking, in_input=True)
        if form == "json"
        else masking.text(mask_nested(whole, masking.found))
    )
    edits = []
    at = 0
    for (start, end), piece in zip(spans, pieces, strict=True):
        part = safe[at : at + len(piece)]
        at += len(piece)
        if form == "unknown":  # nobody may ever join it
            part = masking.text(masked_member(name, part, masking.found))
        if part != piece:
            edits.append((start, end, respelled(text[start:end], part)))
    return edits


def _chosen(text: str, json_paths: tuple[str, ...]) -> set[Path]:
    """The paths of the values that JSON paths choose in a text, if it is JSON."""
    if not json_paths:
        return set()
    try:
        value = _as_clients_read(text)
        if not isinstance(value, (dict, list)):
            return set()  # no JSON, or a value that holds none: the library would read a string's text
        document = Document(value, json_paths)
        return {tuple(match.parts) for path in json_paths for match in document.matches(path)}
    except ExpressionTooSlowError as error:
        raise RedactionError(str(error)) from error
    except RecursionError as error:
        paths = ", ".join(map(repr, json_paths))
        raise RedactionError(f"it is nested too deeply for the JSON path {paths} to be followed") from error


def _as_clients_read(text: str) -> Any:
    """The value of a JSON text; None if every client refuses it.

    The API reads more strictly than many clients, to which NaN, half a surrogate pair and an integer of
    any length are JSON.
    """
    value = jsontext.parse_exactly(text.encode("utf-8", "surrogateescape"))
    if not isinstance(value, jsontext.NotJSON):
        return value
    try:
        return json.loads(text, parse_int=_integer)
    except ValueError:
        return None


def _integer(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # more of them than Python reads: infinite to those that do
        return float(digits)


def _is_below(path: Path, chosen: set[Path]) -> bool:
    return bool(chosen) and any(path[:steps] in chosen for steps in range(len(path) + 1))
