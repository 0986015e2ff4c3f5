"""What finding a recording asks of a request, worked out beforehand.

For a request so large that the answers are worked out in another process: they are small, and
`request_key` and `for_matching` find them in `Request.known`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import cassettes
from mockapi.cassettes._key import request_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._model import Matching
    from mockapi.cassettes._redaction_rules import RedactionRules
    from mockapi.exchange import Request


def keys_of(request: Request, rules: Iterable[Matching]) -> dict[Any, Any]:
    """The keys of a request, by question."""
    return {("key", matching): request_key(request, matching) for matching in rules}


def redactions_of(
    request: Request, redactions: Iterable[RedactionRules], rules: tuple[Matching, ...]
) -> dict[Any, Any]:
    """What a request would be kept as, with its keys, by question; None where it is its own redaction."""
    found: dict[Any, Any] = {}
    for redaction in redactions:
        redacted = cassettes.for_matching(request, redaction)
        if redacted is request:
            found["redacted", redaction] = None
        else:
            redacted.known = keys_of(redacted, rules)
            found["redacted", redaction] = redacted
    return found
