"""Users who ask as a profile says that people asked: models, sizes of requests, streams or not.

    locust -f locustfile.py --host http://127.0.0.1:4010 --headless --users 200 --spawn-rate 50 --run-time 60s

The profile is ./profile.json, or what PROFILE names. A stream has a row of its own in Locust's table for
the time to its first token; the row of the request has the time to its end. One that breaks off has failed.
"""

import json
import os
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from locust import HttpUser, between, task

PROFILE = json.loads(Path(os.environ.get("PROFILE", "profile.json")).read_text(encoding="utf-8"))
HEADERS = {"x-api-key": "sk-ant-test-load", "anthropic-version": "2023-06-01"}
FRAME = 150  # bytes of a request around its text


def drawn(percentiles: dict[str, float]) -> float:
    """A value of a distribution in the profile."""
    points = sorted((float(name), value) for name, value in percentiles.items())
    place = random.uniform(points[0][0], points[-1][0])
    for (left, low), (right, high) in pairwise(points):
        if place <= right:
            return low + (high - low) * (place - left) / (right - left)
    return points[-1][1]


def asked() -> dict[str, Any]:
    """A body of the profile's models and sizes."""
    replies = PROFILE["replies"]
    words = max(1, int(drawn(replies["request_bytes"]) - FRAME) // 5)
    return {
        "model": random.choices(list(PROFILE["models"]), list(PROFILE["models"].values()))[0],
        "max_tokens": 8192,
        "stream": random.random() < replies["streamed"],
        "messages": [{"role": "user", "content": "word " * words}],
    }


class Asker(HttpUser):
    """Asks, reads the reply to its end, thinks, and asks again."""

    wait_time = between(0.5, 2)

    @task
    def ask(self) -> None:
        """One question; a stream is read event by event."""
        body = asked()
        name = "stream" if body["stream"] else "message"
        started = time.perf_counter()
        options = {"json": body, "headers": HEADERS, "name": name, "catch_response": True}
        with self.client.post("/v1/messages", stream=body["stream"], **options) as response:
            if response.status_code != 200:
                response.failure(str(response.status_code))
            elif body["stream"]:
                self.read(response, started)

    def read(self, response: Any, started: float) -> None:
        """Read a stream to its end, and tell when its first token came."""
        first = last = None
        try:
            for line in response.iter_lines():
                if not line.startswith(b"event:"):
                    continue
                last = line.removeprefix(b"event:").strip().decode()
                if first is None and last == "content_block_delta":
                    first = (time.perf_counter() - started) * 1000
        except OSError:  # which the exceptions of requests are
            last = "a broken connection"
        response.request_meta["response_time"] = (time.perf_counter() - started) * 1000
        if last != "message_stop":
            response.failure(f"the stream ended with {last}")
        if first is not None:
            fields = {"request_type": "SSE", "name": "first token", "response_length": 0}
            self.environment.events.request.fire(**fields, response_time=first, exception=None, context={})
