"""Whatever a body holds, the page shows it as text, stays responsive, and runs none of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from tests.support.browser import opened
from tests.support.server import ask, close_session, interaction, message, open_session, write_cassette
from tests.support.traffic import KEY, MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SCRIPTS = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "<svg onload='window.pwned = 1'>",
    "javascript:window.pwned = 1",
    "</textarea><script>window.pwned = 1</script>",
    "\u202egnitirw\u202c \u200bzero\u200dwidth\ufeff \u0000\u001b[31m",
)
HOSTILE = " ".join(SCRIPTS)


def hostile(value: Any) -> Any:
    """A value with scripts in every text and every name."""
    if isinstance(value, dict):
        return {key: hostile(item) for key, item in value.items()} | {HOSTILE: HOSTILE}
    if isinstance(value, list):
        return [*(hostile(item) for item in value), HOSTILE]
    return HOSTILE


def bodies() -> Iterator[bytes]:
    """Bodies that something may trip over."""
    blocks: list[Any] = [
        {"type": "text", "text": HOSTILE},
        {"type": "thinking", "thinking": HOSTILE, "signature": HOSTILE},
        {"type": "tool_use", "id": HOSTILE, "name": HOSTILE, "input": {HOSTILE: HOSTILE}},
        {"type": "tool_result", "tool_use_id": HOSTILE, "content": [{"type": "text", "text": HOSTILE}]},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": HOSTILE}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/svg+xml", "data": "PHN2Zz4="}},
        {"type": "image", "source": {"type": "url", "url": SCRIPTS[3]}},
        {"type": "document", "title": HOSTILE, "source": {"type": "text", "data": HOSTILE}},
        {"type": HOSTILE, HOSTILE: HOSTILE},
        *(None, 5, HOSTILE, [], {}),
    ]
    turns = [{"role": HOSTILE, "content": blocks}, {"role": "user", "content": HOSTILE}, None, 7, "text"]
    whole = {"model": HOSTILE, "system": HOSTILE, "tools": [{"name": HOSTILE, "description": HOSTILE}, None]}
    yield json.dumps(
        {**whole, "messages": turns, "__proto__": {"a": 1}, "metadata": hostile({"a": [1]})}
    ).encode()
    yield json.dumps(hostile({"messages": {"a": 1}, "usage": 5})).encode()
    yield b'{"messages": [{"role": "user", "content": "broken'
    yield bytes(range(256)) * 8
    yield b"[" * 1000 + b"]" * 1000
    yield b'{"messages":[{"role":"user","content":"' + b"deep " * 6_000_000 + b'"}]}'
    many = [{"type": "text", "text": f"block {number}"} for number in range(10_000)]
    yield json.dumps({"messages": [{"role": "user", "content": many}]}).encode()
    yield json.dumps({"messages": [{"role": "user", "content": "x"}] * 10_000}).encode()


STREAM = b"".join(
    b"event: " + HOSTILE.replace("\0", "").encode() + b"\ndata: " + json.dumps(value).encode() + b"\n\n"
    for value in (
        {"type": "message_start", "message": hostile({"content": [1], "usage": {"output_tokens": "x"}})},
        {"type": "content_block_start", "index": 0, "content_block": {"type": HOSTILE, "text": HOSTILE}},
        {"type": "content_block_start", "index": 1e9, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_start", "index": "constructor", "content_block": {"type": "text"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": {"a": 1}}},
        {"type": "message_delta", "delta": hostile({"stop_reason": 1}), "usage": None},
        {"type": "error", "error": HOSTILE},
        None,
    )
)


def test_no_body_runs_a_script_or_breaks_the_page(browser: Browser) -> None:
    """Scripts in every field, no JSON, no text, too deep, too long, too many; the policy reports nothing."""
    settings = mockapi.Settings(
        on_unmatched="synthesize", validation=mockapi.ValidationSettings(mode="off"), max_requests=0
    )
    with mockapi.Server(settings=settings) as server, opened(browser, server) as seen:
        opened_session = open_session(server, name=HOSTILE[:400])
        sent = list(bodies())
        for body in sent:
            ask(opened_session["base_url"], content=body, headers=KEY)
        rows = seen.page.locator(".row")
        rows.nth(len(sent) - 1).wait_for()
        for number in range(1, len(sent) + 1):
            rows.nth(number - 1).click()
            seen.page.locator(".head .facts", has_text=f"entry {number}").wait_for()
            seen.page.evaluate(OPEN_ALL)
            assert seen.page.evaluate("document.querySelectorAll('.exchange *').length") < 12_000
        assert seen.page.evaluate("window.pwned") is None
        close_session(server, opened_session["id"])
        rows.nth(0).click()
        seen.page.get_by_text("entry 1").first.wait_for()


OPEN_ALL = "document.querySelectorAll('.exchange details').forEach((fold) => { fold.open = true; })"


def test_no_reply_runs_a_script(browser: Browser, tmp_path: Path) -> None:
    """Of a recording that somebody else has made: events of every shape, headers, and pages."""
    headers = (("content-type", "text/event-stream"), ("x-evil", SCRIPTS[0]))
    page = (("content-type", "text/html"),)
    path = write_cassette(
        tmp_path / "<img src=x onerror=alert(1)>.yaml",
        interaction(message("stream"), STREAM, headers=headers),
        interaction(message("page"), SCRIPTS[0].encode(), headers=page),
        interaction(message("json"), json.dumps(hostile({"content": [{"type": "text"}]})).encode()),
    )
    with mockapi.Server(path) as server, opened(browser, server) as seen:
        for text in ("stream", "page", "json"):
            ask(server.base_url, message(text), headers=KEY)
            seen.choose(text)
            seen.page.evaluate(OPEN_ALL)
            seen.page.locator(".reply").wait_for()
        seen.page.get_by_role("button", name="Cassettes").click()
        seen.page.locator(".recordings button").nth(2).wait_for()
        assert seen.page.evaluate("window.pwned") is None


def test_a_recorded_page_of_the_same_origin_can_neither_see_nor_act(browser: Browser, tmp_path: Path) -> None:
    """It has no token; what the page keeps is not where it could look."""
    script = b"""<!doctype html><script>
      window.tried = Promise.all([
        fetch('/_mockapi/sessions').then((reply) => reply.status),
        fetch('/_mockapi/ui/feed').then((reply) => reply.status),
        navigator.serviceWorker.register('/v1/worker.js').then(() => 'registered', () => 'refused'),
      ]).then((found) => [...found, history.state, JSON.stringify(Object.entries(sessionStorage)),
        JSON.stringify(Object.entries(localStorage)), navigation.entries().map((entry) => entry.url).join()]);
    </script>"""
    worker = b"self.addEventListener('fetch', () => {})"
    html, code = (
        (("content-type", "text/html"),),
        (("content-type", "text/javascript"), ("service-worker-allowed", "/")),
    )
    path = write_cassette(
        tmp_path / "a.yaml",
        interaction(None, script, method="GET", path="/v1/page.html", headers=html),
        interaction(None, worker, method="GET", path="/v1/worker.js", headers=code),
    )
    with mockapi.Server(path) as server, opened(browser, server) as seen:
        other = seen.page.context.new_page()
        for page in (other, seen.page):
            page.goto(f"{server.base_url}/v1/page.html")
            *statuses, state, session, local, addresses = page.evaluate("window.tried")
            assert statuses == [403, 403, "refused"]
            assert state is None
            assert server.control_token not in f"{session}{local}{addresses}"
        seen.page.go_back()
        seen.page.locator(".state[data-state=live]").wait_for()
        seen.complaints.clear()  # the recorded page's own


def test_ten_thousand_requests_are_a_list_of_a_few_rows(browser: Browser) -> None:
    """Only what can be seen is made; the last is reached at once, and a search looks through all."""
    settings = mockapi.Settings(on_unmatched="synthesize", validation=mockapi.ValidationSettings(mode="off"))
    with mockapi.Server(settings=settings) as server:
        server.call(_fill, server)
        with opened(browser, server) as seen:
            seen.page.locator(".foot", has_text="10,000 requests").wait_for()
            assert seen.page.locator(".row").count() < 80
            seen.page.locator(".rows").press("Home")
            assert seen.page.locator(".row").first.get_attribute("data-key") == "default/1"
            seen.page.get_by_role("searchbox").fill("number-4321")
            seen.page.locator(".foot", has_text="1 of 10,000").wait_for()
            assert seen.rows() == ["number-4321"]


def _fill(server: mockapi.Server) -> None:
    session = server.service.sessions.default
    for number in range(1, 10_001):
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": f"number-{number}"}]})
        request = mockapi.Request("POST", "/v1/messages", "", (), body.encode())
        reply = mockapi.Reply(200, (), (mockapi.Chunk(0.0, b"{}"),), mockapi.Source.SYNTHESIZED)
        entry = session.journal.add(number / 1000, request, reply, None, None)
        entry.seconds, entry.complete = 0.001, True


def test_a_server_that_is_started_anew_is_followed(browser: Browser) -> None:
    """The page waits for it, and shows what it has; the token has to be the same one."""
    first = mockapi.Server(control_token="the-same").start()
    with opened(browser, first) as seen:
        ask(first.base_url, message("before"), headers=KEY)
        seen.choose("before")
        first.stop()
        seen.page.locator(".state[data-state=lost]").wait_for()
        port = int(first.base_url.rpartition(":")[2])
        with mockapi.Server(port=port, control_token="the-same") as second:
            ask(second.base_url, message("after"), headers=KEY)
            seen.page.locator(".row", has_text="after").wait_for()
            assert seen.rows() == ["after"]
            seen.choose("after")
            assert "after" in seen.page.locator(".turn.user").inner_text()
        seen.complaints.clear()  # the browser tells of a lost connection


def test_another_token_is_asked_for(browser: Browser) -> None:
    """And the page that has none says where it stands."""
    with mockapi.Server() as server, opened(browser, server) as seen:
        seen.page.goto("about:blank")
        seen.page.goto(f"{server.base_url}/_mockapi/ui")
        seen.page.get_by_text("needs the server's token").wait_for()
        seen.page.get_by_label("Token").fill(server.control_token)
        seen.page.get_by_role("button", name="Open").click()
        seen.page.locator(".state[data-state=live]").wait_for()
        seen.page.reload()
        seen.page.locator(".state[data-state=live]").wait_for()
        assert server.control_token not in seen.page.url
