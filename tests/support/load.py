"""Clients that ask for the next number, again and again, and remember what each of them was told.

What they ask is bounded twice: by a count, and by the time after which they stop waiting for an answer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import httpx

from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from tests.support.hosts import Host

PATIENCE: Final = 5.0
"""Seconds that a client waits for an answer."""
_MOST: Final = 5_000
"""Requests of one client."""
_OVER: Final = frozenset({404, 410})
"""Of a session that has ended: its client leaves."""
_BODY: Final = message("next")


def numbers(path: Path, count: int) -> str:
    """A cassette in which the same request is answered by 0, 1, 2, …; its path."""
    steps = (interaction(_BODY, b"%d" % number) for number in range(count))
    return write_cassette(path, *steps)


class Answer(NamedTuple):
    """What became of one request.

    Attributes:
        at: when it was sent, by this machine's monotonic clock.
        seconds: until its answer was there, or was waited for no longer.
        status: of the answer; 0 if none came whole.
        text: of the answer, or what went wrong.
        may_repeat: whether the answer said that the same request may be sent again.
    """

    at: float
    seconds: float
    status: int
    text: str
    may_repeat: bool = False

    @property
    def until(self) -> float:
        """When its answer was there, or was waited for no longer."""
        return self.at + self.seconds


@dataclass
class Client:
    """One client of one address.

    Attributes:
        url: whom it asks.
        answers: what it was told, in order.
    """

    url: str
    answers: list[Answer] = field(default_factory=list)

    def since(self, moment: float) -> list[Answer]:
        """What it was told of requests that it sent after a moment."""
        return [answer for answer in self.answers if answer.at > moment]

    @property
    def told(self) -> list[int]:
        """The numbers that it was told."""
        return [int(answer.text) for answer in self.answers if answer.status == 200]

    @property
    def statuses(self) -> Counter[int]:
        """Of all answers; 0 for each request that has none."""
        return Counter(answer.status for answer in self.answers)


class Load:
    """Clients on a host, each on a thread of its own, as a context manager; leaving it stops them.

    Args:
        host: where they are.
        urls: whom they ask, by the client's name.
        pause: seconds between an answer and the next request.
    """

    def __init__(self, host: Host, urls: Mapping[str, str], pause: float) -> None:
        self.clients = {name: Client(url) for name, url in urls.items()}
        self._host = host
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [self._thread(name, client) for name, client in self.clients.items()]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def add(self, name: str, url: str) -> Client:
        """One more client, from now on."""
        client = self.clients[name] = Client(url)
        thread = self._thread(name, client)
        self._threads.append(thread)
        thread.start()
        return client

    def _thread(self, name: str, client: Client) -> threading.Thread:
        return threading.Thread(target=self._ask, args=(client,), name=name)

    def _ask(self, client: Client) -> None:
        name = threading.current_thread().name
        # Certificates, which take long to load, are nothing that these clients need.
        with self._host.entered(), httpx.Client(timeout=PATIENCE, trust_env=False, verify=False) as http:
            for number in range(_MOST):
                client.answers.append(_asked(http, client.url, f"{name}-{number}"))
                if client.answers[-1].status in _OVER or self._stop.wait(self._pause):
                    break


def _asked(http: httpx.Client, url: str, number: str) -> Answer:
    """The answer to one request."""
    begun = time.monotonic()
    may_repeat = False
    try:
        answer = http.post(f"{url}/v1/messages", json=_BODY, headers={"x-request-number": number})
        status, text = answer.status_code, answer.text
        may_repeat = answer.headers.get("x-should-retry") == "true"
    except httpx.TransportError as error:
        status, text = 0, repr(error)
    return Answer(begun, time.monotonic() - begun, status, text, may_repeat)
