"""Numbers for Prometheus of several workers are those that one process would tell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

import mockapi
from mockapi.validation import ValidationSettings
from tests.support.server import (
    STREAM,
    RawClient,
    close_session,
    control,
    counting,
    interaction,
    journal,
    message,
    open_session,
    paced,
    write_cassette,
)
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Running

pytestmark = pytest.mark.slow  # starts workers

CONNECTIONS = 12
"""So many fresh connections meet both workers, but for one run in some thousand."""
Told: TypeAlias = Counter[tuple[str, ...]]
PAGE = ("origin", "https://elsewhere.example")
RECORDED = [
    *(interaction(message("hi"), b"%d" % number) for number in range(3)),
    interaction(message("alone"), b"alone"),
    interaction(message("limited"), b"{}", status=429),
    paced(message("a stream"), [(0.0, b"event: a\n\n"), (0.001, b"event: b\n\n")], headers=STREAM),
]


def told(client: RawClient) -> Told:
    """Requests by source, status and rule, and the times to their first bytes by source."""
    client.ask("GET", "/_mockapi/metrics")
    names = {"mockapi_requests_total", "mockapi_time_to_first_byte_seconds_count"}
    return Counter(
        {
            tuple(value for _, value in sorted(sample.labels.items())): int(sample.value)
            for family in text_string_to_metric_families(client.read().body.decode())
            for sample in family.samples
            if sample.name in names
        }
    )


def told_of(server: Running) -> list[Told]:
    """What is told by whichever worker, after each of some things that were done."""
    found: list[Told] = []
    opened = [open_session(server) for _ in range(4)]  # at both workers
    gone = open_session(server)["id"]
    close_session(server, gone)
    clients = [RawClient(server.base_url) for _ in range(CONNECTIONS)]

    def everywhere(asked: str, id_: str = "default", *fields: tuple[str, str]) -> None:
        prefix = "" if id_ == "default" else f"/s/{id_}"
        for client in clients:
            client.ask("POST", f"{prefix}/v1/messages", orjson.dumps(message(asked)), *fields)
            client.read()
        found.append(told(clients[len(found) % CONNECTIONS]))

    for asked in ("alone", "hi", "limited", "a stream", "never recorded"):
        for session in ("default", *(item["id"] for item in opened)):
            everywhere(asked, session)
    for session in ("default", opened[0]["id"], opened[1]["id"]):
        everywhere("alone", session, PAGE)
        assert len(journal(server, session)) > 0
        everywhere("alone", session)
        control(server, f"/sessions/{session}/reset", method="POST")
        everywhere("alone", session)
    for item in opened:
        close_session(server, item["id"])
        everywhere("alone", item["id"])
    for session in (gone, "nobody"):
        everywhere("alone", session)
    for client in clients:
        client.sock.close()
    return found


def test_all_workers_tell_together_what_one_process_tells(tmp_path: Path) -> None:
    """Whoever has a session, whoever was asked, and whatever has become of journals meanwhile."""
    cassette = write_cassette(tmp_path / "a.yaml", *RECORDED)
    settings = mockapi.Settings(validation=ValidationSettings(mode="off"), on_unmatched="fail")
    with counting(mockapi.Server([cassette], settings=settings)) as server:
        expected = told_of(server)
    with WorkersServer([cassette], settings=settings, has_metrics=True) as workers:
        assert told_of(workers) == expected
