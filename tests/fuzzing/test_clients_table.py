"""The table of clients in docs/conformance.md is what a run against them says today."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from mockapi.fuzzing import Verdict
from tests.support.process import CHECKOUT, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1800)]
_PAGE = CHECKOUT / "docs" / "conformance.md"
_COLUMNS = (
    Verdict.CONFORMS,
    Verdict.TOLERATES,
    Verdict.DIFFERS,
    Verdict.CRASHES,
    Verdict.HANGS,
    Verdict.SILENT_LOSS,
)


@pytest.mark.parametrize(
    ("driver", "package"),
    [("anthropic-helper", "anthropic"), ("anthropic-raw", "anthropic"), ("httpx", "httpx")],
)
def test_a_client_gets_the_verdicts_of_the_page(driver: str, package: str, tmp_path: Path) -> None:
    """As many of each kind, from the version that the page names."""
    row = re.search(rf"^\| `{driver}` \| {package} ([\d.]+)[^|]*\|(.*)\|$", _PAGE.read_text(), re.MULTILINE)
    assert row is not None
    assert version(package) == row[1], "docs/conformance.md tells of another version: run the clients anew"
    report = tmp_path / "report.json"
    run(
        *("conformance", "run", "--driver", driver, "--report", "json", "--output", str(report)),
        patience=1500.0,
    )
    counted = json.loads(report.read_text())["counts"]
    assert [counted.get(column, 0) for column in _COLUMNS] == [int(cell) for cell in row[2].split("|")]
