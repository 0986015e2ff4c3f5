"""Settings for the tests that run pytest in pytest."""

from __future__ import annotations

import pytest

from tests.support.plugin import load


@pytest.fixture(scope="session", autouse=True)
def _all_is_loaded() -> None:
    load()
