"""What `mockapi serve` says of cassettes it cannot use: every file, place, cause and remedy; exit code 2."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import MAX_BYTES
from mockapi.errors import CassetteError
from mockapi.storage import _files
from tests.support.process import mockapi
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "mockapi_cassette: 1\n"
ONE = f"""{HEAD}interactions:
- request: {{method: POST, path: /v1/messages}}
  response:
    status: 200
    body: {{text: "hello"}}
    digest: sha256:{"0" * 64}
    headers: []
"""
BOMB = "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
PATTERN = "matching: {substitute: [{name: a, pattern: '('}]}\n"
BAD: dict[str, tuple[str, int | None, str]] = {
    "not YAML": ("interactions: [\n", 2, "malformed YAML"),
    "a tab": (f"{HEAD}interactions:\n\t- a\n", 3, "malformed YAML"),
    "an unclosed quote": (f'{HEAD}interactions: ["\n', None, "malformed YAML"),
    "a control character": (f"{HEAD}a: \x07\n", 2, "not YAML text"),
    "another YAML file": ("services:\n  web: {}\n", 1, "not a mockapi cassette"),
    "a list": ("- 1\n", 1, "not a mockapi cassette"),
    "nothing": ("", None, "not a mockapi cassette"),
    "no interactions": (HEAD, 1, "no `interactions`"),
    "an unknown key": (f"{HEAD}interaction: []\n", 2, "Did you mean `interactions`?"),
    "a wrong type": (f"{HEAD}interactions: none\n", 2, "must be a list"),
    "a status in words": (ONE.replace("200", "ok"), 5, "must be a whole number"),
    "a broken digest": (ONE, 6, "mockapi cassettes reseal"),
    "a version from the future": ("mockapi_cassette: 99\ninteractions: []\n", 1, "pip install --upgrade"),
    "a version in words": ("mockapi_cassette: one\ninteractions: []\n", 1, "must be a whole number"),
    "aliases": (f"{HEAD}a: &a [1]\n{BOMB}", 2, "anchors and aliases"),
    "tags": (f"{HEAD}interactions: !!python/object/apply:os.abort []\n", 2, "tags are not part"),
    "two documents": (f"{HEAD}interactions: []\n---\n{HEAD}", 3, "a second document"),
    "a key twice": (f"{HEAD}interactions: []\ninteractions: []\n", 3, "comes twice"),
    "too deep": (f"{HEAD}interactions: {'[' * 5000}{']' * 5000}\n", 2, "nested deeper"),
    "a bad pattern": (f"{HEAD}{PATTERN}interactions: []\n", 2, "regular expression"),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD)
def test_a_bad_cassette_is_named_with_line_cause_and_remedy(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    """Exit code 2, one line per problem, no traceback, and no server."""
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    outcome = mockapi("serve", "--port", "0", str(path), "--port", "0")
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert f"mockapi: {path}:{line}: " in outcome.err if line else f"mockapi: {path}:" in outcome.err
    assert "Traceback" not in outcome.err


def test_every_bad_file_is_named_not_the_first_only(tmp_path: Path) -> None:
    """And every bad interaction of a file; the good ones do not start a server half-loaded."""
    write_cassette(tmp_path / "good.yaml", interaction(message("hi")))
    for number, (text, _, _) in enumerate(BAD.values()):
        (tmp_path / f"bad-{number:02}.yaml").write_text(text)
    broken = "- {request: {method: GET, path: /}, response: {status: 1}}\n"
    (tmp_path / "many.yaml").write_text(f"{HEAD}interactions:\n{broken * 3}")
    outcome = mockapi("serve", "--port", "0", str(tmp_path), str(tmp_path / "missing.yaml"), "--port", "0")
    assert (outcome.code, outcome.out) == (2, "")
    for number in range(len(BAD)):
        assert f"bad-{number:02}.yaml" in outcome.err
    assert "good.yaml" not in outcome.err
    assert "missing.yaml: there is no such file" in outcome.err
    for number in range(3):
        assert f"interaction {number}: `status` must be" in outcome.err


def test_bytes_that_are_no_text_are_no_cassette(tmp_path: Path) -> None:
    """A picture, or UTF-16 by mistake."""
    for name, data in (("a.yaml", b"\x89PNG\r\n\x1a\n\xff"), ("b.yaml", b"\xff\xfe\x00\xd8")):
        (tmp_path / name).write_bytes(data)
        outcome = mockapi("serve", "--port", "0", str(tmp_path / name))
        assert outcome.code == 2
        assert name in outcome.err
        assert "Traceback" not in outcome.err


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    """By its size, with the limit; a sparse file has the size without the bytes."""
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    outcome = mockapi("serve", "--port", "0", str(path))
    assert outcome.code == 2
    assert f"2,147,483,648 bytes; a cassette has at most {MAX_BYTES:,}" in outcome.err


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    """A socket in the file system."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def endless(path: Path) -> None:
    """A device that never ends."""
    path.symlink_to("/dev/zero")


def dangling(path: Path) -> None:
    """A link to nothing."""
    path.symlink_to(path.with_name("nothing"))


def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path)


@pytest.mark.parametrize("make", [fifo, unix_socket, endless, dangling, loop])
@pytest.mark.parametrize("named", ["file", "folder"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, make: Callable[[Path], None], named: str) -> None:
    """Pipes, sockets, devices and broken links are told, whether named or found in a folder."""
    path = tmp_path / "odd.yaml"
    make(path)
    outcome = mockapi("serve", "--port", "0", str(path if named == "file" else tmp_path))
    assert outcome.code == 2
    assert "odd.yaml: " in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("path", ["a" * 5000, "", "/no/such/place.yaml", "/dev/null/x.yaml", "~/nobody.yaml"])
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    """Exit code 2 in words, whatever the file system says about it."""
    outcome = mockapi("serve", "--port", "0", path)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert outcome.err.startswith("mockapi: ")


@pytest.mark.parametrize("command", ["show", "lint", "reseal"])
def test_the_commands_on_cassettes_say_the_same(tmp_path: Path, command: str) -> None:
    """Exit code 2 for a file that cannot be read, a folder where a file is wanted, a huge file."""
    missing = mockapi("cassettes", command, str(tmp_path / "none.yaml"))
    assert missing.code == 2
    assert "none.yaml: there is no such file or folder." in missing.err
    (tmp_path / "pipe.yaml").touch()
    (tmp_path / "pipe.yaml").unlink()
    fifo(tmp_path / "pipe.yaml")
    assert mockapi("cassettes", command, str(tmp_path / "pipe.yaml")).code == 2


def test_a_folder_where_a_file_is_wanted_is_told(tmp_path: Path) -> None:
    """`reseal` takes files only."""
    outcome = mockapi("cassettes", "reseal", str(tmp_path))
    assert outcome.code == 2
    assert "is a folder, not a cassette file" in outcome.err


def refuse(error: OSError) -> Callable[..., int]:
    """A way to open files that never succeeds: root may open what others may not."""

    def opener(*_: object) -> int:
        raise error

    return opener


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            PermissionError(13, "Permission denied"),
            "cannot be read: Permission denied. Check its permissions.",
        ),
        (OSError(5, "Input/output error"), "cannot be read: Input/output error."),
        (OSError(24, "Too many open files"), "cannot be read: Too many open files."),
    ],
)
def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    """Whatever the system has against it."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("hi")))
    monkeypatch.setattr("mockapi._files.open_file", refuse(error))
    with pytest.raises(CassetteError) as caught:
        _files.read_text(path)
    assert words in str(caught.value)


def test_a_folder_that_may_not_be_searched_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silently playing what is left of it would be half a start."""
    (tmp_path / "closed").mkdir()

    def walk(path: str, onerror: Callable[[OSError], None]) -> list[object]:
        onerror(PermissionError(13, "Permission denied", f"{path}/closed"))
        return []

    monkeypatch.setattr(os, "walk", walk)
    with pytest.raises(CassetteError) as caught:
        _files.find([str(tmp_path)])
    (problem,) = caught.value.problems
    assert problem.file == f"{tmp_path}/closed"
    assert "cannot be searched: Permission denied" in problem.cause


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    """File names are bytes; one that is no UTF-8, or would steer a terminal, is shown as escapes."""
    for name in (b"\xff.yaml", b"\x1b[2J.yaml"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        path.write_text("[")
        outcome = mockapi("serve", "--port", "0", str(path))
        assert outcome.code == 2
        assert "malformed YAML" in outcome.err
        assert "\x1b" not in outcome.err
