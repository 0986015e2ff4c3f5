"""`mockapi validate` and `mockapi rules`: what people and programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cli import root
from mockapi.errors import UsageError
from mockapi.validation import all_rules
from tests.support.process import runner
from tests.support.refused._case import ask, tool, user

if TYPE_CHECKING:
    from click.testing import Result

_GOOD = json.dumps(ask())
_PRETTY = (
    '{\n  "model": "claude-haiku-4-5",\n  "max_tokens": 9,\n  "messages": [\n    {"role": "user"}\n  ]\n}\n'
)


def _run(*arguments: str, text: str | None = None) -> Result:
    return runner().invoke(root, ["validate", *arguments], input=text, catch_exceptions=False)


def _file(folder: Path, text: str, name: str = "body.json") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_nothing_to_say(tmp_path: Path) -> None:
    """A body that the API takes leads to exit code 0 and a count on stderr."""
    result = _run(_file(tmp_path, _GOOD))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 body, none would be refused\n"


def test_text(tmp_path: Path) -> None:
    """A fault is shown with file, line, words, pointer, rule and page."""
    name = _file(tmp_path, _PRETTY)
    result = _run(name)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{name}:5: 400 invalid_request_error: messages.0.content: Field required",
        "    /messages/0  shape.required  (docs/rules.md#shape.required)",
    ]


def test_all_faults_and_hints(tmp_path: Path) -> None:
    """The first fault is the one that the API names, the others follow; hints stand below."""
    result = _run(_file(tmp_path, json.dumps(ask(zzz=1, tools=[tool("n" * 70)]))))
    lines = result.stdout.splitlines()
    assert [line.partition(": ")[2] for line in lines if not line.startswith(" ")] == [
        "400 invalid_request_error: tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        "also: zzz: Extra inputs are not permitted",
    ]
    assert "    Only the documentation refuses this, the API takes it: see --rules live." in lines


def test_many_bodies(tmp_path: Path) -> None:
    """JSON Lines and arrays hold many bodies, each with its own line; blank lines are none."""
    lines = _file(tmp_path, f"{_GOOD}\n\n{json.dumps(ask(zzz=1))}\n{{\n", "bodies.jsonl")
    array = _file(tmp_path, f"[{_GOOD},\n {_PRETTY}]", "bodies.json")
    result = _run(lines, array)
    assert result.exit_code == 1
    assert [line.partition(": 400")[0] for line in result.stdout.splitlines() if "400" in line] == [
        f"{lines}:3: body 1",
        f"{lines}:4: body 2",
        f"{array}:6: body 1",
    ]
    assert result.stderr == "5 bodies, 3 would be refused\n"


def test_broken_json(tmp_path: Path) -> None:
    """A body that is not JSON names the line where it breaks."""
    result = _run(_file(tmp_path, '{\n  "model": "claude-haiku-4-5",\n  nope\n}'))
    assert ":3: 400 invalid_request_error: The request body is not valid JSON: " in result.stdout


def test_of_equal_names_the_last_is_shown(tmp_path: Path) -> None:
    """The line is that of the value which a JSON reader takes, and of equal names that is the last."""
    text = _GOOD.removesuffix("}") + ',\n"max_tokens": 1,\n"temperature": 0,\n"max_tokens": -1\n}'
    name = _file(tmp_path, text)
    assert _run(name).stdout.startswith(f"{name}:4: 400 invalid_request_error: max_tokens: ")


def test_stdin() -> None:
    """Without a file, or for -, standard input is read."""
    for arguments in ((), ("-",)):
        result = _run(*arguments, text=json.dumps(ask(zzz=1)))
        assert result.exit_code == 1
        assert result.stdout.startswith("<stdin>:1: 400")


def test_json_format(tmp_path: Path) -> None:
    """For programs: one JSON document with a row a fault."""
    name = _file(tmp_path, _PRETTY)
    result = _run("--format", "json", name)
    assert json.loads(result.stdout) == {
        "findings": [
            {
                "file": name,
                "body": 0,
                "line": 5,
                "named_by_api": True,
                "status": 400,
                "type": "invalid_request_error",
                "message": "messages.0.content: Field required",
                "rule": "shape.required",
                "pointer": "/messages/0",
                "hint": None,
                "page": "docs/rules.md#shape.required",
            }
        ]
    }


def test_github_format(tmp_path: Path) -> None:
    """For GitHub: an annotation a fault, escaped as workflow commands want it."""
    name = _file(tmp_path, json.dumps(ask(user("a"), model="100%\n")), "a,b.json")
    result = _run("--format", "github", name)
    file = name.replace(",", "%2C")
    assert result.stdout == f"::error file={file},line=1,title=model.not_found::model: 100%25%0A\n"


def test_options(tmp_path: Path) -> None:
    """Headers, endpoint, profile, mode, date, models and switched-off rules count."""
    long = _file(tmp_path, json.dumps(ask(tools=[tool("n" * 70)])), "long.json")
    assert _run("--rules", "live", long).exit_code == 0
    assert _run("--disable-rule", "shape.pattern", long).exit_code == 0
    managed = _file(tmp_path, json.dumps(ask(context_management={"edits": []})), "managed.json")
    assert _run(managed).exit_code == 1
    assert _run("--header", "anthropic-beta: context-management-2025-06-27", managed).exit_code == 0
    count = _file(tmp_path, json.dumps({"model": "claude-haiku-4-5", "messages": [user("a")]}), "count.json")
    assert _run("--endpoint", "/v1/messages/count_tokens", count).exit_code == 0
    old = _file(tmp_path, json.dumps(ask(model="claude-2.1")), "old.json")
    assert _run(old).exit_code == 0
    assert _run("--as-of", "2026-01-01", old).exit_code == 1
    mine = _file(tmp_path, json.dumps(ask(model="mine")), "mine.json")
    models = _file(tmp_path, '{"models": [{"id": "mine"}]}', "models.json")
    assert _run("--models", models, mine).exit_code == 0
    assert _run("--mode", "lenient", mine).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("a.json", ("\ufeff" + _GOOD).encode(), "byte order mark: save it as UTF-8 without one"),
        ("a.json", _GOOD.encode("utf-16"), "The file is UTF-16"),
        ("a.yaml", b"model: claude-haiku-4-5\n", "The file is YAML by its name"),
        ("a.json", json.dumps({"body": ask()}).encode(), 'seems to be the value of "body"'),
        ("a.json", json.dumps({"url": "/", "payload": _GOOD}).encode(), 'seems to be the value of "payload"'),
    ],
)
def test_advice(tmp_path: Path, name: str, content: bytes, advice: str) -> None:
    """What people do to files is recognized, and the way out is named."""
    path = tmp_path / name
    path.write_bytes(content)
    result = _run(str(path))
    assert result.exit_code == 1
    assert advice in result.stdout


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    """In order of their names, those of folders in it too; others and hidden ones are left out."""
    for name in ("b/two.jsonl", "a.json", "c.ndjson", "notes.txt", ".cache/x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        _file(tmp_path, "{}" if name != "c.ndjson" else _GOOD, name)
    result = _run("--format", "json", str(tmp_path))
    assert result.exit_code == 1
    files = {row["file"] for row in json.loads(result.stdout)["findings"]}
    assert files == {str(tmp_path / "a.json"), str(tmp_path / "b" / "two.jsonl")}
    assert result.stderr == "3 bodies, 2 would be refused\n"


def test_rows_of_a_batch_are_judged_by_their_params(tmp_path: Path) -> None:
    """One a line or in a list, with the line of what is wrong; what only rows are refused for counts too."""
    rows = [
        {"custom_id": "good", "params": ask()},
        {"custom_id": "bad", "params": ask(max_tokens=-1)},
        {"custom_id": "stream", "params": ask(stream=True)},
    ]
    lines = _file(tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows), "rows.jsonl")
    result = _run(lines)
    assert f"{lines}:2: body 1: 400 invalid_request_error: max_tokens: " in result.stdout
    assert f'{lines}:3: body 2: 400 invalid_request_error: "stream=True" is not supported' in result.stdout
    assert result.stderr == "3 bodies, 2 would be refused\n"
    pretty = _file(tmp_path, json.dumps(rows[:2], indent=1), "rows.json")
    text = Path(pretty).read_text().splitlines()
    at = next(number for number, line in enumerate(text, 1) if '"max_tokens": -1' in line)
    assert f"{pretty}:{at}: body 1: 400" in _run(pretty).stdout


def test_lines_by_name(tmp_path: Path) -> None:
    """In a file of JSON Lines a broken first line does not hide the others."""
    result = _run(_file(tmp_path, f"{{bad\n{_GOOD}\n{{}}\n", "a.jsonl"))
    assert "a.jsonl:1: body 0: 400" in result.stdout
    assert "a.jsonl:3: body 2: 400" in result.stdout
    assert result.stderr == "3 bodies, 2 would be refused\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.json",), r"nowhere\.json cannot be read"),
        (("--header", "no colon", "-"), "write it as 'name: value'"),
        (("--as-of", "tomorrow", "-"), "write the day as YYYY-MM-DD"),
        (("--disable-rule", "nope", "-"), "Unknown rule nope"),
        (("--endpoint", "v1/messages", "-"), "write the path alone, as in /v1/messages"),
        ((str(Path(__file__).parent),), r"cli has no file whose name ends in \.json, \.jsonl, \.ndjson"),
    ],
)
def test_cannot_run(arguments: tuple[str, ...], words: str) -> None:
    """An argument that cannot work is an error that says what to give instead."""
    with pytest.raises(UsageError, match=words):
        _run(*arguments, text=_GOOD)


def _rules(*arguments: str) -> str:
    result = runner().invoke(root, ["rules", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_rules() -> None:
    """All rules are listed with their summaries; one is described in full."""
    assert len(_rules().splitlines()) == len(all_rules())
    described = _rules("image.empty")
    assert described.startswith("image.empty\n    An image has no bytes.\n")
    assert "message: {path}: image cannot be empty" in described
    assert [row["id"] for row in json.loads(_rules("--format", "json"))] == [rule.id for rule in all_rules()]


def test_page_is_current() -> None:
    """The page of the documentation is what the command writes."""
    page = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
    assert page.read_text("utf-8") == _rules("--format", "markdown")
