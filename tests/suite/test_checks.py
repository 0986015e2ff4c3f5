"""`.ci/run` turns red for whatever is wrong: tried on a copy of the project with one test in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.process import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
_COPIED = (".ci", "mockapi", "pytest_plugin", "schemas", "cassettes", "tests/support")
_FILES = ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "tests/__init__.py", "tests/conftest.py")
_SOUND = '''"""A test."""


def test_it() -> None:
    """It passes."""
    assert sum([1, 1]) == 2
'''


class Copy(NamedTuple):
    """A checkout with one test file."""

    folder: Path

    def check(self, *steps: str, test: str = _SOUND) -> subprocess.CompletedProcess[str]:
        """Run some steps of `.ci/run` with this test file."""
        return self._run([self.folder / ".ci" / "run", "--only", *steps], test)

    def test(self, test: str) -> subprocess.CompletedProcess[str]:
        """Run the tests with this file, as `.ci/run` does: nothing may be skipped."""
        python = self.folder / ".venv" / "bin" / "python"
        return self._run([python, "-m", "pytest", "-q"], test, MOCKAPI_FORBID_SKIPS="1")

    def _run(
        self, command: list[str | Path], test: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        (self.folder / "tests" / "test_planted.py").write_text(test)
        ours = ("MOCKAPI_", "PYTEST_", "COV_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return subprocess.run(
            command, cwd=self.folder, env=kept | variables, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that passes all that is tried here; types are checked of its test only."""
    folder = tmp_path_factory.mktemp("copy")
    for name in _COPIED:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(CHECKOUT / name, folder / name)
    project = folder / "pyproject.toml"
    text, found = re.subn(
        r"^files = .*$", 'files = ["tests/test_planted.py"]', project.read_text(), flags=re.MULTILINE
    )
    assert found == 1
    project.write_text(text)
    copy = Copy(folder)
    sound = copy.check("test", "lint", "types")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert re.search(r"^=+ 3 passed in [\d.]+s =+$", sound.stdout, re.MULTILINE)
    yield copy
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("step", "test", "words"),
    [
        ("test", _SOUND.replace("== 2", "== 3"), "1 failed in"),
        ("lint", _SOUND.replace("\n\ndef", "\nimport os\n\n\ndef"), "F401"),
        ("lint", _SOUND.replace("[1, 1]", "[1,1]"), "reformatted"),
        ("types", _SOUND.replace("[1, 1]", '[1, "1"]'), "error: "),
    ],
    ids=["failing test", "lint error", "format", "type error"],
)
def test_what_is_wrong_fails(copy: Copy, step: str, test: str, words: str) -> None:
    """At the first asking, with the log of what failed and a line that counts it."""
    done = copy.check(step, test=test)
    assert done.returncode == 1, done.stdout
    assert words in done.stdout
    assert re.search(r"^=+ 1 failed, 0 passed in [\d.]+s =+$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("test", "code", "words"),
    [
        (
            _SOUND.replace("\n\ndef", "\nimport pytest\n\n\ndef").replace(
                "assert sum", 'pytest.skip("no")\n#'
            ),
            1,
            "was skipped in call",
        ),
        (_SOUND.replace("[1, 1]", "[1"), 2, "SyntaxError"),
    ],
    ids=["skipped test", "broken test file"],
)
def test_what_did_not_run_fails(copy: Copy, test: str, code: int, words: str) -> None:
    """A test that was skipped, and a file that cannot be read, in the environment that `.ci/run` has made."""
    done = copy.test(test)
    assert done.returncode == code, done.stdout
    assert words in done.stdout


def test_a_step_that_does_not_exist_is_refused(copy: Copy) -> None:
    """Else a misspelt name would check nothing, and pass."""
    done = copy.check("tests")
    assert done.returncode == 2
    assert "no such step: tests; there are: browser, clients, demo, deploy, gate, lint" in done.stderr
