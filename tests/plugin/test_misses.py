"""What the code under test swallows still fails the test, and the failure explains itself."""

from __future__ import annotations

import pytest

from tests.support.plugin import run

SWALLOWS = """
    import pytest
    from client import Refused, ask

    def swallow(text):
        try:
            ask(text)
        except Refused:
            pass
"""


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "xdist"]
)
def test_a_swallowed_miss_fails_the_call(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """With what was asked, what the script had, and what to do."""
    pytester.makepyfile(
        SWALLOWS
        + """
    def test_it(messages_api):
        messages_api.reply("Hello")
        ask("first")
        swallow("second")
    """
    )
    result = run(pytester, *arguments)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 request was not answered (HTTP 422):",
            "  2. POST /v1/messages claude-opus-4-6 'second' -> 422 unmatched",
            "*1 of 1 given  'Hello'",
            "*messages_api.reply(...)*",
            "*mockapi: requests of this test*",
            "1. POST /v1/messages claude-opus-4-6 'first' -> 200 scripted",
            "mockapi: 1 scripted, 1 missed",
        ]
    )


@pytest.mark.slow
def test_a_test_that_fails_by_itself_keeps_its_error(pytester: pytest.Pytester) -> None:
    """The miss stands beside it."""
    pytester.makepyfile(
        SWALLOWS
        + """
    def test_it(messages_api):
        messages_api.reply("Hello")
        ask()
        swallow("second")
        assert "this" == "that"
    """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 'this' == 'that'", "*mockapi: besides*", "1 request was not answered (HTTP 422):"]
    )


@pytest.mark.slow
def test_expected_failures_are_respected(pytester: pytest.Pytester) -> None:
    """An xfail takes the miss; expect_miss takes it, in its block or from there on, and wants one."""
    pytester.makepyfile(
        SWALLOWS
        + """
    @pytest.mark.xfail(strict=True)
    def test_xfail(messages_api):
        messages_api.reply("Hello", optional=True)
        ask()
        swallow("second")

    def test_block(messages_api):
        messages_api.reply("Hello")
        ask()
        with messages_api.expect_miss():
            swallow("second")

    def test_from_here(messages_api):
        messages_api.expect_miss()
        messages_api.reply("Hello")
        ask()
        swallow("second")

    def test_none_came(messages_api):
        messages_api.expect_miss()
        ask()

    def test_outside_the_block(messages_api):
        messages_api.reply("Hello")
        ask()
        with messages_api.expect_miss():
            swallow("second")
        swallow("third")
    """
    )
    result = run(pytester, "-rA")
    result.assert_outcomes(passed=2, xfailed=1, failed=2)
    result.stdout.fnmatch_lines(["*expects a miss (expect_miss), and every request was answered*"])
    result.stdout.fnmatch_lines(["  3. POST /v1/messages claude-opus-4-6 'third' -> 422 unmatched"])


@pytest.mark.slow
def test_replies_that_were_not_asked_for_fail_the_test(pytester: pytest.Pytester) -> None:
    """Unless they are optional, or the ini option says so."""
    pytester.makepyfile(
        """
        from client import ask

        def test_unused(messages_api):
            messages_api.reply("Hello").reply("Never asked for")
            ask()

        def test_optional(messages_api):
            messages_api.reply("Hello").reply("Never", optional=True).reply("A net", always=True)
            ask()
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["1 scripted reply was not asked for:", "  'Never asked for'", "*mockapi_unused_replies = ignore*"]
    )
    run(pytester, "-o", "mockapi_unused_replies=ignore").assert_outcomes(passed=2)


@pytest.mark.slow
def test_what_the_tests_own_code_raises_is_shown(pytester: pytest.Pytester) -> None:
    """A callable that fails in the server's thread fails the test, with its traceback."""
    pytester.makepyfile(
        SWALLOWS
        + """
    def broken(asked):
        return {}["no such key"]

    def test_it(messages_api):
        messages_api.reply(broken)
        swallow("hi")

    def test_nothing_returned(messages_api):
        messages_api.reply(lambda asked: None)
        swallow("hi")
    """
    )
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["the test's own code failed*", "*KeyError: 'no such key'", "1 request was not answered*"]
    )
    result.stdout.fnmatch_lines(["*A reply is a text, a content block, or a list of them, not None.*"])


@pytest.mark.slow
def test_a_miss_in_teardown_is_an_error(pytester: pytest.Pytester) -> None:
    """Fixtures that call the API after the test are looked at, too."""
    pytester.makepyfile(
        SWALLOWS
        + """
    @pytest.fixture
    def late(messages_api):
        yield
        swallow("late")

    def test_it(messages_api, late):
        messages_api.reply("Hello")
        ask()
    """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["  2. POST /v1/messages claude-opus-4-6 'late' -> 422 unmatched"])


@pytest.mark.slow
def test_a_failure_says_that_replies_were_made_up(pytester: pytest.Pytester) -> None:
    """Without script and cassette the report tells where the reply came from."""
    pytester.makepyfile(
        """
        from client import ask, text_of

        def test_it(messages_api):
            assert text_of(ask()) == "something else"
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["1. POST /v1/messages * -> 200 synthesized", "*replies were made up from the requests*"]
    )


def test_a_refused_request_is_explained(pytester: pytest.Pytester) -> None:
    """With the API's words, the rule, the path and the hint; an unknown model with the ini line."""
    pytester.makepyfile(
        """
        import pytest
        from client import ask

        def test_shape(messages_api):
            ask(max_tokens="some")

        def test_model(messages_api):
            ask(model="claude-opus-4-66")

        @pytest.mark.messages_api(validation="off")
        def test_off(messages_api):
            ask(max_tokens="many")
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["  invalid_request_error: max_tokens: *", "  rule * at /max_tokens"])
    result.stdout.fnmatch_lines(["*The nearest is claude-opus-4-6.", "*mockapi_models = claude-opus-4-66"])
    remedies = [line for line in result.outlines if "To take it anyway" in line]
    assert ["lenient" in line for line in remedies] == [False, True]  # lenient looks at the shape, too
    run(pytester, "-o", "mockapi_models=claude-opus-4-66", "-k", "model").assert_outcomes(passed=1)
    run(pytester, "-o", "mockapi_validation=off", "-k", "shape").assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_long_journal_is_shortened(pytester: pytest.Pytester) -> None:
    """The report of an agent that went round in circles shows its latest requests."""
    pytester.makepyfile(
        """
        from client import ask

        def test_it(messages_api):
            messages_api.reply("again", always=True)
            for number in range(60):
                ask(f"turn {number}")
            assert False
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["(10 earlier requests left out)", "11. *'turn 10'*", "60. *'turn 59'*"])


@pytest.mark.slow
def test_a_miss_that_no_reply_could_answer_is_not_told_to_add_one(pytester: pytest.Pytester) -> None:
    """Another endpoint is led to what does answer it, and that works."""
    test = """
        import json, urllib.error, urllib.request
        import pytest

        @pytest.mark.messages_api(on_unmatched="WHAT")
        def test_it(messages_api):
            messages_api.reply("Hello", optional=True)
            url = messages_api.base_url + "/v1/models"
            head = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
            try:
                urllib.request.urlopen(urllib.request.Request(url, headers=head))
            except urllib.error.HTTPError:
                pass
    """
    pytester.makepyfile(test.replace("WHAT", "fail"))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ['*@pytest.mark.messages_api(on_unmatched="synthesize") has*the rest made up*']
    )
    result.stdout.no_fnmatch_line("*Add what is missing*")
    pytester.makepyfile(test.replace("WHAT", "synthesize"))
    run(pytester).assert_outcomes(passed=1)
