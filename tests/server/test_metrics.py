"""What is counted for Prometheus: how many of what, and how fast, but nothing of what is played."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import TYPE_CHECKING, Any

import orjson
import prometheus_client
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

import mockapi
from mockapi.errors import UsageError
from mockapi.exchange import Reply, Source
from mockapi.server import _api
from mockapi.server._console import Console
from mockapi.server._metrics import COUNTED_TOGETHER, Metrics, Totals
from mockapi.server._service import Service
from mockapi.server.wire import Lateness
from tests.support.doors import NEIGHBOUR, Caller, asked
from tests.support.examples import examples
from tests.support.process import mockapi as run
from tests.support.recording import Upstream, recording
from tests.support.server import (
    RawClient,
    ask,
    control,
    counting,
    eventually,
    interaction,
    message,
    open_session,
    paced,
    write_cassette,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

ASKED = message("a-secret-of-the-prompt")
STREAMED = message("a stream")
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
IDLE = Service((), mockapi.Settings(), Console(quiet=True))
"""The state of a server that nobody asks."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[mockapi.Server]:
    """A server that counts, with a reply and a stream that does not end."""
    cassette = write_cassette(
        tmp_path / "a.yaml",
        interaction(ASKED, b"a-secret-of-the-reply"),
        paced(STREAMED, [(0.0, b"data: 1\n\n"), (0.001, b"data: 2\n\n"), (3600.0, b"data: 3\n\n")]),
    )
    settings = mockapi.Settings(on_unmatched="fail", speed=1)
    with counting(mockapi.Server([cassette], settings=settings)) as running:
        yield running


def told(server: mockapi.Server) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample that is told, by its name and the values of its labels."""
    reply = control(server, "/metrics")
    assert reply.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_source_status_and_rule(server: mockapi.Server) -> None:
    """Refusals before a session is asked count too, and so do misses; the control API does not."""
    ask(server.base_url, ASKED)
    ask(server.base_url, ASKED)
    refused = ask(server.base_url, {**ASKED, "max_tokens": -1}, headers=KEY)
    ask(server.base_url, None, "/v1/what")
    ask(server.base_url + "/s/nobody", ASKED)
    open_session(server)
    samples = {name: value for name, value in told(server).items() if name[0] == "mockapi_requests_total"}
    rule = refused.headers["x-mockapi-rule"]
    assert samples == {
        ("mockapi_requests_total", ("", "recorded", "200")): 2,
        ("mockapi_requests_total", (rule, "invalid", "400")): 1,
        ("mockapi_requests_total", ("", "unmatched", "422")): 1,
        ("mockapi_requests_total", ("", "invalid", "404")): 1,
    }
    assert told(server)["mockapi_misses_total", ()] == 1
    assert told(server)["mockapi_sessions_open", ()] == 2
    assert told(server)["mockapi_journal_bytes", ()] == server.service.sessions.default.journal.size > 0


def test_recorded_replies_are_counted_one_by_one_however_many(tmp_path: Path) -> None:
    """Those of one status wait to be counted together, the others do not; nobody's time is lost."""
    refused = message("too many")
    cassette = write_cassette(
        tmp_path / "a.yaml", interaction(ASKED, b"1"), interaction(refused, b"2", status=429)
    )
    with counting(mockapi.Server([cassette])) as server, RawClient(server.base_url) as client:
        for number in range(1, 2 * COUNTED_TOGETHER):
            client.ask("POST", "/v1/messages", orjson.dumps(ASKED if number % 3 else refused))
            client.read()
            if number in (1, COUNTED_TOGETHER - 1, COUNTED_TOGETHER, 2 * COUNTED_TOGETHER - 1):
                samples = told(server)
                assert samples["mockapi_requests_total", ("", "recorded", "200")] == number - number // 3
                assert samples.get(("mockapi_requests_total", ("", "recorded", "429")), 0) == number // 3
                assert samples["mockapi_time_to_first_byte_seconds_count", ("recorded",)] == number
                assert samples["mockapi_time_to_first_byte_seconds_sum", ("recorded",)] > 0
        assert server.service.sessions.default.journal.count == 2 * COUNTED_TOGETHER - 1


def test_what_waits_to_be_counted_holds_no_exchange() -> None:
    """What the journal lets go is gone: hundreds of large requests would fill the memory."""
    app = mockapi.create_app(metrics=True)
    service = app.state.service
    asked(app, path="/v1/models")
    journal = service.sessions.default.journal
    entries = [weakref.ref(entry) for entry in journal]
    journal.clear()
    gc.collect()
    assert [entry() for entry in entries] == [None]
    assert next(service.metrics.families(service.totals())).samples[0].value == 1


def test_whoever_is_turned_away_is_counted_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has the reply may ask for the numbers before its sender goes on."""
    app = mockapi.create_app(metrics=True)
    metrics = app.state.service.metrics
    counted: list[float] = []

    async def noting(*_: object) -> bool:
        family = next(metrics.families(IDLE.totals()))
        counted.append(sum(sample.value for sample in family.samples))
        return True

    monkeypatch.setattr(_api, "play", noting)
    with pytest.raises(IndexError):  # nothing was sent
        asked(app, path="/s/nobody/v1/messages")
    assert counted == [1]


def test_a_stream_is_in_flight_while_it_is_sent(server: mockapi.Server) -> None:
    """And not before, nor after its client has left; how late its chunks were is told."""
    assert told(server)["mockapi_streams_in_flight", ()] == 0
    with RawClient(server.base_url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(STREAMED))
        client.read_head()
        assert [client.read_piece(), client.read_piece()] == [b"data: 1\n\n", b"data: 2\n\n"]
        assert told(server)["mockapi_streams_in_flight", ()] == 1
    eventually(lambda: told(server)["mockapi_streams_in_flight", ()] == 0, "the stream has ended")
    assert told(server)["mockapi_chunk_lateness_seconds_count", ()] == 1
    assert told(server)["mockapi_time_to_first_byte_seconds_count", ("recorded",)] == 1


@pytest.mark.parametrize("stream", [False, True], ids=["JSON", "a stream"])
def test_the_first_byte_is_the_bodys(server: mockapi.Server, stream: bool) -> None:  # noqa: FBT001 - a row
    """The head of a paced reply is sent at once and tells nothing; the first token comes later."""
    opened = open_session(server, pace={"first": 0.2, "between": 0}, on_unmatched="synthesize")
    assert ask(opened["base_url"], message("hi") | {"stream": stream}, headers=KEY).status_code == 200
    count = "mockapi_time_to_first_byte_seconds_count", ("synthesized",)
    eventually(lambda: told(server).get(count) == 1, "the reply is counted, once its last byte is sent")
    samples = told(server)
    # Not 0.2 s: a timer counts from the beginning of the event loop's turn, which may be long.
    assert samples["mockapi_time_to_first_byte_seconds_bucket", ("0.1024", "synthesized")] == 0


def test_a_client_that_leaves_before_the_first_byte_had_none(server: mockapi.Server) -> None:
    """The reply is counted, no time is."""
    opened = open_session(server, pace={"first": 3600, "between": 0}, on_unmatched="synthesize")
    with RawClient(opened["base_url"]) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message("hi")), *KEY.items())
        eventually(lambda: told(server)["mockapi_streams_in_flight", ()] == 1, "the reply is held back")
    eventually(lambda: told(server)["mockapi_streams_in_flight", ()] == 0, "the client has left")
    assert told(server)["mockapi_requests_total", ("", "synthesized", "200")] == 1
    assert ("mockapi_time_to_first_byte_seconds_count", ("synthesized",)) not in told(server)


def test_what_an_upstream_answers_is_in_flight_until_it_has_come() -> None:
    """Its first byte is the upstream's first, not its last."""

    def talk(upstream: Upstream, connection: socket.socket) -> None:
        upstream.wait()
        connection.sendall(b"HTTP/1.1 299 OK\r\ncontent-length: 1\r\n\r\n1")

    with Upstream(talk) as upstream, recording(upstream.url, None, mode="passthrough") as server:
        counting(server)
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
            eventually(lambda: told(server)["mockapi_streams_in_flight", ()] == 1, "it is awaited")
            upstream.go.set()
            assert client.read().status == 299
        eventually(lambda: told(server)["mockapi_streams_in_flight", ()] == 0, "it has come")
        assert told(server)["mockapi_requests_total", ("", "forwarded", "2xx")] == 1
        assert told(server)["mockapi_time_to_first_byte_seconds_count", ("forwarded",)] == 1


def test_metrics_answer_everybody_and_tell_nothing_of_what_is_played(server: mockapi.Server) -> None:
    """A scraper comes from another machine under any Host: no prompt, reply, path, name or key is told."""
    opened = open_session(server, name="a-secret-name")
    ask(opened["base_url"], ASKED, headers={"x-api-key": "a-secret-key"})
    ask(server.base_url, None, "/v1/a-secret-path")
    app = server._running._server.config.app
    status, text = asked(app, Caller(NEIGHBOUR, "prometheus.example"), "/_mockapi/metrics")  # type: ignore[arg-type] # ours
    assert status == 200
    assert b"mockapi_requests_total" in text
    assert b"secret" not in text
    assert opened["id"].encode() not in text


def test_a_scraper_gets_the_format_that_it_asks_for(server: mockapi.Server) -> None:
    """The text format, or OpenMetrics where it is preferred; HEAD too."""
    plain = control(server, "/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")
    modern = control(server, "/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")
    assert control(server, "/metrics", method="HEAD").status_code == 200


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text;version=new", "text/plain;version=1.x", ";,="]
)
def test_who_asks_for_no_known_format_gets_text(server: mockapi.Server, accept: str) -> None:
    """A field that anybody can send costs no defect's traceback."""
    plain = control(server, "/metrics", headers={"accept": accept})
    assert plain.status_code == 200
    assert plain.headers["content-type"].startswith("text/plain; version=")


def test_each_server_has_counts_of_its_own(server: mockapi.Server) -> None:
    """Neither another server nor the program's own registry has them."""
    ask(server.base_url, ASKED)
    with counting(mockapi.Server()) as other:
        assert not any(name == "mockapi_requests_total" for name, _ in told(other))
    assert b"mockapi_requests" not in prometheus_client.generate_latest()


def test_metrics_that_are_off_say_how_to_have_them() -> None:
    """404, in a sentence."""
    status, text = asked(mockapi.create_app(), path="/_mockapi/metrics")
    assert status == 404
    assert b"--metrics" in text
    assert asked(mockapi.create_app(metrics=True), path="/_mockapi/metrics")[0] == 200


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra that is missing is named, on the command line and in Python."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    outcome = run("serve", "--metrics", "--port", "0")
    assert outcome.code == 2
    assert "messages-mockapi[metrics]" in outcome.err
    with pytest.raises(UsageError, match=r"messages-mockapi\[metrics\]"):
        mockapi.create_app(metrics=True)


@settings(max_examples=examples(30))
@given(st.lists(st.tuples(st.sampled_from(Source), st.integers(100, 999), st.text("ab", max_size=4))))
def test_labels_are_bounded_whatever_is_replied(replies: list[tuple[Source, int, str]]) -> None:
    """Statuses outside of HTTP's go by their class, and a rule is believed only of mockapi's own refusals."""
    metrics = Metrics()
    for source, status, rule in replies:
        metrics.replied(Reply(status, ((b"x-mockapi-rule", rule.encode()),), (), source), 0.001)
    family = next(iter(metrics.families(IDLE.totals())))
    assert sum(sample.value for sample in family.samples) == len(replies)
    for sample in family.samples:
        assert sample.labels["status"] in {"2xx", "3xx"} or len(sample.labels["status"]) == 3
        assert not sample.labels["rule"] or sample.labels["source"] == "invalid"


REPLIES = st.lists(
    st.tuples(st.sampled_from(Source), st.sampled_from([200, 400, 529]), st.floats(0, 2)), max_size=20
)


@settings(max_examples=examples(30))
@given(REPLIES, REPLIES)
def test_what_two_processes_have_counted_adds_up(one: list[Any], other: list[Any]) -> None:
    """To what one would have counted, also of what still waits to be counted; each is counted once."""

    def counted(replies: list[Any]) -> Metrics:
        metrics = Metrics()
        for number, (source, status, seconds) in enumerate(replies):
            reply = Reply(status, (), (), source)
            (metrics.replied if number % 2 else metrics.sent)(reply, seconds)
        return metrics

    def told_by(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], Any]:
        return {
            (sample.name, tuple(sample.labels.values())): pytest.approx(sample.value)
            for family in metrics.families(IDLE.totals())
            for sample in family.samples
        }

    added = counted(one)
    added.added(counted(other))
    assert told_by(added) == told_by(counted(one + other))


def test_what_processes_hold_adds_up() -> None:
    """Each has the default session and the same cassettes: these are one."""
    one, other = (
        Totals(sessions=sessions, cassettes=4, interactions=5, journal_bytes=size, lateness=Lateness())
        for sessions, size in ((3, 10), (2, 100))
    )
    one.lateness.add(0.5)
    other.lateness.add(0.25)
    one.lateness.streams, other.lateness.streams = 1, 2
    one.add(other)
    assert (one.sessions, one.cassettes, one.interactions, one.journal_bytes) == (4, 4, 5, 110)
    assert (one.lateness.count, one.lateness.total, one.lateness.worst) == (2, 0.75, 0.5)
    assert one.lateness.streams == 3
