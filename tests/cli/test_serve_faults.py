"""What goes wrong by `mockapi serve --fault`, `--pace` and `--rate-limit`, seen from a raw socket."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from mockapi.replies import faults
from tests.support.faulty import BODY, FRAMES, JSON_BODY
from tests.support.process import Serving, mockapi
from tests.support.server import (
    PATIENCE,
    STREAM,
    RawClient,
    ask,
    interaction,
    message,
    paced,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PLAIN = message("tell me")
ASKED = {**PLAIN, "stream": True}
HEADERS = (*STREAM, ("request-id", "req_011CTestTestTestTestTest"))


@contextmanager
def serving(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL of a server with the stream and the JSON form of one message."""
    path = write_cassette(
        folder / "a.yaml",
        paced(ASKED, [(0.0, data) for data in FRAMES], headers=HEADERS),
        interaction(PLAIN, JSON_BODY),
    )
    with Serving("serve", path, "--port", "0", *options, env=env) as server:
        yield server.url


def seen(url: str, asked: Any) -> tuple[int, bytes, str]:
    """Status, every byte behind the head, and how the connection ended."""
    with RawClient(url) as client:
        client.ask(
            "POST",
            "/v1/messages",
            orjson.dumps(asked),
            ("content-type", "application/json"),
            ("connection", "close"),
        )
        head = client.read_head()
        return head.status, *client.read_to_end()


def chunked(*pieces: bytes) -> bytes:
    """As they stand on the wire."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def test_faults_are_ordered_on_the_command_line(tmp_path: Path) -> None:
    """By count, in a sequence, by condition; several at once; and sessions have their own."""
    orders = (
        *("--fault", "529:times=1,when.stream=false"),
        *("--fault", "429:times=1,retry_after=0.25,when.stream=false"),
        *("--fault", "chunking:at=[5,50],delay=0,when.stream=true"),
        *("--fault", "reset:byte=60,times=1,when.stream=true"),
    )
    with serving(tmp_path, *orders) as url:
        first, second, third = (ask(url, PLAIN) for _ in range(3))
        assert [reply.status_code for reply in (first, second, third)] == [529, 429, 200]
        assert second.headers["retry-after"] == "0.25"
        assert third.content == JSON_BODY
        cut = chunked(BODY[:5], BODY[5:50], BODY[50:60])
        assert seen(url, ASKED) == (200, cut, "reset")
        whole = chunked(BODY[:5], BODY[5:50], BODY[50:]) + b"0\r\n\r\n"
        assert seen(url, ASKED) == (200, whole, "eof")


@pytest.mark.slow
def test_a_seeded_probability_breaks_the_same_requests_in_every_run(tmp_path: Path) -> None:
    """Those that the order says without a server; some break and some do not."""
    text = "500:probability=0.5,seed=3"
    order = faults.parse_fault_text(text)
    wanted = [500 if order.is_due(number, 0) else 200 for number in range(16)]
    assert set(wanted) == {200, 500}
    with serving(tmp_path, env={"MOCKAPI_FAULT": text}) as url:
        assert [ask(url, PLAIN).status_code for _ in range(16)] == wanted


@pytest.mark.slow
def test_a_fault_that_does_not_fit_leaves_the_reply_and_says_so(tmp_path: Path) -> None:
    """The next one is done all the same."""
    with serving(tmp_path, "--fault", "drop_event", "--fault", "content_type:value=text/plain") as url:
        reply = ask(url, PLAIN)
        assert reply.content == JSON_BODY
        assert reply.headers["content-type"] == "text/plain"
        assert reply.headers["x-mockapi-fault"] == "content_type"
        assert "drop_event needs an event stream" in reply.headers["x-mockapi-fault-skipped"]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["first=0.3,between=0", '{"first": {"recorded": [0.3]}, "seed": 1}'])
def test_pace_holds_back_the_first_token(tmp_path: Path, text: str) -> None:
    """As KEY=VALUE and as JSON; the bytes stay what they are."""
    with serving(tmp_path, "--pace", text) as url:
        begun = time.monotonic()
        reply = ask(url, ASKED)
        assert time.monotonic() - begun >= 0.3
        assert reply.content == BODY


def test_rate_limits_count_down_and_refuse(tmp_path: Path) -> None:
    """For each key on its own; `retry-after` and the fields say when to come again."""
    with serving(tmp_path, "--rate-limit", "requests=2,input_tokens=100000") as url:
        key: dict[str, Any] = {"headers": {"x-api-key": "sk-ant-test-1"}}
        replies = [ask(url, PLAIN, **key) for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert replies[0].headers["anthropic-ratelimit-requests-limit"] == "2"
        assert replies[0].headers["anthropic-ratelimit-input-tokens-limit"] == "100000"
        assert replies[2].headers["anthropic-ratelimit-requests-remaining"] == "0"
        assert 0 < int(replies[2].headers["retry-after"]) <= 30
        assert ask(url, PLAIN, headers={"x-api-key": "sk-ant-test-2"}).status_code == 200
        opened = httpx.post(
            f"{url}/_mockapi/sessions", json={"rate_limits": {"requests": 9}}, timeout=PATIENCE
        )
        session = opened.json()["base_url"]
        assert ask(session, PLAIN, **key).headers["anthropic-ratelimit-requests-remaining"] == "8"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--fault", "cutt"), "`--fault cutt` names an unknown fault 'cutt'. Did you mean `cut`?"),
        (("--fault", "cut:event=a"), "cut.event` must be a whole number; got 'a'"),
        (("--fault", "529:when.color=red"), "is unknown. There are path"),
        (("--fault", "{"), "--fault must be JSON"),
        (("--pace", "first=-1"), "first` must be seconds from 0 to 3,600"),
        (("--pace", "frist=1"), "frist` is unknown. Did you mean `first`?"),
        (("--rate-limit", "requests"), "takes KEY=NUMBER,KEY=NUMBER; got 'requests'"),
        (("--rate-limit", "requests=0"), "requests` must be a whole number from 1"),
    ],
)
def test_a_bad_order_starts_no_server(options: tuple[str, str], words: str) -> None:
    """One line, which says what came and what would do."""
    outcome = mockapi("serve", "--port", "0", *options)
    assert outcome.code == 2
    assert outcome.out == ""
    assert words in outcome.err
    assert "Traceback" not in outcome.err
