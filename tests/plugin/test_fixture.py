"""The fixture: every test has its own API, and every client finds it."""

from __future__ import annotations

import pytest

from tests.support.plugin import run, run_apart
from tests.support.server import interaction, message, write_cassette


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "xdist"]
)
def test_every_test_has_a_session_of_its_own(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """Each sees its own requests only, and its own script, with one client for all."""
    pytester.makepyfile(
        """
        import pytest
        from client import ask, text_of

        @pytest.mark.parametrize("number", range(8))
        def test_own(messages_api, number):
            messages_api.reply(f"Hello {number}")
            assert text_of(ask(f"I am {number}")) == f"Hello {number}"
            assert [item.last_user_text for item in messages_api.requests] == [f"I am {number}"]
        """
    )
    result = run(pytester, *arguments)
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["mockapi: 8 scripted"])


@pytest.mark.slow
def test_clients_of_every_kind_reach_the_running_test(pytester: pytest.Pytester) -> None:
    """Made at import, in a fixture of wider scope, in a thread, in a subprocess: all arrive."""
    pytester.makepyfile(
        """
        import os, subprocess, sys, threading
        import pytest
        import client

        URL = os.environ["ANTHROPIC_BASE_URL"]

        @pytest.fixture(scope="session")
        def made_early():
            return lambda text: client.ask(text, base_url=URL)

        @pytest.mark.parametrize("number", [1, 2])
        def test_all(messages_api, made_early, number):
            client.ask("import")
            made_early("wider scope")
            thread = threading.Thread(target=client.ask, args=("thread",))
            thread.start()
            thread.join()
            subprocess.run([sys.executable, "-c", "import client; client.ask('subprocess')"], check=True)
            client.ask("own URL", base_url=messages_api.base_url)
            texts = [item.last_user_text for item in messages_api.requests]
            assert texts == ["import", "wider scope", "thread", "subprocess", "own URL"]
            assert {item.source for item in messages_api.requests} == {"synthesized"}
        """
    )
    run(pytester).assert_outcomes(passed=2)


def test_the_base_url_says_when_no_test_uses_the_fixture(pytester: pytest.Pytester) -> None:
    """At import, in a test without the fixture, and after one with it: an error that says what to do."""
    pytester.makepyfile(
        """
        import pytest
        from client import Refused, ask

        def nobody():
            with pytest.raises(Refused, match="add the argument messages_api to the test"):
                ask()

        nobody()

        def test_before():
            nobody()

        def test_with(messages_api):
            ask()

        def test_after():
            nobody()
        """
    )
    run(pytester).assert_outcomes(passed=3)


@pytest.mark.slow
def test_the_environment_is_put_back(pytester: pytest.Pytester) -> None:
    """What stood there before pytest stands there after it, in the same process."""
    pytester.makepyfile(
        program="""
        import os, pytest, sys
        os.environ["ANTHROPIC_AUTH_TOKEN"] = "sk-ant-test-token"
        before = dict(os.environ)
        arguments = ["-q", "test_it.py", "-p", "no:cacheprovider", "-p", "no:randomly"]
        from importlib.metadata import entry_points
        if not any(entry.name == "mockapi" for entry in entry_points(group="pytest11")):
            arguments += ["-p", "pytest_mockapi.plugin"]
        assert pytest.main(arguments) == 0
        assert {k: v for k, v in os.environ.items() if "PYTEST" not in k} == {
            k: v for k, v in before.items() if "PYTEST" not in k
        }
        """,
        test_it="""
        from client import ask

        def test_it(messages_api):
            ask()
        """,
    )
    run(pytester, "--version")  # puts the client and the paths in place
    assert pytester.runpython(pytester.path / "program.py").ret == 0


def test_the_server_opens_sessions_for_wider_fixtures(pytester: pytest.Pytester) -> None:
    """`mockapi_server` has session scope; its sessions have base URLs of their own."""
    pytester.makepyfile(
        """
        import pytest
        from client import ask, text_of

        @pytest.fixture(scope="module")
        def api(mockapi_server):
            with mockapi_server.open_session(name="module") as session:
                session.reply("Hello", always=True)
                yield session

        def test_one(api):
            assert text_of(ask(base_url=api.base_url)) == "Hello"

        def test_two(api, messages_api):
            ask(base_url=api.base_url)
            assert len(api.requests) == 2 and messages_api.requests == []
        """
    )
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.slow
def test_unittest_cases_use_it(pytester: pytest.Pytester) -> None:
    """Through an autouse fixture; what they swallow fails them too."""
    pytester.makepyfile(
        """
        import unittest
        import pytest
        from client import Refused, ask, text_of

        class Case(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _api(self, messages_api):
                self.api = messages_api

            def test_good(self):
                self.api.reply("Hello")
                self.assertEqual(text_of(ask()), "Hello")

            def test_swallows(self):
                self.api.reply("Hello")
                ask()
                try:
                    ask()
                except Refused:
                    pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*1 request was not answered (HTTP 422):"])


@pytest.mark.slow
def test_a_forked_child_leaves_the_server_alone(pytester: pytest.Pytester) -> None:
    """A child that runs the plugin's end does not end the parent's server."""
    pytester.makepyfile(
        """
        import os
        import pytest
        from client import ask

        @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
        @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
        def test_it(messages_api, pytestconfig):
            child = os.fork()
            if child == 0:
                pytestconfig.hook.pytest_unconfigure(config=pytestconfig)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            ask()
        """
    )
    run_apart(pytester).assert_outcomes(passed=1)


def test_a_run_that_does_not_use_it_loads_nothing(pytester: pytest.Pytester) -> None:
    """Neither server nor validation nor HTTP client: only what looks at the files."""
    pytester.makepyfile(
        """
        import sys

        def test_it():
            loaded = {"mockapi.server", "mockapi.validation", "starlette", "uvicorn", "httpx", "orjson"}
            assert loaded & set(sys.modules) == set()
            ours = {name for name in sys.modules if name.startswith("pytest_mockapi.")}
            entrance = ("plugin", "_options", "_fixtures", "_finder", "_collection", "_look")
            assert ours == {f"pytest_mockapi.{name}" for name in entrance}
        """
    )
    run_apart(pytester).assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_marker_gives_a_session_to_tests_that_ask(pytester: pytest.Pytester) -> None:
    """At a module it may stand for many that do not: no server is started for them, nothing is counted."""
    pytester.makepyfile(
        """
        import sys
        import pytest
        from client import Refused, ask

        pytestmark = pytest.mark.messages_api(max_requests=1)

        def test_asks_nothing():
            assert "mockapi.testing._thread" not in sys.modules

        def test_asks():
            assert ask()["role"] == "assistant"

        def test_asks_by_and_by(request):
            messages_api = request.getfixturevalue("messages_api")
            assert messages_api.requests == []
            ask()
            assert request.getfixturevalue("messages_api").last_request.status == 200

        def test_has_asked_before(request):
            ask()
            assert len(request.getfixturevalue("messages_api").requests) == 1

        def test_swallows_a_limit():
            ask()
            with pytest.raises(Refused, match="This loop does not end"):
                ask()

        def test_takes_the_argument(messages_api):
            messages_api.reply("Hello")
            ask()
        """
    )
    result = run_apart(pytester)
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["mockapi: 1 scripted, 4 synthesized, 1 refused"])


@pytest.mark.slow
@pytest.mark.parametrize("autouse", [False, True])
def test_a_fixture_may_ask_before_the_marker_does(pytester: pytest.Pytester, autouse: bool) -> None:  # noqa: FBT001
    """One session, whoever was first: a fixture of the test, by name or dynamically, or its marker."""
    pytester.makeconftest(
        f"""
        import pytest

        @pytest.fixture(autouse={autouse})
        def led(request):
            return request.getfixturevalue("messages_api").reply("from the fixture")
        """
    )
    pytester.makepyfile(
        """
        import pytest
        from client import ask

        @pytest.mark.messages_api(validation="off")
        def test_marked(led, request):
            assert ask()["content"][0]["text"] == "from the fixture"
            assert len(request.getfixturevalue("messages_api").requests) == 1
        """
    )
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_test_that_asks_by_marker_is_judged(pytester: pytest.Pytester) -> None:
    """What it swallows fails it, and what a cassette of its has that it did not play is told."""
    write_cassette(pytester.path / "c.yaml", interaction(message("never"), b"{}"))
    pytester.makeini("[pytest]\nmockapi_cassettes = .\n")
    pytester.makepyfile(
        """
        import pytest
        from client import Refused, ask

        pytestmark = pytest.mark.messages_api(cassette="c.yaml")

        def test_swallows():
            with pytest.raises(Refused):
                ask()

        def test_asks_nothing():
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*1 request was not answered (HTTP 422):", "*mockapi: requests of this test*"]
    )
    result = run(pytester, "-k", "nothing")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["mockapi: 1 unused", "*c.yaml#0"])


@pytest.mark.slow
def test_a_mistake_in_a_script_is_shown_at_the_tests_own_line(pytester: pytest.Pytester) -> None:
    """No frame of ours stands between the line and what is wrong with it."""
    pytester.makepyfile("def test_it(messages_api):\n    messages_api.reply_tool('f', city='Oslo')\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [">*messages_api.reply_tool('f', city='Oslo')", "E*reply_tool() has no argument*"]
    )
    assert "_replies.py" not in result.stdout.str()
