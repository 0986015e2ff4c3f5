"""Recorders record on loopback; what they wrote is imported, replayed, and compared with what was sent.

    python tools/recorders.py --node FOLDER       recorders for Node; FOLDER is a node_modules
    python tools/recorders.py --python PYTHON     recorders for Python, in that environment
    python tools/recorders.py --ruby              recorders for Ruby

Needed are, of npm: nock @pollyjs/core @pollyjs/adapter-node-http @pollyjs/persister-fs msw msw-snapshot
@mockoon/cli wiremock (with Java); of pip: vcrpy betamax requests; of Debian: ruby-vcr ruby-webmock
ruby-multi-json.
A recorder that cannot be started fails.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

TOOLS: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS.parent))

import mockapi  # noqa: E402 - a program has to find its package
from mockapi.messages import encode_events  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Sequence

NODE: Final = ("nock", "nock.back", "Polly.js", "msw-snapshot", "WireMock", "Mockoon")
RUBY: Final = ("Ruby VCR, YAML", "Ruby VCR, JSON", "Ruby VCR, exact bytes")
PYTHON: Final = (
    "VCR.py, YAML",
    "VCR.py, JSON",
    "VCR.py, no extension",
    "VCR.py, a dot in the name",
    "Betamax",
    "Betamax, exact bytes",
)
_PARSES_JSON: Final = frozenset({"nock", "nock.back", "Mockoon"})
"""Recorders that write JSON anew: of its bytes only the white space may differ."""
_ONE_REPLY: Final = frozenset({"Mockoon"})
"""Those whose files have one reply for a path: of what is sent they get the first."""

_MESSAGE: Final = {
    "id": "msg_01" + "A" * 22,
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Grüße, 世界"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4},
}
_ERROR: Final = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
_EVENTS: Final[list[dict[str, Any]]] = [
    {"type": "message_start", "message": {**_MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "é世"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
    {"type": "message_stop"},
]


def _body(text: str, *, stream: bool = False) -> str:
    asked = {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}
    return json.dumps(asked | ({"stream": True} if stream else {}), ensure_ascii=False)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


SENT: Final[dict[str, tuple[int, bytes]]] = {
    _body("plain"): (200, _json(_MESSAGE)),
    _body("plain", stream=True): (200, encode_events(_EVENTS)),
    _body("gzip, é"): (200, _json(_MESSAGE)),
    _body("gzip, é", stream=True): (200, encode_events(_EVENTS)),
    _body("an error"): (529, _json(_ERROR)),
}
"""By request: the status and the decoded body that the upstream answers."""


class _Upstream(BaseHTTPRequestHandler):
    """Answers as the table says, compressed where the request says so, streams in small chunks."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["content-length"])).decode()
        status, body = SENT[asked]
        is_stream = '"stream"' in asked
        self.send_response(status)
        self.send_header("content-type", "text/event-stream" if is_stream else "application/json")
        if "gzip" in asked:
            body = gzip.compress(body)
            self.send_header("content-encoding", "gzip")
        if not is_stream:
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for at in range(0, len(body), 50):
            piece = body[at : at + 50]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def judge(tool: str, command: Sequence[str], work: Path, server: mockapi.Server) -> list[str]:
    """Record with a tool, import, replay.

    Args:
        tool: its name.
        command: what records, but for its last arguments.
        work: a folder for what is written.
        server: plays the cassettes.

    Returns:
        What is wrong, a line each.
    """
    recorded, imported, bodies = work / "recorded", work / "imported", work / "bodies.json"
    recorded.mkdir(parents=True)
    asked = list(SENT)[: 1 if tool in _ONE_REPLY else None]
    bodies.write_text(json.dumps(asked), encoding="utf-8")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), _Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{upstream.server_port}/v1/messages"
        ended = _run([*command, tool, url, str(recorded), str(bodies)])
    finally:
        upstream.shutdown()
        upstream.server_close()
    if ended.returncode:
        return [f"it did not record: {ended.stderr.strip()[-400:]}"]
    importing = [sys.executable, "-m", "mockapi", "cassettes", "import", str(recorded), "--to", str(imported)]
    ended = _run(importing)
    if ended.returncode or f"{len(asked)} interactions kept" not in ended.stdout + ended.stderr:
        return [f"the import said: {ended.stdout}{ended.stderr}"]
    with server.open_session(
        name=tool,
        cassettes=[str(path) for path in imported.rglob("*.yaml")],
        validation="off",
        on_unmatched="fail",
    ) as session:
        return [
            wrong
            for body in asked
            if (wrong := _wrong(SENT[body], _replayed(session.base_url, body), parsed=tool in _PARSES_JSON))
        ]


def _wrong(sent: tuple[int, bytes], got: tuple[int, bytes], *, parsed: bool) -> str:
    """How a replayed reply differs; empty if it does not."""
    if sent == got or (parsed and got[1][:1] == b"{" and _values(sent) == _values(got)):
        return ""
    return f"sent {sent!r:.200}, replayed {got!r:.200}"


def _values(reply: tuple[int, bytes]) -> tuple[int, Any]:
    return reply[0], json.loads(reply[1])


def _replayed(base_url: str, body: str) -> tuple[int, bytes]:
    place = urlsplit(base_url)
    headers = {
        "content-type": "application/json",
        "x-api-key": "sk-ant-test-1",
        "anthropic-version": "2023-06-01",
    }
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    try:
        connection.request("POST", f"{place.path}/v1/messages", body.encode(), headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - words of this file, and paths that its user named
        command, capture_output=True, text=True, timeout=300, check=False
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the recorders that are there.

    Returns:
        0 if each reply came back as it was sent.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--node", metavar="FOLDER", help="node_modules with recorders")
    parser.add_argument("--python", metavar="PYTHON", help="the Python of an environment with recorders")
    parser.add_argument("--ruby", action="store_true", help="recorders of the Ruby that is installed")
    options = parser.parse_args(arguments)
    commands: dict[str, list[str]] = {}
    if options.node:
        commands |= {tool: ["node", "recorders.mjs"] for tool in NODE}
    if options.python:
        commands |= {tool: [options.python, "recorders_client.py"] for tool in PYTHON}
    if options.ruby:
        commands |= {tool: ["ruby", "recorders.rb"] for tool in RUBY}
    if not commands:
        parser.error("name --node, --python or --ruby")
    failed = False
    with tempfile.TemporaryDirectory() as folder, mockapi.Server() as server:
        if options.node:  # a module of Node finds packages beside itself
            Path(folder, "node_modules").symlink_to(Path(options.node).resolve())
        for number, (tool, (program, script)) in enumerate(commands.items()):
            command = [program, shutil.copy(TOOLS / script, folder)]
            wrong = judge(tool, command, Path(folder, str(number)), server)
            print(f"{tool}: {'FAILED' if wrong else 'each reply came back as it was sent'}", flush=True)
            for line in wrong:
                print(f"  {line}")
            failed = failed or bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
