"""`mockapi cassettes import`: trees, names, bad files, what is told, and the exit code."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
import yaml
from rich.console import Console

import mockapi
from mockapi.cassettes import Matching, load
from mockapi.cli import _import_report, _import_sources, cassettes_import
from mockapi.cli._bar import tracked
from mockapi.errors import UsageError
from tests.support.foreign import (
    ANSWER,
    ASKED,
    STREAM,
    as_json,
    as_yaml,
    gzipped,
    har,
    har_entry,
    httprr,
    vcr_py,
    vcr_py_interaction,
    wire_request,
    wire_response,
)
from tests.support.importing import run, tree, written

if TYPE_CHECKING:
    from pathlib import Path


BOMB = b"\n".join(
    [b"a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    + [b"a%d: &a%d [%b]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
)
OBJECT = b"interactions:\n- !!python/object/apply:os.system ['touch executed']\n"
NOT_BASE64 = vcr_py(vcr_py_interaction(reply=b"\xff")).replace(b"/w==", b"&%$ ")
TRUNCATED = vcr_py(vcr_py_interaction(reply=gzipped(ANSWER)[:-9], **{"content-encoding": "gzip"}))
NO_BODIES = har(har_entry({"size": 3579, "mimeType": "application/json"}))


def test_a_tree_is_imported_with_its_folders(tmp_path: Path) -> None:
    """Every recording at its place, whatever its format; other files are not looked at; exit 0."""
    source = tree(
        tmp_path / "tests",
        {
            "cassettes/test_a.yaml": vcr_py(vcr_py_interaction()),
            "cassettes/deep/test_b.yml": vcr_py(vcr_py_interaction(reply=STREAM.decode())),
            "testdata/TestC.httprr": httprr((wire_request(), wire_response())),
            "recordings/d_1/recording.har": har(har_entry({"text": ANSWER.decode()})),
            "replies/e.sse": STREAM,
            "replies/e.json": ANSWER,
            "config.yaml": b"a: 1\n",
            "test_a.py": b"pass\n",
            ".git/x.yaml": OBJECT,
            "node_modules/x.yaml": OBJECT,
        },
    )
    out = tmp_path / "out"
    result = run(source, "--to", out)
    assert result.exit_code == 0, result.output
    assert written(out) == [
        "cassettes/deep/test_b.yaml",
        "cassettes/test_a.yaml",
        "recordings/d_1/recording.yaml",
        "replies/e.json.yaml",
        "replies/e.sse.yaml",
        "testdata/TestC.yaml",
    ]
    assert f"{source}/cassettes/test_a.yaml: imported 1 interactions of VCR.py -> " in result.stdout
    assert "config.yaml: left out; no recording in a format that is known here (1)" in result.stdout
    assert "7 files: 6 imported, 1 left out" in result.stderr
    assert "6 interactions kept, 1 of them streams" in result.stderr
    assert "not looked at: 3 files and folders" in result.stderr
    assert "chunks: transport chunks and their timing" in result.stderr
    assert f"mockapi serve {out}" in result.stderr


BAD: dict[str, tuple[str, bytes, str]] = {
    "python object": ("a.yaml", OBJECT, "line 2: the tag !!python/object/apply:os.system"),
    "alias bomb": ("a.yaml", BOMB, "aliases that add up to more than"),
    "not base64": ("a.yaml", NOT_BASE64, "binary that is not base64"),
    "truncated gzip": ("a.yaml", TRUNCATED, "gzip data is truncated"),
    "truncated gzip file": ("a.yaml.gz", gzipped(ANSWER)[:-9], "gzip data is truncated"),
    "no bodies": ("a.har", NO_BODIES, "the reply has no body"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_row_with_its_cause(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is run or written; the files beside it are imported; exit 1."""
    monkeypatch.chdir(tmp_path)
    file, data, words = BAD[name]
    source = tree(tmp_path / "in", {file: data, "z.yaml": vcr_py(vcr_py_interaction())})
    result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 1
    (row,) = (line for line in result.stdout.splitlines() if file in line.partition(":")[0])
    assert row.startswith(f"{source / file}: failed; ")
    assert words in row
    assert written(tmp_path / "out") == ["z.yaml"]
    assert not (tmp_path / "executed").exists()
    assert "2 files: 1 imported, 1 failed" in result.stderr


def test_a_file_that_is_broken_in_part_is_imported_in_part(tmp_path: Path) -> None:
    """What can be replayed is kept, what cannot is told, and the exit code says so."""
    text = har(har_entry({"text": ANSWER.decode()}), har_entry({"size": 9}))
    result = run(tree(tmp_path / "in", {"a.har": text}), "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "a.har: in part 1 interactions of HAR -> " in result.stdout
    assert "entries[1].response: the reply has no body." in result.stdout


def test_nothing_is_overwritten_unless_forced(tmp_path: Path) -> None:
    """A cassette that is there and differs stays; the same import again changes nothing and is fine."""
    source = tree(tmp_path / "in", {"a.yaml": vcr_py(vcr_py_interaction())})
    out = tmp_path / "out"
    assert run(source, "--to", out).exit_code == 0
    assert run(source, "--to", out).exit_code == 0
    (out / "a.yaml").write_text("mine")
    refused = run(source, "--to", out)
    assert refused.exit_code == 1
    assert "exists and is another cassette; --force overwrites it" in refused.stdout
    assert (out / "a.yaml").read_text() == "mine"
    assert run(source, "--to", out, "--force").exit_code == 0
    assert load((out / "a.yaml").read_bytes(), "a").interactions[0].response.body == ANSWER


@pytest.mark.parametrize("rules", ["uri", "compare: uri", "{compare: uri}"])
def test_rules_of_matching_are_written_into_every_cassette(tmp_path: Path, rules: str) -> None:
    """A word that says what is compared, or rules as a cassette has them."""
    source = tree(tmp_path / "in", {name: vcr_py(vcr_py_interaction()) for name in ("a.yaml", "b.yaml")})
    assert run(source, "--to", tmp_path / "out", "--matching", rules).exit_code == 0
    for name in ("a.yaml", "b.yaml"):
        assert load((tmp_path / "out" / name).read_bytes(), name).matching == Matching(compare="uri")


def test_rules_of_matching_that_cannot_be_are_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    source = tree(tmp_path / "in", {"a.yaml": vcr_py(vcr_py_interaction())})
    result = run(source, "--to", tmp_path / "out", "--matching", "ignore: 1")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).startswith("`--matching.ignore` must be a list")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_two_recordings_of_one_name_do_not_overwrite_each_other(
    tmp_path: Path, force: tuple[str, ...]
) -> None:
    """The second is a failure that names the first, forced or not: one of them would be lost."""
    source = tree(
        tmp_path / "in",
        {"a.yaml": vcr_py(vcr_py_interaction()), "a.yml": vcr_py(vcr_py_interaction(reply="{}"))},
    )
    result = run(source, "--to", tmp_path / "out", *force)
    assert result.exit_code == 1
    assert "a.yml: failed; two recordings of one name" in result.stdout
    assert f"was just made from {source / 'a.yaml'}" in result.stdout
    assert written(tmp_path / "out") == ["a.yaml"]


def test_files_can_be_named_themselves(tmp_path: Path) -> None:
    """Whatever their names; one that is no recording is a failure then."""
    source = tree(tmp_path, {"recorded": vcr_py(vcr_py_interaction()), "other.txt": b"hello\n"})
    result = run(source / "recorded", source / "other.txt", "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "other.txt: failed; no recording in a format that is known here" in result.stdout
    assert written(tmp_path / "out") == ["recorded.yaml"]


def test_a_source_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """A misspelt path is told before anything is imported."""
    result = run(tmp_path / "nowhere", "--to", tmp_path / "out")
    assert isinstance(result.exception, UsageError)
    assert "there is no such file or folder" in str(result.exception)


def test_an_empty_name_is_not_this_folder(tmp_path: Path) -> None:
    """A variable that was never set must not import whatever lies around."""
    result = run("", "--to", tmp_path / "out")
    assert result.exit_code != 0
    assert "no such file" in str(result.exception)


def test_an_interrupt_is_told_with_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves whole cassettes and their report, exits with 130, and the next run does the rest."""
    source = tree(tmp_path / "src", {name: vcr_py(vcr_py_interaction()) for name in ("a.yaml", "b.yaml")})
    take = cassettes_import._Run.take

    def interrupted(
        self: cassettes_import._Run, found: _import_sources.ImportSource
    ) -> list[_import_report.ReportRow]:
        if found.name == "b.yaml":
            raise KeyboardInterrupt
        return take(self, found)

    with monkeypatch.context() as patch:
        patch.setattr(cassettes_import._Run, "take", interrupted)
        result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 130
    assert "1 files: 1 imported" in result.stderr
    assert "interrupted after 1 of 2 files" in result.stderr
    assert written(tmp_path / "out") == ["a.yaml"]
    assert run(source, "--to", tmp_path / "out").exit_code == 0


def test_any_command_that_is_interrupted_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt is no finding: a script can tell the two apart."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cassettes_import, "find", interrupted)
    result = run("x", "--to", "y")
    assert (result.exit_code, result.stderr) == (130, "mockapi: interrupted.\n")


def test_a_file_that_cannot_be_read_or_written_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too large to read, a file where a folder should be: told, and the rest goes on."""
    text = vcr_py(vcr_py_interaction())
    source = tree(tmp_path / "in", {"a/x.yaml": text, "b.yaml": text, "c.yaml": text + b"#" * 100})
    monkeypatch.setattr("mockapi.storage._files.MAX_BYTES", len(text) + 50)
    out = tree(tmp_path / "out", {"a": b"a file"})
    result = run(source, "--to", out)
    assert result.exit_code == 1
    assert "cannot be written" in result.stdout
    assert "a cassette has at most" in result.stdout
    assert written(out) == ["a", "b.yaml"]


def test_other_hosts_are_left_out_and_counted(tmp_path: Path) -> None:
    """What a test asked of others is told once for each host; --host takes a gateway's."""
    gateway = "https://llm.example.com/anthropic/v1/messages"
    text = vcr_py(vcr_py_interaction(), vcr_py_interaction(uri=gateway), vcr_py_interaction(uri=gateway))
    source = tree(tmp_path / "in", {"a.yaml": text})
    result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 0
    assert "left out: 2 x host llm.example.com" in result.stderr
    taken = run(source, "--to", tmp_path / "taken", "--host", "llm.example.com")
    assert "3 interactions kept" in taken.stderr


def test_nothing_in_a_file_steers_the_terminal(tmp_path: Path) -> None:
    """What is shown of a file's content is shown with its control characters as escapes."""
    text = vcr_py(vcr_py_interaction(uri="https://\x1b[31mevil.example.com/x"), vcr_py_interaction())
    result = run(tree(tmp_path / "in", {"a.yaml": text}), "--to", tmp_path / "out")
    assert "evil.example.com" in result.output
    assert "\x1b" not in result.output


def test_rules_of_the_project_are_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pyproject.toml masks in recordings is masked in imported ones."""
    (tmp_path / "pyproject.toml").write_text("[tool.mockapi.redact]\npatterns = ['customer-\\d+']\n")
    monkeypatch.chdir(tmp_path)
    source = tree(tmp_path / "in", {"a.yaml": vcr_py(vcr_py_interaction(reply='{"a":"customer-4711"}'))})
    assert run(source, "--to", tmp_path / "out").exit_code == 0
    assert b"4711" not in (tmp_path / "out/a.yaml").read_bytes()


@pytest.mark.parametrize("terminal", [True, False])
def test_the_progress_loses_nothing(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    """A bar on a terminal, lines elsewhere: the things come through one by one, in order."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    assert list(tracked(["a", "b", "c"], "Importing")) == ["a", "b", "c"]


def test_on_a_terminal_there_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns with heads; the words are those of the plain lines."""
    from mockapi.cassettes.importers import import_recording

    good = import_recording(vcr_py(vcr_py_interaction()), "a.yaml")
    rows = [
        _import_report.ReportRow("in/a.yaml", _import_report.Result.IMPORTED, "out/a.yaml", good),
        _import_report.ReportRow(
            "in/[b].yaml", _import_report.Result.FAILED, causes=("gzip data is truncated",)
        ),
    ]
    shown = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda: Console(file=shown, width=120))
    _import_report._table(rows)
    text = shown.getvalue()
    assert all(word in text for word in ("File", "Format", "Kept", "Result", "Notes", "in/[b].yaml"))
    assert all(word in text for word in ("VCR.py", "imported", "failed", "gzip data is truncated", "chunks"))


def test_a_cause_that_many_exchanges_share_is_told_once() -> None:
    """With every place that has it; other causes stand beside it."""
    causes = (
        "a[0].body: truncated. Record it again.",
        "a[1]: no URL.",
        "a[2].body: truncated. Record it again.",
    )
    row = _import_report.ReportRow("a.yaml", _import_report.Result.FAILED, causes=causes)
    assert row.notes == "a[0].body, a[2].body: truncated. Record it again; a[1]: no URL"


def test_what_was_imported_is_served_at_once(tmp_path: Path) -> None:
    """From another tool's recording to a replayed reply, with nothing in between."""
    import httpx

    source = tree(
        tmp_path / "in", {"a.yaml": vcr_py(vcr_py_interaction()), "b.sse": STREAM, "c.yaml": as_yaml([])}
    )
    assert run(source, "--to", tmp_path / "out").exit_code == 0
    with mockapi.Server([str(tmp_path / "out")]) as server:
        headers = {
            "x-api-key": "sk-ant-test-1",
            "anthropic-version": "2023-06-01",
            "content-type": "application/json",
        }
        reply = httpx.post(f"{server.base_url}/v1/messages", content=ASKED, headers=headers)
        assert (reply.headers["x-mockapi-source"], reply.content) == ("recorded", ANSWER)
        other = ASKED.replace(b"max_tokens", b'stream":true,"max_tokens').replace(b"dich", b"uns")
        streamed = httpx.post(f"{server.base_url}/v1/messages", content=other, headers=headers)
        assert (streamed.headers["x-mockapi-source"], streamed.content) == ("recorded", STREAM)


def test_a_folder_named_twice_counts_once(tmp_path: Path) -> None:
    """The same file under the same name is one recording, not two of one name."""
    source = tree(tmp_path / "a", {"x.yaml": vcr_py(vcr_py_interaction())})
    result = run(source, source, f"{source}/", "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "1 files: 1 imported" in result.stderr


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    """Not with --force either; a cassette of an earlier import beside the sources may be."""
    original = vcr_py(vcr_py_interaction())
    source = tree(tmp_path, {"x.yaml": original, "y.json": as_json(yaml.safe_load(original))})
    result = run(source, "--to", source, "--force")
    assert result.exit_code == 1
    assert "is itself to be imported" in result.output
    assert (source / "x.yaml").read_bytes() == original
    cassette = source / "y.yaml"
    cassette.write_bytes(cassette.read_bytes() + b"# edited\n")
    assert "y.yaml exists" in run(source, "--to", source).output
    again = run(source, "--to", source, "--force")
    assert "edited" not in cassette.read_text()
    assert "y.json: imported" in again.output


def test_a_folder_that_cannot_be_searched_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not looked into is a failure, not silence."""
    source = tree(tmp_path / "a", {"x.yaml": vcr_py(vcr_py_interaction()), "closed/y.yaml": b"x"})
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", closed)
    result = run(source, "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "closed: failed" in result.output
    assert "1 imported" in result.stderr
