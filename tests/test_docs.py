"""What the pages show is so: their code blocks run, in order, in a folder of their own.

A block says by its first line what is done with it:

    ```yaml cassette        it loads; a part of a cassette is completed to a whole one
    ```python               it is a program, and ends well; assertions in it are its checks
    ```console              each line `$ mockapi …` or `$ pytest …` is run and prints what stands below it,
                            where `...` stands for anything; `# exits with 1`, two blanks behind the
                            command, is its exit code
    ```console not-run      what needs a network, or does not end: nothing is run, but the command line
                            has to know each `mockapi` command and its options
    ```json, yaml, toml     it can be read; `json script` is a script
    ```text                 output, or a picture: nothing is done with it
    ``` … file=NAME         it is written to that file for the blocks after it; no program of it runs

No other block is allowed, so none escapes. Every block of a page shares the folder; no block needs a network.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson
import pytest
import yaml

from mockapi.cassettes import load
from mockapi.errors import CassetteError, ScriptError
from mockapi.replies.scripts import parse_script
from tests.support.commands import check
from tests.support.docs import Block, blocks, commands, fits
from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"])
SLOW: Final = {
    *("README.md", "tutorial.md", "python.md", "clouds.md", "errors.md", "fuzzing.md", "synthesis.md"),
    *("CONTRIBUTING.md", "cassettes.md", "control-api.md", "load-tests.md", "openai.md", "scripts.md"),
    *("faults.md", "serve.md", "validation.md", "pytest.md", "ci.md"),
}
"""They run pytest with the official client, sign for a cloud, or run several programs."""
TESTS_ELSEWHERE: Final = {"pytest.md", "python.md"}
"""Pages whose files of tests are run by a test of their own: tests/plugin/test_docs.py."""
RUN_BY_CI: Final = {"demo", "test"}
"""Commands of the README that .ci/run finds by their marker."""
_SECONDS = 100
_PLUGIN = ("mockapi", "pytest11", "pytest_mockapi.plugin")


def _kind(block: Block) -> str:
    return "cassette" if "cassette" in block.flags else block.language


def _is_run(block: Block) -> bool:
    return block.fenced and _kind(block) != "text"


def _program(words: list[str]) -> list[str] | None:
    """What a command is run as, None if nothing here runs it."""
    return [sys.executable, "-m", *words] if words[0] in {"mockapi", "pytest"} else None


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.slow] * (page.name in SLOW))
        for page in PAGES
        if any(map(_is_run, blocks(page)))
    ],
)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    """Cassettes load, programs end well, commands print what the page says they print."""
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.file:
            (tmp_path / block.file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.file).write_text(block.content, encoding="utf-8")
        match _kind(block):
            case "cassette":
                _load(block, where)
            case "python" if not block.file:
                ran = _run([sys.executable, "-c", block.content], tmp_path)
                assert ran.returncode == 0, f"{where}\n{ran.stdout}"
            case "json" if "script" in block.flags:
                parse_script(orjson.loads(block.content), lambda _: b"")
            case "console" if "not-run" in block.flags:
                for command in commands(block):
                    _check_options(shlex.split(command.words, comments=True))
            case "console" if block.marker is None:
                _type_in(block, page, tmp_path)
            case language if language in READERS:
                READERS[language](block.content)


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "json": orjson.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def _load(block: Block, where: str) -> None:
    text = block.content
    if "mockapi_cassette:" not in text:
        text = f"mockapi_cassette: 1\n{text}"
    if "\ninteractions:" not in text:
        text += "interactions: []\n"
    load(text.encode(), where)


def _type_in(block: Block, page: Path, folder: Path) -> None:
    for command in commands(block):
        program = _program(shlex.split(command.words))
        assert program is not None, f"{page.name}:{command.line}: nothing runs {command.words}"
        ran = _run(program, folder)
        shown = f"{page.name}:{command.line}: {command.words}\n{ran.stdout}"
        assert ran.returncode == command.exit_code, shown
        assert not command.output.strip() or fits(command.output, ran.stdout), shown


def _check_options(words: list[str]) -> None:
    """Refuse a `mockapi` command that the command line does not know; what it names need not exist."""
    while words and words[0] != "mockapi":
        words = words[1:]
    if not words:
        return
    check(words[1:])


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder; what it says to people comes with what it prints."""
    name, group, module = _PLUGIN
    installed = any(entry.name == name for entry in entry_points(group=group))
    options = ["-p no:cacheprovider", "-p no:randomly", *([] if installed else [f"-p {module}"])]
    return subprocess.run(
        words,
        cwd=folder,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "pytest_plugin")]),
            "PYTEST_ADDOPTS": " ".join(options),
            "NO_COLOR": "1",
            "COLUMNS": "120",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _escape(page: Path, block: Block) -> str | None:
    """Why nothing would be done with a block, None if something is, or if it only shows something."""
    if not block.fenced:
        return "a block by indentation: fence it, and say what it is"
    if block.marker is not None:
        return None if block.marker in RUN_BY_CI else f"nothing runs the marker {block.marker}"
    match _kind(block):
        case "text" | "cassette":
            return None
        case "python" if block.file and Path(block.file).name.startswith("test_"):
            tests = page.name in TESTS_ELSEWHERE or any(
                command.words.partition(" ")[0] == "pytest"
                for other in blocks(page)
                if other.language == "console" and "not-run" not in other.flags
                for command in commands(other)
            )
            return None if tests else "no command of the page runs this test"
        case "python":
            return None
        case "console":
            found = commands(block)
            if not found:
                return "no line begins with $"
            if not block.content.startswith("$ "):
                return "output before the first command"
            if "not-run" in block.flags:
                return None
            strangers = [command.words for command in found if _program(shlex.split(command.words)) is None]
            return f"nothing runs {strangers}; say not-run" if strangers else None
        case language:
            return None if language in READERS else f"nothing is done with {language or 'no language'}"


@each("page", PAGES, ids=lambda page: page.name)
def test_no_block_escapes(page: Path) -> None:
    """Each is run, read or loaded, or is `text` and only shows something."""
    found = [(block.line, why) for block in blocks(page) if (why := _escape(page, block)) is not None]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        "    mockapi serve\n",
        "```\nmockapi serve\n```\n",
        "```js\nfetch()\n```\n",
        "```console\nmockapi serve\n```\n",
        "```console\n$ npm test\n```\n",
        "```python file=test_a.py\ndef test_a(): ...\n```\n",
        "<!-- other -->\n```console\nmockapi serve\n```\n",
    ],
)
def test_a_block_that_would_escape_is_noticed(bad: str, tmp_path: Path) -> None:
    """Indented, in no language, in one that nothing runs, without a command, with a command of others."""
    page = tmp_path / "page.md"
    page.write_text(bad)
    (block,) = blocks(page)
    assert _escape(page, block) is not None


@pytest.mark.parametrize(
    "bad",
    [
        "```yaml cassette\ninteractions: 5\n```\n",
        "```python\nassert False\n```\n",
        "- in a list\n\n  ```python\n  assert False\n  ```\n",
        "```console\n$ mockapi --version\nmockapi 0 ...\n```\n",
        "```console\n$ mockapi --version  # exits with 1\n```\n",
        "```console not-run\n$ mockapi sevre\n```\n",
        "```console not-run\n$ A=1 mockapi serve --prot 1\n```\n",
        "```json\n{,}\n```\n",
        '```json script\n[{"txet": "Hi"}]\n```\n',
    ],
)
def test_the_runner_notices_what_is_wrong(bad: str, tmp_path: Path) -> None:
    """A cassette that does not load, a program that fails, another output or exit code, an unknown option."""
    page = tmp_path / "page.md"
    page.write_text(bad)
    with pytest.raises((AssertionError, CassetteError, ScriptError, click.UsageError, ValueError)):
        test_the_code_of_a_page_runs(page, tmp_path)
