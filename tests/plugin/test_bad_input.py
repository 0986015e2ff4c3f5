"""Mistakes get an error that says what to write instead."""

from __future__ import annotations

import pytest

from tests.support.plugin import run

pytestmark = pytest.mark.slow  # each test runs pytest, some several times


def test_markers_that_cannot_be_meant(pytester: pytest.Pytester) -> None:
    """Misspelt arguments, arguments without names, values without sense, cassettes that are not there."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.messages_api(cassete="x")
        def test_misspelt(): pass

        @pytest.mark.messages_api("x")
        def test_positional(): pass

        @pytest.mark.messages_api(cassette=5)
        def test_number(): pass

        @pytest.mark.messages_api(validation="strikt")
        def test_value(): pass

        @pytest.mark.messages_api(faults="explode")
        def test_fault(): pass

        @pytest.mark.messages_api(cassette="nowhere")
        def test_missing(): pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=6)
    result.stdout.fnmatch_lines_random(
        [
            "*has no argument 'cassete'; write cassette=.",
            "*takes its arguments by name; write cassette='x'.",
            '*has cassette=5; write cassette="NAME", or a list of names.',
            "*`validation` must be one of strict, lenient, off; got 'strikt'.",
            "*explode*",
            "*nowhere.yaml, which does not exist. Record it: pytest *test_missing --mockapi-record-mode=new*",
        ]
    )


def test_a_fixture_of_wider_scope(pytester: pytest.Pytester) -> None:
    """It is told to take the server instead."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module")
        def wide(messages_api): pass

        def test_it(wide): pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*takes class_messages_api,*module_messages_api or session_messages_api*"])


@pytest.mark.parametrize(
    "option", ["mockapi_validation", "mockapi_rules", "mockapi_network", "mockapi_unused_replies"]
)
def test_ini_options_without_sense(pytester: pytest.Pytester, option: str) -> None:
    """They end the run at once, with the choices."""
    result = run(pytester, "-o", f"{option}=strikt")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option} is one of *, not 'strikt'."])


def test_the_real_api_is_refused(pytester: pytest.Pytester) -> None:
    """In a test with the fixture, with an error that names the test; by option in all tests or in none."""
    pytester.makepyfile(
        """
        import asyncio, socket
        import pytest

        def test_plain(messages_api):
            with pytest.raises(OSError, match="test_plain tried to connect to api.anthropic.com"):
                socket.create_connection(("api.anthropic.com", 443), timeout=5)

        def test_asyncio(messages_api):
            with pytest.raises(OSError, match="test_asyncio tried to connect to api.anthropic.com"):
                asyncio.run(asyncio.wait_for(asyncio.open_connection("api.anthropic.com", 443), 5))

        def test_uvloop(messages_api):
            uvloop = pytest.importorskip("uvloop")
            with pytest.raises(OSError, match="test_uvloop tried to connect to api.anthropic.com"):
                uvloop.run(asyncio.wait_for(asyncio.open_connection("api.anthropic.com", 443), 5))

        def test_others(messages_api):
            assert socket.getaddrinfo("127.0.0.1", 80)

        def test_without(request):
            assert "messages_api" not in request.fixturenames
            refuses = "mockapi" in socket.getaddrinfo.__module__
            assert refuses == (request.config.getini("mockapi_network") == "session")
        """
    )
    run(pytester).assert_outcomes(passed=5)
    run(pytester, "-o", "mockapi_network=session", "-k", "without or others").assert_outcomes(passed=2)


def test_who_was_refused_is_told(pytester: pytest.Pytester) -> None:
    """Clients hide the cause of a connection error; the report shows it."""
    pytester.makepyfile(
        """
        import socket

        def test_it(messages_api):
            try:
                socket.create_connection(("api.anthropic.com", 443), timeout=5)
            except OSError:
                raise ValueError("Connection error.") from None
        """
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(["*test_it tried to connect to api.anthropic.com*base_url*"])
