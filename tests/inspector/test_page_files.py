"""The page's own files: small, of no framework, and such that a report can hold its views."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from mockapi import inspector
from mockapi.inspector import page_file, view_sources
from tests.support.each import each

PAGE = Path(inspector.__file__).parent / "page"
FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())
IMPORT = re.compile(r'^import \{[^}]*\} from "([^"]+)";$', re.MULTILINE)
DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:function\*? |class |const |let )(?:\{ )?(\w+)", re.MULTILINE
)
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|DOMParser"
)


def test_the_page_is_small() -> None:
    """Under 50 kB as a browser gets it, and under 140 kB unpacked, so that it is there at once."""
    files = [file for path in FILES if (file := page_file(path.relative_to(PAGE).as_posix())) is not None]
    assert sum(len(file.packed) for file in files) < 50_000
    assert sum(len(file.content) for file in files) < 140_000
    assert all(gzip.decompress(file.packed) == file.content for file in files)


def test_every_file_is_served_with_its_type() -> None:
    """Without its comments, its lines where errors name them; nothing else is served."""
    for path in FILES:
        file = page_file(path.relative_to(PAGE).as_posix())
        assert file is not None
        served, source = file.content.splitlines(), path.read_bytes().splitlines()
        assert len(served) == len(source)
        for sent, written in zip(served, source, strict=True):
            is_comment = written.lstrip(b"\t").startswith((b"//", b"/*", b" * ", b" */"))
            assert sent == (b"" if is_comment else written)
    assert page_file("../__init__.py") is None
    assert page_file("views") is None


@each("path", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name)
def test_no_module_reads_text_as_html_or_code(path: Path) -> None:
    """Every byte that is shown is hostile."""
    assert SINKS.findall(path.read_text("utf-8")) == []


def test_views_import_views_alone_and_ask_for_nothing() -> None:
    """So a report without a server can show the same."""
    sources = {name: text for name, text in view_sources().items() if name.endswith(".js")}
    assert len(sources) > 5
    for text in sources.values():
        assert {f"views/{name.removeprefix('./')}" for name in IMPORT.findall(text)} <= sources.keys()
        assert "fetch(" not in text
        assert len(IMPORT.findall(text)) == text.count("\nimport ") + text.startswith("import ")


def test_no_two_views_declare_the_same_name() -> None:
    """So they can be written into one script, one after the other."""
    names = [name for text in view_sources().values() for name in DECLARED.findall(text)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_module_is_asked_for_at_once() -> None:
    """Not one after the other, as they import each other."""
    index = (PAGE / "index.html").read_text("utf-8")
    named = re.findall(r'(?:href|src)="?ui/([^">]+)', index)
    assert sorted(named) == [path.relative_to(PAGE).as_posix() for path in FILES if path.suffix != ".html"]
