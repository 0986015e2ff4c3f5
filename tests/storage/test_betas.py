"""A user's file of betas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi.errors import UsageError
from mockapi.storage import read_betas

if TYPE_CHECKING:
    from pathlib import Path


def test_names_are_read(tmp_path: Path) -> None:
    """The file holds a list of names."""
    path = tmp_path / "betas.json"
    path.write_text('{"betas": ["a-2026-01-01", "b-2026-01-01"]}', "utf-8")
    assert read_betas(path) == {"a-2026-01-01", "b-2026-01-01"}


@pytest.mark.parametrize("text", ["[]", "{}", '{"betas": "a"}', '{"betas": [1]}', '{"betas": [""]}'])
def test_another_form_is_shown(tmp_path: Path, text: str) -> None:
    """A file of another form is refused with the form that it should have."""
    path = tmp_path / "betas.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="not a file of betas; one holds"):
        read_betas(path)


@pytest.mark.parametrize(("content", "why"), [(b"", "empty document"), (b"\xff\xfe", "not valid UTF-8")])
def test_what_is_wrong_with_the_json_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    """As of a file of models."""
    path = tmp_path / "betas.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"not a file of betas: .*{why}.*; one is JSON in UTF-8"):
        read_betas(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    with pytest.raises(UsageError, match=r"none\.json: cannot be read"):
        read_betas(tmp_path / "none.json")
