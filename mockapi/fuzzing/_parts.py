"""The parts of a message, for clients whose answers have another shape than the API's.

Such a client says which parts it shows, and gives them under these names:

    text          the text of all blocks, joined
    thinking      likewise
    tool_calls    of the user's tools, a list of {"id", "name", "input"}; an id may be left out
    usage         counts under the API's names; at least `input_tokens` and `output_tokens`
    any other     the member of the message that has this name: `stop_reason`, `model`, `content`, ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.fuzzing._verdict import Shape
    from mockapi.fuzzing.cases import Case

_OF_CONTENT: Final = ("text", "thinking", "tool_calls")
_COUNTS: Final = ("input_tokens", "output_tokens")


def same(shown: Any, sent: Any, case: Case, shape: Shape | None = None) -> bool:
    """Whether a client shows what was sent, but for what does not count."""
    ignore = case.ignore if shape is None else case.ignore | shape.ignore
    if shape is not None and shape.numbers == "float64":
        shown, sent = _in_float64(shown), _in_float64(sent)
    if shape is None or not shape.shows:
        return bool(plain(shown, ignore) == plain(sent, ignore))
    if not isinstance(shown, dict):
        return False
    shows = [
        part
        for part in shape.shows
        if part not in ignore and not ("content" in ignore and part in _OF_CONTENT)
    ]
    left = {part: shown.get(part) for part in shows}
    right = _as_shown(parts_of(sent, shows), left)
    return bool(_filled(plain(left, ignore)) == _filled(plain(right, ignore)))


def parts_of(message: dict[str, Any], shows: Sequence[str]) -> dict[str, Any]:
    """These parts of a message of the API."""
    content = message.get("content", [])
    own: dict[str, Any] = {
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "thinking": "".join(block["thinking"] for block in content if block["type"] == "thinking"),
        "tool_calls": [
            {"id": block["id"], "name": block["name"], "input": block["input"]}
            for block in content
            if block["type"] == "tool_use"
        ],
    }
    return {part: own[part] if part in own else message.get(part) for part in shows}


def _as_shown(sent: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    """What was sent, without the counts and ids that the client leaves out."""
    usage, calls = shown.get("usage"), shown.get("tool_calls")
    if isinstance(usage, dict) and isinstance(sent.get("usage"), dict):
        counts = {key: value for key, value in sent["usage"].items() if key in usage or key in _COUNTS}
        sent = {**sent, "usage": counts}
    if isinstance(calls, list) and "tool_calls" in sent:
        told = [isinstance(call, dict) and call.get("id") is not None for call in calls]
        told += [True] * len(sent["tool_calls"])
        named = zip(sent["tool_calls"], told, strict=False)
        sent = {**sent, "tool_calls": [{**call, "id": call["id"] if has else None} for call, has in named]}
    return sent


def _filled(value: Any) -> Any:
    """A message's parts without those that are empty: "" and [] are ways to show nothing."""
    return {key: part for key, part in value.items() if part not in ("", [], None)}


def plain(value: Any, ignore: frozenset[str]) -> Any:
    """A value without nulls and without what does not count: clients fill in what was not sent.

    NaN, which is not JSON, counts as null: that is what it becomes where JSON is written.
    """
    if isinstance(value, dict):
        kept = {key: plain(item, ignore) for key, item in value.items() if key not in ignore}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return [plain(item, ignore) for item in value]
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - that is how NaN is told


def _in_float64(value: Any) -> Any:
    """A value whose integers are as a language has them that knows 64-bit floating point only.

    RFC 8259, section 6, leaves the range and the precision of numbers to whoever reads them. What is
    beyond the range is infinite there, and null where JSON is written.
    """
    if isinstance(value, dict):
        return {key: _in_float64(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_float64(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return None
    return value


def amount(shown: Any) -> int:
    """How much content a message or its parts have: characters of text, members of inputs."""
    if not isinstance(shown, dict):
        return 0
    content = shown.get("content")
    blocks = content if isinstance(content, list) else []
    own = sum(_length(value) for block in blocks if isinstance(block, dict) for value in block.values())
    return own + sum(_length(shown[part]) for part in _OF_CONTENT if shown.get(part))


def _length(value: Any) -> int:
    """Characters, members and numbers: a number of fewer digits is another number, and nothing is lost."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(key)) + _length(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(1 + _length(item) for item in value)
    return 0 if value is None else 1
