"""Sessions of a class, a module or the whole run, with clients that were made at import."""

from __future__ import annotations

import pytest

from tests.support.plugin import run

pytestmark = pytest.mark.slow  # each test runs pytest, some several times

AGENT = """
    import pytest
    from client import ask, text_of, Refused

    class TestAgent:
        @pytest.fixture(scope="class")
        def agent(self, class_messages_api):
            class_messages_api.reply("hello").reply("how are you").reply("bye")
            return [text_of(ask("first"))]

        def test_one(self, agent):
            agent.append(text_of(ask("second")))
            assert agent == ["hello", "how are you"]

        def test_two(self, agent, class_messages_api):
            assert text_of(ask("third")) == "bye"
            class_messages_api.assert_turns(3)

    def test_own(messages_api):
        messages_api.reply("own")
        assert text_of(ask("mine")) == "own"
"""


def test_an_agent_of_a_class_is_reached_by_all_its_tests(pytester: pytest.Pytester) -> None:
    """A client made at import, in the fixture's setup and in each test."""
    pytester.makepyfile(test_it=AGENT)
    result = run(pytester)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["mockapi: 4 scripted"])


def test_the_base_url_leads_there_while_its_tests_run(pytester: pytest.Pytester) -> None:
    """In between, other tests have their own or none; after them it leads there again."""
    pytester.makepyfile(
        test_it="""
        import pytest
        from client import BASE_URL, ask, text_of, Refused

        def test_one(session_messages_api):
            session_messages_api.when(last_user_text="x").reply("shared")
            assert text_of(ask("x")) == "shared"

        def test_none():
            with pytest.raises(Refused, match="No test that uses the fixture messages_api is running"):
                ask("x", base_url=BASE_URL)

        def test_own(messages_api):
            messages_api.reply("own")
            assert text_of(ask("x")) == "own"

        def test_both(session_messages_api, messages_api):
            messages_api.reply("inner")
            assert text_of(ask("x")) == "inner"
            session_messages_api.assert_turns(1)

        def test_again(session_messages_api):
            assert text_of(ask("x")) == "shared"
            session_messages_api.assert_turns(2)
        """
    )
    run(pytester).assert_outcomes(passed=5)


def test_a_miss_fails_the_test_in_which_it_happened(pytester: pytest.Pytester) -> None:
    """Once, though its code has swallowed it, and though others share the session."""
    pytester.makepyfile(
        test_it="""
        import contextlib
        from client import ask, text_of, Refused

        def test_one(module_messages_api):
            module_messages_api.reply("one").reply("never", optional=True)
            assert text_of(ask("x")) == "one"
            ask("y")

        def test_two(module_messages_api):
            with contextlib.suppress(Refused):
                ask("swallowed")

        def test_three(module_messages_api):
            module_messages_api.reply("three")
            assert text_of(ask("x")) == "three"
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*_ test_two _*", "1 request was not answered (HTTP 422):", "*swallowed*"])


def test_replies_that_nobody_asked_for_are_told_at_the_end(pytester: pytest.Pytester) -> None:
    """By the last of its tests; the ones before may still ask."""
    pytester.makepyfile(
        test_it="""
        from client import ask, text_of

        class TestIt:
            def test_one(self, class_messages_api):
                class_messages_api.reply("one").reply("two").reply("too much")
                ask("x")

            def test_two(self, class_messages_api):
                ask("x")

        def test_other():
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of TestIt.test_two*", "1 scripted reply was not asked for:"]
    )


def test_a_class_has_markers_and_a_cassette(pytester: pytest.Pytester) -> None:
    """The marker's options are the session's; what it records goes to a file of the class."""
    import mockapi

    pytester.makepyfile(
        test_it="""
        import pytest
        from client import ask

        @pytest.mark.messages_api(validation="off")
        class TestIt:
            def test_one(self, class_messages_api):
                assert ask("one", temperature=9)["content"]

            def test_two(self, class_messages_api):
                assert ask("two", temperature=9)["content"]
        """
    )
    with mockapi.Server() as upstream, upstream.open_session(validation="off") as model:
        model.reply("said", always=True)
        result = run(pytester, f"--mockapi-upstream={model.base_url}", "--mockapi-record-mode=new")
    result.assert_outcomes(passed=2)
    assert [path.name for path in pytester.path.glob("cassettes/**/*.yaml")] == ["TestIt.yaml"]
    result = run(pytester)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["mockapi: 2 replayed"])
