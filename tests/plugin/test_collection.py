"""The environment while modules are collected: what skip conditions see, and which files ask for it."""

from __future__ import annotations

import pytest

from tests.support.plugin import run

pytestmark = pytest.mark.slow  # each test runs pytest


def test_skip_conditions_of_live_tests_go_on_skipping(pytester: pytest.Pytester) -> None:
    """Looked at when modules are imported or when tests begin, and clients made beside them work."""
    pytester.makeconftest(
        """
        import os
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                if "hook" in item.name and not os.getenv("ANTHROPIC_API_KEY"):
                    item.add_marker(pytest.mark.skip)
        """
    )
    pytester.makepyfile(
        test_a_first="""
        from client import ask

        def test_offline(messages_api):
            assert ask()["role"] == "assistant"
        """,
        test_live="""
        import os
        import pytest
        import client

        TOKEN = os.environ["ANTHROPIC_AUTH" + "_TOKEN"]  # as a client of the SDK reads it

        @pytest.mark.skipif("ANTHROPIC_API_KEY" not in os.environ, reason="live only")
        def test_at_import():
            raise AssertionError("it ran")

        @pytest.mark.skipif("'ANTHROPIC_API_KEY' not in __import__('os').environ", reason="live only")
        def test_at_setup():
            raise AssertionError("it ran")

        def test_by_a_hook():
            raise AssertionError("it ran")

        def test_in_its_body():
            if not os.environ.get("ANTHROPIC_API_KEY"):
                pytest.skip("live only")
            raise AssertionError("it ran")

        def test_offline(messages_api):
            client.ask(headers={"authorization": f"Bearer {TOKEN}"})
        """,
    )
    run(pytester).assert_outcomes(passed=2, skipped=4)


def test_a_key_that_a_suite_sets_is_what_its_conditions_see(pytester: pytest.Pytester) -> None:
    """A placeholder of a conftest stays one while modules are collected, so what is live only is skipped."""
    pytester.makeconftest(
        """
        import os

        def pytest_configure(config):
            os.environ.setdefault("ANTHROPIC_API_KEY", "dummy")
        """
    )
    pytester.makepyfile(
        """
        import os
        import pytest
        from client import ask

        @pytest.mark.skipif(os.environ.get("ANTHROPIC_API_KEY") == "dummy", reason="live only")
        def test_live():
            raise AssertionError("it ran")

        def test_offline(messages_api):
            assert ask()["role"] == "assistant"
        """
    )
    run(pytester).assert_outcomes(passed=1, skipped=1)


def test_a_condition_may_stand_in_a_conftest(pytester: pytest.Pytester) -> None:
    """The test file calls it; what looks at the variable is elsewhere."""
    pytester.makeconftest(
        """
        import os

        if "ANTHROPIC_API_KEY" not in os.environ:
            os.environ["ANTHROPIC_API_KEY"] = "dummy"

        def is_dummy():
            return os.environ.get("ANTHROPIC_API_KEY") == "dummy"
        """
    )
    pytester.makepyfile(
        """
        import pytest
        from client import ask
        from conftest import is_dummy

        @pytest.mark.skipif(is_dummy(), reason="live only")
        def test_live():
            raise AssertionError("it ran")

        def test_offline(messages_api):
            assert ask()["role"] == "assistant"
        """
    )
    run(pytester).assert_outcomes(passed=1, skipped=1)


def test_clients_made_at_import_need_no_configuration(pytester: pytest.Pytester) -> None:
    """In the application, by the first module that imports it, which need not use the fixture itself."""
    pytester.makepyfile(
        application="""
        import os
        URL, KEY = os.environ.get("ANTHROPIC_BASE_URL"), os.environ.get("ANTHROPIC_API_KEY")
        """,
        test_a="""
        import os
        import application

        def test_without():
            assert application.URL and "ANTHROPIC_BASE_URL" not in os.environ
        """,
        test_b="""
        import application
        from client import ask

        def test_with(messages_api):
            assert ask(base_url=application.URL)["role"] == "assistant"
            assert application.KEY.startswith("sk-ant-test-")
        """,
    )
    run(pytester).assert_outcomes(passed=2)


LOOKS = {
    "conftest": ({"conftest.py": "@pytest.fixture(autouse=True)\ndef api(messages_api): pass"}, True),
    "below": ({"a/b/conftest.py": "messages_api"}, True),
    "wider scope": ({"test_x.py": "class_messages_api"}, True),
    "server": ({"test_x.py": "mockapi_server"}, True),
    "beside a test": ({"a/test_x.py": "", "a/helpers.py": "messages_api"}, True),
    "a plugin": ({"conftest.py": "pytest_plugins = ['own_plugin']", "own_plugin.py": "messages_api"}, True),
    "application": ({"application/code.py": "messages_api"}, False),
    "longer word": ({"test_x.py": "my_messages_api_2"}, False),
    "environment": (
        {".venv/test_x.py": "messages_api", "e/pyvenv.cfg": "", "e/test_x.py": "messages_api"},
        False,
    ),
    "unreadable": ({"test_x.py/y": ""}, False),
}


@pytest.mark.parametrize("case", LOOKS)
def test_the_files_of_the_tests_decide(pytester: pytest.Pytester, case: str) -> None:
    """The name of a fixture in what may be imported; nothing else is looked at."""
    files, expected = LOOKS[case]
    imports = "import pytest\n" if any("@pytest" in text for text in files.values()) else ""
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        code = text if "=" in text or "def" in text or not text else f"# {text}"
        path.write_text(imports + code)
    pytester.makepyfile(
        test_it=f"""
        import os
        AT_IMPORT = "ANTHROPIC_BASE_URL" in os.environ

        def test_it():
            assert AT_IMPORT is {expected}
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_only_the_named_files_are_looked_at(pytester: pytest.Pytester) -> None:
    """A run of one file is not changed by what another one says."""
    pytester.makepyfile(
        test_a="def test_a(messages_api): pass",
        test_b="""
        import os
        AT_IMPORT = "ANTHROPIC_BASE_URL" in os.environ

        def test_b():
            assert not AT_IMPORT
        """,
    )
    run(pytester, "test_b.py::test_b").assert_outcomes(passed=1)
