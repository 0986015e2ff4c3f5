"""A report in a real browser, opened as the file that it is: no server, no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mockapi import cassettes
from mockapi._data import data_dir
from mockapi.cassettes import DEFAULT
from mockapi.report import ReportDocument, happened_view, recorded_view, report_html
from mockapi.storage import iter_texts, read_text
from tests.support.browser import Watched, axe
from tests.support.browser import browser as running_browser
from tests.support.server import ask, interaction, message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    import mockapi

pytestmark = pytest.mark.browser

HOSTILE = "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\u202e"
_AS_THEY_ARE = {"kind", "source", "ending", "type", "role", "confidence"}
"""Members whose values the views tell apart; one exchange has hostile ones."""

_UNFOLD = """async function unfold() {
  for (let folds; (folds = document.querySelectorAll("details:not([open])")).length;) {
    for (const fold of folds) fold.open = true;
    await new Promise((done) => setTimeout(() => requestAnimationFrame(done)));
  }
}"""
_GO_THROUGH = f"""async (unfolds) => {{
  {_UNFOLD}
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
  let seen = 0;
  for (const _ of document.querySelectorAll('[role="option"]')) {{
    for (const _ of document.querySelectorAll(".exchanges button")) {{
      if (unfolds) await unfold();
      seen += document.querySelectorAll(".exchange .columns").length;
      press("n");
    }}
    press("j");
  }}
  return seen;
}}"""
"""Shows every exchange of every group, unfolded or not; how many there were."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests of this module."""
    with running_browser() as running:
        yield running


class Opened(Watched):
    """A report that is open, what it complained of, and all that it asked for."""

    def __init__(
        self, running: Browser, document: ReportDocument, folder: Path, title: str = "report", **more: Any
    ) -> None:
        super().__init__(running.new_page(viewport={"width": 1400, "height": 900}, **more))
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        file = folder / "report.html"
        file.write_bytes(report_html(document, title))
        self.page.goto(file.as_uri())
        self.page.locator(".detail").wait_for()

    def shown(self) -> str:
        """The name of the group that is shown."""
        name: str = self.page.locator(".grouphead h1 > span:last-child").inner_text()
        return name

    def close(self) -> None:
        """Close it: it has complained of nothing, and asked for nothing but itself and pictures in it."""
        assert self.complaints == []
        others = [url for url in self.asked if not url.startswith("data:")]
        assert len(others) == 1, others
        self.page.close()


def hostile(value: Any, name: str = "") -> Any:
    """A JSON value with a script in each text, also in those of JSON texts."""
    if isinstance(value, dict):
        return {key: hostile(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item, name) for item in value]
    if not isinstance(value, str) or name in _AS_THEY_ARE:
        return value
    if name == "text" and value.startswith("{"):
        return json.dumps(hostile(json.loads(value)))
    return value + HOSTILE


def of_a_run(server: mockapi.Server) -> ReportDocument:
    """A run of three tests, the second of which has missed."""
    document = ReportDocument("run")
    for name, outcome in (("test_good", "passed"), ("test_bad", "failed"), ("test_late", "error")):
        with server.open_session(name=name, cassettes=[], on_unmatched="fail") as session:
            session.reply("first answer")
            ask(session.base_url, message(f"{name}: first"))
            ask(session.base_url, message(f"{name}: second"))
            entries = session.explained(session.entries)
            document.add(name, [happened_view(entry, session.server_session, DEFAULT) for entry in entries])
        document.judge(name, outcome, "1 request was not answered" if outcome != "passed" else "")
    return document


def test_it_opens_on_the_first_failure(browser: Browser, server: mockapi.Server, tmp_path: Path) -> None:
    """On the request that missed; all else is a key away."""
    report = Opened(browser, of_a_run(server), tmp_path)
    assert report.shown() == "test_bad"
    assert report.page.locator(".verdict").inner_text() == "1 request was not answered"
    assert "test_bad: second" in report.page.locator('.exchanges [aria-pressed="true"]').inner_text()
    assert report.page.locator(".finding.bad h2").inner_text() == "No recording matches"
    for key, shown in (("j", "test_late"), ("k", "test_bad")):
        report.page.keyboard.press(key)
        assert report.shown() == shown
    report.page.keyboard.press("p")
    assert "first answer" in report.page.locator(".exchange").inner_text()
    report.page.get_by_role("button", name="Failed only").click()
    assert report.page.get_by_role("option").count() == 3
    report.page.keyboard.press("/")
    report.page.keyboard.type("GOOD")
    assert report.page.get_by_role("option").all_inner_texts() == ["passed\ntest_good\n2"]
    report.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, server: mockapi.Server, tmp_path: Path, theme: str) -> None:
    """axe-core finds nothing, with all that is folded open, in both themes."""
    source = axe()
    report = Opened(browser, of_a_run(server), tmp_path, color_scheme=theme, bypass_csp=True)
    report.page.evaluate(f"({_UNFOLD})()")
    report.page.evaluate(source)
    broken = report.page.evaluate("axe.run()")["violations"]
    assert [(item["id"], [node["html"] for node in item["nodes"]]) for item in broken] == []
    report.close()


def test_the_tokens_of_a_test_are_drawn(browser: Browser, server: mockapi.Server, tmp_path: Path) -> None:
    """A bar for each reply that tells them; it leads to its request."""
    report = Opened(browser, of_a_run(server), tmp_path)
    report.page.get_by_text("tokens, cache hits and cost").click()
    bars = report.page.locator(".chart g:has(title)")
    bars.click()  # it waits until there is one, and fails if there are more
    assert "test_bad: first" in report.page.locator('.exchanges [aria-pressed="true"]').inner_text()
    assert bars.count() == 1
    report.close()


def test_every_starter_cassette_is_shown(browser: Browser, tmp_path: Path) -> None:
    """Each recording by the views of the page, one after the other."""
    document = ReportDocument("cassettes")
    count = 0
    for path, text in iter_texts([str(data_dir("cassettes"))]):
        interactions = cassettes.load(text, path).interactions
        count += len(interactions)
        document.add(path, [recorded_view(item, path, at, DEFAULT) for at, item in enumerate(interactions)])
    report = Opened(browser, document, tmp_path)
    assert report.page.evaluate(_GO_THROUGH, arg=False) == count
    report.close()


def test_a_script_in_every_field_never_runs(browser: Browser, server: mockapi.Server, tmp_path: Path) -> None:
    """Not in a name, a body, a header, a verdict or a title; the policy has nothing to refuse."""
    shown = [recorded_view(interaction(message("Hi")), HOSTILE, 0, DEFAULT)]
    shown[0]["reply"] |= {"source": HOSTILE, "ending": HOSTILE}
    for name in ("tools", "thinking", "vision"):
        path = str(data_dir("cassettes") / f"{name}.yaml")
        interactions = cassettes.load(read_text(path), path).interactions
        views = (recorded_view(item, path, at, DEFAULT) for at, item in enumerate(interactions))
        shown += [hostile(view) for view in views if view["reply"]["body"]["kind"] == "json"]
    with server.open_session(name=HOSTILE, cassettes=[], on_unmatched="fail") as session:
        session.reply(HOSTILE)
        ask(session.base_url, message(HOSTILE) | {"stream": True})
        ask(session.base_url, message(HOSTILE), f"/v1/messages?{HOSTILE}")
        ask(session.base_url, {HOSTILE: HOSTILE})
        entries = session.explained(session.entries)
        shown += [hostile(happened_view(entry, session.server_session, DEFAULT)) for entry in entries]
    document = ReportDocument(HOSTILE)
    document.add(HOSTILE, shown)
    document.judge(HOSTILE, HOSTILE, HOSTILE)
    report = Opened(browser, document, tmp_path, HOSTILE)
    assert report.page.evaluate(_GO_THROUGH, arg=True) == len(shown)
    assert report.page.title() == HOSTILE
    assert report.page.locator("script").count() == 2
    assert report.page.locator('img[src="x"]').count() == 0
    report.close()


def test_a_report_of_nothing_says_so(browser: Browser, tmp_path: Path) -> None:
    """No empty page."""
    report = Opened(browser, ReportDocument("empty"), tmp_path)
    assert "Nothing to show" in report.page.locator("main").inner_text()
    report.page.keyboard.press("j")
    report.page.keyboard.press("n")
    report.close()
