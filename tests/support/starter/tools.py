"""Starter scenes in which the model calls tools, thinks, or does both.

What is handed back stands in the request as the Python client sends it: the members of each block
in the client's order, not in that of the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.messages import IdKind
from tests.support.starter.maker import Block, Body, Maker, opaque, tool_id
from tests.support.starter.talk import ask, text

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction

_DIRECT = {"type": "direct"}


def _tool(name: str, description: str, required: list[str], **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"name": name, "description": description, "input_schema": schema}


_WEATHER = _tool(
    "get_weather",
    "The weather in a city, right now.",
    ["city"],
    city={"type": "string", "description": "The city's name."},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
_ALARMS = _tool("list_alarms", "All alarms that are set on this telephone.", [])


def _use(number: int, name: str, **given: Any) -> Block:
    return {"type": "tool_use", "id": tool_id(number), "name": name, "input": given, "caller": _DIRECT}


def _result(use: Block, content: str, **more: Any) -> Block:
    return {"type": "tool_result", "tool_use_id": use["id"], "content": content, **more}


def _handed_back(block: Block) -> Block:
    orders = {
        "text": ("text", "type"),
        "thinking": ("signature", "thinking", "type"),
        "tool_use": ("id", "caller", "input", "name", "type"),
    }
    return {key: block[key] for key in orders[block["type"]]}


def _and_then(body: Body, reply: list[Block], results: list[Block]) -> Body:
    """The next request of a tool loop."""
    turns = [
        {"role": "assistant", "content": [_handed_back(block) for block in reply]},
        {"role": "user", "content": results},
    ]
    return {**body, "messages": [*body["messages"], *turns]}


def tools() -> list[Interaction]:
    """One tool, several at once, one without arguments, and one that fails."""
    make = Maker(10_000)
    return [*_single(make), *_parallel(make), *_no_arguments(make), *_failing(make)]


def _single(make: Maker) -> list[Interaction]:
    body = ask("What is the weather like in Zürich?", tools=[_WEATHER])
    call = [text("I'll look that up."), _use(1, "get_weather", city="Zürich", unit="celsius")]
    back = _and_then(body, call, [_result(call[1], '{"sky": "light rain", "temperature": 11}')])
    return [
        *make.both(body, call, stop_reason="tool_use"),
        *make.both(back, [text("It is 11 °C in Zürich with light rain: take an umbrella ☂.")]),
    ]


def _parallel(make: Maker) -> list[Interaction]:
    body = ask("Is it warmer in Oslo or in Lisbon?", tools=[_WEATHER])
    call = [_use(2, "get_weather", city="Oslo"), _use(3, "get_weather", city="Lisbon")]
    back = _and_then(
        body,
        call,
        [
            _result(call[0], '{"sky": "clear", "temperature": 4}'),
            _result(call[1], '{"sky": "windy", "temperature": 19}'),
        ],
    )
    return [
        *make.both(body, call, stop_reason="tool_use"),
        *make.both(back, [text("In Lisbon, by 15 degrees: 19 °C there and 4 °C in Oslo.")]),
    ]


def _no_arguments(make: Maker) -> list[Interaction]:
    body = ask("When do I have to get up?", tools=[_ALARMS], tool_choice={"type": "auto"})
    call = [_use(4, "list_alarms")]
    back = _and_then(body, call, [_result(call[0], "06:45 work (Mon-Fri)\n09:00 market (Sat)")])
    return [
        *make.both(body, call, stop_reason="tool_use"),
        *make.both(back, [text("At 6:45 from Monday to Friday, and at 9:00 on Saturday.\nSunday is yours.")]),
    ]


def _failing(make: Maker) -> list[Interaction]:
    body = ask("What is the weather like in Atlantis?", tools=[_WEATHER])
    call = [_use(5, "get_weather", city="Atlantis")]
    back = _and_then(body, call, [_result(call[0], "No such city: Atlantis", is_error=True)])
    return [
        *make.both(body, call, stop_reason="tool_use"),
        *make.both(
            back, [text("The weather service doesn't know Atlantis. It may be wet. Is there another city?")]
        ),
    ]


def thinking() -> list[Interaction]:
    """Thinking that is shown, thinking that is not, and thinking between tools."""
    make = Maker(20_000)
    return [*_shown(make), *_omitted(make), *_budgeted(make), *_between_tools(make)]


def _thought(words: str, name: str) -> Block:
    return {"type": "thinking", "thinking": words, "signature": opaque(f"signature of {name}", 420)}


_SHOWN = {"type": "adaptive", "display": "summarized"}


def _shown(make: Maker) -> list[Interaction]:
    riddle = (
        "A bat and a ball cost 1.10 together. The bat costs 1.00 more than the ball. What does the ball cost?"
    )
    thought = _thought(
        "The quick answer is 0.10, but then the bat would be 1.10 and the two together 1.20.\n\n"
        "Let the ball cost b. Then b + (b + 1.00) = 1.10, so 2b = 0.10 and b = 0.05.",
        "the ball",
    )
    answer = text("The ball costs **0.05**. The bat then costs 1.05, which makes 1.10 together.")
    return make.both(ask(riddle, max_tokens=4096, thinking=_SHOWN), [thought, answer], thinking_tokens=96)


def _omitted(make: Maker) -> list[Interaction]:
    asked = "How many days are there from 28 February 2028 to 1 March 2028?"
    answer = text("Two: 2028 is a leap year, so 29 February lies between them.")
    return make.both(
        ask(asked, max_tokens=4096, thinking={"type": "adaptive"}),
        [_thought("", "the leap year"), answer],
        thinking_tokens=58,
    )


def _budgeted(make: Maker) -> list[Interaction]:
    """With a budget, as models up to the 4.6 generation take it."""
    body = ask("Is 221 a prime number?", max_tokens=4096, thinking={"type": "enabled", "budget_tokens": 2048})
    thought = _thought("221 = 225 - 4 = 15² - 2² = (15 - 2)(15 + 2) = 13 · 17.", "221")
    answer = text("No: it is 13 times 17.")
    return make.both(body | {"model": "claude-haiku-4-5-20251001"}, [thought, answer], thinking_tokens=41)


def _between_tools(make: Maker) -> list[Interaction]:
    body = ask("Should I cycle to work in Basel today?", max_tokens=4096, thinking=_SHOWN, tools=[_WEATHER])
    call = [
        _thought("Cycling depends on the weather. I can ask for it, in local units.", "the bicycle"),
        text("Let me see what the sky says."),
        _use(6, "get_weather", city="Basel", unit="celsius"),
    ]
    back = _and_then(body, call, [_result(call[2], '{"sky": "sunny", "temperature": 17}')])
    return [
        *make.both(body, call, stop_reason="tool_use", thinking_tokens=37),
        *make.both(back, [text("Yes: 17 °C and sunshine. You'll want sunglasses on the way home.")]),
    ]


def server_tools() -> list[Interaction]:
    """A search that the API itself makes."""
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    use_id = tool_id(7, IdKind.SERVER_TOOL_USE)
    found = [
        (
            "Cape Merle lighthouse opens to visitors",
            "https://example.com/news/cape-merle",
            "September 12, 2026",
        ),
        ("Lighthouses of the south coast", "https://example.org/lighthouses", None),
    ]
    quoted = "From 1 October the tower is open on Sundays from ten to four."
    source = {
        "type": "web_search_result_location",
        "cited_text": quoted,
        "url": found[0][1],
        "title": found[0][0],
        "encrypted_index": opaque("place in the news", 160),
    }
    reply: list[Block] = [
        {
            "type": "server_tool_use",
            "id": use_id,
            "name": "web_search",
            "input": {"query": "Cape Merle lighthouse opening hours"},
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": use_id,
            "content": [
                {
                    "type": "web_search_result",
                    "title": title,
                    "url": url,
                    "encrypted_content": opaque(url, 320),
                    "page_age": age,
                }
                for title, url, age in found
            ],
            "caller": _DIRECT,
        },
        {"citations": [source], "type": "text", "text": "You can visit it on Sundays from ten to four"},
        text(", since the first of October."),
    ]
    return Maker(30_000).both(
        ask("When can I visit the lighthouse at Cape Merle?", tools=[search]),
        reply,
        seconds=1.4,
        server_tool_use={"web_search_requests": 1, "web_fetch_requests": 0},
    )


def count_tokens_body() -> Body:
    """A request to count: the first one of the tools."""
    body = ask("What is the weather like in Zürich?", tools=[_WEATHER])
    return {key: body[key] for key in ("model", "messages", "tools")}
