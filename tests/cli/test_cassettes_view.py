"""`mockapi cassettes view`: a file that shows recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.process import mockapi
from tests.support.server import interaction, message, write_cassette


def test_it_writes_a_page(tmp_path: Path) -> None:
    """And says how much is in it."""
    write_cassette(tmp_path / "a.yaml", interaction(message("Hi")), interaction(message("Bye")))
    write_cassette(tmp_path / "b.yaml", interaction(message("Hi")))
    page = tmp_path / "page.html"
    outcome = mockapi("cassettes", "view", str(tmp_path), "--output", str(page))
    size = page.stat().st_size
    told = f"{page}: 3 interactions of 2 cassettes, {size:,} bytes; open it in a browser\n"
    assert outcome == (0, told, "")
    assert page.read_bytes().startswith(b"<!doctype html>")


def test_the_file_is_called_as_the_cassette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the working folder, if nothing else is said; what was there is replaced."""
    write_cassette(tmp_path / "weather.yaml", interaction(message("Hi")))
    monkeypatch.chdir(tmp_path)
    Path("weather.html").write_text("old")
    assert mockapi("cassettes", "view", "weather.yaml").code == 0
    assert "<title>weather.yaml</title>" in Path("weather.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.yaml",), "none.yaml: there is no such file or folder. Check the path."),
        (("empty",), "There is no interaction in empty."),
        (("text.yaml",), "not a mockapi cassette"),
        (("a.yaml", "--output", "none/page.html"), "there is no folder 'none'"),
        (("a.yaml", "--output", "empty"), "is a directory"),
    ],
)
def test_what_cannot_be_shown_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("text.yaml").write_text("words")
    write_cassette(Path("a.yaml"), interaction(message("Hi")))
    outcome = mockapi("cassettes", "view", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert not list(tmp_path.rglob("*.html"))


def test_a_damaged_digest_does_not_hide_a_recording(tmp_path: Path) -> None:
    """It is looked at to find out what was changed."""
    file = tmp_path / "a.yaml"
    write_cassette(file, interaction(message("Hi")))
    file.write_text(file.read_text().replace('{"type":"message"}', '{"type":"edited!"}'))
    assert mockapi("cassettes", "view", str(file), "-o", str(tmp_path / "page.html")).code == 0
