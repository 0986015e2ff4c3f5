"""Folders as they are found: odd bytes, odd names, links, halves, and things in a recording's place."""

from __future__ import annotations

import bz2
import os
import tarfile
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from tests.support.foreign import (
    ANSWER,
    ASKED,
    STREAM,
    as_json,
    as_yaml,
    gzipped,
    har,
    har_entry,
    vcr_py,
    vcr_py_interaction,
)
from tests.support.foreign_tools import events, mockoon, nock, txtar
from tests.support.importing import played, run, tree, written
from tests.support.stubs import wiremock_folder, wiremock_stub

if TYPE_CHECKING:
    from pathlib import Path

VCR: Final = vcr_py(vcr_py_interaction())
VCR_JSON: Final = as_json(yaml.safe_load(VCR))
HAR: Final = har(har_entry({"text": ANSWER.decode()}))
MARK: Final = b"\xef\xbb\xbf"
LFS: Final = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 12345\n" % (b"a" * 64)


def in_other_words(data: bytes, encoding: str) -> bytes:
    """A text in another encoding."""
    return data.decode().encode(encoding)


def packed(data: bytes, how: str) -> bytes:
    """An archive with one file."""
    held = BytesIO()
    if how == "zip":
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("a.yaml", data)
    else:
        with tarfile.open(fileobj=held, mode="w:gz") as archive:
            entry = tarfile.TarInfo("a.yaml")
            entry.size = len(data)
            archive.addfile(entry, BytesIO(data))
    return held.getvalue()


def half(data: bytes) -> bytes:
    """The first half of a file."""
    return data[: len(data) // 2]


WHOLE: Final = {
    "a mark, YAML": ("a.yaml", MARK + VCR),
    "a mark, JSON": ("a.json", MARK + VCR_JSON),
    "a mark, HAR": ("a.har", MARK + HAR),
    "CRLF, YAML": ("a.yaml", VCR.replace(b"\n", b"\r\n")),
    "CR, YAML": ("a.yaml", VCR.replace(b"\n", b"\r")),
    "CRLF, JSON": ("a.json", VCR_JSON.replace(b"\n", b"\r\n")),
    "UTF-16, JSON": ("a.json", in_other_words(VCR_JSON, "utf-16")),
    "UTF-16 without a mark": ("a.json", in_other_words(VCR_JSON, "utf-16-le")),
    "UTF-16, YAML": ("a.yaml", in_other_words(VCR, "utf-16")),
    "UTF-16, nock": ("a.json", in_other_words(nock().decode().encode(), "utf-16")),
    "UTF-32, JSON": ("a.json", in_other_words(VCR_JSON, "utf-32")),
    "gzip": ("a.yaml.gz", gzipped(VCR)),
    "gzip, not named so": ("a.yaml", gzipped(VCR)),
    "gzip in two members": ("a.gz", gzipped(VCR[:99]) + gzipped(VCR[99:])),
    "YAML that is a HAR": ("a.yaml", HAR),
    "HAR that is YAML": ("a.har", VCR),
    "JSON that is YAML": ("a.json", VCR),
    "text that is YAML": ("a.txt", VCR),
    "an ending in capitals": ("A.YAML", VCR),
    "no ending": ("a", VCR),
    "a line break in the name": ("a\nb.yaml", VCR),
    "a folder named like a file": ("d.yaml/x.json", VCR_JSON),
    "a comment first": ("a.yaml", b"# recorded\n\n" + VCR),
    "marks of a document": ("a.yaml", b"---\n" + VCR + b"...\n"),
}
"""Every one of these is a recording, whole."""


@pytest.mark.parametrize("case", WHOLE)
def test_a_recording_is_read_however_it_was_kept(case: str, tmp_path: Path) -> None:
    """The reply comes back to the byte."""
    name, data = WHOLE[case]
    result = run(tree(tmp_path / "in", {name: data}), "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    (cassette,) = written(tmp_path / "out")
    with_reply = (tmp_path / "out" / cassette).read_text("utf-8")
    assert "msg_01TestTestTestTestTestTe" in with_reply


def test_what_was_kept_in_other_encodings_is_replayed_to_the_byte(tmp_path: Path) -> None:
    """Over a socket; the encoding of the file is not the reply's."""
    source = tree(tmp_path / "in", {"a.json": in_other_words(VCR_JSON, "utf-16")})
    run(source, "--to", tmp_path / "out")
    assert played(tmp_path / "out", ("POST", "/v1/messages", ASKED)) == [("recorded", ANSWER)]


BROKEN: Final = {
    "gzip, cut": ("a.yaml.gz", gzipped(VCR)[:-20], "truncated"),
    "gzip of gzip": ("a.yaml.gz", gzipped(gzipped(VCR)), "not YAML text"),
    "UTF-16, cut within a sign": ("a.json", in_other_words(VCR_JSON, "utf-16")[:-1], "begins as UTF-16"),
    "Latin-1": ("a.yaml", VCR.replace(b"\\xFC", b"\xfc"), "not YAML text"),
    "an archive": ("a.zip", packed(VCR, "zip"), "in no format that is known here"),
    "an archive, named YAML": ("a.yaml", packed(VCR, "zip"), "not YAML text"),
    "a packed archive": ("a.tar.gz", packed(VCR, "tar"), "in no format that is known here"),
    "half of a YAML": ("a.yaml", half(VCR), "malformed YAML"),
    "half of a JSON": ("a.json", half(VCR_JSON), "malformed JSON"),
    "half of a HAR": ("a.har", half(HAR), "malformed JSON"),
    "half of a nock": ("a.json", half(nock()), "malformed JSON"),
    "half of an environment": ("a.json", half(mockoon()), "malformed JSON"),
    "half of the events": ("e.json", events()[:-40], "malformed JSON"),
    "half of a stream": ("a.sse", STREAM[:-60], "it has no message_stop"),
    "two streams in a file": ("a.sse", STREAM + STREAM, "Put each into a file of its own"),
    "a stream and half of one": ("a.sse", STREAM + half(STREAM), "Put each into a file of its own"),
    "an archive of Go's with CRLF": ("a.txtar", txtar().replace(b"\n", b"\r\n"), "Restore the archive"),
    "two documents": ("a.yaml", VCR + b"---\n" + VCR, "a second document"),
    "two recordings in a list": ("a.json", b"[%b, %b]" % (VCR_JSON, VCR_JSON), "in no format that is known"),
    "a conflict of git": ("a.yaml", b"<<<<<<< HEAD\n" + VCR + b"=======\n", "malformed YAML"),
    "nothing but NUL": ("a.yaml", b"\0" * 99, "not YAML text"),
    "a request alone": (
        "a.yaml",
        as_yaml({"version": 1, "interactions": [{"request": vcr_py_interaction()["request"]}]}),
        "not an exchange",
    ),
    "status 0": ("a.yaml", VCR.replace(b"code: 200", b"code: 0"), "not the status of a finished reply"),
    "a status that is no number": ("a.yaml", VCR.replace(b"code: 200", b"code: true"), "not the status"),
    "a pointer of Git LFS": ("a.yaml", LFS, "git lfs pull"),
    "a pointer of Git LFS, HAR": ("a.har", LFS, "git lfs pull"),
    "a pointer of git-annex": ("a.yaml", b"/annex/objects/SHA256E-s123--abc.yaml\n", "git annex get"),
    "git-crypt": ("a.yaml", b"\0GITCRYPT\0" + bytes(range(200)), "git-crypt unlock"),
    "Ansible Vault": ("a.yaml", b"$ANSIBLE_VAULT;1.1;AES256\n3334\n", "ansible-vault decrypt"),
}
"""Nothing may be made of these; what stands behind each is part of what is told."""


@pytest.mark.parametrize("case", BROKEN)
def test_nothing_is_made_of_what_is_not_whole(case: str, tmp_path: Path) -> None:
    """The file is a row with its cause, no cassette is written, exit 1."""
    name, data, words = BROKEN[case]
    result = run(tree(tmp_path / "in", {name: data}), "--to", tmp_path / "out")
    assert (result.exit_code, written(tmp_path / "out")) == (1, [])
    assert "failed; " in result.output
    assert words in result.output


@pytest.mark.parametrize("data", [b"", b" \n\n", b"null", b"[]", b"<!DOCTYPE html>"], ids=repr)
def test_a_file_with_nothing_in_it_is_left_out(data: bytes, tmp_path: Path) -> None:
    """It is counted, beside what was imported."""
    source = tree(tmp_path / "in", {"a.json": data, "b.yaml": VCR})
    result = run(source, "--to", tmp_path / "out")
    assert (result.exit_code, written(tmp_path / "out")) == (0, ["b.yaml"])
    assert "1 left out" in result.stderr


def test_what_is_not_opened_is_named(tmp_path: Path) -> None:
    """Packed with something else than gzip, hidden, or behind a link to a folder: each by its name."""
    source = tree(tmp_path / "in", {"a.yaml": VCR, "b.yaml.bz2": bz2.compress(VCR), ".hidden/c.yaml": VCR})
    other = tree(tmp_path / "other", {"d.yaml": VCR})
    (source / "linked").symlink_to(other)
    (source / "round").symlink_to(source)
    result = run(source, "--to", tmp_path / "out")
    assert (result.exit_code, written(tmp_path / "out")) == (0, ["a.yaml"])
    assert "not looked at: 4 files and folders" in result.stderr
    assert all(name in result.stderr for name in (".hidden/", "b.yaml.bz2", "linked/", "round/"))


def test_links_to_files_are_followed_and_broken_ones_told(tmp_path: Path) -> None:
    """A link into nothing or onto itself, and a pipe, are rows, told at once."""
    source = tree(tmp_path / "in", {"a.yaml": VCR})
    (source / "b.yaml").symlink_to("a.yaml")
    (source / "c.yaml").symlink_to("nowhere.yaml")
    (source / "d.yaml").symlink_to("d.yaml")
    os.mkfifo(source / "e.yaml")
    result = run(source, "--to", tmp_path / "out")
    assert (result.exit_code, written(tmp_path / "out")) == (1, ["a.yaml", "b.yaml"])
    assert "2 imported, 3 failed" in result.stderr


@pytest.mark.parametrize("kept", ["a mark", "UTF-16", "gzip", "capitals"])
def test_stubs_belong_together_however_they_are_kept(kept: str, tmp_path: Path) -> None:
    """One cassette is made of them, or none if one reply is missing."""
    files = {}
    for name, data in wiremock_folder().items():
        if not name.startswith("mappings/"):
            files[name] = data
        elif kept == "a mark":
            files[name] = MARK + data
        elif kept == "UTF-16":
            files[name] = in_other_words(data, "utf-16")
        elif kept == "gzip":
            files[f"{name}.gz"] = gzipped(data)
        else:
            files[name.replace("mappings", "Mappings")] = data
    whole = run(tree(tmp_path / "whole", files), "--to", tmp_path / "out")
    assert whole.exit_code == 0, whole.output
    assert [name.lower() for name in written(tmp_path / "out")] == ["mappings.yaml"]
    (lost,) = (name for name in files if name.startswith("__files/"))
    del files[lost]
    broken = run(tree(tmp_path / "broken", files), "--to", tmp_path / "none")
    assert (broken.exit_code, written(tmp_path / "none")) == (1, [])


def test_a_stub_for_any_body_beside_others_is_told(tmp_path: Path) -> None:
    """Outside of `mappings/` each stub is a cassette of its own, and their priorities are lost."""
    overloaded = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    stubs = {
        "a.json": as_json(wiremock_stub(None, priority=1)),
        "b.json": as_json(wiremock_stub(priority=9, response={"status": 529, "body": overloaded})),
    }
    source = tree(tmp_path / "in", {f"stubs/{name}": data for name, data in stubs.items()})
    result = run(source, "--to", tmp_path / "out")
    assert written(tmp_path / "out") == ["stubs/a.yaml", "stubs/b.yaml"]
    assert "stubs/a.yaml answers any body, and stubs/b.yaml has other answers" in result.stderr
    together = tree(tmp_path / "both", {f"mappings/{name}": data for name, data in stubs.items()})
    refused = run(together, "--to", tmp_path / "none")
    assert (refused.exit_code, written(tmp_path / "none")) == (1, [])
