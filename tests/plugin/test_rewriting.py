"""pytest rewrites assertions in the tests of a project, and leaves mockapi itself as it is."""

from __future__ import annotations

from typing import Final

import pytest

from tests.support.plugin import run, run_apart

RUNS: Final = 50


MARKED = """
    import ast, threading
    import pytest

    pytest.register_assert_rewrite("mockapi", "pytest_mockapi")  # as an installed distribution is
    parse = ast.parse

    def watched(source, filename="", *args, **options):
        assert "mockapi" not in str(filename) or threading.current_thread() is threading.main_thread()
        return parse(source, filename, *args, **options)

    ast.parse = watched
"""
"""A conftest.py: what pytest does to packages that have a plugin, and an eye on who builds syntax trees."""


@pytest.mark.slow
def test_no_module_of_mockapi_is_rewritten(pytester: pytest.Pytester) -> None:
    """Whatever the tests import: not when the plugin loads, and not later, in the server's thread."""
    pytester.makeconftest(MARKED)
    pytester.makepyfile(
        """
        import sys
        from client import Refused, ask

        def test_it(messages_api):
            messages_api.reply("Hello")
            ask()
            with messages_api.expect_miss():
                try:
                    ask()
                except Refused:
                    pass
            entrance = {f"pytest_mockapi.{name}" for name in ("plugin", "_finder", "_options", "_fixtures")}
            rewritten = {
                name
                for name, module in list(sys.modules.items())
                if name.partition(".")[0] in ("mockapi", "pytest_mockapi")
                and "assertion" in type(module.__loader__).__module__
            }
            assert rewritten - entrance <= {"pytest_mockapi"}
        """
    )
    run_apart(pytester).assert_outcomes(passed=1)


@pytest.mark.slow
def test_what_is_loaded_already_is_no_reason_to_warn(pytester: pytest.Pytester) -> None:
    """A program that has imported mockapi may run pytest, and may run it again."""
    pytester.makepyfile(
        program="""
        from importlib.metadata import entry_points
        import mockapi, pytest
        arguments = ["-q", "-W", "error", "test_it.py", "-p", "no:cacheprovider", "-p", "no:randomly"]
        if not any(entry.name == "mockapi" for entry in entry_points(group="pytest11")):
            arguments += ["-p", "pytest_mockapi.plugin"]
        for _ in range(2):
            assert pytest.main(arguments) == 0
        """,
        test_it="def test_it(messages_api): pass",
    )
    pytester.makeconftest(MARKED)
    run(pytester, "--version")  # puts the client and the paths in place
    assert pytester.runpython(pytester.path / "program.py").ret == 0


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_no_run_without_byte_code_ends_in_an_internal_error(pytester: pytest.Pytester) -> None:
    """While the failures of tests are formatted, which parses them, the server explains misses."""
    pytester.makeconftest(MARKED)
    pytester.makepyfile(
        """
        import pytest
        from client import ask

        @pytest.mark.parametrize("number", range(8))
        def test_it(messages_api, number):
            messages_api.reply("Hello")
            ask()
            ask() if number % 2 else ask(number)
        """
    )
    for _ in range(RUNS):
        result = run_apart(pytester, PYTHONDONTWRITEBYTECODE="1")
        result.assert_outcomes(failed=8)
