"""pytest rewrites assertions in the tests of a project, and leaves mockapi itself as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.plugin import run, run_apart

if TYPE_CHECKING:
    import pytest


def test_no_module_of_mockapi_is_rewritten(pytester: pytest.Pytester) -> None:
    """Whatever the tests import: not when the plugin loads, and not later, in the server's thread."""
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
    run(pytester, "--version")  # puts the client and the paths in place
    assert pytester.runpython(pytester.path / "program.py").ret == 0
