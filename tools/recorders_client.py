"""Sends requests through a recorder for Python, for tools/recorders.py, in an environment that has it.

python recorders_client.py TOOL URL FOLDER BODIES.json
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

_HEADERS = {
    "content-type": "application/json",
    "x-api-key": "sk-ant-test-1",
    "anthropic-version": "2023-06-01",
}
_VCR = {
    "VCR.py, YAML": ("yaml", "recorded.yaml"),
    "VCR.py, JSON": ("json", "recorded.json"),
    "VCR.py, no extension": ("yaml", "test_one"),
    "VCR.py, a dot in the name": ("yaml", "model-4.5"),
}


def record(tool: str, url: str, folder: Path, bodies: list[str]) -> None:
    """Send each body once, while the recorder listens."""
    requests: Any = importlib.import_module("requests")
    session = requests.Session()
    if tool in _VCR:
        serializer, name = _VCR[tool]
        recorder: Any = importlib.import_module("vcr").VCR(serializer=serializer)
        context = recorder.use_cassette(str(folder / name))
    else:
        betamax: Any = importlib.import_module("betamax")
        context = betamax.Betamax(session, cassette_library_dir=str(folder)).use_cassette(
            "recorded",
            match_requests_on=["method", "uri", "body"],
            preserve_exact_body_bytes=tool == "Betamax, exact bytes",
        )
    with context:
        for body in bodies:
            session.post(url, data=body.encode(), headers=_HEADERS)


if __name__ == "__main__":
    _, tool_, url_, folder_, bodies_ = sys.argv
    record(tool_, url_, Path(folder_), json.loads(Path(bodies_).read_text(encoding="utf-8")))
