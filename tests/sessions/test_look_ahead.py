"""A large request is answered as any other would be: only who works it out differs."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from mockapi import Request, cassettes
from mockapi.cassettes import Matching, redacted_requests
from mockapi.exchange import _UNPARSED
from mockapi.replies import scripts
from mockapi.server._console import Console
from mockapi.server._service import Service
from mockapi.sessions import Exchange, ServerSession, Settings, _look_ahead, answer, answer_large, make_ready
from mockapi.sessions._generator import scripted_reply
from tests.support.server import interaction, message, write_cassette
from tests.support.surfaces import elsewhere

if TYPE_CHECKING:
    from pathlib import Path

    from mockapi.sessions import Answer

FIELDS = ((b"x-api-key", b"sk-ant-test-1"), (b"anthropic-version", b"2023-06-01"))
SECRET = "sk-ant-api03-" + "a1B2" * 20
CACHED = {
    **message("cached"),
    "system": [{"type": "text", "text": "word " * 6000, "cache_control": {"type": "ephemeral"}}],
}
TOOL = {"name": "t", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
BODIES: dict[str, Any] = {
    "recorded": message("recorded"),
    "recorded, spelled otherwise": json.dumps(message("recorded"), indent=1),
    "recorded with a secret": message(f"key {SECRET}"),
    "recorded but for the date": {**message("today"), "metadata": {"user_id": "b"}},
    "refused": {**message("a"), "max_tokens": 0},
    "not JSON": "{",
    "not an object": [],
    "synthesized": message("hello"),
    "streamed": {**message("hello"), "stream": True},
    "with tools": {**message("call"), "tools": [TOOL]},
    "cached": CACHED,
    "scripted": message("a script"),
    "nested too deeply": '{"messages":' + "[" * 1500 + "]" * 1500 + "}",
}
ORDERS = {
    "replies": [{"text": "Hi", "when": {"last_user_text": {"matches": "^a s"}}}],
    "then": "continue",
}
PATHS = [
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/complete",
    "/v1/messages/batches",
    "/v1/v1/messages",
]


def _service(folder: Path, **settings: Any) -> Service:
    matching = Matching(ignore=("$.metadata",))
    path = write_cassette(
        folder / "a.yaml",
        interaction(message("recorded"), b'{"a":1}'),
        interaction(message(f"key {SECRET}"), b'{"a":2}'),
        interaction({**message("today"), "metadata": {"user_id": "a"}}, b'{"a":3}'),
        matching=matching,
    )
    return Service([path], Settings(**settings), Console(quiet=True))


def _exchange(service: Service, session: ServerSession, body: Any, path: str) -> Exchange:
    text = body if isinstance(body, str) else json.dumps(body)
    request = Request("POST", path, "", FIELDS, text.encode())
    return Exchange(request, session, 1.7e9, service.validators.refusal, lambda: "req_1")


def _both(service: Service, body: Any, path: str, script: Any = None) -> tuple[list[Answer], list[Answer]]:
    """The same request three times, answered at once and after looking ahead."""
    found: list[list[Answer]] = []
    for large in (False, True):
        session = ServerSession(
            "s", service.sessions.default.settings, service.library, on_unmatched="synthesize"
        )
        if script is not None:
            session.play(script)
        answers = []
        for _ in range(3):
            exchange = _exchange(service, session, body, path)
            answers.append(asyncio.run(answer_large(exchange, elsewhere)) if large else answer(exchange))
        found.append(answers)
    return found[0], found[1]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_answer_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Any, path: str
) -> None:
    """Replies, recordings and refusals, over several requests of a session."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    plain, large = _both(_service(tmp_path), body, path)
    assert [item.reply for item in large] == [item.reply for item in plain]
    assert [item.refusal for item in large] == [item.refusal for item in plain]
    assert [item.recording for item in large] == [item.recording for item in plain]


@pytest.mark.parametrize("name", ["scripted", "cached", "not an object", "nested too deeply"])
def test_a_script_answers_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its replies, their usage and their ids."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    script = scripts.parse_script(ORDERS, lambda _: b"")
    plain, large = _both(_service(tmp_path), BODIES[name], "/v1/messages", script)
    assert [item.reply for item in large] == [item.reply for item in plain]


def test_replies_that_are_worked_out_meanwhile_have_ids_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that overtakes a large one gets another id, and what it cached is kept."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    service = _service(tmp_path)
    session = ServerSession(
        "s", service.sessions.default.settings, service.library, on_unmatched="synthesize"
    )

    async def run() -> list[bytes]:
        overtaken: list[bytes] = []

        async def slowly(function: Any, *arguments: Any) -> Any:
            if function.__name__ == "synthesized":
                reply = answer(_exchange(service, session, CACHED, "/v1/messages")).reply
                assert reply is not None
                overtaken.append(reply.body)
            return await elsewhere(function, *arguments)

        large = await answer_large(_exchange(service, session, message("large"), "/v1/messages"), slowly)
        again = answer(_exchange(service, session, CACHED, "/v1/messages"))
        assert large.reply is not None
        assert again.reply is not None
        return [*overtaken, large.reply.body, again.reply.body]

    bodies = [json.loads(body) for body in asyncio.run(run())]
    assert len({body["id"] for body in bodies}) == 3
    assert bodies[2]["usage"]["cache_read_input_tokens"] > 0


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("orders", [None, ORDERS], ids=["without a script", "with a script"])
def test_nothing_of_a_large_message_is_parsed_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, orders: Any
) -> None:
    """Parsing a million values holds the interpreter's lock, on whatever thread."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    service = _service(tmp_path)
    session = ServerSession(
        "s", service.sessions.default.settings, service.library, on_unmatched="synthesize"
    )
    if orders is not None:
        session.play(scripts.parse_script(orders, lambda _: b""))
    exchange = _exchange(service, session, BODIES[name], "/v1/messages")
    asyncio.run(answer_large(exchange, elsewhere))
    assert exchange.request._parsed is _UNPARSED


def test_nothing_of_a_large_chat_is_parsed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for the Messages request that it stands for nor for the reply to it."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    service = _service(tmp_path)
    session = ServerSession(
        "s", service.sessions.default.settings, service.library, on_unmatched="synthesize"
    )
    exchange = _exchange(service, session, {**message("hello"), "seed": 1}, "/v1/chat/completions")
    reply = asyncio.run(answer_large(exchange, elsewhere)).reply
    assert reply is not None
    assert reply.header("x-mockapi-hint") == "These fields have no effect, as with the API: seed."
    assert (exchange.request._parsed, exchange.plain._parsed) == (_UNPARSED, _UNPARSED)


@pytest.mark.parametrize(("overtaken", "texts"), [(1, ["1", "2"]), (9, ["1", "2", "3", "4"])])
def test_a_large_request_gets_the_reply_of_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overtaken: int, texts: list[str]
) -> None:
    """Those that overtake it get the replies before; no reply of a script is given twice or lost."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    service = _service(tmp_path)
    session = ServerSession("s", service.sessions.default.settings, service.library)
    replies = [{"text": str(number)} for number in range(1, 9)]
    session.play(scripts.parse_script({"replies": replies}, lambda _: b""))
    given: list[str] = []

    def note(found: Answer) -> None:
        assert found.reply is not None
        given.append(json.loads(found.reply.body)["content"][0]["text"])

    async def overtake(function: Any, *arguments: Any) -> Any:
        if function is scripted_reply and len(given) < overtaken:
            note(answer(_exchange(service, session, message("small"), "/v1/messages")))
        return await elsewhere(function, *arguments)

    note(asyncio.run(answer_large(_exchange(service, session, message("large"), "/v1/messages"), overtake)))
    assert given == texts


@pytest.mark.slow
def test_recordings_are_redacted_elsewhere_only_if_they_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process starts for megabytes; what is found afterwards is the same."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    asked: list[Any] = []

    async def noted(function: Any, *arguments: Any) -> Any:
        asked.append(function)
        return await elsewhere(function, *arguments)

    wanted = Request("POST", "/v1/messages", "", FIELDS, json.dumps(message(f"key {SECRET}")).encode())
    for words in ("few", "many " * 300_000):
        by_hand = interaction(message(f"key {SECRET}"), b"{}")
        path = write_cassette(tmp_path / "a.yaml", by_hand, interaction(message(words), b"{}"))
        for makes_ready in (False, True):
            index = Service([path], Settings(), Console(quiet=True)).sessions.default.index
            assert not index.is_ready
            if makes_ready:
                asyncio.run(make_ready(index, noted))
                assert index.is_ready
            found = index.find_exact(wanted)
            assert found is not None
            assert [recording.position for recording in found.recordings] == [0]
    assert asked == [redacted_requests]


def test_what_secrets_look_like_is_loaded_before_the_event_loop_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another process has redacted what is recorded: the request that missed comes next."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("a"), b"{}"))
    index = Service([path], Settings(), Console(quiet=True)).sessions.default.index
    monkeypatch.setattr(_look_ahead, "_LARGE", 0)
    monkeypatch.delitem(vars(cassettes), "for_matching", raising=False)

    async def elsewhere(_function: Any, redactions: list[Any]) -> list[None]:
        return [None for _ in redactions]

    asyncio.run(make_ready(index, elsewhere))
    assert "for_matching" in vars(cassettes)


@pytest.mark.parametrize("recorded", [(), ("a.yaml",)])
@pytest.mark.parametrize("verbose", [True, False])
def test_a_console_that_soon_speaks_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: tuple[str, ...], *, verbose: bool
) -> None:
    """Without recordings no miss loads what keys look like; with them a line for each request needs it."""
    write_cassette(tmp_path / "a.yaml", interaction(message("a"), b"{}"))
    monkeypatch.delitem(vars(cassettes), "masked_by", raising=False)
    Service([str(tmp_path / name) for name in recorded], Settings(), Console(io.StringIO(), verbose=verbose))
    assert ("masked_by" in vars(cassettes)) is (verbose or not recorded)
