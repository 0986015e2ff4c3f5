"""Requests for the API's own address, answered here, while clients see that address."""

from __future__ import annotations

import pytest

from tests.support.docs import blocks
from tests.support.plugin import ROOT, run, run_apart, run_beside
from tests.support.server import interaction, message, write_cassette

pytestmark = pytest.mark.slow  # each test runs pytest

COMMON = """
    import asyncio, os, subprocess, sys, urllib.request
    import httpx, pytest

    API = "https://api.anthropic.com"
    ASK = {"model": "claude-opus-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]}
    HEADERS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}

    def ask(post=httpx.post, **more):
        return post(f"{API}/v1/messages", headers=HEADERS, json=ASK, **more)
"""


def test_clients_keep_the_address(pytester: pytest.Pytester) -> None:
    """The SDK's clients, made at import, sync or async, streams too, know the API's address alone."""
    pytester.makepyfile(
        COMMON
        + """
    import anthropic

    client, later = anthropic.Anthropic(), anthropic.AsyncAnthropic()

    def test_sync(messages_api):
        messages_api.reply("Hello", times=2)
        assert str(client.base_url).rstrip("/") == API
        raw = client.messages.with_raw_response.create(**ASK)
        assert str(raw.url) == f"{API}/v1/messages" and raw.parse().content[0].text == "Hello"
        with client.messages.stream(**ASK) as stream:
            assert stream.get_final_text() == "Hello"

    async def ask_later(messages_api):
        assert (await later.messages.create(**ASK)).content[0].text == "Hello"
        async with later.messages.stream(**ASK) as stream:
            assert await stream.get_final_text() == "Hello"
        async with later.messages.stream(**ASK) as stream:
            async for event in stream:
                break  # what is left of it goes with its connection

    @pytest.mark.parametrize("loop", [1, 2])
    def test_async(messages_api, loop):
        messages_api.reply("Hello", times=3)
        asyncio.run(ask_later(messages_api))
        messages_api.assert_turns(3)

    def test_an_error(messages_api):
        messages_api.reply_error(529, always=True)
        with pytest.raises(anthropic.APIStatusError) as caught:
            client.with_options(max_retries=0).messages.create(**ASK)
        assert str(caught.value.response.request.url) == f"{API}/v1/messages"
    """
    )
    result = run(pytester, "--mockapi-intercept")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["mockapi: 9 scripted"])


def test_nothing_reaches_the_real_api(pytester: pytest.Pytester) -> None:
    """No proxy is asked, subprocesses are led by their environment, what is not intercepted is refused."""
    pytester.makeini("[pytest]\nmockapi_intercept = true\n")
    pytester.makepyfile(
        COMMON
        + """
    @pytest.fixture
    def proxy(monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens there
        return "http://127.0.0.1:9"

    def test_proxies(messages_api, proxy):
        messages_api.reply("Hello")
        assert ask().status_code == 200

    def test_an_async_proxy(messages_api, proxy):
        messages_api.reply("Hello")
        async def go():
            async with httpx.AsyncClient(proxy=proxy) as client:
                reply = await ask(client.post)
                assert reply.status_code == 200 and str(reply.url) == f"{API}/v1/messages"
        asyncio.run(go())

    def test_other_hosts_are_not_touched(messages_api):
        with pytest.raises(httpx.ConnectError):
            httpx.get("http://127.0.0.1:9/v1/models")
        with pytest.raises(httpx.ConnectError, match="refuses the real API"):
            httpx.get("https://console.anthropic.com/")

    def test_a_library_that_is_not_intercepted(messages_api):
        with pytest.raises(OSError, match="refuses the real API"):
            urllib.request.urlopen(API)

    def test_a_subprocess(messages_api):
        messages_api.reply("Hello")
        assert "ANTHROPIC_BASE_URL" not in os.environ
        subprocess.run([sys.executable, "-c", "import client; client.ask()"], check=True)

    def test_without_the_fixture():
        assert "mockapi" not in httpx.HTTPTransport.handle_request.__module__
        import httpcore
        assert "mockapi" not in httpcore.ConnectionPool.handle_request.__module__
        assert os.environ["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:9"
    """
    )
    result = run_apart(pytester, ANTHROPIC_BASE_URL="http://127.0.0.1:9", HTTPS_PROXY="", https_proxy="")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["mockapi: 3 scripted"])


def test_the_recorder_reaches_its_upstream(pytester: pytest.Pytester) -> None:
    """In a record mode the upstream is asked, and nobody is led round in a circle."""
    pytester.makepyfile(COMMON + "    def test_it(messages_api):\n        assert ask().status_code == 502\n")
    result = run(
        pytester,
        *("--mockapi-intercept", "--mockapi-record-mode=new", "--mockapi-upstream=http://127.0.0.1:9"),
    )
    result.assert_outcomes(passed=1)


def test_it_does_not_go_without_the_guard(pytester: pytest.Pytester) -> None:
    """A client that is not intercepted would reach the real API."""
    result = run(pytester, "--mockapi-intercept", "-o", "mockapi_network=off")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*take mockapi_network = off away*"])


def test_requests_aiohttp_and_a_recorder_beside(pytester: pytest.Pytester) -> None:
    """What VCR.py passes by is answered here, of each library that it patches; its fixture is the page's."""
    folder = pytester.path / "imported" / "test_it"
    folder.mkdir(parents=True)
    reply = b'{"content": [{"type": "text", "text": "recorded"}]}'
    asked = message("hi") | {"max_tokens": 100}
    write_cassette(folder / "test_each.yaml", *[interaction(asked, reply)] * 4)
    page = blocks(ROOT / "docs" / "pytest.md")
    (fixture,) = (block.content for block in page if "def vcr(vcr, request)" in block.content)
    hook = """
def pytest_recording_configure(config, vcr):
    vcr.ignore_hosts = ("127.0.0.1", "localhost", "api.anthropic.com")
"""
    pytester.makeconftest(fixture + hook)
    pytester.makepyfile(
        test_it=COMMON
        + """
    import aiohttp, requests, urllib3

    def test_proxies(messages_api):
        messages_api.reply("Hello", times=2)
        proxy = "http://127.0.0.1:9"  # nobody listens there
        assert ask(requests.post, proxies={"https": proxy}).status_code == 200
        reply = ask(lambda url, **more: urllib3.ProxyManager(proxy).request("POST", url, **more))
        assert reply.status == 200 and b"Hello" in reply.data

    async def with_aiohttp():
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{API}/v1/messages", headers=HEADERS, json=ASK) as reply:
                assert str(reply.url) == f"{API}/v1/messages"
                return await reply.json()

    async def with_httpx():
        async with httpx.AsyncClient() as client:
            return (await ask(client.post)).json()

    @pytest.mark.vcr
    @pytest.mark.messages_api
    def test_each(vcr):
        by_requests = ask(requests.post)
        assert by_requests.url == f"{API}/v1/messages"
        replies = [by_requests.json(), ask().json(), asyncio.run(with_aiohttp()), asyncio.run(with_httpx())]
        assert [reply["content"][0]["text"] for reply in replies] == ["recorded"] * 4
        assert vcr.play_count == 4 and vcr.requests[0].body == by_requests.request.body

    def test_another(vcr):
        assert vcr is None  # the recorder's, of a test that it records nothing of
    """
    )
    result = run_beside(
        pytester,
        *("--mockapi-intercept", "--mockapi-cassettes=imported", "-p", "no:randomly"),
        *("-o", "asyncio_default_fixture_loop_scope=function"),
    )
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["mockapi: 4 replayed, 2 scripted"])
