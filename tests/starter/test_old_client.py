"""A client of the API's older version plays the same recordings."""

from __future__ import annotations

import json
import subprocess

import pytest

from mockapi import jsontext
from mockapi.cassettes import load
from tests.support.sdk import python_of
from tests.support.starter.generate import FOLDER

_PROGRAM = """
import json, sys
import anthropic

client = anthropic.Anthropic(base_url=sys.argv[1], api_key="sk-ant-test-1", max_retries=0)
played = 0
for body in json.load(sys.stdin):
    for messages in (client.messages, client.beta.messages):
        reply = messages.with_raw_response.create(**body).http_response
        reply.read()
        assert reply.headers["x-mockapi-source"] == "recorded", body
        if body.get("stream"):
            with messages.stream(**{key: body[key] for key in body if key != "stream"}) as stream:
                assert stream.get_final_message().stop_reason
        played += 1
print(played)
"""


@pytest.mark.slow
def test_a_client_of_the_older_version_gets_the_same_recordings(base_url: str) -> None:
    """Its bodies are the same; its version, its way to send the key and `?beta=true` do not count."""
    files = [path for path in sorted(FOLDER.glob("*.yaml")) if path.stem not in {"errors", "broken-streams"}]
    bodies = [
        jsontext.parse(item.request.body)
        for path in files
        for item in load(path.read_bytes(), path.name).interactions
        if item.request.path == "/v1/messages"
    ]
    ran = subprocess.run(
        [python_of("0.121.0"), "-c", _PROGRAM, base_url],
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{2 * len(bodies)}\n"
    assert len(bodies) == 46
