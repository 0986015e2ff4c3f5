"""A reader of the page's live feed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.server import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Running


class FeedReader:
    """Reads events one by one.

    Attributes:
        last_id: of the last event that had one.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.last_id = ""
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, Any]:
        """The next event and its data; comments are passed over."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                self.last_id = fields.get("id", self.last_id)
                return fields["event"], json.loads(fields["data"])
        raise EOFError("the feed has ended")

    def until(self, event: str, holds: Callable[[Any], bool] = lambda _: True) -> Any:
        """The data of the next event of a kind that something holds of."""
        while True:
            kind, data = self.next()
            if kind == event and holds(data):
                return data


@contextmanager
def reading(server: Running, last_id: str = "") -> Iterator[FeedReader]:
    """The feed of a server, from its beginning or behind an event."""
    fields = {"last-event-id": last_id} if last_id else {}
    address = f"{server.base_url}/_mockapi/ui/feed"
    with (
        httpx.Client(timeout=PATIENCE, trust_env=False) as client,
        client.stream("GET", address, headers=fields) as response,
    ):
        yield FeedReader(response)
