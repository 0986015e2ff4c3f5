"""Betamax, of which there are two: for Python's requests, and for the JVM.

Source: betamax 0.9 (`serializers`, `cassette`), and Betamax 1.1 to 3.0 for Groovy, Java and Kotlin (`tape`).

    Python   {"http_interactions": [...], "recorded_with": "betamax/0.9.0"}   as Ruby VCR
    JVM      !tape
             name: ...
             interactions:
             - recorded: 2026-08-02T22:26:41.000Z
               request:  {method, uri, headers: {Host: ...}, body}
               response: {status: 200, headers, body: text | !!binary | !file}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.cassettes.importers import http_interactions, vcr_py

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes.importers._exchange import RecordedEntry

TITLE = "Betamax"


def recognises(document: Any) -> bool:
    """Whether a document is a cassette or a tape of either."""
    return _is_cassette(document) or _is_tape(document)


def _is_cassette(document: Any) -> bool:
    items = document.get("http_interactions") if isinstance(document, dict) else None
    return isinstance(items, list) and str(document.get("recorded_with", "")).startswith("betamax")


def _is_tape(document: Any) -> bool:
    items = document.get("interactions") if isinstance(document, dict) else None
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(item, dict) and "recorded" in item for item in items)
    )


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a cassette or tape."""
    return http_interactions.read_r(document) if _is_cassette(document) else vcr_py.read(document)
