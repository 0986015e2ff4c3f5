"""Pages lead where they say, name what there is, and miss nothing that has to be on them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mockapi.cassettes._substitutions import PATTERNS
from mockapi.sessions import CHANGES, SOURCES
from tests.support.commands import commands
from tests.support.docs import anchors, links
from tests.support.each import each
from tests.test_layers import BESIDE, LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "examples").glob("*.md")])
MAPS = (ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md")
TO_BE_MADE: Final = {
    *("mockapi/cassettes/importers/tape.py", "mockapi/cli/tokens.py", "tests/cli/test_tokens.py"),
    *("test_tape.py", "tests/cli/test_NAME.py", "mockapi/validation/rules/SUBJECT.py"),
}
"""Files of worked examples, which nobody has."""
OPTIONS_OF_OTHERS: Final = {
    *("--editable", "--quiet", "--durations", "--hosts"),  # pip, pytest
    *("--allow-hosts", "--reload", "--no-cov"),
    *("--no-date-header", "--no-server-header", "--timeout-graceful-shutdown"),  # uvicorn
    *("--allowed-hosts", "--block-network", "--disable-recording"),  # pytest-recording
    "--disable-vcr",  # pytest-vcr
    *("--from-file", "--from-literal", "--file", "--build"),  # kubectl, docker compose
    *("--headless", "--users", "--run-time", "--timeout"),  # Locust, wrk
}


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@each("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file of the project, and to a heading or an id that is there."""
    lost = []
    for line, address in links(page):
        if re.match(r"https?://", address):
            continue
        name, _, anchor = address.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append((line, address))
    assert lost == []


def test_the_index_leads_to_every_page() -> None:
    """A page that the index does not name is found by nobody."""
    named = {address.partition("#")[0] for _, address in links(DOCS / "index.md")}
    assert [page.name for page in DOCS.glob("*.md") if page.name not in named | {"index.md"}] == []


def _options() -> set[str]:
    """Every option of the command line, of the pytest plugin and of the project's own programs."""
    parameters = [item for _, command in commands() for item in command.params]
    own = {name for item in parameters for name in (*item.opts, *item.secondary_opts)}
    programs = [ROOT / "tests" / "support" / "shuffle.py"]
    for folder in ("pytest_plugin", ".ci", "tools"):
        programs += (ROOT / folder).rglob("*.py")
    texts = "".join(file.read_text(encoding="utf-8") for file in programs)
    return own | {"--help", "--version"} | set(re.findall(r'"(--[a-z][a-z-]+)"', texts))


def test_every_option_that_a_page_names_exists() -> None:
    """A renamed option leaves no page behind."""
    known = _options() | OPTIONS_OF_OTHERS
    named = {
        (page.name, option)
        for page in PAGES
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+(?![\w-])", page.read_text(encoding="utf-8"))
    }
    assert sorted((page, option) for page, option in named if option not in known) == []


def test_every_command_is_on_a_page() -> None:
    """With its whole name, as one would look for it; an example of how to write one is another thing."""
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES if page not in MAPS)
    missing = [path for path, _ in commands() if path and f"mockapi {' '.join(path)}" not in pages]
    assert missing == []


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_the_maps_name_files_that_are_there(page: Path) -> None:
    """Whatever stands in backticks and looks like a path is one, but for those of worked examples."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"`((?:mockapi|tests|schemas|cassettes|pytest_plugin|docs)/[\w./-]*)`", text))
    assert len(named) > 10
    assert sorted(name for name in named - TO_BE_MADE if not (ROOT / name).exists()) == []
    folders = [ROOT / folder for folder in ("mockapi", "tests", "pytest_plugin")]
    files = {file.name for folder in folders for file in folder.rglob("*.py")}
    bare = set(re.findall(r"`(?:[\w-]+/)?(\w+\.py)`", text))
    assert sorted(name for name in bare - {Path(made).name for made in TO_BE_MADE} if name not in files) == []


def test_the_map_shows_the_pipeline_and_the_layers() -> None:
    """The stages in their order, and every package that has a place."""
    page = MAPS[0].read_text(encoding="utf-8")
    stages = [stage.__name__ for stage in (*SOURCES, *CHANGES)]
    assert [row for row in re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) if row in stages] == stages
    picture = page.partition("## The layers")[2].partition("The rules that")[0]
    assert set(re.findall(r"^ +(\w+) ", picture, re.MULTILINE)) >= LAYERS.keys() | BESIDE


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
    page = _page("cassettes.md")
    assert [key for key in set(_keys(schema)) if f"`{key}`" not in page] == []


def test_the_page_on_cassettes_has_every_pattern() -> None:
    """To the letter, broken into lines before a bar."""
    written = "".join(line.strip() for line in _page("cassettes.md").splitlines())
    assert [name for name, pattern in PATTERNS.items() if f"{name}: {pattern}" not in written] == []
