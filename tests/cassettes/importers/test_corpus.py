"""Original recordings of five projects: every file is imported, every reply is replayed over a socket.

What a reply should be is read from the original by a few lines of its own here, not by the
importer under test.
"""

from __future__ import annotations

import base64
import sys
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

import mockapi
from mockapi.cassettes import dump
from mockapi.cassettes.importers import Imported, import_recording
from tests.support import shared

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.corpus

FILES = {"VCR.py": 103, "Ruby VCR": 62, "go-vcr": 28, "R vcr": 22}
INTERACTIONS = 334
STREAMS = 100
OF_MESSAGES = 288
LEFT_OUT = {
    "host static.simonwillison.net": 2,
    "host rubyllm.services.ai.azure.com": 1,
    "host www.ruby-lang.org": 1,
    "host httpbin.org": 1,
}


class Original(NamedTuple):
    """An exchange as the file has it."""

    method: str
    url: str
    request: bytes
    status: int
    body: bytes


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader, and Ruby's name for binary."""


def _binary(_: Any, node: Any) -> bytes:
    return base64.b64decode(node.value)


_Loader.add_constructor("!binary", _binary)


def originals(path: Path) -> list[Original]:
    """The exchanges of a file with the API, in their order there."""
    document = yaml.load(path.read_bytes(), Loader=_Loader)
    items = document.get("interactions") or document.get("http_interactions") or []
    found = []
    for item in items:
        request, response = item["request"], item["response"]
        url = request.get("uri") or request["url"]
        if urlsplit(url).hostname != "api.anthropic.com":
            continue
        status = response.get("code", response["status"])
        body = _bytes(response["body"])
        if body.startswith(b"\x1f\x8b"):
            body = zlib.decompress(body, zlib.MAX_WBITS | 16)
        found.append(
            Original(
                request["method"].upper(),
                url,
                _bytes(request.get("body")),
                status["code"] if isinstance(status, dict) else int(status),
                body,
            )
        )
    return found


def _bytes(body: Any) -> bytes:
    if isinstance(body, dict):
        body = body.get("string", "")
    return body if isinstance(body, bytes) else str(body or "").encode()


@pytest.fixture(scope="module")
def imported() -> dict[Path, Imported]:
    """Every original file, imported."""
    root = shared.require() / "foreign"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path: import_recording(path.read_bytes(), str(path.relative_to(root))) for path in files}


def test_every_file_is_imported(imported: dict[Path, Imported]) -> None:
    """All of them, by their format; what is left out is of another host; nothing is broken."""
    assert Counter(report.format for report in imported.values()) == FILES
    assert [report.broken for report in imported.values() if report.broken] == []
    assert [path for path, report in imported.items() if not report.cassette] == []
    assert sum(report.kept for report in imported.values()) == INTERACTIONS
    assert sum(report.streams for report in imported.values()) == STREAMS
    left_out: Counter[str] = Counter()
    for report in imported.values():
        left_out.update(dict(report.left_out))
    assert left_out == LEFT_OUT


def test_every_reply_is_replayed_with_the_body_of_the_original(
    imported: dict[Path, Imported], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each original request, sent over a socket in its order, gets the original's status and decoded body."""
    replayed: Counter[str] = Counter()
    with (
        mockapi.Server(allowed_folders=[str(tmp_path)]) as server,
        httpx.Client(base_url=server.base_url) as client,
    ):
        for number, (path, report) in enumerate(imported.items()):
            assert report.cassette is not None
            file = tmp_path / f"{number}.yaml"
            file.write_bytes(dump(report.cassette))
            session = client.post("/_mockapi/sessions", json={"cassettes": [str(file)]}).json()
            for original in originals(path):
                target = urlsplit(original.url)
                reply = client.request(
                    original.method,
                    f"{session['base_url']}{target.path}",
                    params=target.query or None,
                    content=original.request,
                    headers=_content_type(report, original),
                )
                assert reply.headers["x-mockapi-source"] == "recorded", (path, original.url)
                assert (reply.status_code, reply.content) == (original.status, original.body), path
                replayed["all"] += 1
                replayed["messages"] += target.path == "/v1/messages"
                replayed["streams"] += "event-stream" in reply.headers["content-type"]
            client.delete(f"/_mockapi/sessions/{session['id']}")
    with capsys.disabled():
        sys.stdout.write(f"\nimported and replayed: {dict(replayed)}\n")
    assert replayed == {"all": INTERACTIONS, "messages": OF_MESSAGES, "streams": STREAMS}


def _content_type(report: Imported, original: Original) -> dict[str, str]:
    """A multipart upload matches by its parts, and only its header says where they are."""
    assert report.cassette is not None
    for interaction in report.cassette.interactions:
        for name, value in interaction.request.headers:
            if name.lower() == "content-type" and value.startswith("multipart/"):
                boundary = value.partition("boundary=")[2].strip('"')
                if boundary and boundary.encode() in original.request:
                    return {"content-type": value}
    return {}


def test_bodies_are_those_of_the_corpus(imported: dict[Path, Imported]) -> None:
    """What made the corpus is another program than this importer, and found the same bytes."""
    root = shared.require() / "foreign"
    known: dict[str, list[shared.Row]] = {}
    for row in shared.rows():
        known.setdefault(f"{row.fields['repo'].replace('/', '__')}/{row.fields['path']}", []).append(row)
    compared = 0
    for path, report in imported.items():
        rows = [row for row in known.get(str(path.relative_to(root)), []) if row.host == "anthropic"]
        assert report.cassette is not None
        bodies = [interaction.response.body for interaction in report.cassette.interactions]
        for row in rows:
            assert row.response in bodies, row.id
            compared += 1
    assert compared == INTERACTIONS
