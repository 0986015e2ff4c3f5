"""The report of which recordings were played: what one process writes, another reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockapi.errors import UsageError
from mockapi.storage import ReportedRecording, read_played, write_play_report
from tests.support.each import each

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO, THREE = (ReportedRecording(f"{name}.yaml", place, name * 8) for place, name in enumerate("abc"))


def test_what_any_run_has_played_is_read_back(tmp_path: Path) -> None:
    """Several reports are of several runs."""
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    write_play_report(first, [ONE], [TWO, THREE])
    write_play_report(second, [TWO], [ONE, THREE])
    assert read_played([str(first), str(second)]) == {"a" * 8, "b" * 8}
    assert read_played([]) == set()


def test_a_report_is_a_document_that_people_can_read(tmp_path: Path) -> None:
    """Indented, with a line's end at its end; a file name that is bytes is spelled as text."""
    path = tmp_path / "report.json"
    write_play_report(path, [ONE._replace(cassette="\udcff.yaml")], [TWO])
    text = path.read_text()
    assert text.startswith('{\n  "mockapi_report": 1,\n  "played": [\n')
    assert text.endswith("}\n")
    report = json.loads(text)
    assert report["played"][0].pop("cassette").endswith(".yaml")
    assert report == {
        "mockapi_report": 1,
        "played": [{"interaction": 0, "fingerprint": "a" * 8}],
        "not_played": [{"cassette": "b.yaml", "interaction": 1, "fingerprint": "b" * 8}],
    }


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the system's reason."""
    with pytest.raises(UsageError, match=r"cannot be written to .*: No such file or directory"):
        write_play_report(tmp_path / "no" / "report.json", [], [])


@each("text", ["", "{", "[]", "{}", '{"played": 3}', '{"played": [3]}', '{"played": [{}]}'])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    """With the commands that write one."""
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is not a report; `mockapi serve --report FILE`"):
        read_played([str(path)])
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_played([str(tmp_path / "none.json")])
