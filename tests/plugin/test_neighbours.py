"""The plugin beside the plugins and frameworks that its users have, in an environment that has them."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.support.docs import blocks, needs
from tests.support.plugin import ROOT, run_beside

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
            assert httpx.get(messages_api.base_url + "/_mockapi/health").status_code != 500

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
