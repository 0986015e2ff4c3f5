"""Scripting a session: which reply comes when, for messages and rows of batches, and what is refused."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockapi.errors import UsageError
from tests.support.agents import TOOL, Agent, text_of
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

    import mockapi
    from mockapi.testing import Session


def test_replies_come_in_sequence_and_then_miss(api: Session, http: httpx.Client) -> None:
    """Each once; after the last comes a 422, which stands among the misses."""
    api.reply("one").reply("two", times=2)
    agent = Agent(api, http)
    assert [agent.hear("go on") for _ in range(3)] == ["one", "two", "two"]
    assert agent.say("go on").status_code == 422
    assert [entry.number for entry in api.misses] == [4]
    assert [request.source for request in api.requests] == [*["scripted"] * 3, "unmatched"]


def _the_rest_of_the_api(api: Session, http: httpx.Client) -> dict[str, str]:
    """What answers a request to each of the other endpoints."""
    body = {"model": "claude-opus-4-6", "messages": [{"role": "user", "content": "Hi"}]}
    row = {"custom_id": "a", "params": {**body, "max_tokens": 5}}
    asked = {
        "count_tokens": http.post(f"{api.base_url}/v1/messages/count_tokens", json=body),
        "models": http.get(f"{api.base_url}/v1/models/claude-opus-4-6"),
        "files": http.post(f"{api.base_url}/v1/files", files={"file": b"text"}),
        "batches": http.post(f"{api.base_url}/v1/messages/batches", json={"requests": [row]}),
    }
    return {name: response.headers["x-mockapi-source"] for name, response in asked.items()}


def test_a_script_answers_messages_and_the_rest_of_the_api_goes_on(api: Session, http: httpx.Client) -> None:
    """After the last reply a message is a miss; tokens are counted and batches taken as without a script."""
    api.reply("one")
    agent = Agent(api, http)
    assert agent.hear("Hi") == "one"
    assert agent.say("And?").status_code == 422
    assert set(_the_rest_of_the_api(api, http).values()) == {"synthesized"}
    assert [entry.request.path for entry in api.misses] == ["/v1/messages"]


def test_rows_of_a_batch_are_scripted(api: Session, http: httpx.Client) -> None:
    """By custom id, by a condition in code, with an error; a reply without conditions is for messages."""
    api.when(custom_id="a-*").reply("by id")
    api.when(custom_id="broken").reply_error(529)
    api.when(custom_id="html").reply("x", faults="html")
    api.when(lambda asked: asked.last_user_text == "code").reply(lambda asked: asked.last_user_text.upper())
    api.reply("a message")
    texts = {"a-1": "x", "broken": "x", "html": "x", "c": "code", "d": "else"}
    rows = [{"custom_id": id_, "params": message(text)} for id_, text in texts.items()]
    batches = f"{api.base_url}/v1/messages/batches"
    batch = http.post(batches, json={"requests": rows}).json()
    http.get(f"{batches}/{batch['id']}")
    lines = map(json.loads, http.get(f"{batches}/{batch['id']}/results").text.splitlines())
    results = {line["custom_id"]: line["result"] for line in lines}
    assert text_of(results["a-1"]["message"]) == "by id"
    assert results["broken"]["error"]["error"]["type"] == "overloaded_error"
    assert results["html"]["error"]["error"]["type"] == "api_error"
    assert text_of(results["c"]["message"]) == "CODE"
    assert text_of(results["d"]["message"]) not in {"a message", "by id"}
    assert [rule.used for rule in api.script.rules] == [1, 1, 1, 1, 0]
    assert Agent(api, http).hear("Hi") == "a message"


def test_what_a_tests_code_raises_for_a_row_is_kept_for_its_report(api: Session, http: httpx.Client) -> None:
    """The row is made up; the report of the test has the traceback."""
    api.when(custom_id="a").reply(lambda asked: asked.no_such_name)  # type: ignore[attr-defined] # the defect
    row = {"custom_id": "a", "params": message("x")}
    batches = f"{api.base_url}/v1/messages/batches"
    batch = http.post(batches, json={"requests": [row]}).json()
    result = http.get(f"{batches}/{batch['id']}/results").json()["result"]
    assert result["type"] == "succeeded"
    assert "no_such_name" in api.script.defects[0]


@pytest.mark.parametrize("options", [{"on_unmatched": "fail"}, {"cassettes": ["own"]}], ids=str)
def test_a_session_that_is_strict_in_all_stays_so_with_a_script(
    server: mockapi.Server, http: httpx.Client, tmp_path: Path, options: dict[str, Any]
) -> None:
    """An option or a cassette says it for the whole API; a script takes nothing of that back."""
    if "cassettes" in options:
        options = {"cassettes": [write_cassette(tmp_path / "c.yaml", interaction(message("recorded")))]}
    with server.open_session(**options) as api:
        api.reply("one")
        assert Agent(api, http).hear("Hi") == "one"
        assert set(_the_rest_of_the_api(api, http).values()) == {"unmatched"}


def test_a_script_may_be_followed_by_made_up_replies(server: mockapi.Server, http: httpx.Client) -> None:
    """Whoever says so gets them, for messages too."""
    with server.open_session(on_unmatched="synthesize") as api:
        api.reply("one")
        agent = Agent(api, http)
        assert agent.hear("Hi") == "one"
        assert agent.say("And?").headers["x-mockapi-source"] == "synthesized"


def test_a_reply_has_every_kind_of_content(api: Session, http: httpx.Client) -> None:
    """Thinking first, then texts and blocks, then tool calls with ids; the stop reason follows."""
    api.reply("Let me see.", thinking="Hm.", tools={"search": {"q": "x"}}, usage={"output_tokens": 77})
    message = Agent(api, http, tools=[TOOL]).say("hi").json()
    assert [block["type"] for block in message["content"]] == ["thinking", "text", "tool_use"]
    assert message["content"][2]["id"].startswith("toolu_")
    assert message["stop_reason"] == "tool_use"
    assert api.usage["output_tokens"] == 77


def test_json_and_errors(api: Session, http: httpx.Client) -> None:
    """JSON is a text; an error has the API's words, its own type, and the wait that was asked for."""
    api.reply_json({"degrees": 7}).reply_error(529).reply_error(429, message="Slow down", retry_after=3)
    agent = Agent(api, http)
    assert agent.hear("hi") == '{"degrees": 7}'
    assert agent.say("hi").json()["error"]["type"] == "overloaded_error"
    limited = agent.say("hi")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert limited.json()["error"]["message"] == "Slow down"


def test_conditions_choose_the_reply(api: Session, http: httpx.Client) -> None:
    """On text, system, tools, results, and code; the first that holds is given, any number of times."""
    api.when(tool_results="search").reply("found")
    api.when(tools="search").reply_tool("search", {"q": "x"})
    api.when(system="pirate").reply("Arr")
    api.when(lambda asked: asked.turns > 1).reply("again")
    api.when(last_user_text={"matches": "^We"}, model="claude-opus-*").reply("Rain")
    searching = Agent(api, http, tools=[TOOL])
    searching.say("find it")
    assert text_of(searching.give("nothing").json()) == "found"
    assert Agent(api, http, system="You are a pirate").hear("hi") == "Arr"
    weather = Agent(api, http)
    assert [weather.hear("Weather?"), weather.hear("Weather?")] == ["Rain", "again"]
    assert weather.say("x").status_code == 200


def test_code_makes_replies(api: Session, http: httpx.Client) -> None:
    """A callable sees the request, and gives a text, a block or a list of both."""
    api.reply(lambda asked: asked.last_user_text.upper())
    api.reply(lambda asked: ["You have", {"type": "text", "text": f" {len(asked.messages)} turns"}])
    agent = Agent(api, http)
    assert [agent.hear("hi"), agent.hear("and")] == ["HI", "You have 3 turns"]


def test_a_reply_can_break(api: Session, http: httpx.Client) -> None:
    """A fault belongs to one reply."""
    api.reply("whole").reply("half", faults={"fault": "broken_json"}).reply("whole")
    agent = Agent(api, http)
    agent.say("hi")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid|Extra"):
        http.post(agent.url, json=agent.body | {"messages": [{"role": "user", "content": "x"}]}).json()
    assert agent.hear("hi") == "whole"


def test_conversations_do_not_mix(api: Session, http: httpx.Client) -> None:
    """Two agents that begin with the same words, in turns, each get their own sequence."""
    api.conversation().reply_tool("search", {"q": "a"}).reply("a is done")
    api.conversation().reply_tool("search", {"q": "b"}).reply("b is done")
    first, second = Agent(api, http, tools=[TOOL]), Agent(api, http, tools=[TOOL])
    first.say("go")
    second.say("go")
    assert text_of(second.give("ok").json()) == "b is done"
    assert text_of(first.give("ok").json()) == "a is done"


def test_conversations_run_in_threads(api: Session) -> None:
    """Chosen by their system prompt, whoever comes first."""
    names = [f"agent-{number}" for number in range(4)]
    for name in names:
        api.conversation(system=name).reply("1").reply("2").reply(name)
    heard: dict[str, list[str]] = {}

    def talk(name: str) -> None:
        headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
        with httpx.Client(headers=headers, timeout=60) as client:
            agent = Agent(api, client, system=f"You are {name}.")
            heard[name] = [agent.hear("next") for _ in range(3)]

    threads = [threading.Thread(target=talk, args=(name,)) for name in reversed(names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {name: ["1", "2", name] for name in names}


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda api: api.reply(), "Missing content"),
        (lambda api: api.reply("x", times=0), "whole number from 1"),
        (lambda api: api.reply("x", times=2, always=True), "not both"),
        (lambda api: api.reply("x", lambda _: "y"), "makes the whole content"),
        (lambda api: api.reply({"type": "tool_use"}), "needs `name`"),
        (lambda api: api.reply("x", stop_reason="tired"), "must be one of"),
        (lambda api: api.reply("x", faults="explode"), "explode"),
        (lambda api: api.reply_error(200), "status"),
        (lambda api: api.when(), "When what"),
        (lambda api: api.when(turn=0), "^when: turn "),
        (lambda api: api.conversation(turn=0), "^conversation: turn "),
        (lambda api: api.reply(5), "A reply is a text, a content block, or a list of them, not 5"),
    ],
)
def test_scripts_that_cannot_be_meant(api: Session, say: Any, words: str) -> None:
    """They are refused where they are written, with what to write instead."""
    with pytest.raises(UsageError, match=words):
        say(api)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda api: api.reply_tool("f", city="Oslo"),
            "reply_tool() has no argument 'city'. The tool's input is",
        ),
        (lambda api: api.reply_tool("f", city="Oslo"), "reply_tool('f', {'city': 'Oslo'})"),
        (
            lambda api: api.reply_tool("f", tiems=2),
            "reply_tool() has no argument 'tiems'. Did you mean times=?",
        ),
        (lambda api: api.reply_json({}, city=1), "reply_json() has no argument 'city'. There are value, "),
        (lambda api: api.reply("x", alwas=True), "reply() has no argument 'alwas'. Did you mean always=?"),
        (lambda api: api.reply_error(529, retry=1), "reply_error() has no argument 'retry'"),
    ],
)
def test_a_keyword_that_does_not_exist_names_the_method_that_was_called(
    api: Session, call: Any, words: str
) -> None:
    """With what to write instead; and nothing has been scripted by it."""
    with pytest.raises(UsageError, match=re.escape(words)):
        call(api)
    assert not api.is_scripted or not api.script.rules
