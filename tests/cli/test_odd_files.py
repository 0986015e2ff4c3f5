"""Odd files and every command that reads files: told in words, with the file, and never a traceback.

The tables are in `tests/support/odd_files.py`; a command is a row of `COMMANDS` here.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.support.odd_files import JSON, NAMES, NUMBERS, REFUSED, YAML
from tests.support.process import mockapi, run

if TYPE_CHECKING:
    from collections.abc import Callable

FINE = "mockapi_cassette: 1\ninteractions: []\n"
REPORT = '{"mockapi_report": 1, "played": [], "not_played": []}'


class Command(NamedTuple):
    """A command line; FILE is the odd file, OUT a folder to write to, OK a good cassette, REPORT a report."""

    line: str
    documents: str = "YAML"


COMMANDS: Final = [
    Command("cassettes lint FILE"),
    Command("cassettes show FILE"),
    Command("cassettes show --size FILE"),
    Command("cassettes export --har --force --to OUT FILE"),
    Command("cassettes prune --report REPORT FILE"),
    Command("cassettes reseal FILE"),
    Command("cassettes migrate --model a=b FILE"),
    Command("cassettes import --force --to OUT FILE"),
    Command("cassettes import --force --to OUT FILE", "JSON"),
    Command("cassettes prune --report FILE OK", "JSON"),
    Command("validate FILE", "JSON"),
    Command("validate --format json FILE", "JSON"),
    Command("validate --models FILE FILE", "JSON"),
    Command("conformance run --driver httpx --only none --expect FILE", "JSON"),
]


def called(command: Command, file: Path, out: Path) -> list[str]:
    """The arguments of a command for a file."""
    good = {"FILE": str(file), "OUT": str(out)}
    for name, text in (("OK", FINE), ("REPORT", REPORT)):
        good[name] = str(out / name)
        (out / name).write_text(text)
    return [good.get(word, word) for word in command.line.split()]


def _odd(documents: str) -> list[tuple[str, str]]:
    """Every document with every number."""
    table = {"YAML": YAML, "JSON": JSON}[documents]
    return [
        (f"{kind}, {name}", text.replace("@", number))
        for (kind, text), (name, number) in itertools.product(table.items(), NUMBERS.items())
    ]


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of what is read here."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.line} ({command.documents})")
def test_no_odd_number_ends_a_command_with_a_traceback(command: Command, tmp_path: Path) -> None:
    """All is well, a finding, or exit code 2 with the file's name."""
    out = tmp_path / "out"
    out.mkdir()
    for number, (name, text) in enumerate(_odd(command.documents)):
        file = tmp_path / f"{number}.{command.documents.lower()}"
        file.write_text(text)
        outcome = mockapi(*called(command, file, out))
        assert outcome.code in (0, 1, 2), name
        assert outcome.code != 2 or str(file) in outcome.err, f"{name}: {outcome.err:.300}"


@pytest.mark.parametrize("command", COMMANDS[:7], ids=lambda command: command.line)
@pytest.mark.parametrize("name", REFUSED)
def test_a_cassette_with_such_a_number_is_refused_with_file_and_line(
    command: Command, name: str, tmp_path: Path
) -> None:
    """In every command that reads cassettes."""
    file = tmp_path / "odd.yaml"
    file.write_text(YAML["cassette, request"].replace("@", NUMBERS[name]))
    outcome = mockapi(*called(command, file, tmp_path))
    assert outcome.code in (1, 2)
    assert f"{file}:3: " in outcome.out + outcome.err


def named(folder: Path, text: str, ending: str) -> list[str]:
    """Files of all odd names, and a good one before and behind them; as Python calls them."""
    folder.mkdir(parents=True)
    names = [b"AAA", *NAMES.values(), b"zzz"]
    files = [os.fsencode(folder) + b"/" + name + ending.encode() for name in names]
    for file in files:
        try:
            Path(os.fsdecode(file)).write_text(text)
        except OSError:
            pytest.skip("this file system takes no such names")
    return [os.fsdecode(file) for file in files]


def _import(folder: Path, out: Path) -> None:
    outcome = run("cassettes", "import", "--to", str(out), str(folder))
    assert (outcome.code, outcome.err.count("Traceback")) == (0, 0)
    assert len(list(out.glob("*.yaml"))) == len(NAMES) + 2
    assert run("cassettes", "lint", str(out)).code == 0


def _of_folder(*words: str) -> Callable[[Path, Path], None]:
    def check(folder: Path, out: Path) -> None:
        given = {"OUT": str(out), "REPORT": str(out / "report.json")}
        out.mkdir()
        (out / "report.json").write_text(REPORT)
        outcome = run(*(given.get(word, word) for word in words), str(folder))
        assert outcome.code in (0, 1), outcome.err
        assert "\\udcff" in outcome.out, "the file's name is told with escapes"
        assert "zzz" in outcome.out, "what comes behind it is looked at too"

    return check


READERS: Final[dict[str, Callable[[Path, Path], None]]] = {
    "lint": _of_folder("cassettes", "lint"),
    "show": _of_folder("cassettes", "show"),
    "show --size": _of_folder("cassettes", "show", "--size"),
    "export": _of_folder("cassettes", "export", "--har", "--to", "OUT"),
    "prune": _of_folder("cassettes", "prune", "--write", "--report", "REPORT"),
    "migrate": _of_folder("cassettes", "migrate", "--model", "a=b"),
}

ASKED = """\
mockapi_cassette: 1
interactions:
- request: {method: POST, path: /v1/messages, body: {json: {model: a, max_tokens: x, messages: []}}}
  response: {status: 200}
"""


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_a_file_name_that_is_not_utf8_stops_no_command(reader: str, tmp_path: Path) -> None:
    """What stands before and behind it in the folder is treated as ever."""
    named(tmp_path / "in", ASKED, ".yaml")
    READERS[reader](tmp_path / "in", tmp_path / "out")


VCR = """\
version: 1
interactions:
- request: {method: POST, uri: 'https://api.anthropic.com/v1/messages', body: '{}', headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}
"""


@pytest.mark.slow
def test_odd_file_names_stop_no_import(tmp_path: Path) -> None:
    """Every file of the folder becomes a cassette that loads."""
    named(tmp_path / "in", VCR, ".yaml")
    _import(tmp_path / "in", tmp_path / "out")


@pytest.mark.slow
def test_odd_file_names_stop_no_validation(tmp_path: Path) -> None:
    """Every file is judged, in every format."""
    named(tmp_path / "in", "{}", ".json")
    for form in ("text", "json", "github"):
        outcome = run("validate", "--format", form, str(tmp_path / "in"))
        assert (outcome.code, "Traceback" in outcome.err) == (1, False)
        assert outcome.err == f"{len(NAMES) + 2} bodies, {len(NAMES) + 2} would be refused\n"
