"""Replicas: whatever the order of things is, all of them come to the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.exchange import Request
from mockapi.nodes import _log_entries as entries
from mockapi.nodes._log_entries import Entry
from mockapi.replies import RateLimits
from mockapi.server import answer
from tests.support.nodes import Followed
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable

NODES = ("node-0", "node-1", "node-2")
START = 1_800_000_000_000
LIMITS = RateLimits(requests=6, input_tokens=10_000, output_tokens=10_000)
SCRIPT = {"replies": [{"text": "first"}, {"text": "second", "times": 2}]}
CHANGES = [
    ("POST", "/sessions/default/reset", None),
    ("POST", "/sessions/default/script", SCRIPT),
    ("DELETE", "/sessions/default/script", None),
    ("POST", "/sessions/default/faults", [{"fault": "529", "times": 1}]),
    ("POST", "/sessions/default/faults", {"nonsense": 1}),
    ("DELETE", "/sessions/default/faults", None),
    ("PATCH", "/sessions/default", {"after_last": "fail"}),
    ("PATCH", "/sessions/default", {"speed": 2}),
    ("PATCH", "/sessions/default", {"matching": {"ignore": ["$.max_tokens"]}}),
]

asks = st.tuples(
    st.just("ask"),
    st.sampled_from(["twice", "once", "unknown", "files"]),
    st.sampled_from(["sk-ant-test-1", "sk-ant-test-2"]),
)
others = st.sampled_from([("ended",), ("played",), ("seal",), ("again",)])
changes = st.tuples(st.just("change"), st.sampled_from(CHANGES))
steps = st.lists(
    st.tuples(st.one_of(asks, asks, asks, others, changes), st.sampled_from(NODES), st.integers(0, 9_000)),
    max_size=16,
)


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sequence of two, and a recording that is alone."""
    return write_cassette(
        tmp_path_factory.mktemp("replica") / "c.yaml",
        interaction(message("twice"), b'{"n":1}'),
        interaction(message("twice"), b'{"n":2}'),
        interaction(message("once"), b'{"n":3}'),
    )


def log_of(script: list[Any]) -> list[Entry]:
    """A log in which nodes do these things, one after the other."""
    log: list[Entry] = []
    milliseconds = START
    for number, (step, node, later) in enumerate(script):
        milliseconds += later
        place, token = f"{milliseconds}-{number}".encode(), f"token-{number}"

        def add(
            kind: str,
            said: Any,
            body: bytes = b"",
            *,
            place: bytes = place,
            token: str = token,
            node: str = node,
        ) -> None:
            log.append(Entry(place, kind, token, node, said, body))

        _do(step, add, log, milliseconds)
    return log


def _do(step: tuple[Any, ...], add: Callable[..., None], log: list[Entry], milliseconds: int) -> None:
    match step:
        case ("ask", text, key):
            request = asked(text, key)
            add(entries.ASK, [entries.told_request(request), ""], request.body)
        case ("ended",):
            tokens = [entry.token for entry in log if entry.kind == entries.ASK][-2:]
            add(entries.ENDED, [[token, True, 0.5] for token in tokens])
        case ("played",):
            requests = [asked("once", "sk-ant-test-1")] * 2
            lengths, body = entries.joined_bodies([request.body for request in requests])
            told = [
                [milliseconds / 1000 - 3 * back, entries.told_request(request), 2, True, 0.1, ""]
                for back, request in enumerate(requests)
            ]
            add(entries.PLAYED, [told, lengths], body)
        case ("seal",):
            add(entries.SEAL, None)
        case ("again",) if log:  # an entry that was sent twice
            add(log[-1].kind, log[-1].said, log[-1].body, token=log[-1].token)
        case ("change", (method, path, said)):
            body = b"" if said is None else orjson.dumps(said)
            add(entries.CONTROL, [method, path, "", ["host", "localhost"]], body)


def asked(text: str, key: str) -> Request:
    """A request of a client, as the log tells of it."""
    headers = ((b"x-api-key", key.encode()), (b"anthropic-version", b"2023-06-01"))
    if text == "files":
        return Request("GET", "/v1/models", "limit=2", headers)
    return entries.as_shared(Request("POST", "/v1/messages", "", headers, orjson.dumps(message(text))))


@given(script=steps)
def test_replicas_are_alike(cassette: str, script: list[Any]) -> None:
    """Whoever has written what: memory and journal are the same on every node."""
    log = log_of(script)
    followed = [
        Followed(node, [cassette], rate_limits=LIMITS, on_unmatched="synthesize") for node in NODES[:2]
    ]

    async def follow() -> None:
        for one in followed:
            await one.follow(log)

    asyncio.run(follow())
    assert followed[0].memory == followed[1].memory
    assert followed[0].journal == followed[1].journal


@given(script=steps)
def test_a_replica_answers_as_one_process_would(cassette: str, script: list[Any]) -> None:
    """The same requests in the same order, at the same times, without a log."""
    kept = [step for step in script if step[0][0] == "ask" or step[0][:1] == ("change",)]
    log = log_of(kept)
    settings: dict[str, Any] = {"rate_limits": LIMITS, "on_unmatched": "synthesize"}
    followed, alone = Followed(NODES[0], [cassette], **settings), Followed("alone", [cassette], **settings)

    async def both() -> None:
        await followed.follow(log)
        await alone.replica.begin()
        for entry in log:
            if entry.kind == entries.ASK:
                request = entries.request_of(entry.said[0], entry.body)
                session = alone.service.sessions.default
                answer(alone.service, request, session, moment=entry.moment(tells=True))
            else:
                await alone.replica.apply(entry)

    asyncio.run(both())
    assert followed.memory == alone.memory
    assert followed.journal == alone.journal


@given(script=steps, cut=st.floats(0, 1))
def test_a_snapshot_and_the_rest_are_the_whole(cassette: str, script: list[Any], cut: float) -> None:
    """Whoever comes later has the same memory, and the same entries from there on."""
    log = log_of([((("seal",)), NODES[0], 1) if step[0] == ("again",) else step for step in script])
    place = round(cut * len(log))
    settings: dict[str, Any] = {"rate_limits": LIMITS, "on_unmatched": "synthesize"}
    whole, later = Followed(NODES[0], [cassette], **settings), Followed(NODES[1], [cassette], **settings)

    async def follow() -> None:
        await whole.follow(log[:place])
        whole.replica.merge()
        changes, memory = orjson.loads(orjson.dumps([whole.replica.changes, whole.memory]))
        await later.recall(changes, memory)
        assert later.memory == whole.memory
        for one in (whole, later):
            await one.go_on(log[place:])

    asyncio.run(follow())
    assert later.memory == whole.memory
    assert (
        replace_ends(later.journal)
        == replace_ends(whole.journal[-len(later.journal) :])[: len(later.journal)]
    )


def replace_ends(journal: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries without what was told of them before the snapshot."""
    return [{**entry, "at": None} for entry in journal]


def test_an_entry_that_was_seen_counts_once(cassette: str) -> None:
    """A batch that may have arrived is sent again with its token."""
    followed = Followed(NODES[0], [cassette])
    first = asked("twice", "sk-ant-test-1")
    entry = Entry(b"1-1", entries.ASK, "a", NODES[1], [entries.told_request(first), ""], first.body)

    async def follow() -> None:
        await followed.follow([entry, entry._replace(id=b"1-2")])

    asyncio.run(follow())
    assert [item["number"] for item in followed.journal] == [1]


def test_what_stands_for_keys_is_refused_where_they_are(cassette: str) -> None:
    """A key that is listed as invalid is, though nobody but the node where it came gets to see it."""
    listed = replace(
        Followed("x").service.sessions.default.settings.validation, invalid_keys=frozenset({"bad"})
    )
    followed = Followed(NODES[0], [cassette], validation=listed, on_unmatched="synthesize")
    log = []
    for number, key in enumerate(("bad", "good")):
        request = asked("hello", key)
        said = [entries.told_request(request), ""]
        log.append(Entry(b"1-%d" % number, entries.ASK, key, NODES[1], said, request.body))
    asyncio.run(followed.follow(log))
    assert [entry["reply"]["status"] for entry in followed.journal] == [401, 200]
