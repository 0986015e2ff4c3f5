"""How many synthesized replies a second one core makes, over the socket, validation included.

    python -m benchmarks.synthesis [--seconds 5] [--rounds 3]      this part alone, to look at while tuning

The server is `mockapi serve` with `--on-unmatched synthesize` and strict validation, alone on one
core; wrk asks from another. Every request of a workload differs from the one before (a number in the
user's text), so nothing is answered from memory. The bare server of `bare_server` is asked in turn with
it. The figure to trust on a shared machine is the processor time of a reply, as a multiple of the bare
server's; the rate it allows is what one core would do if nobody else used it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks import bare_server, workload
from benchmarks.load import CONNECTIONS, require_wrk
from benchmarks.report import Goal, Part
from benchmarks.servers import LOAD_CORE, ROOT, Server, bare

_WEATHER = {
    "name": "get_weather",
    "description": "The weather at a place.",
    "input_schema": {
        "type": "object",
        "properties": {"location": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["location"],
    },
}
_TEXT: dict[str, Any] = {
    "model": "claude-opus-4-7",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Hello, Claude, for the NUMBER. time"}],
}
WORKLOADS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "text, streamed": {**_TEXT, "stream": True},
    "tool call": {**_TEXT, "tools": [_WEATHER]},
    "tool call with thinking, streamed": {
        **_TEXT,
        "tools": [_WEATHER],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "stream": True,
    },
}
_SCRIPT = """
local head, tail, at = [==[{head}]==], [==[{tail}]==], 0
local headers = {{ ["content-type"]="application/json", ["x-api-key"]="sk-ant-test-1",
  ["anthropic-version"]="2023-06-01" }}
request = function()
  at = at + 1
  return wrk.format("POST", "/v1/messages", headers, head .. string.format("%09d", at) .. tail)
end
done = function(summary)
  local errors = summary.errors
  io.write(string.format('RESULT {{"requests":%d,"seconds":%f,"errors":%d}}\\n', summary.requests,
    summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
"""


class Figures(NamedTuple):
    """Replies a second as measured, and processor time of a reply in microseconds."""

    rate: float
    cpu_microseconds: float


GOALS: dict[str, float] = {
    "text": 3.0,
    "text, streamed": 5.0,
    "tool call": 5.0,
    "tool call with thinking, streamed": 7.0,
}
"""How many times the processor time of the bare server's fixed answer each may cost."""
_COLUMNS = ("reply", "replies/s", "CPU µs/reply", "replies/s by CPU", "bare CPU µs", "times the bare server")


def synthesis_part(work: Path, *, rounds: int, seconds: int = 1) -> Part:
    """Every workload, in turn with the bare server."""
    program = "from mockapi.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "{port}", "--on-unmatched", "synthesize"]
    environment = {"PYTHONPATH": str(ROOT), "MOCKAPI_CACHE": "off"}
    answers = workload.json_reply(1), workload.stream_reply(1)
    rows = []
    goals = []
    with (
        Server("mockapi", command, environment=environment, ready="mockapi ready on") as server,
        bare("bare", bare_server.write_answers(work, *answers)) as floor,
    ):
        for name, body in WORKLOADS.items():
            script = work / "load.lua"
            head, tail = json.dumps(body).split("NUMBER")
            script.write_text(_SCRIPT.format(head=head, tail=tail))
            _measure(server, script, 1)
            _measure(floor, script, 1)
            taken = [
                (_measure(server, script, seconds), _measure(floor, script, seconds)) for _ in range(rounds)
            ]
            rate = median(own.rate for own, _ in taken)
            cpu = median(own.cpu_microseconds for own, _ in taken)
            least = median(other.cpu_microseconds for _, other in taken)
            ratio = median(own.cpu_microseconds / other.cpu_microseconds for own, other in taken)
            rows.append(
                (name, f"{rate:,.0f}", f"{cpu:,.0f}", f"{1e6 / cpu:,.0f}", f"{least:.0f}", f"{ratio:.1f}")
            )
            most = GOALS[name]
            goals.append(
                Goal(
                    f"synthesized {name}, against the bare server",
                    f"≤ {most:g} x",
                    f"{ratio:.1f} x",
                    ratio <= most,
                )
            )
    return Part(
        "Synthesized replies",
        "Every request differs from the one before (a number in the user's text), so nothing is answered from"
        " memory; strict validation is on, as it is by default.",
        _COLUMNS,
        rows,
        goals,
    )


def main() -> None:
    """Measure every workload and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    require_wrk()
    with tempfile.TemporaryDirectory() as folder:
        part = synthesis_part(Path(folder), rounds=options.rounds, seconds=options.seconds)
    for row in (part.columns, *part.rows):
        print(f"{row[0]:36}" + "".join(f"{cell:>22}" for cell in row[1:]))


def _measure(server: Server, script: Path, seconds: int) -> Figures:
    url = f"http://127.0.0.1:{server.port}"
    before = server.cpu_seconds()
    output = subprocess.run(
        [
            "taskset",
            "-c",
            str(LOAD_CORE),
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "-s",
            str(script),
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    used = server.cpu_seconds() - before
    result = json.loads(output.split("RESULT ")[1])
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"the server failed under load: {output}")
    return Figures(result["requests"] / result["seconds"], used / result["requests"] * 1e6)


if __name__ == "__main__":
    main()
