"""How long others wait while a server looks at one large body.

    python benchmarks/waiting.py              every row, about ten minutes
    python benchmarks/waiting.py --quick      bodies of 1 MB
    python benchmarks/waiting.py --only text  rows whose name has this word; may be repeated

A process of its own sends the body. Meanwhile a health check follows the other, and a paced stream
comes in, an event each 20 milliseconds. What counts is the longest wait of each, not a mean.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks.large_bodies import BODIES, MEDIA, blocks, name_of, text, with_content  # noqa: E402 - see report's importers
from benchmarks.report import Goal, Part, chosen, page  # noqa: E402 - as above
from benchmarks.servers import ROOT, Server  # noqa: E402 - as above
from benchmarks.workload import HEADERS, PATH  # noqa: E402 - as above
from mockapi.cassettes import (  # noqa: E402 - as above
    Cassette,
    Interaction,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    dump,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MB: Final = 1_000_000
ALLOWED: Final = 0.5
ALLOWED_PATHOLOGICAL: Final = 2.0
_BEAT: Final = 0.02
_EVENT: Final = b'event: ping\ndata: {"type": "ping"}\n\n'
_STREAM: Final = with_content("a paced stream")
_SCRIPT: Final = (
    '{"replies": [{"text": "Hi", "when": {"last_user_text": {"matches": "(fox|dog)+x"}}}],'
    ' "then": "continue"}'
)
_SENDER: Final = """
import http.client, sys, time
port, method, path, file = int(sys.argv[1]), *sys.argv[2:5]
body = open(file, "rb").read()
sys.stdin.readline()
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
began = time.perf_counter()
connection.request(method, path, body, dict(pair.split("=", 1) for pair in sys.argv[5:]))
response = connection.getresponse()
response.read()
print(response.status, time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Row:
    """One large body, and who gets it.

    Attributes:
        name: of the body.
        mode: of the server: replay, synthesize, script, or record.
        make: makes the body; of what is recorded, the upstream's reply.
        size: in bytes.
        allowed: seconds that others may wait.
        method: of the request.
        path: of the request.
    """

    name: str
    mode: str
    make: Callable[[int], bytes]
    size: int
    allowed: float = ALLOWED
    method: str = "POST"
    path: str = PATH


def _reply(size: int) -> bytes:
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}]}
    words = "Words of a reply, a token of 1234. "
    message["content"] = [{"type": "text", "text": words * (size // len(words))}]
    return json.dumps(message).encode()


def _events(size: int) -> bytes:
    delta = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"sk-a word "}}'
    event = f"event: content_block_delta\ndata: {delta}\n\n".encode()
    return event * (size // len(event))


def _to_be_counted(size: int) -> bytes:
    return text(size).replace(b'"max_tokens":9,', b"", 1)  # counting tokens refuses the field


def rows(*, quick: bool, small: bool = False) -> list[Row]:
    """Every row; add one, and it is measured."""
    one = MB if quick else 8 * MB
    found = []
    for make in BODIES:
        name = name_of(make)
        found += [Row(name, mode, make, one) for mode in ("replay", "synthesize")]
        if not (quick or small):
            allowed = ALLOWED if make in MEDIA else ALLOWED_PATHOLOGICAL
            found += [Row(name, mode, make, 31 * MB, allowed) for mode in ("replay", "synthesize")]
    counted = f"{PATH}/count_tokens"
    return [
        *found,
        *(Row(name_of(make), "script", make, one) for make in (text, blocks)),
        Row("text, tokens counted", "synthesize", _to_be_counted, one, path=counted),
        Row("a reply of JSON", "record", _reply, one),
        Row("a reply of events", "record", _events, one),
        Row("a control body", "replay", text, one, method="PUT", path="/_mockapi/cassettes"),
    ]


class _Upstream:
    """Answers everything with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        kind = "text/event-stream" if answer.startswith(b"event:") else "application/json"

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Stream(threading.Thread):
    """Reads a paced stream and notes the longest gap in it."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.worst = 0.0
        self._last = 0.0
        self._sock = socket.create_connection(("127.0.0.1", port))
        fields = {**HEADERS, "host": "127.0.0.1", "content-length": str(len(_STREAM))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._sock.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + _STREAM)
        self._sock.recv(1 << 16)

    def run(self) -> None:
        """Read until closed."""
        self.begin()
        while True:
            try:
                if not self._sock.recv(1 << 16):
                    return
            except OSError:
                return
            now = time.perf_counter()
            self.worst = max(self.worst, now - self._last - _BEAT)
            self._last = now

    def begin(self) -> None:
        """Count from here on."""
        self.worst = 0.0
        self._last = time.perf_counter()

    def close(self) -> None:
        """Leave."""
        self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def _cassette(folder: Path) -> Path:
    asked = RecordedRequest("POST", PATH, "", (("content-type", "application/json"),), _STREAM)
    beats = 30_000
    fields = (("content-type", "text/event-stream; charset=utf-8"),)
    chunks = tuple(RecordedChunk(_BEAT, len(_EVENT)) for _ in range(beats))
    reply = RecordedResponse(200, fields, _EVENT * beats, chunks)
    path = folder / "paced.yaml"
    path.write_bytes(dump(Cassette("paced", (Interaction(asked, reply),))))
    return path


def _server(row: Row, folder: Path, upstream: int) -> Server:
    options = [str(_cassette(folder)), "--speed", "1"]
    command = "serve"
    if row.mode == "record":
        command = "record"
        options = ["--upstream", f"http://127.0.0.1:{upstream}", "--to", str(folder / "kept.yaml"), *options]
    elif row.mode != "replay":
        options += ["--on-unmatched", "synthesize"]
    if row.mode == "script":
        script = folder / "script.json"
        script.write_text(_SCRIPT)
        options += ["--script", str(script)]
    return Server(
        row.mode,
        [sys.executable, "-m", "mockapi", command, *options, "--port", "{port}"],
        environment={"MOCKAPI_CACHE": "off", "PYTHONPATH": str(ROOT)},
        ready="mockapi ready on",
        pinned=False,
    )


class Waits(NamedTuple):
    """The longest waits, in seconds, beside one request."""

    health: float
    stream: float
    before: float  # of a health check, before the request came: what else the machine does
    reply: float  # the request's own time
    status: str


def measure(row: Row) -> Waits:
    """Send one body, and see how long others wait."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        body = row.make(row.size)
        answer = body if row.mode == "record" else b"{}"
        sent = folder / "body"
        sent.write_bytes(text(300) if row.mode == "record" else body)
        with _Upstream(answer) as upstream, _server(row, folder, upstream.port) as server:
            stream = _Stream(server.port)
            stream.start()
            fields = [f"{key}={value}" for key, value in HEADERS.items()]
            sender = subprocess.Popen(
                [sys.executable, "-c", _SENDER, str(server.port), row.method, row.path, str(sent), *fields],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            health = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
            _waited(health)
            before = _longest(health, 100)
            stream.begin()
            assert sender.stdin is not None
            assert sender.stdout is not None
            sender.stdin.write("\n")
            sender.stdin.flush()
            worst = 0.0
            while sender.poll() is None:
                worst = max(worst, _waited(health))
                time.sleep(0.002)  # what is asked is how long one waits, not how many fit
            worst = max(worst, _longest(health, 50))  # what goes on behind the reply: explanations, garbage
            gap = stream.worst
            stream.close()
            status, seconds = sender.stdout.read().split()
            return Waits(worst, gap, before, float(seconds), status)


def _longest(health: http.client.HTTPConnection, times: int) -> float:
    worst = 0.0
    for _ in range(times):
        worst = max(worst, _waited(health))
        time.sleep(0.01)  # a second for a hundred
    return worst


def _waited(health: http.client.HTTPConnection) -> float:
    began = time.perf_counter()
    health.request("GET", "/_mockapi/health")
    health.getresponse().read()
    return time.perf_counter() - began


def waiting_part(*, quick: bool = False, small: bool = False, only: list[str] | None = None) -> Part:
    """Measure every row once."""
    table, missed = [], []
    measured = chosen(rows(quick=quick, small=small), only, lambda row: row.name)
    for row in measured:
        waits = measure(row)
        name = f"{row.mode}: {row.name}, {row.size / MB:.0f} MB"
        cells = [f"{seconds:.2f}" for seconds in waits[:4]]
        print(f"{name:48} {' '.join(cells)} {waits.status}", file=sys.stderr, flush=True)
        table.append((name, *cells, waits.status))
        if max(waits.health, waits.stream) > row.allowed:
            missed.append(name)
    return Part(
        "Waiting",
        "One large body at a time. Longest waits, in seconds, of a health check and of a paced stream beside"
        " it; the longest of a health check in the second before; and the time until its own reply had come.",
        ("", "health check", "stream", "before", "its reply", "status"),
        table,
        [
            Goal(
                "the longest wait beside one large request",
                f"{ALLOWED} s; for 31 MB of pathological JSON {ALLOWED_PATHOLOGICAL:.0f} s",
                f"{len(measured) - len(missed)} of {len(measured)} rows"
                + "".join(f"; not {x}" for x in missed),
                not missed,
            )
        ],
    )


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="bodies of 1 MB")
    parser.add_argument("--small", action="store_true", help="no bodies of 31 MB")
    parser.add_argument("--only", action="append", help="rows whose name has this word; may be repeated")
    options = parser.parse_args()
    print(
        page(
            [waiting_part(quick=options.quick, small=options.small, only=options.only)],
            "python benchmarks/waiting.py",
        )
    )


if __name__ == "__main__":
    main()
