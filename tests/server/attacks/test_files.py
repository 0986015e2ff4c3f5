"""Files that a request names: what is read, what is refused, what is told. A row more is a line."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import orjson
import pytest

import mockapi
from mockapi._files import MIB
from tests.support.server import PATIENCE, control, interaction, message, open_session, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # hundreds of requests
SECRET = "TOPSECRET-never-to-be-quoted"
MESSAGE = orjson.dumps({"content": [{"type": "text", "text": "said in a file"}]})


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """What never ends."""
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    """Which may block, and become the server's own."""
    path.symlink_to("/dev/ptmx")


def unix_socket(path: Path) -> None:
    """Which cannot be opened."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def folder(path: Path) -> None:
    """Not a file."""
    path.mkdir()


def dangling(path: Path) -> None:
    """A link to nothing."""
    path.symlink_to(path.with_name("nothing"))


def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path)


def endless(path: Path) -> None:
    """More than any message; the file takes no room."""
    with path.open("wb") as file:
        file.truncate(300 * MIB)


def linked(path: Path) -> None:
    """A link that leads out."""
    (path.parent.parent / "outside.json").write_bytes(MESSAGE)
    path.symlink_to("../outside.json")


ODD: list[Callable[[Path], None]] = [
    *(fifo, device, terminal, unix_socket, folder, dangling, loop, endless, linked),
]

OUTSIDE = [
    "../outside.json",
    "named/../../outside.json",
    "/etc/passwd",
    "/proc/self/environ",
    "/dev/stdin",
    "~/.ssh/id_rsa",
    "named\0.json",
    "named-too/near.json",
    "",
    ".",
    "..",
    "/",
    "\udcff",
    "a" * 5000,
]

CONTENTS = [
    f'{{"content": "{SECRET}"}}',
    f'{{"content": [{{"type": "{SECRET}"}}]}}',
    f'{{"{SECRET}": 1}}',
    f'"{SECRET}"',
    f"password = {SECRET}",
    f"event: {SECRET}\ndata: {{\n\n",
    f'{{"content": [], "usage": "{SECRET}"}}',
    f"{SECRET}: 1\n{SECRET}: 2\n",
    f"a: !{SECRET} 1",
    f"- {SECRET}\n\t- [",
    f"mockapi: {SECRET}",
]


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """The folder that was named when the server started; others lie beside it."""
    (tmp_path / "named-too").mkdir()
    (tmp_path / "named-too" / "near.json").write_bytes(MESSAGE)
    (tmp_path / "outside.json").write_bytes(MESSAGE)
    place = tmp_path / "named"
    place.mkdir()
    (place / "reply.json").write_bytes(MESSAGE)
    return place


@pytest.fixture
def server(named: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mockapi.Server]:
    """A server that was told of it, started in the folder around it."""
    monkeypatch.chdir(named.parent)
    with mockapi.Server(["named"]) as running:
        yield running


def set_script(server: mockapi.Server, file: str) -> Any:
    """A script whose reply is in a file."""
    return control(server, "/sessions/default/script", [{"file": file}], method="POST")


def load(server: mockapi.Server, file: str) -> Any:
    """Play a cassette instead."""
    return control(server, "/cassettes", {"paths": [file]}, method="PUT")


def open_with(server: mockapi.Server, file: str) -> Any:
    """Play a cassette in a session."""
    return control(server, "/sessions", {"cassettes": [file]}, method="POST")


WAYS: list[Callable[[mockapi.Server, str], Any]] = [set_script, load, open_with]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", ODD)
def test_what_is_no_file_holds_nobody_up(
    server: mockapi.Server, named: Path, make: Callable[[Path], None], way: Callable[..., Any]
) -> None:
    """It is refused at once, and the server answers."""
    make(named / "odd.json")
    reply = way(server, str(named / "odd.json"))
    if make is folder and way is not set_script:  # a folder without cassettes, which is no mistake
        assert reply.status_code in {200, 201}
    else:
        assert reply.status_code in {400, 422}, reply.text
    assert control(server, "/livez").status_code == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("file", [item for item in OUTSIDE if "\udcff" not in item])
def test_what_lies_elsewhere_is_not_read(server: mockapi.Server, way: Callable[..., Any], file: str) -> None:
    """Whether it exists or not, by whatever way it is named."""
    reply = way(server, file)
    assert reply.status_code in {400, 422}, reply.text
    assert "said in a file" not in reply.text


@pytest.mark.parametrize("way", WAYS)
def test_whether_a_file_exists_elsewhere_is_not_told(server: mockapi.Server, way: Callable[..., Any]) -> None:
    """Both get the same words."""
    there, missing = way(server, "/etc/passwd"), way(server, "/etc/passwx")
    assert there.text.replace("passwd", "passwx") == missing.text
    assert "outside the folders" in there.text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", CONTENTS)
def test_no_error_quotes_a_file(
    server: mockapi.Server, named: Path, way: Callable[..., Any], content: str
) -> None:
    """What is not a cassette or a message may be anything."""
    (named / "private").write_text(content)
    reply = way(server, "named/private")
    assert reply.status_code in {400, 422}, reply.text
    assert SECRET not in reply.text


def test_what_lies_in_the_folder_is_read(server: mockapi.Server, named: Path) -> None:
    """By relative and by absolute path, and through a link that stays inside."""
    (named / "link.json").symlink_to(named / "reply.json")
    for file in (
        "named/reply.json",
        str(named / "reply.json"),
        "named/link.json",
        "named/../named/reply.json",
    ):
        assert set_script(server, file).status_code == 201
    cassette = write_cassette(named / "a.yaml", interaction(message("hi")))
    assert load(server, cassette).status_code == 200
    assert control(server, "/cassettes/reload", method="POST").status_code == 200
    assert open_with(server, cassette).status_code == 201


def test_a_script_reads_only_so_much(server: mockapi.Server, named: Path) -> None:
    """All its files together are bounded: what they hold is kept in memory."""
    text = "x" * MIB
    (named / "large.json").write_bytes(orjson.dumps({"content": [{"type": "text", "text": text}]}))
    reply = control(server, "/sessions/default/script", [{"file": "named/large.json"}] * 40, method="POST")
    assert reply.status_code == 400
    assert "/replies/31/file" in reply.json()["error"]["pointer"]


def test_folders_can_be_added(named: Path) -> None:
    """`--allow-folder`, and a file that was named alone stands for itself alone."""
    cassette = write_cassette(named / "a.yaml", interaction(message("hi")))
    with mockapi.Server([cassette]) as alone:
        assert load(alone, cassette).status_code == 200
        assert set_script(alone, str(named / "reply.json")).status_code == 400
    with mockapi.Server([cassette], allowed_folders=[named]) as wider:
        assert set_script(wider, str(named / "reply.json")).status_code == 201


def test_the_working_folder_counts_where_nothing_was_named(
    named: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without cassettes was started somewhere."""
    monkeypatch.chdir(named)
    with mockapi.Server() as server:
        assert set_script(server, "reply.json").status_code == 201
        assert set_script(server, "../outside.json").status_code == 400


@pytest.mark.parametrize("cassettes", [[], ["."]], ids=["nothing named", "a relative name"])
def test_where_the_process_goes_later_opens_no_folder(
    named: Path, monkeypatch: pytest.MonkeyPatch, cassettes: list[str]
) -> None:
    """What may be read is settled when the server starts, not by the first control request."""
    monkeypatch.chdir(named)
    with mockapi.Server(cassettes) as server:
        monkeypatch.chdir(named.parent)
        assert set_script(server, str(named.parent / "outside.json")).status_code == 400
        assert set_script(server, str(named / "reply.json")).status_code == 201


def test_cassettes_that_are_loaded_later_open_no_folder(named: Path) -> None:
    """A program may play what it likes; its callers may still read only what was named at the start."""
    cassette = write_cassette(named / "a.yaml", interaction(message("hi")))
    later = write_cassette(named.parent / "named-too" / "b.yaml", interaction(message("hi")))
    with mockapi.Server([cassette]) as server:
        server._running.wait_for(server.service.load([later]), PATIENCE)
        assert load(server, cassette).status_code == 200
        assert load(server, later).status_code == 422


def test_a_tests_own_python_reads_what_it_likes(server: mockapi.Server, tmp_path: Path) -> None:
    """It could read the file anyway."""
    cassette = write_cassette(tmp_path / "elsewhere.yaml", interaction(message("hi")))
    assert open_with(server, cassette).status_code == 422
    with server.open_session(cassettes=[cassette]) as session:
        assert session.base_url
    assert open_session(server)["id"]
