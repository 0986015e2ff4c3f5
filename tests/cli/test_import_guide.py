"""The guide names what there is: every option, every format, every loss's subject."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mockapi.cassettes.importers import import_recording
from mockapi.cassettes.importers._formats import FORMATS
from mockapi.cli import cassettes_export, cassettes_import, cassettes_migrate
from mockapi.cli._import_sources import SUFFIXES

GUIDE = (Path(__file__).parents[2] / "docs/import.md").read_text("utf-8")


@pytest.mark.parametrize("module", [cassettes_import, cassettes_export, cassettes_migrate])
def test_every_option_is_in_the_guide(module: object) -> None:
    """No option of the three commands goes without a word."""
    options = [name for parameter in module.command.params for name in parameter.opts if name[:2] == "--"]  # type: ignore[attr-defined] # a module of a command
    assert [name for name in options if name not in GUIDE] == []


def test_every_format_and_suffix_is_in_the_guide() -> None:
    """The table has each row of the code's table, and the extensions that are looked for."""
    assert [item.title for item in FORMATS if item.title not in GUIDE] == []
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in GUIDE] == []


def test_the_reply_in_the_guide_is_imported() -> None:
    """The JSON block of the respx section is what it says: a file that import takes."""
    (block,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert json.loads(block)["type"] == "message"
    assert import_recording(block.encode(), "hello.json").kept == 1
