"""One browser for all tests of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import browser as running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; each test has windows of its own in it."""
    with running_browser() as running:
        yield running
