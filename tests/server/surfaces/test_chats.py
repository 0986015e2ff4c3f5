"""Chats over a socket, as any client sends them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import mockapi
from mockapi.server import Console
from tests.support.chats import chat
from tests.support.server import ask, journal, serving, write_cassette
from tests.support.server import interaction as recorded

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/v1/chat/completions"
KEY = {"authorization": "Bearer sk-ant-test-1"}


def test_what_was_ignored_is_told_once() -> None:
    """Each reply and its entry say it; the console says it the first time."""
    stream = io.StringIO()
    with mockapi.Server(console=Console(stream)) as server:
        replies = [ask(server.base_url, chat(seed=seed), PATH, headers=KEY) for seed in (1, 2)]
        entries = journal(server)
    hint = "These fields have no effect, as with the API: seed."
    assert [reply.headers["x-mockapi-hint"] for reply in replies] == [hint, hint]
    assert [entry["reply"]["hint"] for entry in entries] == [hint, hint]
    assert stream.getvalue().count(f"POST {PATH}: {hint}") == 1


def test_any_name_of_a_field_is_told() -> None:
    """Also one that no header field could hold: the reply comes."""
    with mockapi.Server() as server:
        reply = ask(server.base_url, {**chat(), "a\r\nx-evil: 1\0": 1}, PATH, headers=KEY)
    assert reply.status_code == 200
    assert reply.headers["x-mockapi-hint"] == "These fields have no effect, as with the API: a x-evil: 1?."


def test_a_recorded_chat_is_played(tmp_path: Path) -> None:
    """To the byte, and without a hint: nothing was made of it."""
    body = b'{"id":"msg_1","choices":[],"object":"chat.completion"}'
    cassette = write_cassette(tmp_path / "chat.yaml", recorded(chat(seed=1), body, path=PATH))
    with serving(cassette) as server:
        reply = ask(server.base_url, chat(seed=1), PATH, headers=KEY)
    assert (reply.headers["x-mockapi-source"], reply.content) == ("recorded", body)
    assert "x-mockapi-hint" not in reply.headers


def test_near_misses_of_the_path_are_told() -> None:
    """The hint says which path was meant."""
    with mockapi.Server() as server:
        for path in ("/chat/completions", "/v1/v1/chat/completions", "/v1/chat/completions/"):
            reply = ask(server.base_url, chat(), path, headers=KEY)
            assert reply.status_code == 404
            assert reply.headers["x-mockapi-hint"].endswith(f"The path is {PATH}.")
