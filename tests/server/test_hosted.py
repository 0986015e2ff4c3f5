"""The application on somebody else's ASGI server, set up as it comes: no field of a header is sent twice."""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import uvicorn

import mockapi
from tests.support.process import environment, python_with
from tests.support.server import PATIENCE, STREAM, RawClient, interaction, message, paced, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDED = (("date", "Sat, 03 Oct 2026 10:00:00 GMT"), ("server", "cloudflare"))
ASKED, STREAMED = message("hi"), message("a stream")
RUNNING = re.compile(r"(?i)running on (http://127\.0\.0\.1:\d+)")


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A reply and a stream, both recorded with a date and a server."""
    return write_cassette(
        tmp_path / "a.yaml",
        interaction(ASKED, b"ok", headers=(*RECORDED, ("content-type", "application/json"))),
        paced(STREAMED, [(0.0, b"data: 1\n\n"), (0.0, b"data: 2\n\n")], headers=(*RECORDED, *STREAM)),
    )


class Told(uvicorn.Server):
    """A plain uvicorn, but that it tells when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def plain_uvicorn(app: Any, **options: Any) -> Iterator[str]:
    """The base URL of an application on a plain uvicorn."""
    server = Told(uvicorn.Config(app, port=0, log_config=None, **options))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),))
    thread.start()
    try:
        assert server.is_up.wait(PATIENCE)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def fields(base_url: str, path: str, body: Any) -> dict[str, list[str]]:
    """The values of `date` and `server` in a reply's header."""
    with RawClient(base_url) as client:
        client.ask("POST", path, orjson.dumps(body))
        reply = client.read()
    return {name: [value for field, value in reply.headers if field == name] for name in ("date", "server")}


@pytest.mark.parametrize("http", ["httptools", "h11"])
def test_a_recorded_date_is_the_only_one_on_uvicorn(cassette: str, http: str) -> None:
    """Set up as it comes, uvicorn adds a date and a server: only where the reply has none."""
    settings = mockapi.Settings(on_unmatched="fail")
    with plain_uvicorn(mockapi.create_app([cassette], settings=settings), http=http) as url:
        for body in (ASKED, STREAMED):
            assert fields(url, "/v1/messages", body) == {name: [value] for name, value in RECORDED}
        missed = fields(url, "/v1/unknown", {})
        assert (len(missed["date"]), missed["server"]) == (1, ["uvicorn"])
        assert fields(url, "/v1/messages", ASKED)["date"] == [RECORDED[0][1]]


def test_fields_that_somebody_told_uvicorn_to_add_are_sent(cassette: str) -> None:
    """All but `date` and `server` are the operator's own affair."""
    app = mockapi.create_app([cassette])
    with plain_uvicorn(app, headers=[("x-ours", "1")], date_header=False) as url, RawClient(url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        reply = client.read()
    assert (reply.header("x-ours"), reply.header("date")) == ("1", RECORDED[0][1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("server", "date"), [("uvicorn", RECORDED[0][1]), ("hypercorn", None)], ids=["uvicorn", "hypercorn"]
)
def test_a_command_without_options_sends_one_of_each(
    cassette: str, tmp_path: Path, server: str, date: str | None
) -> None:
    """`uvicorn module:app` keeps the recorded date, `hypercorn module:app` has the last word about it."""
    (tmp_path / "module.py").write_text(f"import mockapi\napp = mockapi.create_app([{cassette!r}])\n")
    place = {"uvicorn": ("--port", "0"), "hypercorn": ("--bind", "127.0.0.1:0")}[server]
    process = subprocess.Popen(
        [python_with(server), "-m", server, "module:app", *place],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        env=environment(),
    )
    try:
        assert process.stderr is not None
        url = next(found[1] for line in process.stderr if (found := RUNNING.search(line)))
        seen = fields(url, "/v1/messages", STREAMED)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert {name: len(values) for name, values in seen.items()} == {"date": 1, "server": 1}
    assert date is None or seen["date"] == [date]
