"""What `mockapi init` writes, as values: path and text, made from what the project shows of itself."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

from mockapi.storage import GIT_ATTRIBUTES, SCHEMA_NAME, cassette_schema

_CONFTEST: Final = '''\
"""What all tests share.

A test that takes the fixture `messages_api` has a Messages API of its own on this machine: it says
what is replied (`messages_api.reply("Hello")`), or plays the test's cassette.
"""

{imports}


@pytest.fixture
def client(messages_api):
    """A client of the test's own Messages API."""
    {client}
'''
_SDK: Final = ("import anthropic\nimport pytest", "return anthropic.Anthropic()")
_HTTPX: Final = (
    "import httpx\nimport pytest",
    """\
headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    with httpx.Client(base_url=messages_api.base_url, headers=headers) as client:
        yield client""",
)
_WORKFLOW: Final = """\
name: tests
on: [push, pull_request]
jobs:
  tests:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
{install}
    - run: {run}mockapi cassettes lint {cassettes}
    - run: {run}pytest  # plays what is recorded: no key, no network
"""
_JOB: Final = """\
tests:
  image: python:3
  script:
{install}
  - {run}mockapi cassettes lint {cassettes}
  - {run}pytest  # plays what is recorded: no key, no network
"""
_HOOKS: Final = """\
repos:
- repo: local
  hooks:
  - id: mockapi-cassettes-lint
    name: secrets and broken seals in cassettes
    language: system
    entry: mockapi cassettes lint
    files: ^{cassettes}/.*\\.ya?ml$
"""


class StartFile(NamedTuple):
    """A file to write.

    Attributes:
        path: below the project's folder.
        text: of it.
        lead: what to say where the file is there already, before the text.
    """

    path: Path
    text: str
    lead: str


def start_files(project: Path) -> list[StartFile]:
    """What a project gets.

    Args:
        project: its folder.
    """
    tests = _tests_of(project)
    cassettes = (tests / "cassettes").as_posix()
    imports, client = _SDK if importlib.util.find_spec("anthropic") is not None else _HTTPX
    return [
        StartFile(
            tests / "conftest.py",
            _CONFTEST.format(imports=imports, client=client),
            "Tests take the fixture `messages_api`; a client fixture could be",
        ),
        StartFile(tests / "cassettes" / SCHEMA_NAME, cassette_schema().decode(), "Editors look up"),
        StartFile(tests / "cassettes" / ".gitattributes", GIT_ATTRIBUTES, "Recordings need these lines"),
        _ci(project, cassettes),
        StartFile(
            Path(".pre-commit-config.yaml"), _HOOKS.format(cassettes=cassettes), "The hook for cassettes is"
        ),
    ]


def _tests_of(project: Path) -> Path:
    """The folder of the tests: what pytest is told, else the one there is."""
    told = _table(project, "tool", "pytest", "ini_options").get("testpaths", [])
    names = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    for name in (*names, "tests", "test"):
        if isinstance(name, str) and (project / name).is_dir():
            return Path(name)
    return Path("tests")


def _ci(project: Path, cassettes: str) -> StartFile:
    """A workflow for GitHub, or for GitLab where the project has its file or its address there."""
    run, commands = _installation(project)
    if (project / ".gitlab-ci.yml").exists() or "gitlab" in _remotes(project):
        install = "\n".join(f"  - {command}" for command in commands)
        text = _JOB.format(install=install, run=run, cassettes=cassettes)
        return StartFile(Path(".gitlab-ci.yml"), text, "A job for the tests could be")
    steps = (
        ["uses: astral-sh/setup-uv@v6"]
        if run
        else ["uses: actions/setup-python@v5", "  with: {python-version: 3.x}"]
    )
    lines = [f"    {'  ' if step.startswith('  ') else '- '}{step.strip()}" for step in steps]
    lines += [f"    - run: {command}" for command in commands if not (run and "install uv" in command)]
    text = _WORKFLOW.format(install="\n".join(lines), run=run, cassettes=cassettes)
    return StartFile(Path(".github/workflows/tests.yml"), text, "A job for the tests could be")


def _installation(project: Path) -> tuple[str, list[str]]:
    """What stands before a command in the project's environment, and what makes that environment."""
    if (project / "uv.lock").exists():
        return "uv run --with messages-mockapi ", ["pip install uv", "uv sync"]
    if (project / "requirements.txt").exists():
        return "", ["pip install -r requirements.txt pytest messages-mockapi"]
    own = "--editable . " if _table(project, "project") or (project / "setup.py").exists() else ""
    return "", [f"pip install {own}pytest messages-mockapi"]


def _remotes(project: Path) -> str:
    try:
        return (project / ".git" / "config").read_text("utf-8", "replace")
    except OSError:
        return ""


def _table(project: Path, *steps: str) -> dict[str, Any]:
    """A table of pyproject.toml; empty without one."""
    try:
        value: Any = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    for step in steps:
        value = value.get(step, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}
