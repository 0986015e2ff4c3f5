"""JSON in a string of JSON: what a tool prints, the body of a request that a tool is told to send.

Names and values that stand side by side in the text are found there like in any text. Here is
looked for what only the members around a value say: the label of a field, the head of a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.cassettes._jsonscan import Role, decoded, replaced, respelled, scan
from mockapi.cassettes._members import may_name_secret, names_before
from mockapi.cassettes._secrets import masked_member

if TYPE_CHECKING:
    from mockapi.cassettes._secrets import Secret

_DEEPEST: Final = 4
_ENDS: Final = {"{": "}", "[": "]"}


def mask_nested(text: str, found: list[Secret], depth: int = 0) -> str:
    """A decoded string; if it is JSON, with the values masked that something in it names.

    Args:
        text: the string.
        found: takes what was masked.
        depth: how many strings of JSON it stands in already.
    """
    bare = text.strip()
    if depth >= _DEEPEST or _ENDS.get(bare[:1]) != bare[-1:] or not may_name_secret(text):
        return text
    leaves = scan(text).leaves
    edits = []
    for name, leaf in zip(names_before(text, leaves), leaves, strict=True):
        if leaf.role is Role.STRING:
            raw = text[leaf.start : leaf.end]
            meaning = decoded(raw)
            safe = mask_nested(masked_member(name, meaning, found), found, depth + 1)
            if safe != meaning:
                edits.append((leaf.start, leaf.end, respelled(raw, safe)))
    return replaced(text, edits)
