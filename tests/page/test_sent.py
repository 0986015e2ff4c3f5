"""The page shows what was sent, not what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import mockapi
from tests.support.browser import opened
from tests.support.server import control, message, open_session
from tests.support.traffic import KEY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_what_was_not_sent_is_told_apart(browser: Browser) -> None:
    """While it is sent, after the client has left, and where it was sent again without a connection."""
    settings = mockapi.Settings(on_unmatched="synthesize")
    with mockapi.Server(settings=settings) as server, opened(browser, server) as seen:
        slow = open_session(server, pace={"first": 0.0, "between": 600.0})
        asked = {**message("Hello"), "stream": True}
        detail = seen.page.locator(".exchange")
        with httpx.stream("POST", f"{slow['base_url']}/v1/messages", json=asked, headers=KEY) as reply:
            coming = reply.iter_bytes()  # as long as it is held, the connection stays open
            next(coming)
            seen.choose("Hello")
            assert detail.locator(".head .status").inner_text() == "200, sending"
            assert "not due yet" in detail.locator(".reply").inner_text()
        detail.locator(".head .status", has_text="200, client left").wait_for()
        words = detail.locator(".reply .note.bad").inner_text()
        assert words.startswith("The client left after ")
        assert not words.endswith(", 0 of 0 events.")
        assert detail.locator(".unsent text").text_content() == "the client left"
        assert "sent in" not in detail.locator(".figures").inner_text()
        assert detail.locator(".message.unsent").count() == 0
        seen.page.get_by_label("How many events have come").press("End")
        assert "never sent" in detail.locator(".controls .at").inner_text()
        assert detail.locator(".message.unsent").count() == 1
        detail.get_by_text("events").last.click()
        assert detail.locator(".events tr.unsent .number").last.inner_text() != ""

        seen.page.get_by_role("button", name="Send again…").click()
        seen.page.get_by_role("button", name="Send", exact=True).click()
        detail.locator(".head .facts", has_text="sent again from entry 1").wait_for()
        assert "Not sent over a connection" in detail.locator(".reply .note").inner_text()
        assert "sent in" not in detail.locator(".figures").inner_text()
        assert detail.locator(".gap").count() == 0
        entry = control(server, f"/sessions/{slow['id']}/journal/2").json()
        assert entry["sent_again_from"] == 1

        server.call(_within_the_process, server)
        seen.choose("POST /v1/within")
        assert detail.locator(".head .status").inner_text() == "200"


def _within_the_process(server: mockapi.Server) -> None:
    """An exchange as `transport` leaves it: all of it was taken, and nobody took the time."""
    reply = mockapi.Reply(200, (), (mockapi.Chunk(0.0, b"data: {}\n\n"),), mockapi.Source.SYNTHESIZED)
    request = mockapi.Request("POST", "/v1/within", "", (), b"")
    server.service.sessions.default.journal.add(9e9, request, reply, None, None).complete = True
