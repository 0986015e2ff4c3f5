"""Plain httpx and the codec of mockapi: what a client of one's own may look like at its best."""

from __future__ import annotations

from typing import Any

import httpx

from mockapi import sse
from mockapi.errors import MockapiError
from mockapi.fuzzing.drivers._lines import BODY, KEY, serve
from mockapi.messages import Accumulator, decode_event


class NotAStreamError(MockapiError):
    """The reply is something else than an event stream."""


def _look(base_url: str, patience: float, _shown: list[Any]) -> Any:
    with (
        httpx.Client(timeout=patience, trust_env=False) as client,
        client.stream(
            "POST",
            f"{base_url}/v1/messages",
            json={**BODY, "stream": True},
            headers={"x-api-key": KEY, "anthropic-version": "2023-06-01"},
        ) as reply,
    ):
        reply.raise_for_status()
        kind = reply.headers.get("content-type", "")
        if "event-stream" not in kind.lower():
            raise NotAStreamError(f"the content type is {kind!r}")
        parser, accumulator = sse.Parser(), Accumulator()
        for data in reply.iter_bytes():
            for event in parser.feed(data):
                if event.type == "message_stop":
                    accumulator.feed(decode_event(event))
                    return accumulator.message()
                if event.type != "ping":
                    accumulator.feed(decode_event(event))
        return accumulator.message()


if __name__ == "__main__":
    serve(f"httpx {httpx.__version__} and mockapi.sse", "message", _look, (httpx.HTTPError, MockapiError))
