"""The page in a browser: what came is there at once, and each view shows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import mockapi
from mockapi._data import data_dir
from mockapi.cassettes import load
from tests.support.browser import axe, opened
from tests.support.server import control, open_session
from tests.support.traffic import MODEL, everything, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server with some of everything."""
    settings = mockapi.Settings(on_unmatched="synthesize", speed=40.0)
    with mockapi.Server(str(data_dir("cassettes")), settings=settings) as running:
        everything(running)
        yield running


def test_parallel_agents_of_the_real_client_are_seen_as_they_come(browser: Browser) -> None:
    """Each in its session; nothing has to be loaded anew."""
    with mockapi.Server() as server, opened(browser, server) as seen:
        seen.page.get_by_text("Nothing has come yet").wait_for()
        sessions = [open_session(server, name=f"agent {number}") for number in range(3)]

        def ask(session: dict[str, str]) -> None:
            client = anthropic.Anthropic(base_url=session["base_url"], api_key="sk-ant-test-1")
            for text in ("first", "second"):
                turn = {"role": "user", "content": f"{session['name']}: {text}"}
                client.messages.create(model=MODEL, max_tokens=50, messages=[turn])  # type: ignore[list-item] # a plain dict

        with ThreadPoolExecutor() as pool:
            list(pool.map(ask, sessions))
        seen.page.locator(".row").nth(5).wait_for()
        assert len(seen.rows()) == 6
        seen.page.get_by_label("Filter by session").select_option(label="agent 1")
        assert sorted(seen.rows()) == ["agent 1: first", "agent 1: second"]


def test_a_conversation_shows_what_is_new_and_joins_results_to_calls(
    browser: Browser, server: mockapi.Server
) -> None:
    """System, tools, turns, breakpoints; and what differs from the request before."""
    with opened(browser, server) as seen:
        seen.page.get_by_role("searchbox").fill("tool_result light rain")
        seen.choose("[tool_result")
        detail = seen.page.locator(".exchange")
        assert detail.locator(".turn.system .breakpoint").count() == 1
        assert detail.locator(".turn.new").count() == 1
        call = detail.locator(".call").last
        assert call.locator(".result.new").inner_text().endswith("11 °C, light rain from the west")
        assert "turns follow" in detail.locator(".changes").inner_text()
        assert "can be read again" in detail.locator(".changes").inner_text()


def test_the_turn_that_broke_the_cache_says_where(browser: Browser, server: mockapi.Server) -> None:
    """The place in which the prefix ends, and the chart of the conversation's tokens."""
    with opened(browser, server) as seen:
        seen.choose("And on day 3?")
        changes = seen.page.locator(".changes")
        assert "The cached prefix ends at system[0].text" in changes.inner_text()
        assert "It is nine." in " ".join(changes.locator("ins").all_inner_texts())
        seen.page.get_by_role("button", name="Tokens of 5 requests").click()
        assert "% of them read from the cache" in seen.page.locator("dialog").inner_text()
        assert seen.page.locator("dialog .chart rect.read").count() == 5


def test_a_stream_can_be_gone_through_event_by_event(browser: Browser, server: mockapi.Server) -> None:
    """The message as far as it was, the time, and the bytes with their odd blanks."""
    with opened(browser, server) as seen:
        seen.choose("A walk in Oslo")
        assert "first token 3" in str(seen.page.locator(".timeline .first text").text_content())
        slider = seen.page.get_by_label("How many events have come")
        whole = seen.page.locator(".message").inner_text()
        slider.press("Home")
        assert seen.page.locator(".message").inner_text() == "Nothing has come yet."
        for _ in range(4):
            slider.press("ArrowRight")
        assert "4 of" in seen.page.locator(".controls .at").inner_text()
        part = seen.page.locator(".message .text").inner_text()
        assert part
        slider.press("End")
        assert seen.page.locator(".message").inner_text() == whole
        seen.page.locator(".reply summary", has_text="bytes").click()
        seen.page.locator(".bytes .padding").first.wait_for()


def test_a_miss_can_be_mended_from_the_page(browser: Browser, server: mockapi.Server) -> None:
    """What differs word by word, and a button for the remedy that works."""
    with opened(browser, server) as seen:
        seen.choose("It is 2026-11-29, in Lisbon")
        finding = seen.page.locator(".finding", has_text="No recording matches")
        assert finding.locator("ins").count() > 0
        assert "It ignores the whole text there" in finding.inner_text()
        assert "see the console" not in seen.page.locator("body").inner_text()
        assert "2026-11-29" in " ".join(finding.locator("ins").all_inner_texts())
        finding.get_by_role("button", name="apply to this session").first.click()
        seen.page.locator(".head .source", has_text="recorded").wait_for()


def test_a_refusal_tells_where_and_by_which_rule(browser: Browser, server: mockapi.Server) -> None:
    """With the rule's source, and how sure it is."""
    with opened(browser, server) as seen:
        seen.page.get_by_label("Filter by source").select_option("invalid")
        seen.page.locator(".row").last.click()
        finding = seen.page.locator(".finding", has_text="Refused with 400")
        for words in ("/messages/0/content", "source", "confidence"):
            assert words in finding.inner_text()
        assert finding.locator(".there .marked").inner_text() == '""'
        assert "refused: /messages/0/content" in seen.page.locator(".turn.user .refused").inner_text()


def test_a_fault_tells_what_was_ordered_and_what_left(browser: Browser, server: mockapi.Server) -> None:
    """A stream that was cut shows where."""
    with opened(browser, server) as seen:
        seen.choose("Tell me about the fjord")
        assert "cut" in seen.page.locator(".finding.warn").inner_text()


def test_what_just_happened_becomes_a_cassette(
    browser: Browser, server: mockapi.Server, tmp_path: Path
) -> None:
    """The browser saves it; an edited reply is marked as edited."""
    with opened(browser, server) as seen:
        seen.choose("A walk in Oslo")
        for name, count, edited in (("Save as cassette…", 5, False), ("Edit reply…", 1, True)):
            seen.page.get_by_role("button", name=name).click()
            with seen.page.expect_download() as saving:
                seen.page.get_by_role("button", name="Save", exact=True).click()
            place = tmp_path / saving.value.suggested_filename
            saving.value.save_as(place)
            interactions = load(place.read_bytes(), place.name).interactions
            assert (len(interactions), interactions[0].edited) == (count, edited)
            assert f"mockapi serve {place.name}" in seen.page.locator(".told").inner_text()
            seen.page.get_by_role("button", name="close").click()
            assert seen.page.locator(".told").is_hidden()


def test_a_fault_is_ordered_and_a_request_sent_again_from_the_page(browser: Browser) -> None:
    """The next request of the session gets it, once."""
    with mockapi.Server() as server, opened(browser, server) as seen:
        post(
            server.base_url,
            {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
        )
        seen.choose("Hi")
        seen.page.get_by_role("button", name="Session…").click()
        seen.page.get_by_role("button", name="Apply").click()
        seen.page.get_by_text("Nothing was changed").wait_for()
        seen.page.get_by_role("button", name="Session…").click()
        seen.page.get_by_label("Fault for the next request").select_option("no_usage")
        seen.page.get_by_role("button", name="Apply").click()
        seen.page.get_by_text("From the next request on").wait_for()
        seen.page.get_by_role("button", name="Send again…").click()
        body = seen.page.get_by_label("Body of the request")
        assert body.input_value().startswith('{\n  "model": ')
        assert body.evaluate("it => [it.selectionStart, it.scrollTop]") == [0, 0]
        body.fill(body.input_value().replace('"Hi"', '"Once more"'))
        seen.page.get_by_role("button", name="Send", exact=True).click()
        seen.page.locator(".finding.warn", has_text="no_usage").wait_for()
        assert seen.rows() == ["Hi", "Once more"]
        assert seen.page.get_by_role("button", name="Tokens of").count() == 0
        entry = control(server, "/sessions/default/journal/2").json()
        assert "Once more" in entry["request"]["body"]["text"]


@pytest.mark.parametrize("name", ["pytest", "curl", "Python"])
def test_a_request_is_copied_as_a_program(browser: Browser, server: mockapi.Server, name: str) -> None:
    """Python that compiles, with a test key."""
    with opened(browser, server) as seen:
        seen.choose("A walk in Oslo")
        seen.page.get_by_role("button", name="Copy as…").click()
        seen.page.locator(
            f"dialog [data-form={name}][aria-pressed=true], dialog [data-form={name}]"
        ).first.click()
        program = seen.page.get_by_label("Program")
        seen.page.wait_for_function("document.querySelector('dialog textarea').value.length > 0")
        text = program.input_value()
        if name == "curl":
            assert text.startswith("curl '")
        else:
            _check_program(name, text)
        assert "[hidden]" not in text


def _check_program(name: str, text: str) -> None:
    """Python is compiled; what a test scripts is taken, though nobody asks for it here."""
    program = compile(text, name, "exec")
    if name == "pytest":
        names: dict[str, Any] = {}
        exec(program, names)
        with (
            mockapi.Server() as other,
            other.open_session() as session,
            pytest.raises(AssertionError),  # its last line: nobody has asked
        ):
            names["test_conversation"](session)


def test_cassettes_are_shown_by_the_same_views(browser: Browser, server: mockapi.Server) -> None:
    """Which were played, how large they are, and each as an exchange."""
    with opened(browser, server) as seen:
        seen.page.get_by_role("button", name="Cassettes").click()
        seen.page.locator(".recordings button").first.wait_for()
        assert "not played" in seen.page.locator(".foot").inner_text()
        seen.page.get_by_label("Order").select_option("largest first")
        seen.page.locator(".recordings button").first.click()
        seen.page.locator(".exchange .head").wait_for()
        assert seen.page.locator(".exchange .figures", has_text="sent in").count() == 0
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("no such words")
        seen.page.get_by_text("Nothing matches \u201cno such words\u201d").wait_for()
        seen.page.get_by_role("button", name="Show all").click()
        seen.page.locator(".recordings button .words").nth(3).wait_for()
        seen.page.get_by_role("button", name="Reload from disk").click()
        seen.page.get_by_text("were read from disk again").wait_for()


def test_keys_alone_lead_everywhere(browser: Browser, server: mockapi.Server) -> None:
    """j, k, /, Escape, Enter and Tab: no mouse."""
    with opened(browser, server) as seen:
        keys = seen.page.keyboard
        keys.press("/")
        keys.type("walk in oslo")
        keys.press("Escape")
        keys.press("Escape")
        keys.press("/")
        with seen.page.expect_response(lambda reply: reply.url.endswith("search?text=tool_result")) as found:
            keys.type("tool_result")
        shown = len(found.value.json()["found"])
        seen.page.locator(".foot", has_text=f"{shown} of ").wait_for()
        keys.press("Tab")
        seen.page.locator(".rows").focus()
        keys.press("j")
        seen.page.locator(".exchange").wait_for()
        first = seen.page.locator(".row[aria-selected=true]").get_attribute("data-key")
        keys.press("ArrowDown")
        second = seen.page.locator(".row[aria-selected=true]").get_attribute("data-key")
        assert first != second
        keys.press("k")
        assert seen.page.locator(".row[aria-selected=true]").get_attribute("data-key") == first
        keys.press("Enter")
        assert seen.page.evaluate("document.activeElement.classList.contains('detail')")
        keys.press("Tab")
        assert seen.page.evaluate("document.activeElement.tagName") == "BUTTON"
        keys.press("Escape")
        assert seen.page.evaluate("document.activeElement.getAttribute('role')") == "listbox"
        seen.page.reload()
        seen.page.locator(f'.row[aria-selected=true][data-key="{first}"]').wait_for()
        assert server.control_token not in seen.page.url
        seen.choose("A walk in Oslo")
        total = seen.page.locator(".foot").inner_text()
        seen.page.get_by_role("button", name="Only this conversation").click()
        assert seen.page.locator(".foot").inner_text() != total
        keys.press("Escape")
        keys.press("Escape")
        assert seen.page.locator(".foot").inner_text() == total
        keys.press("/")
        keys.type("get_weather no-such-word")
        seen.page.get_by_text("Nothing matches \u201cget_weather no-such-word\u201d").wait_for()
        seen.page.get_by_role("button", name="Clear the search").click()
        assert seen.page.locator(".foot").inner_text() == total


@pytest.mark.parametrize(
    ("theme", "shown", "options"),
    [
        ("light", ("A walk in Oslo",), "{}"),
        ("dark", ("It is 2026-11-29, in Lisbon",), "{runOnly: ['color-contrast']}"),
    ],
)
def test_everybody_can_use_it(
    browser: Browser, server: mockapi.Server, theme: str, shown: tuple[str, ...], options: str
) -> None:
    """axe-core finds nothing, whatever is open."""
    source = axe()
    with opened(browser, server, color_scheme=theme, bypass_csp=True) as seen:
        seen.page.evaluate(source)
        found: list[tuple[str, str, str]] = []

        def judge() -> None:
            for item in seen.page.evaluate(f"axe.run({options})")["violations"]:
                found.extend((item["id"], node["html"], node["failureSummary"]) for node in item["nodes"])

        for words in shown:
            seen.choose(words)
            seen.page.evaluate(
                "document.querySelectorAll('.exchange details').forEach((fold) => fold.open = true)"
            )
            judge()
        seen.page.get_by_role("button", name="Session…").click()
        seen.page.locator("dialog").wait_for()
        judge()
        assert found == []
