"""What strict validation costs on requests that the API took.

    python benchmarks/validation.py [SHARED]

SHARED is the folder with recorded traffic (MOCKAPI_SHARED names it). Bodies are parsed
beforehand; image sniffing and tool-schema checks are in, with what the validator remembers from
the first of the rounds. Prints per profile the median and p95 over the bodies of each body's
median, in microseconds, then the cost by length of one conversation, to show that it is linear
(there with the garbage collector off: its passes over the parsed body are not the validator's).
Recordings often lost their headers: the betas that a body needs are added, as the hints name them.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import pathlib
import re
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from mockapi.exchange import Request
from mockapi.validation import ValidationSettings, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 21
_HEADERS = ((b"x-api-key", b"sk-ant-test-1"), (b"anthropic-version", b"2023-06-01"))


def _recorded(shared: pathlib.Path) -> Iterator[Request]:
    """The recorded requests to messages and token counting that were answered 200."""
    for file in sorted((shared / "corpus").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                text = (row.get("request_body") or {}).get("text")
                path = (row.get("uri_path") or "").partition("?")[0]
                if row["host"] != "anthropic" or row["status"] != 200 or not text:
                    continue
                if path not in ("/v1/messages", "/v1/messages/count_tokens"):
                    continue
                betas = ",".join(v for k, v in row["request_headers"] or () if k.lower() == "anthropic-beta")
                headers = (*_HEADERS, (b"anthropic-beta", betas.encode())) if betas else _HEADERS
                yield Request("POST", path, "", headers, text.encode())


def _with_betas(validator: Validator, request: Request) -> Request | None:
    """The request with the betas that its body needs; None if it is refused all the same."""
    for _attempt in range(5):
        refusal = validator.check(request)
        if refusal is None:
            return request
        named = re.search(r"anthropic-beta: ([\w-]+)", refusal.hint or "")
        if refusal.rule != "shape.needs_beta" or named is None:
            return None
        headers = (*request.headers, (b"anthropic-beta", named[1].encode()))
        request = Request(request.method, request.path, request.query, headers, request.body)
    return None


def _cost(validator: Validator, request: Request, rounds: int = _ROUNDS) -> float:
    """Median microseconds of one check of an already parsed request."""
    _ = request.parsed
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        validator.check(request)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def _conversation(length: int) -> Request:
    """A conversation of `length` messages: every other pair is a tool call with its result."""
    messages: list[dict[str, Any]] = []
    for number in range(length // 4):
        call = f"toolu_{number}"
        messages += (
            {"role": "user", "content": [{"type": "text", "text": f"question {number} " * 20}]},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": call, "name": "f", "input": {"n": number}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": call, "content": "answer " * 20}],
            },
            {"role": "assistant", "content": [{"type": "text", "text": f"so it is {number}"}]},
        )
    messages.append({"role": "user", "content": "and now?"})
    tools = [{"name": "f", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}]
    body = {"model": "claude-sonnet-5", "max_tokens": 100, "messages": messages, "tools": tools}
    return Request("POST", "/v1/messages", "", _HEADERS, json.dumps(body).encode())


def main() -> None:
    """Print the figures."""
    default = os.environ.get("MOCKAPI_SHARED", pathlib.Path(__file__).parents[2] / "shared")
    shared = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else default)
    requests = list(_recorded(shared))
    for rules in ("documented", "live"):
        validator = Validator(ValidationSettings(rules=rules))
        accepted = [fit for request in requests if (fit := _with_betas(validator, request)) is not None]
        costs = sorted(_cost(validator, request) for request in accepted)
        p95 = costs[int(len(costs) * 0.95)]
        print(
            f"{rules}: {len(accepted)} accepted bodies of {len(requests)}: median "
            f"{statistics.median(costs):.1f} us, "
            f"p95 {p95:.1f} us, worst {costs[-1]:.1f} us"
        )
    validator = Validator(ValidationSettings())
    gc.disable()
    for length in (100, 1_000, 10_000, 100_000):
        request = _conversation(length)
        cost = _cost(validator, request, rounds=5)
        print(
            f"{length:7d} messages, {len(request.body):9d} bytes: {cost:10.1f} us, {cost / length:.3f} us a "
            f"message"
        )


if __name__ == "__main__":
    main()
