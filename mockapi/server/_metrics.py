"""What the server counts for Prometheus: numbers, and nothing of what is played.

What is answered at once is counted later, some hundreds of replies together: of most of them the journal
keeps all that there is to count, and tells it. prometheus_client, which would spend more on a counter than a
recorded reply may cost in all, is asked only when somebody reads the numbers, and then it does what is its
own: the formats. Labels cannot grow without end, because nothing that a client or a recording says becomes
one: sources and rules are mockapi's own, and a status outside of HTTP's goes by its class.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias

from mockapi.errors import UsageError
from mockapi.exchange import Source
from mockapi.server.wire import Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from mockapi.exchange import Reply
    from mockapi.server.wire import Lateness
    from mockapi.sessions import SessionRegistry

COUNTED_TOGETHER: Final = 256
"""How many replies are counted together."""
_Kind: TypeAlias = tuple[Source, int, str]
"""Of a reply: its source, its status, and the rule that refused."""
_STATUSES: Final = {*map(int, HTTPStatus), 529}  # and the API's own "overloaded"


@dataclass(slots=True)
class Totals:
    """The numbers of a server that are there without being counted for Prometheus.

    Attributes:
        sessions: how many are open, the default one included.
        cassettes: how many are played by default.
        interactions: of them.
        journal_bytes: about what the journals keep in memory.
        lateness: of the chunks that were sent.
    """

    sessions: int
    cassettes: int
    interactions: int
    journal_bytes: int
    lateness: Lateness

    def add(self, other: Totals) -> None:
        """Add those of another process of the same server; the default session and the cassettes are one."""
        self.sessions += other.sessions - 1
        self.journal_bytes += other.journal_bytes
        self.lateness.merge(other.lateness)
        self.lateness.streams += other.lateness.streams


class Metrics:
    """The counts of one server, in a registry of their own.

    Raises:
        UsageError: prometheus_client is not installed.
    """

    def __init__(self) -> None:
        try:
            import prometheus_client  # noqa: F401, PLC0415 - an extra, and only who asks for numbers needs it
        except ImportError as error:
            raise UsageError(
                "Metrics need prometheus-client: pip install 'messages-mockapi[metrics]'."
            ) from error
        self._waiting: list[_Kind] = []  # kinds alone: with requests and replies they would hold gigabytes
        self._seconds: list[float] = []  # of each
        self._replies: defaultdict[_Kind, int] = defaultdict(int)
        self._first_byte = {source: Histogram() for source in Source}

    def replied(self, reply: Reply, first_byte: float | None) -> None:
        """Count a reply by itself.

        Args:
            reply: what was sent.
            first_byte: seconds from the whole request to the first byte of the reply's body, which of a
                stream is its first event; None if there was no whole request, or no such byte.
        """
        self._replies[_kind(reply)] += 1
        if first_byte is not None:
            self._first_byte[reply.source].add(first_byte)

    def sent(self, reply: Reply, seconds: float) -> None:
        """Count a reply that was sent whole and at once, and that no journal tells of.

        Args:
            reply: what was sent.
            seconds: as for `replayed`.
        """
        self._waiting.append(_kind(reply))
        self._seconds.append(seconds)
        if len(self._waiting) >= COUNTED_TOGETHER:  # so many together are counted for less
            self.add_up()

    def replayed(self, seconds: list[float]) -> None:
        """Count recorded replies with status 200, which most are.

        Args:
            seconds: of each, from the whole request to the last byte: zero or more.
        """
        self._replies[Source.RECORDED, 200, ""] += len(seconds)
        self._first_byte[Source.RECORDED].add_all(seconds)

    def made(self, replies: list[Reply], seconds: list[float]) -> None:
        """Count replies that were sent whole and at once.

        Args:
            replies: what was sent.
            seconds: of each, as for `replayed`.
        """
        self._add(list(map(_kind, replies)), seconds)

    async def catch_up(self, sessions: SessionRegistry) -> None:
        """Count all that was sent so far, between other work: each step is a turn of the event loop."""
        for _ in sessions.add_up():
            await asyncio.sleep(0)
        self.add_up()

    def add_up(self) -> None:
        """Count what waits here for it."""
        kinds, self._waiting = self._waiting, []
        seconds, self._seconds = self._seconds, []
        self._add(kinds, seconds)

    def _add(self, kinds: list[_Kind], seconds: list[float]) -> None:
        numbers = Counter(kinds)
        for kind, number in numbers.items():
            self._replies[kind] += number
        sources = {source for source, *_ in numbers}
        for source in sources:
            of = zip(kinds, seconds, strict=True)
            times = seconds if len(sources) == 1 else [time for kind, time in of if kind[0] is source]
            self._first_byte[source].add_all(times)

    def added(self, other: Metrics) -> None:
        """Add what another process has counted."""
        self.add_up()
        other.add_up()
        for labels, number in other._replies.items():
            self._replies[labels] += number
        for source, histogram in other._first_byte.items():
            self._first_byte[source].merge(histogram)

    def written(self, totals: Totals, accept: str, *, tells_process: bool = True) -> tuple[bytes, str]:
        """All numbers as text, and its content type.

        Args:
            totals: the numbers that are not counted here.
            accept: the formats that the reader takes, as its header says.
            tells_process: whether the numbers of this process come too: its memory, its processor time.
        """
        from prometheus_client import CollectorRegistry, ProcessCollector  # noqa: PLC0415 - an extra
        from prometheus_client.exposition import choose_encoder  # noqa: PLC0415 - an extra

        registry = CollectorRegistry()
        registry.register(_Numbers(self, totals))
        if tells_process:
            ProcessCollector(registry=registry)
        try:
            encode, content_type = choose_encoder(accept)
        except (TypeError, ValueError):  # of a version that is not a number
            encode, content_type = choose_encoder("")
        return encode(registry), content_type

    def families(self, totals: Totals) -> Iterator[Metric]:
        """The metrics, as prometheus_client has them."""
        from prometheus_client import core  # noqa: PLC0415 - an extra

        self.add_up()
        replies = core.CounterMetricFamily(
            "mockapi_requests",
            "Requests by what answered them, the reply's status, and the rule that refused them.",
            labels=("source", "status", "rule"),
        )
        counts: defaultdict[tuple[Source, str, str], int] = defaultdict(int)
        for (source, status, rule), number in self._replies.items():
            counts[source, _status(status), rule] += number
        for labels, number in sorted(counts.items()):
            replies.add_metric(labels, number)
        yield replies
        misses = sum(number for (source, *_), number in counts.items() if source is Source.UNMATCHED)
        yield core.CounterMetricFamily("mockapi_misses", "Requests that nothing matched.", value=misses)
        first_byte = core.HistogramMetricFamily(
            "mockapi_time_to_first_byte_seconds",
            "From the whole request to the first byte of the reply's body, by what answered.",
            labels=("source",),
        )
        for source, histogram in self._first_byte.items():
            if histogram.count:
                first_byte.add_metric((source,), *_shown(histogram))
        yield first_byte
        late = core.HistogramMetricFamily(
            "mockapi_chunk_lateness_seconds", "How long after it was due a paced chunk was sent.", labels=()
        )
        late.add_metric((), *_shown(totals.lateness))
        yield late
        streams = totals.lateness.streams
        for name, about, value in (
            ("streams_in_flight", "Replies being sent, or awaited from the upstream.", streams),
            ("sessions_open", "Sessions that are open, the default one included.", totals.sessions),
            (
                "journal_bytes",
                "About what the journals of all open sessions keep in memory.",
                totals.journal_bytes,
            ),
        ):
            yield core.GaugeMetricFamily(f"mockapi_{name}", about, value=value)


class _Numbers:
    """What a registry asks for its metrics."""

    def __init__(self, metrics: Metrics, totals: Totals) -> None:
        self._metrics = metrics
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        return self._metrics.families(self._totals)


def _kind(reply: Reply) -> _Kind:
    source = reply.source
    if source is not Source.INVALID:  # an upstream's rule is not ours, and might be anything
        return source, reply.status, ""
    return source, reply.status, reply.header("x-mockapi-rule") or ""


def _status(status: int) -> str:
    """A status as a label."""
    return str(status) if status in _STATUSES else f"{status // 100}xx"


def _shown(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """Buckets and the sum, as prometheus_client takes them."""
    buckets: list[tuple[str, float]] = [(str(bound), number) for bound, number in histogram.cumulative()]
    return [*buckets, ("+Inf", histogram.count)], histogram.total
