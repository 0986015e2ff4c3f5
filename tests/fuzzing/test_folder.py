"""The table as files: nothing is lost, the same bytes each time, and runners in other languages agree."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mockapi import fuzzing
from mockapi._data import data_dir
from mockapi.cli import root
from mockapi.errors import UsageError
from mockapi.fuzzing import BY_ID, CASES, Case, read_cases
from mockapi.fuzzing.cases import case_files, case_of_files, file_name
from tests.support.each import each
from tests.support.process import run, runner

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL = [case for case in CASES if case.size < 2**17]
EXAMPLES = Path(__file__).parents[2] / "examples" / "conformance"
COMPARED = [
    field.name
    for field in dataclasses.fields(Case)
    if field.name not in ("make", "quarter", "body", "size", "before")
]


def write(cases: Iterable[Case], folder: Path) -> None:
    """These cases as files."""
    for case in cases:
        for name, content in case_files(case):
            (folder / name).write_bytes(content)


@each("case", SMALL[::6], ids=lambda case: case.id)
def test_a_case_comes_back_from_its_files(case: Case) -> None:
    """Every attribute, its chunks and its bodies; and the object fits the schema."""
    files = dict(case_files(case))
    told = json.loads(files[f"{file_name(case)}.json"])
    earlier = {name: content for one in case.before for name, content in case_files(one)}
    back = case_of_files(told, (earlier | files).__getitem__)
    assert [one.reply() for one in back.before] == [one.reply() for one in case.before]
    assert [getattr(back, name) for name in COMPARED] == [getattr(case, name) for name in COMPARED]
    assert list(back.chunks()) == list(case.chunks())
    assert back.body == (case.body if case.body is not None else b"".join(case.chunks()))
    assert files == dict(case_files(case))
    schema = json.loads((data_dir("schemas") / "conformance-case.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(told)


def test_every_case_has_a_file_name_of_its_own() -> None:
    """It begins as what a correct client does: take, refuse, or either."""
    names = {file_name(case) for case in CASES}
    assert len(names) == len(CASES)
    assert {name[:2] for name in names} == {"y_", "n_", "i_"}
    assert file_name(BY_ID["grammar/no message_stop"]) == "n_grammar_no_message_stop"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "not a JSON object"),
        ({"id": "a/b"}, "'stream' is missing"),
        ({"id": "a/b", "stream": "x.sse"}, 'it has "messages"'),
        ({"id": "a/b", "stream": "x.sse", "level": "sse"}, 'it has "events"'),
        ({"id": "a/b", "stream": "x.sse", "level": "stars", "events": []}, "its level is 'stars'"),
        ({"id": "a/b", "stream": "x.sse", "messages": [{}], "chunks": [[1, 1]]}, "its chunks have 1 bytes"),
        ({"id": "a/b", "stream": "x.sse", "messages": [{}], "want": "all"}, "'ALL' is missing or not known"),
        ({"id": "a/b", "stream": "y.sse", "messages": [{}]}, "y.sse cannot be read"),
        ({"id": "a/b", "stream": "../x.sse", "messages": [{}]}, "not beside it"),
        ({"id": "a/b", "stream": "x.sse", "format": 9}, "its format is 9"),
    ],
)
def test_what_is_not_a_case_is_said(value: Any, words: str, tmp_path: Path) -> None:
    """With the file and the reason."""
    (tmp_path / "x.sse").write_bytes(b"data: a\n\n")
    (tmp_path / "x.json").write_text(json.dumps(value))
    with pytest.raises(UsageError, match=r"x\.json.*") as caught:
        read_cases(tmp_path)
    assert words in str(caught.value)


def test_a_folder_without_cases_is_said(tmp_path: Path) -> None:
    """So is one that is not there, and one with an id twice."""
    for folder, words in ((tmp_path, "has no case"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(UsageError, match=words):
            read_cases(folder)
    write(SMALL[:1], tmp_path)
    told = next(tmp_path.glob("*.json"))
    shutil.copy(told, tmp_path / "again.json")
    with pytest.raises(UsageError, match="two cases with the id"):
        read_cases(tmp_path)


@pytest.mark.slow
def test_the_command_writes_the_table_and_reads_a_folder(tmp_path: Path) -> None:
    """With cases of one's own, of which only the least has to be said."""
    done = runner().invoke(root, ["conformance", "export", str(tmp_path / "suite")])
    assert done.exit_code == 0
    suite = json.loads((tmp_path / "suite" / "suite.json").read_text())
    assert f"{len(suite['cases'])} cases" in done.stdout
    assert set(suite["cases"]) | set(suite["left_out"]) == set(BY_ID)
    assert "Licence" in (tmp_path / "suite" / "README.md").read_text()
    own = tmp_path / "own"
    own.mkdir()
    whole = BY_ID["m-framing/lf"]
    (own / "mine.sse").write_bytes(b"".join(whole.chunks()))
    value = {"id": "own/mine", "stream": "mine.sse", "messages": whole.messages}
    (own / "mine.json").write_text(json.dumps(value))
    arguments = ["conformance", "run", "--driver", "httpx", "--cases", str(own), "--all"]
    done = runner().invoke(root, arguments)
    assert done.exit_code == 0
    assert "conforms     own/mine" in done.stdout


NODE, BASH, JQ, GO = (shutil.which(name) for name in ("node", "bash", "jq", "go"))


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_runners_in_other_languages_give_the_verdicts_of_the_command(tmp_path: Path) -> None:
    """Of a decoder with a bug: Node, bash and Go say of the folder what the command says over HTTP."""
    chosen = [case for case in SMALL if case.level == "sse" and case.group in ("framing", "keep-alive")]
    write(chosen, tmp_path)
    decoder = str(EXAMPLES / "decoder.mjs")
    report = tmp_path / "report"
    driver = f"node {decoder} --driver"
    run(
        "conformance",
        "run",
        "--driver",
        driver,
        "--cases",
        str(tmp_path),
        "--report",
        "json",
        "--output",
        str(report),
    )
    found = json.loads(report.read_text())["findings"]
    wanted = sorted(f"{finding['verdict']}\t{finding['case']}" for finding in found)
    assert len(wanted) == len(chosen)
    assert {line.partition("\t")[0] for line in wanted} == {"conforms", "differs", "silent loss"}
    commands = [["node", str(EXAMPLES / "run.mjs"), str(tmp_path), decoder]]
    if BASH and JQ:
        commands.append(["bash", str(EXAMPLES / "run.sh"), str(tmp_path), "node", decoder])
    if GO:
        commands.append([GO, "run", str(EXAMPLES / "run.go"), str(tmp_path), "node", decoder])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert sorted(done.stdout.splitlines()) == wanted, command


def test_the_folder_is_what_the_package_hands_on() -> None:
    """`export` and `read_cases`."""
    assert {"export", "read_cases"} <= set(fuzzing.__all__)
