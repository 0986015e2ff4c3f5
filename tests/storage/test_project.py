"""What a project says in its pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import Cassette
from mockapi.cassettes._redaction_rules import DEFAULT
from mockapi.errors import UsageError
from mockapi.storage._project import Project, old_recordings, read_project
from tests.support.server import interaction

if TYPE_CHECKING:
    from pathlib import Path

FULL = r"""
[tool.mockapi.redact]
patterns = ['cust-(?P<secret>\d+)']
json_paths = ["$.tenant"]
hook = "own_redaction_hook:secrets"
request_headers = ["X-Tenant"]
response_headers = ["x-cache"]
payload_limit = false
[tool.mockapi.max_age]
"cassettes" = 30
"""


def test_the_nearest_project_counts(tmp_path: Path) -> None:
    """Rules are found from a folder below; a pyproject.toml without a word of mockapi is passed over."""
    (tmp_path / "pyproject.toml").write_text(FULL)
    (tmp_path / "own_redaction_hook.py").write_text("def secrets(text):\n    return ['geheim']\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    project = read_project(below)
    rules = project.rules
    assert rules.mask("cust-123 geheim") == "cust-*** ******"
    assert (rules.json_paths, rules.payload_limit) == (("$.tenant",), None)
    assert rules.request_headers == {"x-tenant"}
    assert project.max_age == ((tmp_path / "cassettes", 30.0),)


def test_no_project_means_the_defaults(tmp_path: Path) -> None:
    """Where nobody says anything, the built-in rules apply."""
    assert read_project(tmp_path).rules == DEFAULT


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[tool.mockapi.redact]\npattern = []", "redact.pattern` is unknown. Did you mean `patterns`"),
        ("[tool.mockapi.redact]\npatterns = ['(']", "must be a regular expression; got '\\('"),
        ("[tool.mockapi.redact]\npatterns = 'x'", "redact.patterns` must be a list; got 'x'"),
        ("[tool.mockapi.redact]\njson_paths = ['$[']", "must be a JSON path"),
        ("[tool.mockapi.redact]\nhook = 'nothing'", "MODULE:FUNCTION"),
        ("[tool.mockapi.redact]\nhook = 'no.such:thing'", "cannot be loaded"),
        ("[tool.mockapi.redact]\nhook = 'json:__doc__'", "is not a function"),
        ("[tool.mockapi.redact]\npayload_limit = 10", "must be a whole number from 1,024; got 10"),
        ("[tool.mockapi]\nredact = 1", "must be an object"),
        ("[tool]\nmockapi = 1", "is a table"),
        ("[tool.mockapi]\nmax_age = 3", "max_age` must be an object; got 3"),
        ("[tool.mockapi.max_age]\nx = 'old'", "must be a number of days above 0; got 'old'"),
        ("[tool.mockapi", "cannot be read"),
    ],
)
def test_a_setting_without_sense_is_told_with_its_file(tmp_path: Path, table: str, said: str) -> None:
    """Whoever mistypes a setting hears where and what there is instead."""
    (tmp_path / "pyproject.toml").write_text(table)
    with pytest.raises(UsageError, match=said) as caught:
        read_project(tmp_path)
    assert "pyproject.toml" in str(caught.value)


def test_old_recordings_are_told_by_folder(tmp_path: Path) -> None:
    """What is older than a folder's limit is one line; undated and other recordings are none."""
    import dataclasses

    def aged(name: str, *dates: str | None) -> Cassette:
        items = [dataclasses.replace(interaction({}), recorded_at=date) for date in dates]
        return Cassette(str(tmp_path / name), tuple(items))

    project = Project(max_age=((tmp_path / "c", 30.0), (tmp_path / "one.yaml", 30.0)))
    now = 1_800_000_000.0  # 2027-01-15
    old, new = "2026-11-01T00:00:00Z", "2027-01-10T00:00:00Z"
    cassettes = [aged("c/a.yaml", old, new, None, "no date"), aged("d/b.yaml", old), aged("one.yaml", old)]
    lines = list(old_recordings(cassettes, project, now))
    assert len(lines) == 2
    assert lines[0].startswith(f"1 recordings in {tmp_path / 'c'} are older than 30 days; the oldest")
    assert "is 75 days old" in lines[0]
