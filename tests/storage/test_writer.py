"""Adding to cassette files that others write too."""

from __future__ import annotations

import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cassettes import Cassette, dump, load
from mockapi.cassettes._prune import fingerprint
from mockapi.errors import CassetteError
from mockapi.storage._writer import CassetteFile, locked
from tests.support.server import interaction, message

if TYPE_CHECKING:
    from pathlib import Path

ROOT, OK = b"{method: GET, path: /}", b"{status: 200}"
LONG = b'{"text":"%s"}' % (b"x" * 300)
A, B, C = (interaction(message(text), LONG) for text in "abc")


def _interactions(path: Path) -> tuple[object, ...]:
    return tuple(load(path.read_bytes(), str(path)).interactions)


def test_additions_are_what_dumping_all_at_once_would_have_written(tmp_path: Path) -> None:
    """A file that grew is the same bytes as one written whole."""
    path = tmp_path / "c.yaml"
    file = CassetteFile(path)
    file.add([A])
    file.add([B, C])
    assert path.read_bytes() == dump(Cassette(str(path), (A, B, C)))


def test_what_others_wrote_meanwhile_stays(tmp_path: Path) -> None:
    """Two writers of one file lose nothing of each other's."""
    path = tmp_path / "c.yaml"
    one, two = CassetteFile(path), CassetteFile(path)
    one.add([A])
    two.add([B])
    one.add([C])
    assert _interactions(path) == (A, B, C)


def test_comments_and_rules_stay(tmp_path: Path) -> None:
    """A file that a person has worked on keeps what they wrote."""
    path = tmp_path / "c.yaml"
    head = b"# mine\nmockapi_cassette: 1\nmatching:\n  substitute: [date]\ninteractions:\n"
    path.write_bytes(head + dump(Cassette("c", (A,))).partition(b"interactions:\n")[2])
    CassetteFile(path).add([B])
    assert path.read_bytes().startswith(head)
    loaded = load(path.read_bytes(), "c")
    assert loaded.interactions == (A, B)
    assert loaded.matching.substitutions[0].name == "date"


@pytest.mark.parametrize(
    "text",
    [
        b"mockapi_cassette: 1\ninteractions: []\n",
        b"interactions:\n- {request: %b, response: %b}\nmockapi_cassette: 1\n" % (ROOT, OK),
        b"mockapi_cassette: 1\ninteractions:\n- {request: %b, response: %b}" % (ROOT, OK),
    ],
    ids=["flow", "other order", "no newline"],
)
def test_a_file_that_takes_no_addition_at_its_end_is_written_anew(tmp_path: Path, text: bytes) -> None:
    """However a cassette is written, adding to it gives a cassette with all that was there."""
    path = tmp_path / "c.yaml"
    path.write_bytes(text)
    before = _interactions(path)
    CassetteFile(path).add([A])
    assert _interactions(path) == (*before, A)


def test_what_is_renewed_stands_in_the_place_of_the_old(tmp_path: Path) -> None:
    """One for one and in order; what has no place any more goes to the end, where additions are."""
    path = tmp_path / "c.yaml"
    file = CassetteFile(path)
    file.add([A, B])
    file.add([A], [(fingerprint(A), C)])
    assert _interactions(path) == (C, B, A)
    file.add([], [("nobody", B)])
    assert _interactions(path) == (C, B, A, B)
    file.add([], [(fingerprint(B), A), (fingerprint(B), C), (fingerprint(B), B)])
    assert _interactions(path) == (C, A, A, C, B)


def test_a_body_that_went_with_its_interaction_is_written_out_again(tmp_path: Path) -> None:
    """A long body is written once in a file; where that once is gone, the next one is whole."""
    path = tmp_path / "c.yaml"
    file = CassetteFile(path)
    other = interaction(message("other"), LONG.replace(b"x", b"y"))
    file.add([other])
    file.add([], [(fingerprint(other), A)])
    again = interaction(message("again"), other.response.body)
    file.add([again])
    assert _interactions(path) == (A, again)


def test_a_file_that_is_no_cassette_is_left_alone(tmp_path: Path) -> None:
    """Adding to somebody else's file is an error that says what it is."""
    path = tmp_path / "c.yaml"
    path.write_text("a: 1\n")
    with pytest.raises(CassetteError, match="not a mockapi cassette"):
        CassetteFile(path).add([A])
    assert path.read_text() == "a: 1\n"


def test_what_a_killed_writer_left_is_cleaned_up(tmp_path: Path) -> None:
    """The half-written file of this cassette goes with the next addition; those of others stay."""
    mine, other = tmp_path / ".c.yaml.1f.tmp", tmp_path / ".d.yaml.1f.tmp"
    for left in (mine, other):
        left.write_bytes(b"half a ca")
    CassetteFile(tmp_path / "c.yaml").add([A])
    assert not mine.exists()
    assert other.exists()


def test_git_attributes_are_for_fresh_folders_only(tmp_path: Path) -> None:
    """A new folder gets its own; one with cassettes or attributes keeps what it has."""
    CassetteFile(tmp_path / "new" / "c.yaml").add([A])
    assert "*.yaml -text" in (tmp_path / "new" / ".gitattributes").read_text()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / ".gitattributes").write_text("mine")
    CassetteFile(tmp_path / "own" / "c.yaml").add([A])
    assert (tmp_path / "own" / ".gitattributes").read_text() == "mine"
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.yaml").write_bytes(dump(Cassette("a", (A,))))
    CassetteFile(tmp_path / "old" / "c.yaml").add([A])
    assert not (tmp_path / "old" / ".gitattributes").exists()


def test_a_locked_folder_is_waited_for(tmp_path: Path) -> None:
    """Nobody writes while another holds the folder."""
    path = tmp_path / "c.yaml"
    writer = threading.Thread(target=CassetteFile(path).add, args=([A],))
    with locked(tmp_path):
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
        assert not path.exists()
    writer.join(20)
    assert _interactions(path) == (A,)


def test_what_is_dear_of_writing_can_be_done_elsewhere(tmp_path: Path) -> None:
    """Every text is made and read in another process, if one is there; the file is the same bytes."""
    here, there = tmp_path / "here.yaml", tmp_path / "there.yaml"
    sizes: list[int] = []

    def elsewhere(size: int, function: Any, *arguments: Any) -> Any:
        sizes.append(size)
        called, sent = pickle.loads(pickle.dumps((function, arguments)))
        return pickle.loads(pickle.dumps(called(*sent)))

    written = dump(Cassette("c", (A,)))
    for path, work_out in ((here, None), (there, elsewhere)):
        path.write_bytes(written)
        file = CassetteFile(path, work_out)
        file.add([B])
        file.add([C], [(fingerprint(A), C)])
    assert there.read_bytes() == here.read_bytes()
    assert len(sizes) == 6
    assert min(sizes) > len(LONG)
