"""What the pytest plugin costs: at import, for each test, and for a thousand tests.

    python benchmarks/pytest_plugin.py [--tests 1000]

Each suite runs in a pytest of its own, with one httpx client for all tests and one call in each:

    bare        against a Starlette server with a fixed answer, without the plugin's fixture
    mockapi     with messages_api, and a scripted reply in each test
    mockapi -n2 the same on two workers
    pytest-httpx2, VCR.py, aimock-pytest   the same call mocked by them, where they are installed;
                aimock-pytest starts a Node process for each test, and gets a twentieth of the tests

Import: pytest with a suite that does not use the plugin, with and without it in turn; the median of
the differences. On a busy machine only processor time means anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BODY = """
BODY = {"model": "claude-opus-4-6", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}
HEADERS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
"""
_CLIENT = f"""
import os, httpx, pytest
{_BODY}
client = httpx.Client(headers=HEADERS)
URL = os.environ.get("BARE_URL") or os.environ["ANTHROPIC_BASE_URL"]
def ask():
    return client.post(URL + "/v1/messages", json=BODY).json()
"""
_SUITES = {
    "bare": _CLIENT
    + """
@pytest.mark.parametrize("number", range(TESTS))
def test_call(number):
    assert ask()["content"][0]["text"] == "Hello"
""",
    "mockapi": _CLIENT
    + """
@pytest.mark.parametrize("number", range(TESTS))
def test_call(messages_api, number):
    messages_api.reply("Hello")
    assert ask()["content"][0]["text"] == "Hello"
""",
    "pytest-httpx2": f"""
import httpx2, pytest
{_BODY}
@pytest.mark.parametrize("number", range(TESTS))
def test_call(httpx2_mock, number):
    url = "https://api.anthropic.com/v1/messages"
    httpx2_mock.post(url).respond(json={{"content": [{{"type": "text", "text": "Hello"}}]}})
    reply = httpx2.post(url, json=BODY, headers=HEADERS).json()
    assert reply["content"][0]["text"] == "Hello"
""",
    "VCR.py": _CLIENT
    + """
import vcr
@pytest.mark.parametrize("number", range(TESTS))
def test_call(number, tmp_path_factory):
    path = tmp_path_factory.getbasetemp().parent / "vcr.yaml"
    with vcr.use_cassette(str(path), record_mode="once"):
        assert ask()["content"][0]["text"] == "Hello"
""",
    "aimock-pytest": f"""
import httpx, pytest
{_BODY}
@pytest.mark.parametrize("number", range(TESTS))
def test_call(aimock, number):
    aimock.on_message("Hi", {{"content": "Hello"}})
    reply = httpx.post(f"{{aimock.base_url}}/v1/messages", json=BODY, headers=HEADERS).json()
    assert reply["content"][0]["text"] == "Hello"
""",
}
_NEEDS = {"pytest-httpx2": "pytest_httpx2", "VCR.py": "vcr", "aimock-pytest": "aimock_pytest"}
_FEWER = {"aimock-pytest": 20}
_BARE = """
import asyncio, json, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
BODY = json.dumps({"content": [{"type": "text", "text": "Hello"}]}).encode()
async def answer(request):
    await request.body()
    return Response(BODY, media_type="application/json")
app = Starlette(routes=[Route("/v1/messages", answer, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""


def _pytest(folder: Path, *arguments: str, plugin: bool = True, **environment: str) -> tuple[float, float]:
    """Run pytest; seconds of the whole process by the clock, and of processor time."""
    installed = any(entry.name == "mockapi" for entry in entry_points(group="pytest11"))
    which = ["-p", "pytest_mockapi.plugin"] if plugin and not installed else []
    which += ["-p", "no:mockapi"] if not plugin and installed else []
    paths = os.pathsep.join([str(ROOT), str(ROOT / "pytest_plugin")])
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *which, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(done.stdout[-3000:] + done.stderr[-1000:])
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def _suites(folder: Path, tests: int) -> None:
    port = _free_port()
    bare = subprocess.Popen([sys.executable, "-c", _BARE, str(port)])
    try:
        time.sleep(2)  # it says nothing when it is ready
        for name, source in _SUITES.items():
            needed = _NEEDS.get(name)
            if needed is not None and importlib.util.find_spec(needed) is None:
                print(f"{name:<16} not installed")
                continue
            place = folder / re.sub(r"\W", "_", name)
            place.mkdir()
            count = max(1, tests // _FEWER.get(name, 1))
            (place / "test_it.py").write_text(source.replace("TESTS", str(count)))
            url = {} if name == "mockapi" else {"BARE_URL": f"http://127.0.0.1:{port}"}
            for label, more in ((name, ()), *(((f"{name} -n2", ("-n", "2")),) if name == "mockapi" else ())):
                took, busy = _pytest(place, *more, plugin=name == "mockapi", **url)
                each = busy / count * 1000
                print(f"{label:<16} {count} tests in {took:6.2f} s; {each:5.2f} ms of processor each")
    finally:
        bare.terminate()
        bare.wait(10)


def _import(folder: Path, repeats: int) -> None:
    place = folder / "empty"
    place.mkdir()
    (place / "test_it.py").write_text("def test_it(): pass\n")
    _pytest(place)  # writes what is compiled
    runs = [[_pytest(place, plugin=plugin)[1] for plugin in (False, True)] for _ in range(repeats)]
    without, with_ = (statistics.median(column) * 1000 for column in zip(*runs, strict=True))
    added = statistics.median(after - before for before, after in runs) * 1000
    print(
        f"processor time of pytest without the plugin {without:.0f} ms, with it {with_:.0f} ms:"
        f" {added:+.1f} ms in the median of {repeats} pairs"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _import(Path(folder), arguments.repeats)
        _suites(Path(folder), arguments.tests)


if __name__ == "__main__":
    main()
