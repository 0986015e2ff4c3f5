"""The pictures of the documentation are what the page looks like."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

import mockapi
from tests.support.browser import opened
from tests.support.process import CHECKOUT
from tests.support.traffic import everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.nightly  # other fonts, or another Chromium, draw other pixels

_COMPARED = """async ([now, then]) => {
    const pixels = async (data) => {
        const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
        const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        canvas.drawImage(picture, 0, 0);
        return canvas.getImageData(0, 0, picture.width, picture.height);
    };
    const [a, b] = [await pixels(now), await pixels(then)];
    if (a.width !== b.width || a.height !== b.height) return `${a.width}x${a.height}, ${b.width}x${b.height}`;
    let differing = 0;
    for (let at = 0; at < a.data.length; at += 4) {
        if ([0, 1, 2].some((part) => Math.abs(a.data[at + part] - b.data[at + part]) > 48)) differing += 1;
    }
    return differing / (a.data.length / 4);
}"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[mockapi.Server]:
    """The server of the pictures: what it plays has the same name everywhere."""
    monkeypatch.chdir(CHECKOUT)
    settings = mockapi.Settings(on_unmatched="synthesize", speed=40.0)
    with mockapi.Server("cassettes", settings=settings) as running:
        everything(running)
        yield running


def test_a_miss_and_a_refusal_look_as_in_the_documentation(browser: Browser, server: mockapi.Server) -> None:
    """But for one pixel in fifty; else `tools/screenshots.py` takes the pictures anew."""
    with opened(browser, server, 1240, 760, color_scheme="light") as seen:
        seen.choose("It is 2026-11-29")
        assert _difference(seen.page, ".finding", "miss.png") < 0.02
        seen.page.get_by_label("Filter by source").select_option("invalid")
        seen.page.locator(".row").last.click()
        seen.page.locator(".finding", has_text="Refused").wait_for()
        assert _difference(seen.page, ".finding", "refusal.png") < 0.02


def _difference(page: Page, place: str, name: str) -> float:
    now = page.locator(place).first.screenshot()
    then = (CHECKOUT / "docs" / "images" / name).read_bytes()
    judge = page.context.new_page()
    found = judge.evaluate(_COMPARED, [base64.b64encode(picture).decode() for picture in (now, then)])
    judge.close()
    assert isinstance(found, float | int), found
    return float(found)
