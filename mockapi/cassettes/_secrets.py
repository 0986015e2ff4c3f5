"""What a credential looks like, wherever it stands.

Patterns of prefixes that vendors made for this very purpose, so that a scanner can find them;
each names what it finds. Thinking, signatures and encrypted content are random base64 and are
never searched for anything but these prefixes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIAL_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "x-api-key", "api-key", "cookie", "set-cookie",
        "x-amz-security-token", "x-goog-api-key", "anthropic-user-profile-id",
    }
)  # fmt: skip
"""Header fields, in lower case, whose value is a credential or points at a person."""

# A test key of this project (`sk-ant-test-…`) and a masked one are no secrets.
_PATTERNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("an Anthropic key or token", re.compile(rb"sk-ant-(?!test-)[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{16,}")),
    ("an OpenAI-style key", re.compile(rb"\bsk-(?!ant-)(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}")),
    ("an AWS access key id", re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a Google API key", re.compile(rb"\bAIza[0-9A-Za-z_-]{35}")),
    ("a GitHub token", re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{36,})")),
    ("a Slack token", re.compile(rb"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a private key", re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")),
    ("a JSON web token", re.compile(rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    ("a bearer token", re.compile(rb"\bBearer [A-Za-z0-9._~+/-]{20,}=*")),
)


class Secret(NamedTuple):
    """Something that looks like a credential: what it is, and how it begins."""

    kind: str
    start: str


def find_secrets(text: bytes) -> Iterator[Secret]:
    """Everything in the text that looks like a credential, with only its first characters."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Secret(kind, match.group()[:10].decode("ascii", "replace") + "…")
