"""The event-stream decoder of sseclient-py, fed by httpx. Its ids are those of single events: not judged."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

import httpx

from mockapi.fuzzing.drivers._lines import BODY, serve

_sseclient: Any = importlib.import_module("sseclient")  # no dependency of this project


class _Chunks:
    """The body as the client wants it: something to iterate and close."""

    def __init__(self, reply: httpx.Response) -> None:
        self._reply = reply

    def __iter__(self) -> Any:
        return self._reply.iter_bytes()

    def close(self) -> None:
        """Close it."""
        self._reply.close()


def _look(base_url: str, patience: float, shown: list[Any]) -> None:
    with (
        httpx.Client(timeout=patience, trust_env=False) as client,
        client.stream("POST", f"{base_url}/v1/messages", json={**BODY, "stream": True}) as reply,
    ):
        for event in _sseclient.SSEClient(_Chunks(reply)).events():
            shown.append([event.event, event.data, None, event.retry])  # noqa: PERF401 - what came before an error counts


if __name__ == "__main__":
    serve(f"sseclient-py {version('sseclient-py')}", "events", _look, (httpx.HTTPError,))
