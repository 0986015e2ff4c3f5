"""A suite of asynchronous tests as projects have them: clients made at import, many event loops.

Each test asks once, or twice where the first answer is a 529, and what a request says of itself
(`x-stainless-retry-count`) shows whether the client has silently tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

TESTS: Final = 60

CLIENTS: Final = """
import os

import anthropic
import httpx
import httpx2
import sniffio

URL = os.environ["ANTHROPIC_BASE_URL"]
HEADERS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-6", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}



class Kit:
    def __init__(self):
        self.sdk = anthropic.AsyncAnthropic()
        self.httpx = httpx.AsyncClient(base_url=URL, headers=HEADERS)
        self.httpx2 = httpx2.AsyncClient(base_url=URL, headers=HEADERS)


KITS = {"asyncio": Kit(), "trio": Kit()}  # a client of httpx keeps to the library that first used it


def kit():
    return KITS[sniffio.current_async_library()]


async def by_sdk():
    return (await kit().sdk.messages.create(**BODY)).content[0].text


async def by_stream():
    async with kit().sdk.messages.stream(**BODY) as stream:
        return await stream.get_final_text()


async def by_httpx():
    return (await kit().httpx.post("/v1/messages", json=BODY)).json()["content"][0]["text"]


async def by_httpx2():
    return (await kit().httpx2.post("/v1/messages", json=BODY)).json()["content"][0]["text"]


async def by_aiohttp():
    import aiohttp  # its sessions belong to a loop by design

    async with aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.post(f"{URL}/v1/messages", json=BODY) as reply:
            return (await reply.json())["content"][0]["text"]


WAYS = [by_sdk, by_stream, by_httpx, by_httpx2, by_aiohttp]


async def check(messages_api, number, ways=WAYS):
    way = ways[number % len(ways)]
    said = f"reply {number}"
    fails = number > 4 and way in (by_sdk, by_stream)
    if fails:
        messages_api.reply_error(529, retry_after=0.01)
    messages_api.reply(said)
    assert await way() == said
    judge(messages_api, fails)


def judge(messages_api, fails=False):
    seen = [(item.status, item.headers.get("x-stainless-retry-count", "-")) for item in messages_api.requests]
    expected = [[(529, "0"), (200, "1")]] if fails else [[(200, "0")], [(200, "-")]]
    assert seen in expected, seen
"""

SCOPED: Final = """
import pytest
from clients import check

numbers = pytest.mark.parametrize("number", range(9))


@pytest.mark.asyncio(loop_scope="function")
@numbers
async def test_function(messages_api, number):
    await check(messages_api, number)


@pytest.mark.asyncio(loop_scope="class")
class TestClass:
    @numbers
    async def test_class(self, messages_api, number):
        await check(messages_api, number)


@pytest.mark.asyncio(loop_scope="module")
@numbers
async def test_module(messages_api, number):
    await check(messages_api, number)


@pytest.mark.asyncio(loop_scope="package")
@numbers
async def test_package(messages_api, number):
    await check(messages_api, number)


@pytest.mark.asyncio(loop_scope="session")
@numbers
async def test_session(messages_api, number):
    await check(messages_api, number)
"""

OTHERS: Final = """
import asyncio
import threading

import httpx
import pytest
import uvicorn
from clients import URL, by_httpx, by_httpx2, by_sdk, by_stream, check, judge
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/")
async def endpoint():
    return {"said": await by_sdk()}


@pytest.mark.anyio
@pytest.mark.parametrize("number", range(4))
async def test_anyio(messages_api, anyio_backend, number):
    await check(messages_api, number + 4, [by_sdk, by_stream, by_httpx, by_httpx2])


@pytest.mark.parametrize("number", range(3))
def test_asyncio_run_twice(messages_api, number):
    for _ in range(2):
        messages_api.reply("Hello")
        assert asyncio.run(by_sdk()) == "Hello"
    assert [item.headers["x-stainless-retry-count"] for item in messages_api.requests] == ["0", "0"]


@pytest.mark.parametrize("number", range(2))
def test_testclient(messages_api, number):
    messages_api.reply("Hello")
    assert TestClient(app).get("/").json() == {"said": "Hello"}
    judge(messages_api)


@pytest.fixture
def live():
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    started = threading.Event()
    startup = server.startup

    async def tell(sockets=None):
        await startup(sockets)
        started.set()

    server.startup = tell
    thread = threading.Thread(target=server.run)
    thread.start()
    assert started.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join(20)


@pytest.mark.parametrize("number", range(2))
def test_uvicorn_in_a_thread(messages_api, live, number):
    messages_api.reply("Hello")
    assert httpx.get(live).json() == {"said": "Hello"}
    judge(messages_api)
"""


def write(pytester: pytest.Pytester) -> None:
    """Put the suite where pytester runs."""
    pytester.makepyfile(clients=CLIENTS, test_others=OTHERS)
    pytester.mkpydir("package").joinpath("test_scoped.py").write_text(SCOPED)
    pytester.makeini("[pytest]\npythonpath = .\nasyncio_default_fixture_loop_scope = function\n")
