"""What the installed client knows has a verdict, and the verdicts are true."""

from __future__ import annotations

import io
import tarfile
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import decode_events, dump
from mockapi.replies.synthesis import History, synthesized
from tests.support.shapes import SHAPES
from tools import clients

if TYPE_CHECKING:
    from pathlib import Path


@cache
def made() -> frozenset[str]:
    """The `member=value` pairs of all synthesized shapes, as JSON and streamed."""
    found: set[str] = set()
    for shape in SHAPES.values():
        sent = dict(shape)
        beta = sent.pop("beta", "")
        headers = ((b"anthropic-beta", beta.encode()),) if beta else ()
        for body in (sent, {**sent, "stream": True}):
            request = Request("POST", "/v1/messages", "", headers, dump(body))
            reply = synthesized(request, 0, History(), 1.7e9)[0].body
            _collect(decode_events(reply) if "stream" in body else jsontext.parse(reply), found)
    return frozenset(found)


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, dict):
        found |= {f"{name}={member}" for name, member in value.items() if isinstance(member, str)}
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        _collect(item, found)


@pytest.mark.parametrize("kind", clients.news())
def test_nothing_new_is_without_a_verdict(kind: str) -> None:
    """All that the judged version of the client knows has its verdict; a later one may bring news."""
    news = clients.news()[kind]
    assert news == [] or clients.installed_version() > clients.judged_version()


def test_what_is_called_synthesized_is_in_replies() -> None:
    """Each such literal is found in a reply to one of the shapes."""
    table = clients.table("Literals of a reply")
    promised = {pair for pair, verdict in table.items() if verdict == "synthesized"}
    assert len(promised) > 50
    assert promised - made() == set()
    assert set(table.values()) == {"synthesized", "situation", "echoed", "scripted"}


def test_what_is_called_scripted_is_not_made_up() -> None:
    """Synthesis never decides to send it."""
    table = clients.table("Literals of a reply")
    assert {pair for pair, verdict in table.items() if verdict == "scripted"} & made() == set()


def test_nothing_that_was_judged_is_lost() -> None:
    """The betas that the page calls taken are taken."""
    assert clients.lost() == []


def test_a_table_is_read_by_its_heading() -> None:
    """Rows may name one thing, several, or the values of a member; other headings do not count."""
    page = "## A\n| x | y |\n|--|--|\n| `p`, `q` | one |\n| `m`: `v`, `w` | two |\n\n## B\n| `z` | three |\n"
    assert clients.table("A", page) == {"p": "one", "q": "one", "m=v": "two", "m=w": "two"}


def test_betas_are_found_inside_of_archives(tmp_path: Path) -> None:
    """Quoted values in wheels and npm's archives; names of models are left out."""
    with zipfile.ZipFile(tmp_path / "one-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a.py", 'X = "new-thing-2026-01-02"; M = "claude-opus-4-2025-01-02"')
    with tarfile.open(tmp_path / "two-1.0.tgz", "w:gz") as archive:
        data = b"add('new-thing-2026-01-02'); add(`other-2026-03-04`); not-quoted-2026-05-06"
        entry = tarfile.TarInfo("package/index.js")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    assert clients.betas_in_archives(tmp_path) == {
        "new-thing-2026-01-02": ["one-1.0-py3-none-any.whl", "two-1.0.tgz"],
        "other-2026-03-04": ["two-1.0.tgz"],
    }
