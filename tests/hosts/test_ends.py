"""Nodes and Redis that are killed, paused and cut off under load.

What is lost is what docs/scale.md says; no number of the default session is told twice; and sessions of other
nodes go on as if nothing were.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.hosts import Host, need_hosts
from tests.support.load import Load, numbers
from tests.support.node_hosts import NODES, REDIS, Nodes
from tests.support.server import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.load import Answer, Client

pytestmark = [pytest.mark.xdist_group("hosts"), pytest.mark.timeout(900)]

STEPS: Final = 2_000
LONG: Final = 8_000
"""Numbers of the long stories; reading more takes long."""
PAUSE: Final = 0.1
"""Seconds between an answer and its client's next request."""
CLIENTS: Final = 2
"""Of the default session, at each node."""
MANY: Final = 20
"""Answers that show that a client is not held up."""
HARMS: Final = {"kill": Host.kill, "pause": Host.pause, "silence": Host.silence, "unplug": Host.unplug}
UNDONE: Final = {"pause": Host.resume, "silence": Host.connect, "unplug": Host.connect}
STORY: Final = 34
"""Harms of one long run; there are three."""


@pytest.fixture
def nodes(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Nodes]:
    """Three that answer with numbers, and their Redis."""
    need_hosts("redis-server")
    cassette = numbers(tmp_path / "numbers.yaml", getattr(request, "param", STEPS))
    with Nodes(tmp_path, cassette, "--validation", "off", "--after-last", "fail") as made:
        yield made


def default_clients(nodes: Nodes) -> dict[str, str]:
    """Clients of the default session at each node: whom they ask."""
    return {f"{name}-{number}": nodes.urls[name] for name in NODES for number in range(CLIENTS)}


class Story:
    """What happens to hosts under a load, and what has to come of it.

    Args:
        nodes: the hosts.
        load: their clients, those of the default session and of one session of each node.
    """

    def __init__(self, nodes: Nodes, load: Load) -> None:
        self._nodes = nodes
        self._default = {name: load.clients[name] for name in default_clients(nodes)}
        self._sessions = {name: client for name, client in load.clients.items() if name in NODES}
        self._beginnings = [0.0]  # of the default session: a Redis that comes back empty begins another one
        eventually(
            lambda: all(len(client.told) >= 3 for client in load.clients.values()),
            "all are answered at first",
        )

    def harm(self, host: str, harm: str) -> None:
        """Harm a host, see that nobody else waits for it, mend it, and see that all are answered again."""
        of_node = [client for name, client in self._default.items() if name.startswith(host)]
        elsewhere = [client for name, client in self._default.items() if not name.startswith(host)]
        session = self._sessions.get(host)
        others = [client for name, client in self._sessions.items() if name != host]
        begun = time.monotonic()
        HARMS[harm](self._nodes.hosts[host])
        if (host, harm) == (REDIS, "kill"):
            self._beginnings.append(time.monotonic())
        if host == REDIS:
            concerned = elsewhere
            self._wait(concerned, begun, 503, "without Redis, the default session says so")
        else:
            concerned = of_node
            others += elsewhere
            self._wait(concerned, begun, 0, "it does not answer")
        eventually(
            lambda: all(len(client.since(begun)) >= MANY for client in others),
            f"nobody else waits for {host} after {harm}",
        )
        harmed = time.monotonic()
        if harm == "kill":
            self._nodes.start(host)
        else:
            UNDONE[harm](self._nodes.hosts[host])
        self._wait(
            [*self._default.values()], time.monotonic(), 200, f"all are answered after {harm} of {host}"
        )
        for client in others:
            seen = {answer.status for answer in client.answers if begun <= answer.at <= harmed}
            assert seen == {200}, f"{client.url}, after {harm} of {host}: {seen}"
        if host == REDIS:
            unanswered = [answer for one in concerned for answer in one.since(begun) if answer.status == 0]
            assert unanswered == [], f"{harm} of Redis at {begun}, over at {harmed}"
        if session is not None and harm == "kill":
            del self._sessions[host]

    def _wait(self, clients: list[Client], moment: float, status: int, what: str) -> None:
        eventually(
            lambda: all(any(answer.status == status for answer in one.since(moment)) for one in clients), what
        )

    def judge(self) -> None:
        """What every story comes to."""
        for begin, end in pairwise([*self._beginnings, float("inf")]):
            answers = [
                answer
                for client in self._default.values()
                for answer in client.answers
                if begin <= answer.at < end
            ]
            self._judge_default(answers)
        for name, client in self._sessions.items():
            assert client.told == sorted(set(client.told)), f"session of {name}: told twice, or late"
            missing = max(client.told) + 1 - len(client.told)
            assert missing <= client.statuses[0], f"session of {name}: lost {missing}"
            assert client.statuses.keys() <= {0, 200}, f"session of {name}: {client.statuses}"

    @staticmethod
    def _judge_default(answers: list[Answer]) -> None:
        told = Counter(int(answer.text) for answer in answers if answer.status == 200)
        assert [number for number, times in told.items() if times > 1] == [], "a number was told twice"
        unanswered = [answer for answer in answers if answer.status in {0, 503}]
        assert max(told) + 1 - min(told) - len(told) <= len(unanswered), "numbers are missing"
        assert {answer.status for answer in answers} <= {0, 200, 503}


def journal(nodes: Nodes, name: str) -> list[tuple[str, int]]:
    """The last requests to the default session, as a node remembers them, and the numbers they were told.

    None of them while it is out of order: a node that was cut off has to find the others again.
    """
    told = nodes.control(name, "GET", "/sessions/default/journal?limit=1000")
    assert told.status_code in {200, 503}, told.text
    entries = told.json()["entries"] if told.status_code == 200 else []
    return [
        (dict(entry["request"]["headers"])["x-request-number"], entry["recording"]["interaction"])
        for entry in entries
    ]


def is_remembered_alike(nodes: Nodes) -> bool:
    """Whether all nodes have the same journal of the default session."""
    first, *others = [journal(nodes, name) for name in NODES]
    return bool(first) and all(other == first for other in others)


def story_of(nodes: Nodes, harms: list[tuple[str, str]]) -> None:
    """Tell a story, and judge it."""
    sessions = {name: nodes.open_session(name) for name in NODES}
    with Load(nodes.client, default_clients(nodes) | sessions, PAUSE) as load:
        story = Story(nodes, load)
        for host, harm in harms:
            story.harm(host, harm)
    story.judge()
    # Not at once: what a node sent before it was cut off may reach Redis seconds after its client has left.
    eventually(lambda: is_remembered_alike(nodes), "all nodes remember the same")


@pytest.mark.nightly
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("host", [*NODES, REDIS])
def test_a_harmed_host_costs_what_was_its_own(nodes: Nodes, host: str, harm: str) -> None:
    """Whoever it is, and whatever happens to it."""
    story_of(nodes, [(host, harm)])


@pytest.mark.nightly
@pytest.mark.parametrize("nodes", [LONG], indirect=True)
@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_harms_lose_what_the_page_says_and_double_nothing(nodes: Nodes, seed: int) -> None:
    """One after the other, drawn, without a break in the load."""
    dice = random.Random(seed)
    story_of(nodes, [(dice.choice([*NODES, REDIS]), dice.choice(list(HARMS))) for _ in range(STORY)])


@pytest.mark.slow
def test_a_node_that_is_killed_and_a_redis_that_is_cut_off(nodes: Nodes) -> None:
    """One story with a harm of each kind, for every change."""
    story_of(nodes, [("node2", "kill"), (REDIS, "silence")])
