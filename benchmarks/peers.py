"""The processor time of one recorded reply beside that of other servers, in one run.

Two floors: nginx with a fixed answer, in C, and an ASGI function of a few lines on uvicorn, which is the
least that an application in Python can do. Two others of its kind: aimock, which imitates the same API, and
WireMock, which people take for any API.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from benchmarks import bare_server, npm, workload
from benchmarks.load import Target, check, cost_ratio, interleaved, medians
from benchmarks.report import Goal, Part
from benchmarks.servers import Server, aimock, bare, mockapi

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION: Final = "ASGI function on uvicorn, a fixed answer"
_COLUMNS = ("server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "times the ASGI function", "RSS MB")
_NGINX: Final = """\
daemon off;
master_process off;
pid "{folder}/pid";
error_log stderr error;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path "{folder}";
  proxy_temp_path "{folder}";
  fastcgi_temp_path "{folder}";
  uwsgi_temp_path "{folder}";
  scgi_temp_path "{folder}";
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
}}
"""


def peers_part(work: Path, *, rounds: int) -> Part:
    """A 300-byte request for JSON, answered by each server from one recording, or by its fixed answer."""
    answer = workload.json_reply(1)
    answers = bare_server.write_answers(work, answer, workload.stream_reply(1))
    cassettes = workload.cassette_folder(work, "json-1", [workload.interaction(1)])
    servers = [
        mockapi("mockapi, 1 recording, journal on", cassettes, work / "cache"),
        bare(FUNCTION, answers, "--function"),
        bare("Starlette on uvicorn, a fixed answer", answers),
    ]
    if (program := nginx_program()) is not None:
        servers.append(nginx("nginx, a fixed answer", program, work, answer))
    if (installed := npm.installation(work, npm.AIMOCK)) is not None:
        fixtures = workload.aimock_fixtures(work, "aimock-1", range(1, 2))
        servers.append(aimock("aimock, 1 recording", installed, fixtures))
    if shutil.which("java") and (installed := npm.installation(work, npm.WIREMOCK)) is not None:
        servers.append(wiremock("WireMock, 1 stub, journal on", installed, work, answer))
    with ExitStack() as running:
        targets = [Target(running.enter_context(server), 1) for server in servers]
        for target in targets:
            check(target, workload.json_answer(1).encode())
        measured = interleaved(targets, work, rounds=rounds)
    ours, floor = measured[0], measured[1]
    times = 1 / cost_ratio(ours, floor)
    rows = []
    for target, figures in zip(targets, measured, strict=True):
        middle = medians(figures)
        rows.append(
            (
                target.server.name,
                f"{middle.rate:,.0f}",
                f"{middle.p50:.2f}",
                f"{middle.p99:.2f}",
                f"{middle.cpu_microseconds:,.1f}",
                f"{1 / cost_ratio(figures, floor):,.2f}",
                f"{middle.rss / 1e6:,.0f}",
            )
        )
    return Part(
        "One reply, beside others",
        "A request of 300 bytes, answered with a message of 500: from one recording, or a fixed answer. Each"
        " server has one core, whatever it would do with more; three rounds warm them, WireMock's Java, too.",
        _COLUMNS,
        rows,
        [
            Goal(
                "recorded reply, in processor time of the ASGI function's",
                "≤ 1.2 x",
                f"{times:.2f} x",
                times <= 1.2,
            )
        ],
    )


def nginx_program() -> str | None:
    """Where nginx is, if it is installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def nginx(name: str, program: str, work: Path, answer: bytes) -> Server:
    """One process of nginx that answers everything alike."""
    folder = work / "nginx"
    folder.mkdir(exist_ok=True)
    configuration = folder / "nginx.conf"
    server = Server(name, [program, "-p", str(folder), "-c", str(configuration)])
    text = answer.decode().replace("\\", "\\\\").replace("'", "\\'")
    configuration.write_text(_NGINX.format(folder=folder, port=server.port, answer=text))
    return server


def wiremock(name: str, installation: Path, work: Path, answer: bytes) -> Server:
    """WireMock with one stub, which answers the request that is compared as JSON."""
    folder = work / "wiremock"
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    stub = {
        "request": {
            "method": "POST",
            "urlPath": workload.PATH,
            "bodyPatterns": [{"equalToJson": workload.request_body(1).decode()}],
        },
        "response": {
            "status": 200,
            "headers": {"content-type": "application/json"},
            "body": answer.decode(),
        },
    }
    (folder / "mappings" / "messages.json").write_text(json.dumps(stub))
    (jar,) = (installation / "node_modules" / "wiremock" / "build").glob("*.jar")
    # Its journal is bounded, as ours is: without a bound it keeps everything, and fills its memory.
    options = ["--root-dir", str(folder), "--disable-banner", "--max-request-journal-entries", "10000"]
    return Server(
        name,
        ["java", "-jar", str(jar), "--port", "{port}", "--bind-address", "127.0.0.1", *options],
    )
