"""The environment: led to mockapi for the tests that use the fixture, and the user's own for all others."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import pytest

from tests.support.plugin import run, run_apart
from tests.support.server import interaction, message, write_cassette

pytestmark = pytest.mark.slow  # each test runs pytest

OWN = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_AUTH_TOKEN": "sk-ant-test-token"}
"""What a user has set; nobody listens there."""


def test_a_run_without_the_fixture_sees_nothing(pytester: pytest.Pytester) -> None:
    """No variable, no socket, no thread, no guard, and skip conditions skip."""
    pytester.makepyfile(
        """
        import os, socket, subprocess, threading
        import pytest

        def state():
            variables = {name for name in os.environ if "ANTHROPIC" in name or "PROXY" in name.upper()}
            threads = {thread.name for thread in threading.enumerate()}
            patched = [socket.getaddrinfo.__module__, subprocess.Popen.__init__.__module__]
            return variables, threads, patched, len(os.listdir("/dev/fd"))

        at_import = state()

        def test_it():
            assert state() == at_import
            variables, threads, patched, _ = at_import
            assert variables == set() and patched == ["socket", "subprocess"]
            assert not any("mockapi" in name for name in threads)

        @pytest.mark.skipif("ANTHROPIC_API_KEY" not in os.environ, reason="live only")
        def test_live():
            raise AssertionError("it ran")
        """
    )
    result = run_apart(pytester)
    result.assert_outcomes(passed=1, skipped=1)
    assert "mockapi:" not in result.stdout.str()


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_other_tests_of_a_mixed_run_have_the_users_own(
    pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    """Before, between and after the tests that use the fixture, and in the fixtures of both."""
    pytester.makepyfile(
        """
        import os
        import pytest
        from client import ask

        NAMES = ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "NO_PROXY")
        OWN = ("http://127.0.0.1:9", None, "sk-ant-test-token", None)

        def now():
            return tuple(map(os.environ.get, NAMES))

        @pytest.fixture
        def seen():
            before = now()
            yield before
            assert now() == before

        @pytest.mark.parametrize("number", range(3))
        class Test:
            def test_with(self, seen, messages_api, number):
                url, key, token, proxy = seen
                assert (seen, token) == (now(), None) and key.startswith("sk-ant-test-")
                assert "127.0.0.1" in proxy and messages_api.base_url.startswith(url)
                ask(base_url=url)

            def test_without(self, seen, number):
                assert seen == OWN
        """
    )
    run(pytester, *arguments, **OWN).assert_outcomes(passed=6)


def test_a_client_that_wants_v1_in_its_base_url_is_answered_too(pytester: pytest.Pytester) -> None:
    """At the base URL of the run and at the test's own."""
    pytester.makepyfile(
        """
        import json, os, urllib.request

        def status(base_url):
            turn = {"role": "user", "content": "x"}
            body = {"model": "claude-opus-4-6", "max_tokens": 9, "messages": [turn]}
            fields = {"anthropic-version": "2023-06-01", "x-api-key": "sk-ant-test-1"}
            fields["content-type"] = "application/json"
            request = urllib.request.Request(base_url + "/messages", json.dumps(body).encode(), fields)
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, "/v1" in response.headers["x-mockapi-hint"]

        def test_it(messages_api):
            for base_url in (os.environ["ANTHROPIC_BASE_URL"], messages_api.base_url):
                assert status(base_url) == (200, True)
        """
    )
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("value", "at_import", "in_other_tests", "in_tests"),
    [
        ("auto", False, False, True),
        ("collection", True, False, True),
        ("run", True, True, True),
        ("true", True, True, True),
        ("off", False, False, False),
        ("false", False, False, False),
    ],
)
def test_an_option_says_when_the_variables_are_set(
    pytester: pytest.Pytester, value: str, *, at_import: bool, in_other_tests: bool, in_tests: bool
) -> None:
    """Here the files do not name the fixture, as where a package of the user's own brings it."""
    pytester.makeini(f"[pytest]\nmockapi_env = {value}\n")
    pytester.makepyfile(
        f"""
        import os

        def is_set():
            return "ANTHROPIC_BASE_URL" in os.environ

        AT_IMPORT = is_set()

        def test_other():
            assert (AT_IMPORT, is_set()) == ({at_import}, {in_other_tests})

        def test_with(request):
            request.getfixturevalue("messages" + "_api")
            assert is_set() is {in_tests}

        def test_after():
            assert is_set() is {in_other_tests}
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_an_unknown_value_of_the_option_is_refused(pytester: pytest.Pytester) -> None:
    """With those that there are."""
    pytester.makeini("[pytest]\nmockapi_env = sometimes\n")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*mockapi_env is one of auto, collection, run, off, not 'sometimes'.*"])


def test_what_the_suite_itself_sets_stays(pytester: pytest.Pytester) -> None:
    """At import and in a test: only what still has our value is taken back."""
    pytester.makepyfile(
        """
        import os

        os.environ.setdefault("ANTHROPIC_API_KEY", "sk-ant-test-own")

        def test_first():
            assert os.environ["ANTHROPIC_API_KEY"] == "sk-ant-test-own"

        def test_with(messages_api):
            assert os.environ["ANTHROPIC_API_KEY"] != "sk-ant-test-own"
            os.environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"

        def test_last():
            assert os.environ["ANTHROPIC_API_KEY"] == "sk-ant-test-own"
            assert os.environ.pop("ANTHROPIC_BASE_URL") == "http://127.0.0.1:9"
            del os.environ["ANTHROPIC_API_KEY"]
        """
    )
    run(pytester).assert_outcomes(passed=3)


MIXED = """
    import client
    import pytest

    EARLY = client.BASE_URL

    @pytest.mark.parametrize("url", [EARLY, None], ids=["import", "now"])
    class Test:
        def test_without(self, url):
            import os
            reply = client.ask("hi", base_url=url or os.environ["ANTHROPIC_BASE_URL"])
            assert client.text_of(reply) == "recorded"
"""
WITH_FIXTURE = """
        def test_with(self, url, messages_api):
            import os
            messages_api.reply("scripted")
            reply = client.ask("hi", base_url=url or os.environ["ANTHROPIC_BASE_URL"])
            assert client.text_of(reply) == "scripted"
"""


@pytest.mark.slow
@pytest.mark.parametrize(("more", "passed"), [("", 2), (WITH_FIXTURE, 4)], ids=["none", "some"])
def test_the_command_of_exec_has_the_tests_without_the_fixture(
    pytester: pytest.Pytester, more: str, passed: int
) -> None:
    """Whether or not other tests use it, and for clients made at import as for later ones."""
    reply = b'{"content": [{"type": "text", "text": "recorded"}]}'
    write_cassette(pytester.path / "recorded.yaml", interaction(message("hi") | {"max_tokens": 100}, reply))
    pytester.makepyfile(test_it=MIXED + more)
    run(pytester, "--version")  # puts the client and the paths in place
    installed = any(entry.name == "mockapi" for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "pytest_mockapi.plugin")
    command = ("-m", "mockapi", "exec", "recorded.yaml", "--", sys.executable, "-m", "pytest", "-q", *plugin)
    result = pytester.run(sys.executable, *command, "-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(passed=passed)
    assert "no request" not in result.stderr.str()
