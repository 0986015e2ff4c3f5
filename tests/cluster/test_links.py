"""What a session answers over a link is what it would answer to its own process, and so is its journal."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockapi.cluster import _door, _link
from mockapi.cluster._free import FreeReplies
from mockapi.exchange import Chunk, Reply, Source
from mockapi.replies import recorded_reply
from mockapi.server import Console, Service, Settings, answer
from mockapi.sessions import Asked, _library
from tests.support.linked import SERVER, Linked, with_session, worker, written
from tests.support.server import STREAM, interaction, message, paced, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cluster._remote import Remote
    from mockapi.exchange import Request
    from mockapi.server.recording import Address

HEADERS = (
    (b"host", b"127.0.0.1:4010"),
    (b"x-api-key", b"sk-ant-test-1"),
    (b"anthropic-version", b"2023-06-01"),
)
SPELLED = orjson.dumps(message("hi"), option=orjson.OPT_INDENT_2)
BODIES = {
    "one of three": orjson.dumps(message("hi")),
    "the same, spelled in another way": SPELLED,
    "alone": orjson.dumps(message("alone")),
    "a stream": orjson.dumps(message("stream")),
    "nothing recorded": orjson.dumps(message("never")),
    "refused": orjson.dumps({**message("hi"), "max_tokens": 0}),
    "no JSON": b"{",
}
AT_ONCE = [BODIES[name] for name in ("one of three", "alone", "a stream")]
SETTINGS = (
    Settings(on_unmatched="fail"),
    Settings(on_unmatched="synthesize"),
    Settings(on_unmatched="fail", after_last="fail"),
    Settings(on_unmatched="fail", speed=1.0),
    Settings(on_unmatched="fail", max_requests=2),
)


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three replies to one question, one to another, and a stream."""
    recorded = [interaction(message("hi"), b'{"number": %d}' % number) for number in range(3)]
    recorded.append(interaction(message("alone"), b"{}"))
    recorded.append(
        paced(message("stream"), [(0.0, b"event: ping\n"), (0.1, b"data: {}\n\n")], headers=STREAM)
    )
    return write_cassette(tmp_path_factory.mktemp("links") / "a.yaml", *recorded)


async def here(
    cassette: str, settings: Settings, requests: list[Request]
) -> tuple[list[Reply], list[dict[str, Any]]]:
    """What a server of one process answers, and writes down."""
    service = with_session(Service([cassette], Settings(on_unmatched="fail"), Console(quiet=True)), settings)
    session = service.sessions.get("s")
    assert session is not None
    replies = []
    for request in requests:
        entry = answer(service, request, session, SERVER)
        assert entry is not None
        entry.complete, entry.seconds = True, 0.0
        replies.append(entry.reply)
    return replies, await written(service)


def timeless(reply: Reply | None) -> Reply | None:
    """A reply without what the clock says, and what limits have come to by then."""
    if reply is None:
        return None
    moving = (b"date", b"anthropic-ratelimit-")
    return reply.with_all_headers(tuple(field for field in reply.headers if not field[0].startswith(moving)))


async def over_a_link(
    cassette: str, settings: Settings, asked: list[tuple[Asked, bytes]], ways: Callable[[], bool]
) -> tuple[list[Reply | None], list[dict[str, Any]]]:
    """What it answers to another worker: some requests together, some one by one."""
    async with Linked(cassette, settings) as linked:
        coming: list[asyncio.Future[Remote] | asyncio.Task[Remote]] = []
        for place, body in asked:
            is_awaited = ways()
            if not is_awaited or body not in AT_ONCE:  # others may pass what has to be worked out
                await asyncio.gather(*coming)
            if is_awaited:
                coming.append(linked.begun(place, body))
            else:
                coming.append(asyncio.ensure_future(linked.answered(place, body)))
            if not is_awaited or body not in AT_ONCE:
                await coming[-1]
        remotes = await asyncio.gather(*coming)
        for remote in remotes:
            remote.complete, remote.seconds = True, 0.0
            remote.ended()
        await linked.heard()
        return [remote.reply for remote in remotes], await linked.journal()


@given(
    st.lists(st.sampled_from([*BODIES]), max_size=6),
    st.sampled_from(SETTINGS),
    st.data(),
)
def test_replies_and_journal_are_those_of_one_process(
    cassette: str, names: list[str], settings: Settings, data: st.DataObject
) -> None:
    """Whatever is asked in whatever order, and by whichever way."""
    places = [Asked("s", "/v1/messages", query, HEADERS) for query in ("", "beta=true")]
    asked = [(data.draw(st.sampled_from(places)), BODIES[name]) for name in names]
    replies, journal = asyncio.run(here(cassette, settings, [place.request(body) for place, body in asked]))
    others, entries = asyncio.run(
        over_a_link(cassette, settings, asked, lambda: data.draw(st.sampled_from([True, True, False])))
    )
    assert [*map(timeless, others)] == [*map(timeless, replies)]
    assert entries == journal


def test_more_kinds_of_requests_come_than_are_kept(cassette: str) -> None:
    """Each keeps its own fields."""

    async def queries() -> list[str]:
        async with Linked(cassette, SETTINGS[0]) as linked:
            places = [Asked("s", "/v1/messages", f"number={number}", HEADERS) for number in range(300)]
            await asyncio.gather(
                *(linked.begun(place, BODIES["alone"]) for place in (*places, *places[::299]))
            )
            return [entry["request"]["query"] for entry in await linked.journal()]

    assert asyncio.run(queries()) == [f"number={number}" for number in [*range(300), 0, 299]]


def test_each_request_keeps_the_address_at_which_it_came(
    cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though all else of it came before at another one, or at none that is known."""
    addresses: list[Address] = [None, SERVER, SERVER, ("127.0.0.2", 4010), None, SERVER]
    seen = []

    def note(
        _service: Service, _asked: Asked, _request: Request, _session: Any, server: Address, _at: float
    ) -> None:
        seen.append(server)

    async def ask() -> None:
        async with Linked(cassette, SETTINGS[0]) as linked:
            asked = Asked("s", "/v1/messages", "", HEADERS)
            await asyncio.gather(*(linked.begun(asked, BODIES["alone"], server) for server in addresses))

    monkeypatch.setattr(_door, "replayed_for_another", note)
    asyncio.run(ask())
    assert seen == addresses


def test_a_free_reply_is_told_of(cassette: str) -> None:
    """Of the default session, what is alone on its key; other sessions are their owner's."""

    async def learnt() -> list[tuple[bytes, int]]:
        async with Linked(cassette, Settings(on_unmatched="fail", max_requests=0)) as linked:
            for id_ in (None, "s"):
                for body in BODIES.values():
                    await linked.begun(Asked(id_, "/v1/messages", "", HEADERS), body)
            return linked.learnt

    assert asyncio.run(learnt()) == [(BODIES["alone"], 0), (BODIES["a stream"], 0)]


def test_it_is_told_which_replies_no_session_has_given(cassette: str) -> None:
    """As one process knows it of each request that it turns away."""
    page = ((b"origin", b"https://elsewhere.example"),)

    async def told() -> list[bool]:
        async with Linked(cassette, Settings(on_unmatched="fail")) as linked:
            places = [Asked(id_, "/v1/messages", "", HEADERS) for id_ in (None, "s", "gone")]
            bodies = (BODIES["alone"], BODIES["refused"])
            found = [await linked.begun(place, body) for place in places for body in bodies]
            found += [await linked.answered(Asked("s", "/v1/messages", "", page), bodies[0])]
            return [remote.is_turned_away for remote in found]

    assert asyncio.run(told()) == [False] * 4 + [True] * 3


def test_who_waits_learns_that_the_owner_has_ended(cassette: str) -> None:
    """Each of them, once."""

    async def told() -> list[bool]:
        async with Linked(cassette, SETTINGS[0]) as linked:
            asked = Asked("s", "/v1/messages", "", HEADERS)
            coming = [linked.begun(asked, BODIES["alone"]) for _ in range(3)]
            linked.lose()
            await asyncio.wait(coming)
            return [future.cancelled() for future in coming]

    assert asyncio.run(told()) == [True, True, True]


def test_who_waits_for_an_answer_that_meets_a_defect_learns_that_it_is_lost(
    cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection ends there, and nobody waits for ever."""

    def read(_written: bytes) -> None:
        raise ArithmeticError

    async def told() -> list[bool]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        async with Linked(cassette, SETTINGS[0]) as linked:
            asked = Asked("s", "/v1/messages", "", HEADERS)
            coming = [linked.begun(asked, BODIES["alone"]) for _ in range(2)]
            await asyncio.wait(coming, timeout=5.0)
            return [future.cancelled() for future in coming]

    monkeypatch.setattr(_link, "read_flat", read)
    assert asyncio.run(told()) == [True, True]


FORWARDED = Reply(200, ((b"request-id", b"req_1"),), (Chunk(0.0, b"{}"),), Source.FORWARDED)


@given(st.lists(st.booleans(), max_size=6))
@example([False, True])
def test_what_the_upstream_answered_is_written_down_whatever_else_is_told(
    cassette: str, are_forwarded: list[bool]
) -> None:
    """Though ends of recorded replies are told together, with the first of them."""

    async def told() -> list[tuple[str, bool]]:
        async with Linked(cassette, Settings(on_unmatched="passthrough")) as linked:
            asked = Asked("s", "/v1/messages", "", HEADERS)
            bodies = [BODIES["nothing recorded" if forwards else "alone"] for forwards in are_forwarded]
            remotes = [await linked.begun(asked, body) for body in bodies]
            for remote, is_forwarded in zip(remotes, are_forwarded, strict=True):
                if is_forwarded:
                    remote.upstream_answered(remote.request, FORWARDED, 0.0, complete=True)
                remote.complete, remote.seconds = True, 0.0
                remote.ended()
            await linked.heard()
            replies = [entry["reply"] for entry in await linked.journal()]
            return sorted((reply["source"], reply["complete"]) for reply in replies)

    sources = ["forwarded" if is_forwarded else "recorded" for is_forwarded in are_forwarded]
    assert asyncio.run(told()) == [(source, True) for source in sorted(sources)]


def test_a_reply_from_a_session_s_own_cassettes_is_made_once(
    cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner keeps it, for no other worker does."""
    made = []

    def note(response: Any, *arguments: Any, **options: Any) -> Reply:
        made.append(response)
        return recorded_reply(response, *arguments, **options)

    async def ask() -> None:
        async with Linked(cassette, SETTINGS[0]) as linked:
            for _ in range(3):
                await linked.begun(Asked("own", "/v1/messages", "", HEADERS), BODIES["alone"])

    monkeypatch.setattr(_library, "recorded_reply", note)
    asyncio.run(ask())
    assert len(made) == 1


def test_a_free_reply_is_told_to_whoever_wants_to_know_of_every_request(cassette: str) -> None:
    """Also where a task of this worker has played it."""
    service = worker(cassette, 1)
    service.console = Console(told := io.StringIO(), verbose=True)
    free = FreeReplies(service)
    request = Asked(None, "/v1/messages", "", HEADERS).request(BODIES["alone"])
    free.learn(request, 0)
    played = free.answer(request, SERVER)
    assert played is not None
    played.complete, played.seconds = True, 0.001
    played.ended()
    assert told.getvalue() == f"POST /v1/messages -> 200 recorded {cassette}#3 1.0 ms\n"
