"""The event-stream decoder inside the `openai` package, fed by httpx."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

import httpx

from mockapi.fuzzing.drivers._lines import BODY, serve

_streaming: Any = importlib.import_module("openai._streaming")  # no dependency of this project


def _look(base_url: str, patience: float, shown: list[Any]) -> None:
    with (
        httpx.Client(timeout=patience, trust_env=False) as client,
        client.stream("POST", f"{base_url}/v1/messages", json={**BODY, "stream": True}) as reply,
    ):
        for event in _streaming.SSEDecoder().iter_bytes(reply.iter_bytes()):
            shown.append([event.event or "message", event.data, event.id or "", event.retry])  # noqa: PERF401 - what came before an error counts


if __name__ == "__main__":
    serve(f"openai {version('openai')}, SSEDecoder", "events", _look, (httpx.HTTPError,))
