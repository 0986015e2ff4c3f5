"""The table of real clients, and the programs that it tells of."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> ModuleType:
    name = "real_clients"
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


TOOL: Any = _tool()


def test_each_client_has_its_program_and_each_program_its_client() -> None:
    """Nothing lies in examples/clients that nobody runs."""
    programs = {client.program for client in TOOL.CLIENTS.values()}
    folder = ROOT / "examples" / "clients"
    assert {path.name for path in folder.iterdir() if path.is_file()} == {*programs, "browser.mjs"}


def test_the_page_has_a_row_for_each_client_and_no_other() -> None:
    """In the order of the program, with a version and a verdict."""
    rows = TOOL.rows_of(TOOL.PAGE.read_text(encoding="utf-8"))
    assert list(rows) == [client.title for client in TOOL.CLIENTS.values()]
    assert all(row.count(" | ") == 3 for row in rows.values())


def test_a_client_that_was_not_run_keeps_its_row() -> None:
    """The others are written anew, and the rest of the page stays as it is."""
    page = TOOL.PAGE.read_text(encoding="utf-8")
    changed = TOOL.written(page, {"curl": TOOL.Outcome("99.1", "all", "works, unmodified")})
    before, after = page.splitlines(), changed.splitlines()
    assert len(before) == len(after)
    differing = [new for old, new in zip(before, after, strict=True) if old != new]
    assert differing == ["| curl | 99.1 | all | works, unmodified |"]
    assert TOOL.written(page, {}) == page


@pytest.mark.slow
def test_curl_is_run_and_its_failure_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is that of the program: here it works, and then its program fails."""
    client = TOOL.CLIENTS["curl"]
    assert TOOL.missing(client) == []
    assert TOOL.tried(client, tmp_path).verdict == "works, unmodified"
    (tmp_path / "curl.sh").write_text("echo Error: broken >&2\nexit 3\n", encoding="utf-8")
    monkeypatch.setattr(TOOL, "_PROGRAMS", tmp_path)
    assert TOOL.tried(client, tmp_path).verdict == "**fails**: Error: broken"
