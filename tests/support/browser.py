"""The page in a real browser: Debian's Chromium, headless, with nothing of its own but what a test does."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support.server import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    import mockapi

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The browser's program; the test is skipped without one."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with an empty folder of its own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra `page`")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield running
        running.close()


class Watched:
    """A page that is open, and all that it complained of.

    Attributes:
        page: the page.
        complaints: errors of scripts, and whatever stood in the console, violations of its policy too.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))

    def rows(self) -> list[str]:
        """The words of the rows that can be seen."""
        return list(self.page.locator(".row .line:not(.under) .words").all_inner_texts())

    def choose(self, words: str) -> None:
        """Choose the last row with these words, and wait until it is shown."""
        row = self.page.locator(".row", has_text=words).last
        row.click()
        number = str(row.get_attribute("data-key")).rpartition("/")[2]
        self.page.locator(".head .facts", has_text=f"entry {number}").first.wait_for()


@contextmanager
def opened(
    running: Browser, server: mockapi.Server, width: int = 1440, height: int = 900, **context: Any
) -> Iterator[Watched]:
    """The page of a server, live; in the end it has complained of nothing."""
    made = running.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", **context
    )
    watched = Watched(made.new_page())
    watched.page.goto(f"{server.base_url}/_mockapi/ui#token={server.control_token}")
    watched.page.locator(".state[data-state=live]").wait_for()
    yield watched
    assert watched.complaints == []
    made.close()


def axe() -> str:
    """The source of axe-core, which judges whether everybody can use a page."""
    folder = os.environ.get("MOCKAPI_AXE")
    if folder is None:
        pytest.skip("MOCKAPI_AXE names no folder with axe-core: npm install --prefix FOLDER axe-core")
    return (Path(folder) / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
