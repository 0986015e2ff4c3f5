"""The handle of a session: looking, asserting, counting, chaos; without pytest's fixture."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import httpx2
import pytest

import mockapi
from mockapi.errors import UsageError
from mockapi.testing import Session, normalized
from tests.support.agents import TOOL, Agent, text_of


def test_assertions_pass_and_tell_what_came_instead(api: Session, http: httpx.Client) -> None:
    """Turns, tools, results, system prompt, cache breakpoints."""
    api.reply_tool("search", {"q": "x"}).reply("done")
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    agent = Agent(api, http, system=system, tools=[TOOL])
    agent.say("hi")
    agent.give("seven results", is_error=True)
    api.assert_turns(2)
    api.assert_tools_offered("search", exactly=True)
    api.assert_tool_result_sent("search", "seven", is_error=True)
    api.assert_system_contains("brief")
    api.assert_cache_breakpoints(["/system/0"])
    api.assert_cache_breakpoints(1)
    with pytest.raises(AssertionError, match="asked 2 times, not 3"):
        api.assert_turns(3)
    with pytest.raises(AssertionError, match="offers the tools search: other missing"):
        api.assert_tools_offered("other")
    with pytest.raises(AssertionError, match="sent were: search \\(error\\): 'seven results'"):
        api.assert_tool_result_sent("search", "eight")
    with pytest.raises(AssertionError, match=r"it is 'Be brief\.'"):
        api.assert_system_contains("long")
    with pytest.raises(AssertionError, match="not 2"):
        api.assert_cache_breakpoints(2)


def test_assertions_without_a_request(api: Session) -> None:
    """They say that none has come."""
    for check in (lambda: api.assert_tools_offered("x"), lambda: api.last_request):
        with pytest.raises(AssertionError, match="no request has come"):
            check()


def test_costs_are_counted_at_the_prices_given(api: Session, http: httpx.Client) -> None:
    """By the million, cache writes and reads at their share; a model without a price is an error."""
    counts = {
        "input_tokens": 1_000_000,
        "output_tokens": 500_000,
        "cache_creation_input_tokens": 2_000_000,
        "cache_read_input_tokens": 1_000_000,
    }
    api.reply("x", usage=counts)
    Agent(api, http).say("hi")
    assert api.cost({"claude-opus-*": (5.0, 25.0)}) == pytest.approx(5 + 12.5 + 0.5 + 12.5)
    with pytest.raises(UsageError, match="No price for 'claude-opus-4-6'"):
        api.cost({"claude-haiku-*": (1.0, 5.0)})


def test_snapshots_are_the_same_in_every_run(server: mockapi.Server, http: httpx.Client) -> None:
    """Ids are renamed alike in requests and replies, and what a client adds to a head is left out."""

    def shot(seed: int) -> list[Any]:
        with server.open_session(seed=seed) as api:
            api.reply_tool("search", {"q": "x"}, thinking="Hm.") if seed < 0 else api.reply_tool("search")
            api.reply("done")
            agent = Agent(api, http, tools=[TOOL])
            agent.say("hi")
            agent.give("ok")
            return api.snapshot()

    first = shot(1)
    assert first == shot(2)
    assert first[0]["reply"]["body"]["content"][0]["id"] == "toolu_1"
    assert first[1]["request"]["body"]["messages"][2]["content"][0]["tool_use_id"] == "toolu_1"
    assert set(first[0]["request"]["headers"]) <= {"anthropic-version", "content-type", "accept"}
    assert normalized({"type": "thinking", "signature": "abc"})["signature"] == "[signature]"


def test_chaos_tells_what_was_swallowed(api: Session, http: httpx.Client) -> None:
    """Each fault that fits is met once; code that raises has noticed."""
    api.reply("Hello there")

    def careful(*, looks: bool) -> None:
        response = http.post(
            f"{api.base_url}/v1/messages",
            json={
                "model": "claude-opus-4-6",
                "max_tokens": 50,
                "messages": [{"role": "user", "content": "x"}],
            },
        )
        if looks:
            response.json()

    for trial in api.chaos():
        with trial:
            careful(looks=False)
    assert api.chaos_report is not None
    blind = {finding.fault.name: finding.outcome for finding in api.chaos_report.findings}
    assert blind["cut JSON body"] == "swallowed"
    assert blind["no message_stop"] == "skipped"
    for trial in api.chaos():
        with trial:
            careful(looks=True)
    seeing = {finding.fault.name: finding.outcome for finding in api.chaos_report.findings}
    assert seeing["cut JSON body"] == "noticed"


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_transports_need_no_socket(api: Session, module: Any) -> None:
    """Clients of both libraries, sync and async, JSON and streams; what needs a connection is an error."""
    api.reply("one").reply("two").reply("three", faults={"fault": "cut", "event": 2, "ending": "reset"})
    headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    body = {"model": "claude-opus-4-6", "max_tokens": 50, "messages": [{"role": "user", "content": "x"}]}
    transport = api.httpx_transport() if module is httpx else api.httpx2_transport()

    async def streamed() -> str:
        async with module.AsyncClient(transport=transport, base_url="http://mockapi") as client:
            reply = await client.post("/v1/messages", headers=headers, json=body | {"stream": True})
            return str(reply.text)

    with module.Client(transport=transport, base_url="http://mockapi") as client:
        assert text_of(client.post("/v1/messages", headers=headers, json=body).json()) == "one"
        assert "event: message_stop" in asyncio.run(streamed())
        with pytest.raises(mockapi.MockapiError, match="use base_url instead of a transport"):
            client.post("/v1/messages", headers=headers, json=body | {"stream": True})
    assert [request.source for request in api.requests] == ["scripted"] * 3


def test_a_closed_session_says_so(server: mockapi.Server, http: httpx.Client) -> None:
    """Its base URL is of no use any more."""
    with server.open_session(name="short") as api:
        url = api.base_url
    reply = http.post(f"{url}/v1/messages", json={})
    assert reply.status_code == 410
    assert "short" in reply.json()["error"]["message"]
