"""The line that tells editors a cassette's schema: it leads to a file, or it is not there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from mockapi.cassettes import Cassette, dump, fingerprint
from mockapi.storage import SCHEMA_NAME, CassetteFile, cassette_schema, with_schema_line
from tests.support.process import mockapi
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

A, B = (interaction(message(text)) for text in "ab")


def _schema_of(path: Path) -> Path | None:
    """The file that a cassette's first line leads to."""
    first = path.read_text().partition("\n")[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    return None if found is None else path.parent / found[1]


def test_the_first_recording_of_a_project_brings_the_schema(tmp_path: Path) -> None:
    """One copy at the top of what is made; every cassette below leads there, and fits it."""
    paths = [tmp_path / "cassettes" / name for name in ("test_a/one.yaml", "test_b/two.yaml", "three.yaml")]
    for path in paths:
        CassetteFile(path).add([A])
        CassetteFile(path).add([B])
        schema = _schema_of(path)
        assert schema is not None
        assert schema.resolve() == tmp_path / "cassettes" / SCHEMA_NAME
        jsonschema.Draft202012Validator(json.loads(schema.read_bytes())).validate(
            yaml.safe_load(path.read_text())
        )
    assert len(list(tmp_path.rglob(SCHEMA_NAME))) == 1


def test_a_line_that_would_lead_nowhere_is_left_out(tmp_path: Path) -> None:
    """A folder that was there before has no copy, and gets none."""
    CassetteFile(tmp_path / "a.yaml").add([A])
    assert (tmp_path / "a.yaml").read_bytes() == dump(Cassette("a", (A,)))
    assert not (tmp_path / SCHEMA_NAME).exists()


def test_nobody_looks_above_the_project(tmp_path: Path) -> None:
    """A copy that lies outside it belongs to somebody else."""
    (tmp_path / SCHEMA_NAME).write_bytes(cassette_schema())
    project = tmp_path / "project"
    project.mkdir()
    assert with_schema_line(project / "a.yaml", b"x") != b"x"
    (project / "pyproject.toml").touch()
    assert with_schema_line(project / "a.yaml", b"x") == b"x"


def test_a_cassette_that_is_written_anew_keeps_the_line(tmp_path: Path) -> None:
    """Renewed, pruned, resealed, migrated, imported: each writes the whole file, once with the line."""
    (tmp_path / SCHEMA_NAME).write_bytes(cassette_schema())
    path = tmp_path / "a.yaml"
    CassetteFile(path).add([A, B])
    CassetteFile(path).add([], [(fingerprint(A), B)])
    assert path.read_text().count("yaml-language-server") == 1
    assert mockapi("cassettes", "migrate", "--model", "claude-opus-4-6=m", "--write", str(path)).code == 0
    path.write_text(path.read_text().replace('{"type":"message"}', '{"type":"massage"}'))
    assert mockapi("cassettes", "reseal", str(path)).code == 0
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"played": [{"fingerprint": "0"}]}))
    keep = write_cassette(tmp_path / "other.yaml", A)
    assert mockapi("cassettes", "prune", "--report", str(report), "--write", keep).code == 0
    assert _schema_of(path) == tmp_path / SCHEMA_NAME
    assert path.read_text().count("yaml-language-server") == 1
    assert mockapi("cassettes", "lint", str(path)).code == 0


@pytest.mark.parametrize("again", [False, True])
def test_imports_have_it(tmp_path: Path, *, again: bool) -> None:
    """In a folder that the import makes; the same import again changes nothing."""
    (tmp_path / "reply.json").write_text('{"type": "message", "role": "assistant", "content": []}')
    folder = tmp_path / "imported"
    for _ in range(1 + again):
        assert mockapi("cassettes", "import", str(tmp_path / "reply.json"), "--to", str(folder)).code == 0
    (path,) = folder.rglob("*.yaml")
    assert _schema_of(path) == folder / SCHEMA_NAME
