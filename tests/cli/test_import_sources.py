"""What an import looks at: folders that belong together, files of any name, and what it may not miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.foreign import (
    ANSWER,
    ASKED,
    ASKED_STREAM,
    STREAM,
    as_json,
    as_yaml,
    vcr_py,
    vcr_py_interaction,
)
from tests.support.foreign_tools import txtar
from tests.support.importing import played, run, tree, written
from tests.support.stubs import wiremock_folder, wiremock_stub

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_of_wiremock_is_imported_with_its_requests(tmp_path: Path) -> None:
    """Each reply answers its own request, to the byte; another request gets none of them; exit 0."""
    files = {f"test/resources/{name}": data for name, data in wiremock_folder().items()}
    source = tree(tmp_path / "in", files)
    result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert written(tmp_path / "out") == ["test/resources/mappings.yaml"]
    assert "mappings (3 files): imported 3 interactions (1 streams) of WireMock" in result.stdout
    assert "__files/v1_messages-2.txt: left out; the reply of a stub (1)" in result.stdout
    assert played(
        tmp_path / "out",
        ("POST", "/v1/messages", ASKED_STREAM),
        ("POST", "/v1/messages", ASKED),
        ("GET", "/v1/models?limit=2", b""),
    ) == [("recorded", STREAM), ("recorded", ANSWER), ("recorded", b'{"data":[]}')]
    other = ASKED.replace(b"dich", b"euch")
    ((origin, _),) = played(tmp_path / "out", ("POST", "/v1/messages", other))
    assert origin != "recorded"


@pytest.mark.parametrize("named", ["", "__files", "__files/v1_messages-2.txt"])
def test_replies_of_wiremock_are_never_imported_alone(tmp_path: Path, named: str) -> None:
    """Without their requests they would answer anything: a failure with its cause, and exit 1."""
    files = {name: data for name, data in wiremock_folder().items() if name.startswith("__files/")}
    source = tree(tmp_path / "in", files | {"__files/page.json": b"{}"})
    result = run(source / named, "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "v1_messages-2.txt: failed; a reply without its request: WireMock keeps" in result.stdout
    assert written(tmp_path / "out") == []


def test_one_stub_that_cannot_be_said_keeps_the_folder_out(tmp_path: Path) -> None:
    """Its reply is not told a second time as one without a request."""
    files = wiremock_folder() | {"mappings/more.json": as_json(wiremock_stub(None))}
    result = run(tree(tmp_path / "in", files), "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "mappings (4 files): failed; more.json: it answers any body" in result.stdout
    assert "2 files: 1 left out, 1 failed" in result.stderr
    assert written(tmp_path / "out") == []


def test_a_reply_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    """A stub's file lies below the folder, whatever its name says."""
    stub = wiremock_stub(response={"bodyFileName": "../../secret.txt"})
    source = tree(tmp_path, {"in/mappings/a.json": as_json(stub), "secret.txt": b"x"}) / "in"
    result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "its body __files/../../secret.txt is not there" in result.stdout


def test_what_lies_in_mappings_and_is_no_stub_is_imported_by_itself(tmp_path: Path) -> None:
    """A folder may be called so for other reasons."""
    source = tree(
        tmp_path / "in", {"mappings/a.json": ANSWER, "mappings/b.yaml": vcr_py(vcr_py_interaction())}
    )
    assert run(source, "--to", tmp_path / "out").exit_code == 0
    assert written(tmp_path / "out") == ["mappings/a.json.yaml", "mappings/b.yaml"]


def test_files_without_an_extension_are_found_by_what_is_in_them(tmp_path: Path) -> None:
    """VCR.py writes them for a name without one, or with a dot in it; others are named."""
    text = vcr_py(vcr_py_interaction())
    files = {"test_a": text, "model-4.5": text, "notes": b"hello\n", "b.txt": b"words\n", "c.py": STREAM}
    result = run(tree(tmp_path / "in", files), "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert written(tmp_path / "out") == ["model-4.5.yaml", "test_a.yaml"]
    assert "not looked at: 3 files and folders" in result.stderr
    assert f"  {tmp_path / 'in'}: b.txt, c.py, notes" in result.stderr


def test_replies_of_curl_and_archives_of_go_are_found_whatever_they_are_called(tmp_path: Path) -> None:
    """A status line, or a marker with HTTP behind it, tells them."""
    reply = b"HTTP/2 200 \r\ncontent-type: application/json\r\n\r\n" + ANSWER
    files = {"reply.txt": reply, "TestDump.http": txtar(), "notes.txt": b"-- HTTP --\nsee HTTP/1.1\n"}
    result = run(tree(tmp_path / "in", files), "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert written(tmp_path / "out") == ["TestDump.http.yaml", "reply.txt.yaml"]


UNKNOWN = {
    "lines of events": ("a.log", b'10:00 {"type":"message_start","message":{}}\n10:01 {"type":"ping"}\n'),
    "another mock's JSON": ("a.json", as_json({"calls": [{"answer": {"id": "msg_01" + "A" * 22}}]})),
    "text in sections": ("a.dump", b"-- x --\nid: req_01" + b"A" * 22 + b"\n\tmore: [\n"),
    "a store of fixtures": (
        "a.json",
        as_json({"url": "https://api.anthropic.com/v1/messages", "statusCode": 200, "body": {"text": "x"}}),
    ),
    "an exchange in YAML": (
        "a.yml",
        as_yaml([{"call": {"url": "https://api.anthropic.com/v1/messages"}, "response": {"text": "x"}}]),
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_looks_like_a_recording_and_is_not_understood_is_a_failure(tmp_path: Path, name: str) -> None:
    """A suite that lost it would go red later, for reasons that nobody remembers; exit 1."""
    file, data = UNKNOWN[name]
    result = run(tree(tmp_path / "in", {file: data}), "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "is in no format that is known here" in result.stdout
    assert written(tmp_path / "out") == []


def test_settings_that_name_the_api_are_no_recording(tmp_path: Path) -> None:
    """A compose file with the API's URL is left out."""
    text = as_yaml({"services": {"proxy": {"url": "https://api.anthropic.com/v1/messages"}}})
    result = run(tree(tmp_path / "in", {"a.yaml": text}), "--to", tmp_path / "out")
    assert (result.exit_code, "left out" in result.stdout) == (0, True)
