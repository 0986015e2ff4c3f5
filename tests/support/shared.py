"""Recorded traffic that is not part of the project: where it is, and its rows, decoded.

The folder is named by `MOCKAPI_SHARED`, or is the sibling `../shared` of the checkout. On a
machine that has neither, a test that asks for it is skipped, with that as the reason.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest


def folder() -> Path | None:
    """The folder of shared material, or None where there is none."""
    named = os.environ.get("MOCKAPI_SHARED")
    place = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    return place if (place / "corpus").is_dir() else None


def require() -> Path:
    """The folder of shared material; skips the test that asks where there is none."""
    place = folder()
    if place is None:
        pytest.skip("no recorded traffic here: MOCKAPI_SHARED names no folder and ../shared does not exist")
    return place


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded interaction.

    Attributes:
        fields: the row as it is stored.
        request: the request body, None if none was recorded.
        response: the response body after content decoding.
    """

    fields: dict[str, Any]
    request: bytes | None
    response: bytes

    @property
    def id(self) -> str:
        """A name that is unique in the corpus."""
        return str(self.fields["id"])

    @property
    def host(self) -> str:
        """Who answered: anthropic, bedrock, vertex or gateway."""
        return str(self.fields["host"])

    @property
    def is_sse(self) -> bool:
        """Whether the response is an event stream."""
        return bool(self.fields["is_sse"])

    @property
    def exact(self) -> bool:
        """Whether the response bytes are those of the wire, and genuine."""
        return self.fields["fidelity"].startswith("exact") and not self.fields.get("suspect_synthetic")


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the corpus, file by file. Skips the test where there is no corpus."""
    found = []
    for file in sorted((require() / "corpus").glob("*.jsonl.gz")):
        with gzip.open(file) as lines:
            found += [_row(json.loads(line)) for line in lines]
    return tuple(found)


@cache
def exact_rows() -> tuple[Row, ...]:
    """The rows that a replay must reproduce: genuine, exact, with a request body and a status."""
    return tuple(
        row
        for row in rows()
        if row.host == "anthropic"
        and row.exact
        and row.request is not None
        and not row.fields.get("request_missing")
        and row.fields.get("status") is not None
    )


said: list[str] = []
"""What the running test has said; `tests/conftest.py` takes it from here to the end of the run."""


def say(words: str) -> None:
    """Tell what a test counted: counts are part of what these tests show."""
    said.append(words)


def _row(fields: dict[str, Any]) -> Row:
    response = _bytes(fields.get("response_body")) or b""
    if "stored compressed" in (fields.get("content_encoding") or ""):
        response = gzip.decompress(response)
    return Row(fields, _bytes(fields.get("request_body")), response)


def _bytes(stored: dict[str, str] | None) -> bytes | None:
    if stored is None:
        return None
    if "base64" in stored:
        return base64.b64decode(stored["base64"])
    return stored["text"].encode()
