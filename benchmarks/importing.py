"""How long 2,000 files of another tool take to import, and how much memory.

    python -m benchmarks.importing [FILES]

Writes a tree of VCR.py and Ruby VCR recordings made here (a JSON reply or a stream of 60 events
each, prompts of 2 to 60 kB), imports it with the command in a process of its own, and prints
seconds, files a second and the peak of resident memory. Exit code 1 above 60 seconds for 2,000
files, or where ten times the files take more than 1.5 times the memory.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import yaml

from mockapi.messages import encode_events, events_of

FILES = 2000
SECONDS_FOR_2000 = 60.0
MEMORY_RATIO = 1.5
_URL = "https://api.anthropic.com/v1/messages"


def main() -> int:
    """Measure, print, judge."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        size = _write(root / "in", files)
        few_memory = _measure(root / "in" / "0", root / "few")[1]
        seconds, memory = _measure(root / "in", root / "out")
    print(f"{files} files, {size / 1e6:.1f} MB: {seconds:.1f} s, {files / seconds:.0f} files a second")
    print(f"peak memory {memory / 1e6:.0f} MB, for a tenth of them {few_memory / 1e6:.0f} MB")
    slow = seconds > SECONDS_FOR_2000 * files / 2000
    return int(slow or memory > few_memory * MEMORY_RATIO)


def _write(root: Path, files: int) -> int:
    size = 0
    for number in range(files):
        folder = root / str(number % 10)
        folder.mkdir(parents=True, exist_ok=True)
        document = _vcr_py(number) if number % 2 else _ruby(number)
        text = yaml.dump(document, Dumper=yaml.CSafeDumper).encode()
        (folder / f"test_{number}.yaml").write_bytes(text)
        size += len(text)
    return size


def _measure(source: Path, target: Path) -> tuple[float, int]:
    """Seconds and peak memory of one run, which must import everything."""
    command = [sys.executable, "-m", "mockapi", "cassettes", "import", str(source), "--to", str(target)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the import failed with exit code {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss * 1024


def _vcr_py(number: int) -> dict[str, Any]:
    body = _stream() if number % 4 == 1 else _message(number)
    kind = "text/event-stream; charset=utf-8" if number % 4 == 1 else "application/json"
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    headers = {"content-type": [kind], "content-encoding": ["gzip"], "request-id": ["req_1"]}
    return {
        "version": 1,
        "interactions": [
            {
                "request": {"method": "POST", "uri": _URL, "body": _request(number), "headers": {}},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": headers,
                    "body": {"string": packer.compress(body) + packer.flush()},
                },
            }
        ],
    }


def _ruby(number: int) -> dict[str, Any]:
    body = _stream() if number % 4 == 0 else _message(number)
    kind = "text/event-stream; charset=utf-8" if number % 4 == 0 else "application/json"
    return {
        "http_interactions": [
            {
                "request": {
                    "method": "post",
                    "uri": _URL,
                    "body": {"encoding": "UTF-8", "string": _request(number)},
                    "headers": {"Content-Type": ["application/json"]},
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"Content-Type": [kind], "Request-Id": ["req_1"]},
                    "body": {"encoding": "UTF-8", "base64_string": base64.b64encode(body).decode()},
                },
                "recorded_at": "Wed, 19 Aug 2026 14:34:12 GMT",
            }
        ],
        "recorded_with": "VCR 6.4.0",
    }


def _request(number: int) -> str:
    words = f"Tell me about number {number}. " * (70 + number % 2000)
    return json.dumps(
        {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": words}]}
    )


def _message(number: int) -> bytes:
    content = [{"type": "text", "text": f"It is {number}. " * 40}]
    message = {"model": "claude-sonnet-4-5", "id": "msg_1", "type": "message", "role": "assistant"}
    end = {"stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 5}}
    return json.dumps({**message, "content": content, **end}, separators=(",", ":")).encode()


def _stream() -> bytes:
    message = json.loads(_message(7)) | {"stop_sequence": None}
    events = events_of(message)
    return encode_events(events, [7] * len(events))


if __name__ == "__main__":
    sys.exit(main())
