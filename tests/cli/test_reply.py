"""`mockapi reply`: a reply to a body in a file, without a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockapi.cli import root
from mockapi.messages import accumulate, check_events, decode_events
from tests.support.process import runner
from tests.support.shapes import body

if TYPE_CHECKING:
    from pathlib import Path


def test_json_and_stream_are_one_message(tmp_path: Path) -> None:
    """The JSON ends with a line, the stream is as on the wire."""
    file = tmp_path / "body.json"
    file.write_text(json.dumps(body("Hello")))
    plain = runner().invoke(root, ["reply", str(file)])
    stream = runner().invoke(root, ["reply", str(file), "--stream"])
    assert (plain.exit_code, stream.exit_code) == (0, 0)
    events = decode_events(stream.stdout_bytes)
    assert check_events(events) == []
    assert accumulate(events) == json.loads(plain.stdout)
    assert plain.stdout.endswith("}\n")


def test_seed_header_and_standard_input() -> None:
    """A beta header counts, a seed changes the words' choice, `-` reads standard input."""
    text = json.dumps(body("Hello"))
    one = runner().invoke(root, ["reply", "-"], input=text)
    other = runner().invoke(root, ["reply", "-", "--seed", "7"], input=text)
    assert one.stdout != other.stdout
    beta = runner().invoke(
        root, ["reply", "-", "--header", "anthropic-beta: context-management-2025-06-27"], input=text
    )
    assert json.loads(beta.stdout)["context_management"] == {"applied_edits": []}


def test_what_is_no_body_is_told() -> None:
    """The reason, and where it came from."""
    for text, why in (("nonsense", "holds no request body"), ("[]", "not an object")):
        result = runner().invoke(root, ["reply", "-"], input=text)
        assert why in str(result.exception)
    result = runner().invoke(root, ["reply", "-", "--header", "nonsense"], input="{}")
    assert "name: value" in str(result.exception)
