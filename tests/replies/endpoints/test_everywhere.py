"""What endpoints answer is the same on every Python: written down, for changes that nobody meant."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from mockapi import jsontext
from mockapi.messages import dump
from mockapi.replies.endpoints import ResourceStore
from tests.replies.endpoints.test_store import END, EXPIRES, FORM, SCENE, ask
from tests.support.each import each
from tests.support.server import message
from tests.support.shapes import SHAPES

DIGEST = "7e57718fd89e9bb05fbd86f456548ac2d8fddbb94e5f5188937583fefa888680"
"""Of all replies of the conversation below; a change of ids, words or fields changes it, on purpose only."""
PROMPT = {"model": "claude-2.1", "max_tokens_to_sample": 9, "prompt": "\n\nHuman: Hi\n\nAssistant:"}
ROWS = [{"custom_id": f"row-{n}", "params": message(f"row {n}")} for n in range(3)]


def test_a_long_conversation_is_the_same_everywhere() -> None:
    """Files, batches, models, counts and completions, with the ids that each gets, seed by seed."""
    digest = hashlib.sha256()
    for seed in (0, 1, -1, 2**64 + 1):
        shelf, at = ResourceStore(), SCENE.at

        def say(method: str, path: str, body: Any = None, **more: Any) -> Any:
            nonlocal shelf, at
            at += 40
            raw = body if isinstance(body, bytes) else b"" if body is None else dump(body)
            scene = replace(SCENE, at=at, seed=seed)  # noqa: B023 - called in this turn of the loop
            reply, shelf = ask(shelf, method, path, raw, scene=scene, **more)
            assert not any(chunk.delay for chunk in reply.chunks)
            digest.update(repr((path, reply.status, reply.headers, reply.body)).encode())
            return jsontext.parse(reply.body)

        form = "multipart/form-data; boundary=b"
        first, second = (
            say("POST", "/v1/files", FORM + fields + END, kind=form)["id"] for fields in (b"", EXPIRES)
        )
        for path in (f"/v1/files/{first}", f"/v1/files/{second}/content", "/v1/files", "/v1/files/file_none"):
            say("GET", path)
        say("GET", "/v1/files", query="limit=1")
        say("DELETE", f"/v1/files/{first}")
        say("GET", f"/v1/files/{first}")
        batch = say("POST", "/v1/messages/batches", {"requests": ROWS})["id"]
        say("GET", f"/v1/messages/batches/{batch}/results")
        other = say("POST", "/v1/messages/batches", {"requests": ROWS[:1]})["id"]
        say("POST", f"/v1/messages/batches/{other}/cancel")
        for _ in range(4):
            for id_ in (batch, other):
                say("GET", f"/v1/messages/batches/{id_}")
                say("GET", f"/v1/messages/batches/{id_}/results")
        say("GET", "/v1/messages/batches", query="limit=1")
        say("DELETE", f"/v1/messages/batches/{batch}")
        say("GET", f"/v1/messages/batches/{batch}")
        for path in ("/v1/models", "/v1/models/claude-opus-4-6", "/v1/models/none"):
            say("GET", path)
        for stream in (False, True):
            say("POST", "/v1/complete", {**PROMPT, "stream": stream})
    assert digest.hexdigest() == DIGEST


def test_every_shape_counts_the_same_everywhere() -> None:
    """Its input tokens, and what context management would clear."""
    digest = hashlib.sha256()
    for body in SHAPES.values():
        reply, _ = ask(ResourceStore(), "POST", "/v1/messages/count_tokens", dump(body))
        digest.update(reply.body)
    assert digest.hexdigest() == COUNTS


COUNTS = "2345d9add0a3438091dcc1b81092d2e6ffcccbc8460f5e72f9d50470d43cc315"
"""Of the counts of all shapes; a change of the estimate changes it, on purpose only."""


@each(
    ("method", "path", "status"),
    [
        ("GET", "/v1/messages", 405),
        ("PUT", "/v1/complete", 405),
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/messages/count_tokens", 405),
        ("PUT", "/v1/messages/batches", 405),
        ("PUT", "/v1/messages/batches/a", 405),
        ("GET", "/v1/messages/batches/a/cancel", 405),
        ("POST", "/v1/messages/batches/a/results", 405),
        ("GET", "/v1/messages/batches/a/b", 404),
        ("GET", "/v1/messages/batches/a/results/b", 404),
        ("PUT", "/v1/files", 405),
        ("PUT", "/v1/files/a", 405),
        ("POST", "/v1/files/a/content", 405),
        ("GET", "/v1/files/a/other", 404),
        ("POST", "/v1/models", 405),
        ("DELETE", "/v1/models/a", 405),
        ("GET", "/v1/models/a/b", 404),
        ("GET", "/v1/other", 404),
        ("GET", "/v2/models", 404),
    ],
)
def test_a_path_takes_its_methods_and_is_unknown_otherwise(method: str, path: str, status: int) -> None:
    """405 for another method, 404 for another path."""
    reply, _ = ask(ResourceStore(), method, path)
    told = jsontext.parse(reply.body)["error"]
    wanted = {405: ("invalid_request_error", "Method Not Allowed"), 404: ("not_found_error", "Not Found")}
    assert (reply.status, (told["type"], told["message"])) == (status, wanted[status])
