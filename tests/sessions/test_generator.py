"""What a session makes itself: what it says where it cannot, and with what another process goes on."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cassettes import Cassette
from mockapi.errors import TooSlowError
from mockapi.exchange import Request
from mockapi.replies.scripts import Script, parse_script
from mockapi.sessions import (
    CassetteSet,
    Exchange,
    ServerSession,
    Settings,
    _generator,
    answer,
    answer_large,
    memory_of,
    recall,
)
from mockapi.sessions._blobs import StorageFull
from tests.support.each import each
from tests.support.server import interaction, message
from tests.support.surfaces import elsewhere

if TYPE_CHECKING:
    from mockapi.exchange import Reply

LIBRARY = CassetteSet(
    [Cassette("c.yaml", tuple(interaction(message(text), text.encode()) for text in "abc"))]
)


def session_of(**more: Any) -> ServerSession:
    """A session that plays three recordings, and makes up what it has not recorded."""
    return ServerSession("s", Settings(**more), LIBRARY, on_unmatched="synthesize")


def exchange(session: ServerSession, body: Any = None, path: str = "/v1/messages") -> Exchange:
    """A request to it."""
    request = Request("POST" if body else "GET", path, "", (), json.dumps(body).encode() if body else b"")
    return Exchange(request, session, 1.8e9, lambda *_: None, lambda: "req_1")


def asked(session: ServerSession, body: Any = None, path: str = "/v1/messages") -> Reply:
    """Its reply to one."""
    reply = answer(exchange(session, body, path)).reply
    assert reply is not None
    return reply


@each(
    ("error", "status", "kind", "words"),
    [
        (StorageFull(), 403, "permission_error", "keeps as many bytes as it may; delete files or batches"),
        (OSError(28, "No space left"), 500, "api_error", "cannot keep this on disk: No space left."),
        (OSError("odd"), 500, "api_error", "cannot keep this on disk: odd."),
    ],
)
def test_what_cannot_be_kept_is_refused(error: Exception, status: int, kind: str, words: str) -> None:
    """In the API's form, and the session goes on."""

    def fails(*_: object) -> Any:
        raise error

    session = session_of()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_generator, "answer", fails)
        reply = asked(session, None, "/v1/models")
    told = json.loads(reply.body)["error"]
    assert (reply.status, told["type"]) == (status, kind)
    assert words in told["message"]
    assert asked(session, None, "/v1/models").status == 200


class Slow:
    """Chooses replies by an expression that takes too long."""

    script = Script(())
    used = ()

    def next(self, _view: Any) -> Any:
        """Take too long."""
        raise TooSlowError("the expression '(a+)+' takes too long")

    def next_for_row(self, view: Any, _custom_id: str) -> Any:
        """Take too long."""
        return self.next(view)


def test_where_looking_takes_too_long_nobody_knows_what_matches() -> None:
    """422, and why; alike where a large request is looked at elsewhere."""
    replies = []
    for is_large in (False, True):
        session = session_of()
        session.play(Slow())
        asking = exchange(session, message("new"))
        found = asyncio.run(answer_large(asking, elsewhere)) if is_large else answer(asking)
        assert found.reply is not None
        replies.append(found.reply)
    assert [reply.status for reply in replies] == [422, 422]
    assert [json.loads(reply.body)["error"] for reply in replies] == 2 * [
        {
            "type": "mockapi_too_slow",
            "message": "mockapi cannot tell what answers this: the expression '(a+)+' takes too long.",
        }
    ]


SCRIPT = [{"text": "one"}, {"text": "two", "times": 2}, {"text": "three"}]


def test_what_a_session_remembers_lets_another_go_on() -> None:
    """Its script, recordings, ids and accounts, at any time; the memory is JSON."""
    script = parse_script({"replies": SCRIPT, "then": "fail"}, lambda _: b"")
    wanted = [message("new") if number % 3 else message("abc"[number // 3 % 3]) for number in range(9)]
    for begun in range(len(wanted)):
        sessions = [session_of(after_last="fail") for _ in range(2)]
        for session in sessions:
            session.play(script)
        for body in wanted[:begun]:
            asked(sessions[0], body)
        recall(sessions[1], json.loads(json.dumps(memory_of(sessions[0]))))
        assert memory_of(sessions[1]) == memory_of(sessions[0])
        for body in wanted[begun:]:
            assert asked(sessions[1], body).body == asked(sessions[0], body).body


def test_moments_are_the_same_if_nothing_has_happened_between() -> None:
    """By which a reply that was worked out elsewhere is known to fit."""
    session = session_of()
    assert session.generator.script_moment() is None
    session.play(parse_script(SCRIPT, lambda _: b""))
    before, again = session.generator.script_moment(), session.generator.script_moment()
    assert before == again
    assert hash(before) == hash(again)
    assert before != 5
    asked(session, message("new"))
    assert session.generator.script_moment() != before
    other = session_of(seed=3)
    other.play(parse_script(SCRIPT, lambda _: b""))
    assert other.generator.script_moment() != before
