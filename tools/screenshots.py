"""Make the pictures of the page that the documentation shows: `python tools/screenshots.py`.

A server plays the starter cassettes and gets some traffic; Chromium looks at it, driven by what the extra
`page` brings. The timeline is written as an SVG that moves by itself, for the README.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

import mockapi  # noqa: E402 - of this checkout
from mockapi.inspector import view_sources  # noqa: E402
from tests.support.browser import browser, opened  # noqa: E402
from tests.support.traffic import everything  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.browser import Watched

IMAGES = CHECKOUT / "docs" / "images"
SECONDS_STILL: Final = 2.0
"""How long the finished timeline stands before it begins again."""
SLOWER: Final = 3.0
_LINE: Final = 100


def take(running: Browser, server: mockapi.Server) -> None:
    """All pictures."""
    with opened(running, server, 1240, 760, color_scheme="light") as seen:
        seen.choose("[tool_result")
        shoot(seen, "journal-light.png")
        seen.choose("It is 2026-11-29")
        seen.page.locator(".finding").first.screenshot(path=IMAGES / "miss.png")
        seen.page.get_by_label("Filter by source").select_option("invalid")
        seen.page.locator(".row").last.click()
        seen.page.locator(".finding.bad", has_text="Refused").screenshot(path=IMAGES / "refusal.png")
    with opened(running, server, 1240, 760, color_scheme="dark") as seen:
        seen.choose("A walk in Oslo")
        shoot(seen, "journal-dark.png")
        seen.page.get_by_role("button", name="Tokens of").click()
        seen.page.locator("dialog").screenshot(path=IMAGES / "tokens.png")
    with opened(running, server, 1000, 700, color_scheme="light") as seen:
        seen.choose("A walk in Oslo")
        moving = moving_timeline(seen)
        (IMAGES / "timeline.svg").write_text(moving, encoding="utf-8")


def shoot(seen: Watched, name: str) -> None:
    """The window as it is, once the list has come to rest."""
    seen.page.mouse.move(1230, 750)
    seen.page.screenshot(path=IMAGES / name)


_TAKEN_APART: Final = """() => {
    const picture = document.querySelector(".timeline svg");
    picture.querySelector(".cursor").remove();
    const times = document.querySelector(".timeline").times;
    const slider = document.querySelector(".scrub");
    const texts = times.map((_, index) => {
        slider.value = String(index + 1);
        slider.dispatchEvent(new Event("input"));
        return document.querySelector(".message .block .text")?.textContent ?? "";
    });
    const [first, second] = [...picture.querySelectorAll("line.grid")].map((line) => line.x1.baseVal.value);
    const marks = [...picture.querySelectorAll("text.axis")].map((mark) => mark.textContent);
    const [width, height] = [picture.width.baseVal.value, picture.height.baseVal.value];
    return { drawn: picture.innerHTML, width, height, times, texts, first, second, marks };
}"""


def moving_timeline(seen: Watched) -> str:
    """The timeline of the chosen stream, its cursor going through it, the text coming under it."""
    found: dict[str, Any] = seen.page.evaluate(_TAKEN_APART)
    width, height, times = found["width"], found["height"], found["times"]
    whole = times[-1] * SLOWER + SECONDS_STILL
    step = _seconds(found["marks"][1])
    scale = (found["second"] - found["first"]) / step
    points = [(0.0, found["first"])] + [(at, found["first"] + at * scale) for at in times]
    keys = ";".join(f"{at * SLOWER / whole:.4f}" for at, _ in points) + ";1"
    values = ";".join(f"{x:.1f} 0" for _, x in points) + f";{points[-1][1]:.1f} 0"
    pieces = []
    said = ""
    for at, text in zip(times, found["texts"], strict=True):
        if len(text) > len(said):
            pieces.append((at, text[len(said) :]))
            said = text
    appears = '<animate attributeName="opacity" values="0;1;1" calcMode="discrete" repeatCount="indefinite"'
    spans = "".join(
        f'<tspan opacity="0">{_escaped(piece)}{appears} keyTimes="0;{at * SLOWER / whole:.4f};1"'
        f' dur="{whole:.2f}s"/></tspan>'
        for at, piece in pieces
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 40}"'
        f' viewBox="0 0 {width} {height + 40}"><style>{_styles()}</style>'
        f'<rect class="ground" width="100%" height="100%" rx="8"/>'
        f'<g class="timeline">{found["drawn"]}<g class="cursor"><line y1="14" y2="{height - 22}"/>'
        f'<animateTransform attributeName="transform" type="translate" keyTimes="{keys}" values="{values}"'
        f' dur="{whole:.2f}s" repeatCount="indefinite"/></g></g>'
        f'<text class="said" x="78" y="{height + 18}">{spans}</text></svg>\n'
    )


def _styles() -> str:
    """The page's colours, and its rules for the timeline."""
    text = view_sources()["page.css"]
    colours = re.findall(r"^\s(--[\w-]+: light-dark\([^;]*;)", text, re.MULTILINE)
    rules = re.findall(r"^\.timeline [^{]*\{[^}]*\}", text, re.MULTILINE)
    own = ".ground { fill: var(--panel) } .said { font: 13px sans-serif; fill: var(--text) }"
    root = f":root {{ color-scheme: light dark; --sans: sans-serif; {' '.join(colours)} }}"
    return "\n".join([root, *rules, own])


def _seconds(words: str) -> float:
    number, unit = words.split()
    return float(number) / (1000 if unit == "ms" else 1)


def _escaped(text: str) -> str:
    return text[:_LINE].replace("&", "&amp;").replace("<", "&lt;")


def main() -> None:
    """Take the pictures, and tell how large they are."""
    IMAGES.mkdir(exist_ok=True)
    os.chdir(CHECKOUT)  # so that the pictures name no folder of this machine
    settings = mockapi.Settings(on_unmatched="synthesize", speed=40.0)
    with mockapi.Server("cassettes", settings=settings) as server, browser() as running:
        everything(server)
        take(running, server)
    for path in sorted(IMAGES.iterdir()):
        print(f"{path.stat().st_size:>9,} {path.name}")


if __name__ == "__main__":
    main()
