"""No test makes a module load twice: the guard tells, and runs of pytest in pytest keep to it."""

from __future__ import annotations

import sys

import pytest

from tests.support.plugin import run, run_apart

_DEPENDENCY = "class Error(Exception): ..."
_TESTS = """
    import sys
    import planted

    def test_kept():
        assert sys.modules["planted"] is planted

    def test_loaded_again():
        del sys.modules["planted"]
        import planted as other
        assert other.Error is not planted.Error
        sys.modules["planted"] = planted

    def test_taken_out():
        del sys.modules["planted"]

    def test_put_back():
        sys.modules["planted"] = planted

    def test_replaced():
        sys.modules["planted"] = sys
"""


@pytest.mark.slow
def test_the_guard_fails_the_test_that_tampers(pytester: pytest.Pytester) -> None:
    """A module that a test loads again, takes out or replaces is named, and that test alone fails."""
    packages = pytester.mkdir("site-packages")
    (packages / "planted.py").write_text(_DEPENDENCY)
    pytester.makeconftest(f"import sys; sys.path.insert(0, {str(packages)!r})")
    pytester.makepyfile(test_it=_TESTS)
    result = run_apart(pytester, "-p", "tests.support.modules", "-rA")
    result.assert_outcomes(passed=5, errors=3)
    result.stdout.fnmatch_lines(
        [
            "test_it.py::test_loaded_again tampered with modules:",
            "*planted.py was loaded again",
            "test_it.py::test_taken_out tampered with modules:",
            "planted was taken out of sys.modules",
            "test_it.py::test_replaced tampered with modules:",
            "planted was replaced in sys.modules",
        ]
    )


@pytest.mark.slow
def test_a_run_in_this_process_keeps_what_it_loads(pytester: pytest.Pytester) -> None:
    """But not its own files, so that the next run may have files of the same names."""
    pytester.makepyfile(
        """
        import colorsys, client

        def test_it():
            pass
        """
    )
    for _ in range(2):
        run(pytester).assert_outcomes(passed=1)
        assert "colorsys" in sys.modules
        assert not {"client", "test_a_run_in_this_process_keeps_what_it_loads"} & set(sys.modules)
