"""The event-stream decoder of httpx-sse."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

import httpx

from mockapi.fuzzing.drivers._lines import BODY, serve

_httpx_sse: Any = importlib.import_module("httpx_sse")  # no dependency of this project


def _look(base_url: str, patience: float, shown: list[Any]) -> None:
    with (
        httpx.Client(timeout=patience, trust_env=False) as client,
        _httpx_sse.connect_sse(
            client, "POST", f"{base_url}/v1/messages", json={**BODY, "stream": True}
        ) as source,
    ):
        for event in source.iter_sse():
            shown.append([event.event, event.data, event.id, event.retry])  # noqa: PERF401 - what came before an error counts


if __name__ == "__main__":
    serve(f"httpx-sse {version('httpx-sse')}", "events", _look, (httpx.HTTPError, _httpx_sse.SSEError))
