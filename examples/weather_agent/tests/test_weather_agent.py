from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest
import weather_agent

if TYPE_CHECKING:
    from mockapi import Session


def test_it_calls_the_tool_and_answers(messages_api: Session) -> None:
    messages_api.reply_tool("get_weather", {"city": "Oslo"})
    messages_api.reply("It rains in Oslo, at 7 degrees.")

    assert weather_agent.answer("How is the weather in Oslo?") == "It rains in Oslo, at 7 degrees."

    messages_api.assert_turns(2)
    messages_api.assert_tools_offered("get_weather", exactly=True)
    messages_api.assert_tool_result_sent("get_weather", "7 degrees, rain")
    messages_api.assert_system_contains("weather bot")


def test_it_tells_of_a_tool_that_failed(messages_api: Session) -> None:
    messages_api.reply_tool("get_weather", {"city": "Atlantis"}).reply("I cannot tell.")
    assert weather_agent.answer("And in Atlantis?") == "I cannot tell."
    messages_api.assert_tool_result_sent("get_weather", "no weather station", is_error=True)


def test_it_calls_two_tools_at_once(messages_api: Session) -> None:
    call = {"type": "tool_use", "name": "get_weather"}
    messages_api.reply(
        {**call, "input": {"city": "Oslo"}}, {**call, "input": {"city": "Cairo"}}, thinking="Both."
    )
    messages_api.reply(lambda asked: " / ".join(asked.tool_results.values()))
    assert weather_agent.answer("Oslo and Cairo?") == "7 degrees, rain / 31 degrees, sun"


def test_it_ends_without_any_script(messages_api: Session) -> None:
    assert weather_agent.answer("How is the weather in Oslo?")
    assert {request.source for request in messages_api.requests} == {"synthesized"}


def test_it_gives_up(messages_api: Session) -> None:
    messages_api.reply_tool("get_weather", {"city": "Oslo"}, always=True)
    with pytest.raises(RuntimeError, match="no answer after 3 turns"):
        weather_agent.answer("Oslo?", max_turns=3)


def test_it_tries_again_when_the_api_is_overloaded(messages_api: Session) -> None:
    messages_api.reply_error(529).reply("Better now.")
    assert weather_agent.answer("Are you there?") == "Better now."
    assert [request.status for request in messages_api.requests] == [529, 200]


def test_it_does_not_try_again_when_the_key_is_wrong(messages_api: Session) -> None:
    messages_api.reply_error(401)
    with pytest.raises(anthropic.AuthenticationError):
        weather_agent.answer("Are you there?")


def test_it_notices_a_stream_that_is_reset(messages_api: Session) -> None:
    messages_api.reply("A long answer in many words", faults={"fault": "cut", "event": 3, "ending": "reset"})
    with pytest.raises(httpx2.TransportError):
        weather_agent.stream_answer("Tell me")
