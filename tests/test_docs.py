"""What the pages in docs/ show is so: their code blocks run, in order, in a folder of their own.

A block says by its first line what is done with it:

    ```yaml cassette        it loads; a part of a cassette is completed to a whole one
    ```python               it is a program, and ends well; assertions in it are its checks
    ```console              each line `$ mockapi …` is run and prints what stands below it, where
                            `...` stands for anything; `# exits with 1`, two blanks behind the
                            command, is its exit code; other commands are not run
    ``` … file=NAME         it is written to that file for the blocks after it; no program of it runs

Anything else is not run. Every block of a page shares the folder; no block needs a network.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import Cassette, load
from mockapi.cassettes._substitutions import PATTERNS
from mockapi.errors import CassetteError
from tests.support.docs import Block, blocks, commands, fits

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
_RUN = {"cassette", "python", "console"}
_SECONDS = 60


def _kind(block: Block) -> str:
    return "cassette" if "cassette" in block.flags else block.language


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _RUN & set(map(_kind, blocks(page)))], ids=lambda page: page.name
)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    """Cassettes load, programs end well, commands print what the page says they print."""
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.file:
            (tmp_path / block.file).write_text(block.content, encoding="utf-8")
        match _kind(block):
            case "cassette":
                _load(block, where)
            case "python" if not block.file:
                ran = _run([sys.executable, "-c", block.content], tmp_path)
                assert ran.returncode == 0, f"{where}\n{ran.stdout}"
            case "console":
                _type_in(block, page, tmp_path)


def _load(block: Block, where: str) -> Cassette:
    text = block.content
    if "mockapi_cassette:" not in text:
        text = f"mockapi_cassette: 1\n{text}"
    if "\ninteractions:" not in text:
        text += "interactions: []\n"
    return load(text.encode(), where)


def _type_in(block: Block, page: Path, folder: Path) -> None:
    for command in commands(block):
        words = shlex.split(command.words)
        if words[0] != "mockapi":
            continue
        ran = _run([sys.executable, "-m", *words], folder)
        shown = f"{page.name}:{command.line}: {command.words}\n{ran.stdout}"
        assert ran.returncode == command.exit_code, shown
        assert not command.output.strip() or fits(command.output, ran.stdout), shown


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder; what it says to people comes with what it prints."""
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def test_the_runner_notices_what_is_wrong(tmp_path: Path) -> None:
    """A cassette that does not load, a program that fails, an output that differs, a wrong exit code."""
    for bad in (
        "```yaml cassette\ninteractions: 5\n```\n",
        "```python\nassert False\n```\n",
        "```console\n$ mockapi --version\nmockapi 0 ...\n```\n",
        "```console\n$ mockapi --version  # exits with 1\n```\n",
    ):
        page = tmp_path / "page.md"
        page.write_text(bad)
        with pytest.raises((AssertionError, CassetteError)):
            test_the_code_of_a_page_runs(page, tmp_path)


def _cassette_page() -> str:
    return (ROOT / "docs" / "cassettes.md").read_text(encoding="utf-8")


def _keys(value: object) -> Iterator[str]:
    """Every name under `properties` of a schema."""
    if isinstance(value, dict):
        yield from value.get("properties", {})
        for item in value.values():
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _keys(item)


def test_the_page_on_cassettes_names_every_key() -> None:
    """Whatever the schema knows, it explains."""
    schema = json.loads((ROOT / "schemas" / "cassette.json").read_text(encoding="utf-8"))
    page = _cassette_page()
    assert [key for key in set(_keys(schema)) if f"`{key}`" not in page] == []


def test_the_page_on_cassettes_has_every_pattern() -> None:
    """To the letter, broken into lines before a bar."""
    written = "".join(line.strip() for line in _cassette_page().splitlines())
    assert [name for name, pattern in PATTERNS.items() if f"{name}: {pattern}" not in written] == []
