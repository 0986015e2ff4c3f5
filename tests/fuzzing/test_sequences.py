"""Clients that break over HTTP in ways that one reply does not show: what they do next, what they hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi.fuzzing import BY_ID, Verdict
from mockapi.fuzzing._case_server import CaseServer
from mockapi.fuzzing._conformance import look_at
from mockapi.fuzzing._driver import Driver

if TYPE_CHECKING:
    from mockapi.fuzzing import Case

pytestmark = pytest.mark.slow  # drivers are programs, started for each test

CLIENT = """
import json, sys, httpx
from mockapi import sse

def stream(url, timeout):
    client, parser = httpx.Client(timeout=timeout, trust_env=False), sse.Parser()
    reply = client.send(client.build_request("POST", url, json={}), stream=True)
    reply.raise_for_status()
    try:
        for chunk in reply.iter_raw():
            yield from parser.feed(chunk)
    finally:
        client.close()

def joins(url, timeout, shown):
    for _ in range(2):  # and goes on where the first reply broke
        try:
            for event in stream(url, timeout):
                shown.append(json.loads(event.data))
                if event.type == "message_stop":
                    return
        except httpx.HTTPError:
            pass
    raise OSError("cut")

def late(url, timeout, shown):
    held = None
    for event in stream(url, timeout):
        if held is not None:
            shown.append(held)
        held = json.loads(event.data)

def leaks(url, timeout, shown, kept=[]):
    import socket
    host, _, rest = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    kept.append(socket.create_connection((name, int(port)), timeout))
    kept[-1].sendall(f"POST /{rest} HTTP/1.1\\r\\nhost: {host}\\r\\ncontent-length: 0\\r\\n\\r\\n".encode())
    body = b""
    while b"event: error" not in body:
        body += kept[-1].recv(65536)
    shown += [json.loads(line[6:]) for line in body.split(b"\\r\\n") for line in line.split(b"\\n")
              if line.startswith(b"data: ") and b'"error"' not in line]
    raise OSError("an error event")

def fine(url, timeout, shown):
    for event in stream(url, timeout):
        if event.type == "error":
            raise OSError("an error event")
        shown.append(json.loads(event.data))
        if event.type == "message_stop":
            return
    raise OSError("cut")

for line in sys.stdin:
    question = json.loads(line)
    if "hello" in question:
        print(json.dumps({"name": "client", "sees": "stream"}), flush=True)
        continue
    shown, error = [], None
    try:
        globals()[sys.argv[1]](question["base_url"] + "/v1/messages", question["timeout"], shown)
    except (OSError, httpx.HTTPError) as problem:
        error = {"type": type(problem).__name__}
    print(json.dumps({"stream": shown, "error": error}), flush=True)
"""


def verdicts(way: str, *cases: Case) -> list[tuple[Verdict, str]]:
    """What is said of such a client."""
    driver = Driver([sys.executable, "-c", CLIENT, way])
    try:
        with CaseServer() as stage:
            found = [look_at(driver, stage, case) for case in cases]
    finally:
        driver.stop()
    return [(finding.verdict, finding.seen) for finding in found]


SEQUENCE = BY_ID["http/FIN in mid-stream, then another message"]
SILENCE = BY_ID["http/silence in mid-stream"]
ERROR = BY_ID["http/error event, then silence"]


def test_halves_that_are_joined_are_noticed() -> None:
    """A client that asks again, and goes on with what it had, shows what nobody sent."""
    ((verdict, _),) = verdicts("joins", SEQUENCE)
    assert verdict is Verdict.DIFFERS


def test_an_event_that_waits_for_the_next_one_is_noticed() -> None:
    """Where the stream falls silent, all that came has to be there."""
    ((verdict, seen),) = verdicts("late", SILENCE)
    assert verdict is Verdict.DIFFERS
    assert "were there before the silence" in seen


def test_a_connection_that_is_not_let_go_of_is_noticed() -> None:
    """The client has given up, and the server waits on."""
    ((verdict, seen),) = verdicts("leaks", ERROR)
    assert verdict is Verdict.DIFFERS
    assert "its connection is still open" in seen


def test_a_careful_client_raises_no_alarm() -> None:
    """It says what broke, begins nothing anew, and closes."""
    found = verdicts("fine", SEQUENCE, SILENCE, ERROR, BY_ID["http/silence after mixed line ends"])
    assert [verdict for verdict, _ in found] == [Verdict.CONFORMS] * 4


def test_a_second_get_learns_that_there_is_no_more() -> None:
    """As an EventSource asks that connects anew at the end of a stream."""
    with CaseServer() as stage:
        _, base_url = stage.offer(BY_ID["framing/lf"].reply())
        assert [httpx.get(base_url, trust_env=False).status_code for _ in range(2)] == [200, 204]
