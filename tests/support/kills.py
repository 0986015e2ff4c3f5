"""What kills under load may cost, by docs/scale.md: judges of what clients were told and journals have.

Every request has a number of its own, and every answer of the default session is the next number of one
recorded sequence. A Redis that comes back empty begins that anew: it is another life of the session.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.load import Answer, Client


@dataclass(frozen=True)
class Kill:
    """Hosts on which something was killed at one moment, all of which came back.

    Attributes:
        hosts: their names.
        begun: before the first signal, by this machine's monotonic clock.
        done: after the last one.
        calm: when all clients of the default session had been answered again.
    """

    hosts: frozenset[str]
    begun: float
    done: float
    calm: float

    def touches(self, answer: Answer) -> bool:
        """Whether a request was under way meanwhile."""
        return answer.at <= self.calm and answer.until >= self.begun


@dataclass
class Life:
    """The default session between two kills of Redis.

    Attributes:
        may_begin: when the life before it may have ended.
        begun: when that has ended for sure.
        journal: the requests that it has answered, in order, as far as that was read.
    """

    may_begin: float = 0.0
    begun: float = 0.0
    journal: list[str] = field(default_factory=list)


def judge_default(
    clients: Mapping[str, Client],
    host_of: Mapping[str, str],
    kills: Sequence[Kill],
    lives: Sequence[Life],
    redis: str,
) -> Counter[str]:
    """Hold what clients of the default session were told against what may be lost; counts of both.

    Args:
        clients: by their names.
        host_of: at which node each of them asks.
        kills: in order.
        lives: of the session, in order.
        redis: the name of its host.
    """
    for name, client in clients.items():
        own = [kill for kill in kills if host_of[name] in kill.hosts]
        waits = [kill for kill in kills if kill.hosts & {host_of[name], redis}]
        for answer in client.answers:
            assert answer.status in {0, 200, 503}, answer
            if answer.status == 0:
                assert any(kill.touches(answer) for kill in own), f"{name}: its node was there: {answer}"
            elif answer.status == 503:
                assert any(kill.touches(answer) for kill in waits), f"{name}: nothing was away: {answer}"
    requests = {
        f"{name}-{number}": answer
        for name, client in clients.items()
        for number, answer in enumerate(client.answers)
    }
    counts = Counter(_what(answer) for answer in requests.values())
    for life, told in zip(lives, _told(requests, lives), strict=True):
        for number, request in enumerate(life.journal):
            answer = requests[request]
            if answer.status == 200:
                assert told.get(number) == request, f"the journal has {request} for {number}: {answer}"
            else:
                counts["numbers that nobody was told"] += 1
                assert not answer.may_repeat, f"{request} counts, and may be sent again: {answer}"
        _judge_order([requests[request] for _, request in sorted(told.items())])
    return counts


def judge_session(client: Client, kills: Sequence[Kill], redis: Sequence[Kill]) -> None:
    """Hold what the client of one session was told against what may be lost.

    Args:
        client: of a session that one node has.
        kills: of that node or of a process of it.
        redis: kills of Redis.
    """
    told = client.told
    assert told == sorted(set(told)), f"{client.url}: told twice, or out of order"
    for answer in client.answers:
        assert answer.status in {0, 200, 410, 404, 503}, answer
        is_touched = any(kill.touches(answer) for kill in kills)
        if answer.status == 0:
            assert is_touched, f"{client.url}: its node was there: {answer}"
        elif answer.status in {410, 503}:
            assert any(kill.begun <= answer.until for kill in kills), f"{client.url}: it was there: {answer}"
        elif answer.status == 404:  # who asks a new Redis is told that nobody knows the node
            assert any(kill.begun <= answer.until for kill in redis), f"{client.url}: {answer}"
    missing = max(told, default=-1) + 1 - len(told)
    assert missing <= client.statuses[0], f"{client.url}: lost {missing}"


def _what(answer: Answer) -> str:
    names = {0: "connections broken", 200: "answers"}
    default = "told to come later" if answer.may_repeat else "told that nobody knows"
    return names.get(answer.status, default)


def _told(requests: Mapping[str, Answer], lives: Sequence[Life]) -> list[dict[int, str]]:
    """Who was told which number, in each life of the session: each number at most once."""
    told: list[dict[int, str]] = [{} for _ in lives]
    ends = [*(life.begun for life in lives[1:]), float("inf")]
    known = {request: place for place, life in enumerate(lives) for request in life.journal}
    for request, answer in requests.items():
        if answer.status != 200:
            continue
        number = int(answer.text)
        places = [
            place
            for place, (life, end) in enumerate(zip(lives, ends, strict=True))
            if life.may_begin <= answer.until and answer.at <= end
        ]
        if request in known:
            places = [known[request]]
        free = [place for place in places if number not in told[place]]
        assert free, f"{number} was told to {request} and to {[told[place][number] for place in places]}"
        told[free[0]][number] = request
    return told


def _judge_order(answers: Sequence[Answer]) -> None:
    """Whoever asks after another has been answered gets a later number."""
    soonest = float("inf")
    for answer in reversed(answers):
        assert answer.at <= soonest, f"a later number was told before this was asked for: {answer}"
        soonest = min(soonest, answer.until)
