"""Signs that a file is a recording, whatever it is called: what replies and recorders' files have in them.

They decide whether a file is looked at closely, and whether one that nobody understands is a
failure. A file that only mentions the API (settings, a compose file) has none of them.
"""

from __future__ import annotations

import re
from typing import Final

_PACKED: Final = b"\x1f\x8b"
_FRAME = re.compile(
    rb'(?:\A|\n|[{,]\s*)[ \t]*(?:- )?"?(?:http_)?(?:interactions|recorded_with)"?[ \t]*:'
    rb"|\Ahttprr trace v1"
    rb"|\A!tape"
    rb"|\AHTTP/[\d.]+ \d{3}\b"
    rb"|(?:\A|\n)-- [^\r\n]+ --\r?\n(?:[A-Z]+ \S+ )?HTTP/[\d.]+[ \r\n]"
)
_QUOTE = rb'(?:\\*["\']|\\u0022)'
_SIGNS: Final = (
    ("a message of the API", re.compile(rb"\bmsg_(?:bdrk_|vrtx_)?01[0-9A-Za-z]{20}")),
    ("a request id of the API", re.compile(rb"\breq_01[0-9A-Za-z]{20}")),
    (
        "an event of a message stream",
        re.compile(
            rb"type" + _QUOTE + rb"\s*:\s*" + _QUOTE + rb"(?:message_start|content_block_delta)" + _QUOTE
        ),
    ),
)


_ASKED = re.compile(rb"(?i:ur[li])" + _QUOTE + rb"?\s*:\s*" + _QUOTE + rb"?https?://api\.anthropic\.com[:/]")
_ANSWERED = re.compile(rb"\bresponse" + _QUOTE + rb"?\s*:")
_STATUS = re.compile(rb"(?i:status_?code|status)" + _QUOTE + rb"?\s*:\s*[1-5]\d\d\b")
_BODY = re.compile(rb"\bbody" + _QUOTE + rb"?\s*:")


def has_frame(text: bytes) -> bool:
    """Whether a text begins as recorders begin their files."""
    return _FRAME.search(text, 0, 4096) is not None


def sign_of_replies(text: bytes) -> str:
    """What of the API's replies is in a text, in words; empty if nothing is."""
    found = next((words for words, pattern in _SIGNS if pattern.search(text)), "")
    answered = _ANSWERED.search(text) or (_STATUS.search(text) and _BODY.search(text))
    if not found and answered and _ASKED.search(text):
        return "an exchange with the API"
    return found


def may_be_recorded(head: bytes) -> bool:
    """Whether a file is worth opening by its first bytes, whatever it is called."""
    if head.startswith(_PACKED) or has_frame(head) or sign_of_replies(head):
        return True
    is_json = head.lstrip()[:1] in {b"{", b"["}
    return is_json and b'"request"' in head and b'"response"' in head
