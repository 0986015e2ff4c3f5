"""Replies are counted together, from what journals keep, as if each had been counted when it was sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

import mockapi
from mockapi.cassettes import Cassette
from mockapi.exchange import Chunk, Reply, Source
from mockapi.server._console import Console
from mockapi.server._metrics import Metrics
from mockapi.server._service import Service
from mockapi.sessions import Asked, CassetteSet, JournalEntry, Playing, ServerSession, SessionRegistry
from mockapi.sessions._journal import Journal
from tests.support.examples import examples
from tests.support.server import (
    RawClient,
    close_session,
    control,
    counting,
    interaction,
    message,
    open_session,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARY = CassetteSet([Cassette("c", tuple(interaction(message(text), b"ok") for text in "abc"))])
ASKED = Asked(None, "/v1/messages", "", ())
MADE = [
    Reply(200, (), (Chunk(0.0, b"made"),), Source.SYNTHESIZED),
    Reply(400, ((b"x-mockapi-rule", b"a.rule"),), (Chunk(0.0, b"refused"),), Source.INVALID),
    Reply(200, (), (Chunk(0.0, b"scripted"),), Source.SCRIPTED),
]
IDLE = Service((), mockapi.Settings(), Console(quiet=True))
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}

Doing: TypeAlias = tuple[str, int, int]
REPLIES = ["replayed", "made", "many"]
KINDS = [*REPLIES, "sent", "lent", "cleared", "settled", "merged", "begun anew", "closed", "told"]
DOINGS = st.lists(
    st.tuples(st.sampled_from([*KINDS, *REPLIES * 2]), st.integers(0, 2), st.integers(0, 200)), max_size=25
)


class Server:
    """Sessions with small journals whose replies are counted twice: together, and one by one."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self.together, self.one_by_one = Metrics(), Metrics()
        self._bounds = max_entries, max_bytes
        self._seconds = 0.0
        self.sessions = SessionRegistry(self._session("default"))
        self.sessions.count_for(self.together)
        for number in (1, 2):
            self.sessions.add(self._session(str(number)))

    def _session(self, id_: str) -> ServerSession:
        session = ServerSession(id_, mockapi.Settings(), LIBRARY)
        session.journal = Journal(*self._bounds)
        return session

    def do(self, doing: str, which: int, size: int) -> None:
        """Do something to a session."""
        session = self.sessions.default if which == 0 else self.sessions.get(str(which))
        assert session is not None
        journal, recording, body = session.journal, LIBRARY.recordings[which], b"b" * size
        match doing:
            case "replayed":
                journal.add_replayed(
                    0.0, self._sent(LIBRARY.reply(recording)), ASKED, body, recording, LIBRARY
                )
            case "many":
                for _ in range(size):
                    self.do("replayed", which, 1)
            case "made":
                journal.add_made(0.0, self._sent(MADE[which]), ASKED, body, MADE[which])
            case "sent":
                journal.add(0.0, ASKED.request(body), MADE[which], None, None)
                self.together.sent(MADE[which], self._sent(MADE[which]))
            case "lent":  # the worker that sends it counts it
                playing: Playing = journal.add_playing(0.0, ASKED, body, recording, LIBRARY)
                playing.ended(1.0, complete=True)
            case "cleared":
                journal.clear()
            case "settled":
                session.use(LIBRARY)
            case "merged":  # what another worker has played, and counted
                played = ASKED.request(body)
                journal.merge([JournalEntry(0, 0.0, played, LIBRARY.reply(recording), recording, None)])
            case "begun anew":
                journal.begin_anew(size + which, which)
            case "closed" if which:
                self.sessions.close(session)
                self.sessions.add(self._session(session.id))
            case _:
                assert told(self.after_all()) == told(self.one_by_one)

    def _sent(self, reply: Reply) -> float:
        """The seconds of a reply, which is counted by itself; of different ones the sum is exact."""
        self._seconds += 2**-10
        self.one_by_one.replied(reply, self._seconds)
        return self._seconds

    def after_all(self) -> Metrics:
        """What was counted together, once nothing is left to be counted."""
        for _ in self.sessions.add_up():
            pass
        return self.together


def told(metrics: Metrics) -> list[Any]:
    """Every sample of what was counted."""
    return [sample for family in metrics.families(IDLE.totals()) for sample in family.samples]


def check(doings: Iterable[Doing], max_entries: int, max_bytes: int) -> None:
    """Both ways of counting tell the same after something was done."""
    server = Server(max_entries, max_bytes)
    for doing in doings:
        server.do(*doing)
    assert told(server.after_all()) == told(server.one_by_one)


@settings(max_examples=examples(100))
@given(DOINGS, st.integers(1, 400), st.integers(1, 2000))
def test_nothing_is_lost_and_nothing_counts_twice(
    doings: list[Doing], max_entries: int, max_bytes: int
) -> None:
    """Whatever was added, dropped, forgotten, merged and closed meanwhile."""
    check(doings, max_entries, max_bytes)


@pytest.mark.parametrize("doing", sorted(KINDS))
@pytest.mark.parametrize("max_entries", [1, 2, 100])
def test_what_is_done_between_two_replies_costs_no_count(doing: str, max_entries: int) -> None:
    """Nor does it count one of them twice."""
    for kind in ("replayed", "made"):
        between = [(kind, 1, 1), (doing, 1, 5)] * 3
        check([*between, ("told", 1, 0), *between, (kind, 1, 1)], max_entries, 10_000)


def test_counting_pauses_where_there_is_much_to_count() -> None:
    """A turn of the event loop for each session would take seconds where thousands are open."""
    server = Server(10_000, 10_000_000)
    for number in range(3, 5_000):
        server.sessions.add(ServerSession(str(number), mockapi.Settings(), LIBRARY))
    assert len(list(server.sessions.add_up())) == 5
    for which in range(3):
        for _ in range(5):
            server.do("many", which, 200)
    steps = server.sessions.add_up()
    for which in range(3):
        next(steps)
        family = next(server.together.families(IDLE.totals()))
        assert [sample.value for sample in family.samples] == [1_000 * (which + 1)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mockapi.Server]:
    """A server that counts."""
    recorded = interaction(message("0"), b"a"), interaction(message("1"), b"b", status=429)
    cassette = write_cassette(tmp_path_factory.mktemp("counting") / "a.yaml", *recorded)
    settings = mockapi.Settings(on_unmatched="synthesize")
    with counting(mockapi.Server([cassette], settings=settings)) as running:
        yield running


def counted(server: mockapi.Server) -> Counter[tuple[str, ...]]:
    """What is told: requests by source, status and rule, and the times that were taken by source."""
    families = list(text_string_to_metric_families(control(server, "/metrics").text))
    samples = [sample for family in families for sample in family.samples]
    names = {"mockapi_requests_total", "mockapi_time_to_first_byte_seconds_count"}
    return Counter(
        {
            tuple(value for _, value in sorted(sample.labels.items())): int(sample.value)
            for sample in samples
            if sample.name in names
        }
    )


BODIES = {
    "recorded": message("0"),
    "limited": message("1"),
    "made up": message("made up"),
    "refused": {**message("refused"), "max_tokens": -1},
    "nobody": message("0"),
}
CONTROLS = {
    "reset": ("POST", "/sessions/{}/reset"),
    "loaded": ("POST", "/cassettes/reload"),
    "told": ("GET", "/metrics"),
    "closed": ("", ""),
}
ASKING = st.sampled_from(["recorded", "limited", "made up", "refused", "nobody"] * 4 + [*CONTROLS])


@settings(max_examples=examples(50))
@given(st.lists(st.tuples(ASKING, st.booleans()), max_size=30))
def test_what_clients_got_is_what_is_told(server: mockapi.Server, steps: list[tuple[str, bool]]) -> None:
    """Over sockets, of the default session and of another one, whatever is done to them meanwhile."""
    before, seen = counted(server), Counter[tuple[str, ...]]()
    opened = open_session(server)
    with RawClient(server.base_url) as client:
        for what, elsewhere in steps:
            session = opened["id"] if elsewhere else "default"
            prefix = f"/s/{session}" if elsewhere else ""
            if what == "closed":
                close_session(server, opened["id"])
                opened = open_session(server)
            elif what in CONTROLS:
                method, path = CONTROLS[what]
                assert control(server, path.format(session), method=method).is_success
            else:
                prefix = "/s/nobody" if what == "nobody" else prefix
                client.ask("POST", f"{prefix}/v1/messages", orjson.dumps(BODIES[what]), *KEY.items())
                reply = client.read()
                source = str(reply.header("x-mockapi-source"))
                seen[str(reply.header("x-mockapi-rule") or ""), source, str(reply.status)] += 1
                if what != "nobody":
                    seen[(source,)] += 1
    close_session(server, opened["id"])
    assert counted(server) - before == seen
