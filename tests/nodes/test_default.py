"""The default session of three nodes on one Redis: one session, whichever node a request reaches."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cassettes import redact_interaction
from mockapi.errors import CassetteError, Problem
from mockapi.nodes import _default_outbox
from mockapi.nodes._default import MAX_BODY
from mockapi.replies import RateLimits
from mockapi.replies.scripts import parse_script
from mockapi.server import Console
from tests.support.nodes import FIELDS, machines
from tests.support.redis import RedisServer, needs_redis
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [needs_redis, pytest.mark.slow]


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sequence of three, and a recording that is alone."""
    return write_cassette(
        tmp_path_factory.mktemp("default") / "c.yaml",
        *(interaction(message("turns"), b'{"turn":%d}' % turn) for turn in (1, 2, 3)),
        interaction(message("alone"), b'{"alone":true}'),
    )


def read_nothing(_path: str) -> bytes:
    """What a script without files needs."""
    raise AssertionError


def texts(replies: list[Any]) -> list[str]:
    """What replies say."""
    return [reply.json()["content"][0]["text"] for reply in replies]


def test_a_sequence_goes_on_from_node_to_node(redis: RedisServer, cassette: str) -> None:
    """Each recording is played once, in its order, wherever the requests for it come."""

    async def play() -> None:
        async with machines(redis, 3, [cassette]) as nodes:
            turns = [(await node.ask("turns")).json()["turn"] for node in (*nodes, nodes[0])]
            assert turns == [1, 2, 3, 3]
            reset = await nodes[2].control("/sessions/default/reset", {})
            assert reset.status_code == 200
            at_once = await asyncio.gather(*(node.ask("turns") for node in nodes))
            assert sorted(reply.json()["turn"] for reply in at_once) == [1, 2, 3]

    asyncio.run(play())


def test_every_reply_is_told_of_where_people_want_to_know(redis: RedisServer, cassette: str) -> None:
    """Once, by the node that has played it: those too that needed no order."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as (first, second):
            first.service.console = Console(first.told, verbose=True)
            for node in (first, first, second, first):
                await node.ask("alone")
                await node.ask("turns")
            lines = first.told.getvalue().splitlines()
            assert [line.partition(" recorded ")[2].split()[0][-2:] for line in lines] == [
                *("#3", "#0", "#3", "#1"),
                *("#3", "#2"),
            ]

    asyncio.run(play())


def test_a_script_goes_on_from_node_to_node(redis: RedisServer) -> None:
    """A script of the command line, and one that is set on one node."""
    script = parse_script({"replies": [{"text": "one"}, {"text": "two"}], "then": "fail"}, read_nothing)

    async def play() -> None:
        async with machines(redis, 2, script=script) as (first, second):
            said = [await node.ask() for node in (first, second)]
            assert texts(said) == ["one", "two"]
            assert (await first.ask()).status_code == 422
            again = {"replies": [{"text": "three"}, {"text": "four"}]}
            assert (await second.control("/sessions/default/script", again)).status_code == 201
            assert texts([await first.ask(), await second.ask()]) == ["three", "four"]
            used = [
                (await node.control("/sessions/default/script")).json()["used"] for node in (first, second)
            ]
            assert used == [[1, 1], [1, 1]]

    asyncio.run(play())


def test_a_fault_is_counted_over_all_nodes(redis: RedisServer) -> None:
    """It is done as often as it was ordered, not as often on each."""

    async def play() -> None:
        async with machines(redis, 3, on_unmatched="synthesize") as nodes:
            ordered = await nodes[0].control("/sessions/default/faults", [{"fault": "529", "times": 2}])
            assert ordered.status_code == 201
            statuses = [(await node.ask()).status_code for node in (*nodes, *nodes)]
            assert statuses == [529, 529, 200, 200, 200, 200]
            shown = [(await node.control("/sessions/default/faults")).json()["faults"] for node in nodes]
            assert [item[0]["done"] for item in shown] == [2, 2, 2]

    asyncio.run(play())


def test_rate_limits_are_those_of_one_account(redis: RedisServer) -> None:
    """A key has one bucket for all nodes, and another key another one; Redis sees neither."""
    limits = RateLimits(requests=2)

    async def play() -> None:
        async with machines(redis, 2, rate_limits=limits, on_unmatched="synthesize") as (first, second):
            statuses = [(await node.ask()).status_code for node in (first, second, first, second)]
            assert statuses == [200, 200, 429, 429]
            key = {"x-api-key": "sk-ant-test-another"}
            assert (await second.ask(**key)).status_code == 200
            assert (await first.ask(**key)).headers["anthropic-ratelimit-requests-remaining"] == "0"
            assert first.node.default is not None
            log = redis.do("XRANGE", first.node.default.order.log.key("log").decode(), "-", "+")
            assert b"/v1/messages" in log
            assert b"sk-ant-test" not in log

    asyncio.run(play())


def test_a_file_is_read_where_it_was_not_uploaded(redis: RedisServer) -> None:
    """Files and what becomes of them are on every node."""

    async def play() -> None:
        async with machines(redis, 2, on_unmatched="synthesize") as (first, second):
            fields = {**FIELDS, "anthropic-beta": "files-api-2025-04-14"}
            sent = await first.client.post(
                "/v1/files", files={"file": ("a.txt", b"some text", "text/plain")}, headers=fields
            )
            assert sent.status_code == 200, sent.text
            read = await second.client.get(f"/v1/files/{sent.json()['id']}", headers=fields)
            assert read.json() == sent.json()
            gone = await second.client.delete(f"/v1/files/{sent.json()['id']}", headers=fields)
            assert gone.status_code == 200
            assert (
                await first.client.get(f"/v1/files/{sent.json()['id']}", headers=fields)
            ).status_code == 404

    asyncio.run(play())


def test_settings_change_on_all_nodes(redis: RedisServer, cassette: str) -> None:
    """Whoever has the answer to a change sees it everywhere; so it is with a reset and with cassettes."""

    async def play() -> None:
        async with machines(redis, 3, [cassette]) as nodes:
            first, second, third = nodes
            changed = await first.control("/sessions/default", {"after_last": "fail"}, "PATCH")
            assert changed.status_code == 200
            for node in nodes:
                shown = (await node.control("/sessions/default")).json()
                assert shown["settings"]["after_last"] == "fail"
            statuses = [(await node.ask("turns")).status_code for node in (*nodes, first)]
            assert statuses == [200, 200, 200, 422]
            assert (await second.control("/sessions/default/reset", {})).status_code == 200
            assert (await third.ask("turns")).json() == {"turn": 1}
            wrong = await first.control("/sessions/default", {"after_last": "nonsense"}, "PATCH")
            assert wrong.status_code == 400

    asyncio.run(play())


def test_the_journal_is_one(redis: RedisServer, cassette: str) -> None:
    """Every node shows the same entries in the same order, those among them that needed no order."""

    async def play() -> None:
        async with machines(redis, 3, [cassette]) as nodes:
            for node in nodes:
                assert (await node.ask("alone")).json() == {"alone": True}
            assert all(node.node.default and node.node.default.follower.replica.free for node in nodes)
            for node in nodes:
                assert (await node.ask("alone")).json() == {"alone": True}
                await node.ask("turns")
            journals = [await node.journal() for node in nodes]
            assert journals[0] == journals[1] == journals[2]
            assert [entry["number"] for entry in journals[0]] == list(range(1, 10))
            assert all(entry["reply"]["complete"] for entry in journals[0])
            played = [entry["recording"]["interaction"] for entry in journals[0]]
            assert sorted(played) == [0, 1, 2, 3, 3, 3, 3, 3, 3]
            assert [number for number in played if number != 3] == [0, 1, 2]
            assert nodes[0].memory() == nodes[1].memory() == nodes[2].memory()

    asyncio.run(play())


def test_cassettes_change_on_all_nodes_or_none(redis: RedisServer, tmp_path: Path) -> None:
    """What cannot be read where it is asked for changes nothing; what can is played by all."""
    path = write_cassette(tmp_path / "c.yaml", interaction(message("turns"), b'{"turn":7}'))

    async def play() -> None:
        async with machines(redis, 2, [path]) as (first, second):
            assert (await first.ask("turns")).json() == {"turn": 7}
            write_cassette(tmp_path / "c.yaml", interaction(message("turns"), b'{"turn":8}'))
            assert (await second.control("/cassettes/reload", {})).status_code == 200
            assert (await first.ask("turns")).json() == {"turn": 8}
            (tmp_path / "c.yaml").write_text("nonsense: 1")
            assert (await first.control("/cassettes/reload", {})).status_code == 422
            assert (await second.ask("turns")).json() == {"turn": 8}
            assert (await first.ask("turns")).json() == {"turn": 8}

    asyncio.run(play())


def test_what_was_played_of_other_cassettes_is_left_out(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a node tells after a reload is not taken for a recording that has its place now."""
    monkeypatch.setattr(_default_outbox, "_WAIT", 60)
    path = write_cassette(tmp_path / "c.yaml", interaction(message("alone"), b'{"old":true}'))

    async def play() -> None:
        async with machines(redis, 2, [path]) as (first, second):
            for node in (first, second):
                assert (await node.ask("alone")).json() == {"old": True}
            await first.journal()
            assert (await second.ask("alone")).json() == {"old": True}  # which nobody else knows yet
            write_cassette(tmp_path / "c.yaml", interaction(message("other"), b'{"new":true}'))
            assert (await first.control("/cassettes/reload", {})).status_code == 200
            journal = await first.journal()
            assert len(journal) == 2
            assert journal == await second.journal()
            assert first.memory() == second.memory()

    asyncio.run(play())


def test_a_node_that_cannot_follow_says_so(redis: RedisServer, tmp_path: Path) -> None:
    """One that cannot play what the others play answers nothing in the default session, until it can."""
    path = write_cassette(tmp_path / "c.yaml", interaction(message("turns"), b'{"turn":1}'))

    async def play() -> None:
        async with machines(redis, 2, [path]) as (first, second):

            async def other(_loaded: Any) -> None:
                raise CassetteError([Problem("c.yaml", "It cannot be read.", "Mend the disk.")])

            read, second.service.read = second.service.read, other  # type: ignore[method-assign,assignment] # a broken disk
            assert (await first.control("/cassettes/reload", {})).status_code == 200
            assert (await first.ask("turns")).status_code == 200
            away = await second.ask("turns")
            assert away.status_code == 503
            assert "cannot play the cassettes that the others play" in away.json()["error"]["message"]
            assert "cannot play" in second.told.getvalue()
            second.service.read = read  # type: ignore[method-assign] # as it was
            assert (await first.control("/cassettes/reload", {})).status_code == 200
            assert (await second.ask("turns")).status_code == 200

    asyncio.run(play())


def test_an_opened_session_is_its_nodes_own(redis: RedisServer, cassette: str) -> None:
    """It has the cassettes of the server and a memory of its own, and its replies need no Redis."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as (first, second):
            opened = (await first.control("/sessions", {}, "POST")).json()
            path = f"/s/{opened['id']}/v1/messages"
            assert first.node.default is not None
            before = first.node.default.order.log.position
            reply = await first.client.post(path, json=message("turns"), headers=FIELDS)
            assert reply.json() == {"turn": 1}
            assert first.node.default.order.log.position == before
            assert (await second.ask("turns")).json() == {"turn": 1}

    asyncio.run(play())


def test_large_requests_go_through_the_log(redis: RedisServer) -> None:
    """Up to the API's own limit; a larger one is refused, and nothing waits for it."""
    large = "x" * 9_000_000

    async def play() -> None:
        async with machines(redis, 2, on_unmatched="synthesize") as (first, second):
            assert (await first.ask(large)).status_code == 200
            assert (await second.ask("small")).status_code == 200
            assert (await second.control("/sessions/default")).json()["requests"] == 2
            assert first.memory() == second.memory()
            beyond = await first.client.post("/v1/files", content=b"x" * (MAX_BODY + 1), headers=FIELDS)
            assert beyond.status_code == 413
            assert "at most 32 MiB: open a session" in beyond.text

    asyncio.run(play())


@pytest.mark.parametrize("key", ["sk-ant-test-repeated-1", "hunter2!", "two words"])
@pytest.mark.parametrize("field", ["x-api-key", "authorization"])
def test_a_body_that_repeats_its_own_key_is_answered_alike_everywhere(
    redis: RedisServer, tmp_path: Path, key: str, field: str
) -> None:
    """Whatever the key looks like, and whether the recording has it: the log does not have the field."""
    text = f"my key is {key} indeed"
    asked = interaction(message(text), b'{"turn":1}')
    kept = redact_interaction(
        replace(asked, request=replace(asked.request, headers=(*asked.request.headers, (field, key))))
    )
    cassette = write_cassette(tmp_path / "c.yaml", *[kept] * 3)

    async def play() -> None:
        async with machines(redis, 2, [cassette], on_unmatched="fail") as nodes:
            replies = [await node.ask(text, **{field: key}) for node in (*nodes, nodes[0])]
            assert len({reply.status_code for reply in replies}) == 1
            assert await nodes[0].journal() == await nodes[1].journal()
            assert nodes[0].memory() == nodes[1].memory()

    asyncio.run(play())
