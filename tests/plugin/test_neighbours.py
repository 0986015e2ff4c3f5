"""The plugin beside the plugins and frameworks that its users have, in an environment that has them."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from tests.support.docs import blocks, needs
from tests.support.foreign import vcr_py, vcr_py_interaction
from tests.support.plugin import ROOT, run_beside
from tests.support.process import mockapi

pytestmark = pytest.mark.slow

_ASYNCIO: Final = ("-o", "asyncio_default_fixture_loop_scope=function")


@pytest.mark.parametrize("arguments", [("--randomly-seed=1",), ("-n", "2")], ids=["random", "xdist"])
def test_all_of_them_at_once(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """Asynchronous tests, reruns, other mocks, snapshots: in random order, and on several workers."""
    pytester.makepyfile(
        test_async="""
        import asyncio
        import pytest
        from client import Refused, ask

        @pytest.mark.asyncio
        async def test_asyncio(messages_api):
            messages_api.reply("Hello", times=2)
            await asyncio.gather(asyncio.to_thread(ask), asyncio.to_thread(ask))

        @pytest.mark.asyncio
        async def test_asyncio_swallows(messages_api):
            messages_api.reply("Hello", optional=True)
            await asyncio.to_thread(ask)
            with pytest.raises(Refused):
                await asyncio.to_thread(ask)

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_anyio(messages_api, anyio_backend):
            messages_api.reply("Hello")
            await asyncio.to_thread(ask)
        """,
        test_reruns="""
        import pytest
        from client import Refused, ask

        tries = []

        @pytest.mark.flaky(reruns=2)
        def test_miss_then_good(messages_api):
            tries.append(1)
            messages_api.reply("Hello")
            ask()
            if len(tries) == 1:
                with pytest.raises(Refused):
                    ask()
            assert len(messages_api.requests) == (2 if len(tries) == 1 else 1)
        """,
        test_mocks="""
        import httpx, pytest, respx, vcr
        from client import ask, text_of

        def test_respx(messages_api):
            messages_api.reply("Hello")
            with respx.mock:
                respx.get("https://example.com/").respond(200, text="other")
                assert httpx.get("https://example.com/").text == "other"
                assert text_of(ask()) == "Hello"

        def is_other(request):
            return request.url.host != "127.0.0.1"

        @pytest.mark.httpx_mock(should_mock=is_other)
        def test_pytest_httpx(messages_api, httpx_mock):
            messages_api.reply("Hello")
            httpx_mock.add_response(url="https://example.com/", text="other")
            assert httpx.get("https://example.com/").text == "other"
            assert text_of(ask()) == "Hello"
            key = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
            assert httpx.get(messages_api.base_url + "/v1/models", headers=key).status_code == 200

        def test_vcr(messages_api, tmp_path):
            messages_api.reply("Hello")
            with vcr.use_cassette(str(tmp_path / "vcr.yaml"), ignore_localhost=True, record_mode="none"):
                assert text_of(ask()) == "Hello"

        @pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
        def test_pytest_recording(messages_api):
            messages_api.reply("Hello")
            assert text_of(ask()) == "Hello"

        def test_syrupy(messages_api, snapshot):
            messages_api.reply("Hello")
            ask()
            assert messages_api.snapshot() == snapshot
        """,
    )
    result = run_beside(pytester, *_ASYNCIO, "--snapshot-update", *arguments)
    result.assert_outcomes(passed=8, failed=1)
    assert result.parseoutcomes()["rerun"] == 1
    result.stdout.fnmatch_lines(["*test_asyncio_swallows*", "1 request was not answered (HTTP 422):"])
    again = run_beside(pytester, *_ASYNCIO, "-k", "syrupy", *arguments)
    again.assert_outcomes(passed=1)  # the snapshot holds in a run with other ids


MOVED = """
    import anthropic
    import pytest

    client = anthropic.Anthropic()

    @pytest.mark.vcr
    @pytest.mark.parametrize("word", ["plain", "Say hello!"])
    def test_asks(word):
        messages = [{"role": "user", "content": f"{word}, which has drifted since"}]
        reply = client.messages.create(model="claude-opus-4-6", max_tokens=50, messages=messages)
        assert reply.content[0].text == "recorded"

    @pytest.mark.vcr
    def test_other_host():
        import httpx
        assert httpx.get("http://example.test/").text == "other"

    @pytest.mark.skipif("not __import__('os').environ.get('ANTHROPIC_API_KEY')", reason="live only")
    def test_live():
        raise AssertionError("it ran")
"""
MOVING = """
    import os
    import pytest

    def pytest_recording_configure(config, vcr):
        pass

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.get_closest_marker("vcr") and "asks" in item.name:
                item.add_marker(pytest.mark.messages_api)

    @pytest.fixture(scope="module")
    def vcr_config():
        def leave_out(request):
            return None if request.uri.startswith(os.environ.get("ANTHROPIC_BASE_URL", "none")) else request

        return {"before_record_request": leave_out}
"""


def test_a_suite_of_pytest_recording_moves_over_in_a_few_lines(pytester: pytest.Pytester) -> None:
    """As the page says: its cassettes imported, a hook, and its recorder beside it for other hosts."""
    content = [{"type": "text", "text": "recorded"}]
    reply = json.dumps({"type": "message", "role": "assistant", "content": content})
    ours = vcr_py(vcr_py_interaction(reply=reply))
    folder = pytester.mkdir("cassettes") / "test_it"
    folder.mkdir()
    for name in ("test_asks[plain]", "test_asks[Say hello!]"):
        (folder / f"{name}.yaml").write_bytes(ours)
    other = vcr_py_interaction(None, "other", uri="http://example.test/")
    other["request"]["method"] = "GET"
    (folder / "test_other_host.yaml").write_bytes(vcr_py(other))
    pytester.makeconftest(MOVING)
    pytester.makepyfile(test_it=MOVED)
    pytester.makeini("[pytest]\nmockapi_cassettes = imported\nmockapi_matching = uri\n")
    assert mockapi("cassettes", "import", "cassettes", "--to", "imported").code == 0
    arguments = ("--block-network", "--allowed-hosts=127.0.0.1", "-p", "no:randomly")
    result = run_beside(pytester, *arguments)
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["mockapi: 2 replayed"])
    result = run_beside(pytester, "--disable-recording", "-k", "not other")
    result.assert_outcomes(passed=2, skipped=1, deselected=1)


def test_sockets_may_be_forbidden(pytester: pytest.Pytester) -> None:
    """With the option that lets loopback through all is well; without it the report names the option."""
    pytester.makepyfile(
        """
        from client import ask

        def test_it(messages_api):
            messages_api.reply("Hello")
            ask()
        """
    )
    run_beside(pytester, "--disable-socket", "--allow-hosts=127.0.0.1,::1").assert_outcomes(passed=1)
    for option in ("--disable-socket", "--allow-hosts=10.0.0.1"):
        result = run_beside(pytester, option)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["*--allow-hosts=127.0.0.1,::1*"])


def test_the_recipes_for_frameworks_pass(pytester: pytest.Pytester) -> None:
    """As they stand on the page, with the packages of today."""
    recipes = [block for block in blocks(ROOT / "docs" / "pytest.md") if block.file and needs(block)]
    for recipe in recipes:
        (pytester.path / str(recipe.file)).write_text(recipe.content)
    result = run_beside(pytester, "-p", "no:randomly", *_ASYNCIO)
    counted = sum(len(re.findall(r"^(?:async )?def test_", item.content, re.MULTILINE)) for item in recipes)
    assert counted > 7
    result.assert_outcomes(passed=counted)
