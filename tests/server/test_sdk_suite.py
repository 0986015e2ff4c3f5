"""The official client's own tests of its API calls pass against a server.

They come with its source distribution. They send placeholders and contradictory bodies on purpose, so the
server is lenient.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from tests.support.process import Serving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3000)]
_IMITATED = ("test_messages.py", "test_models.py", "test_files.py", "messages/test_batches.py")
_VERSION = version("anthropic")
_IMPORTED = (
    f"anthropic[aiohttp,webhooks]=={_VERSION}",
    "dirty-equals",
    "http-snapshot[httpx]==0.1.9",
    "importlib-metadata",
    "inline-snapshot",
    "pytest",
    "pytest-asyncio",
    "pytest-xdist",
    "respx",
    "rich",
    "time-machine",
)


def _pip(python: Path | str, *arguments: str) -> None:
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run([*pip, *arguments], check=True, timeout=600, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the client and what its tests import."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = folder / "bin" / "python"
    _pip(python, "install", "-q", "--no-compile", *_IMPORTED)
    return python


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's tests, without the client: the installed one is tested."""
    folder = tmp_path_factory.mktemp("source")
    pinned = f"anthropic=={_VERSION}"
    _pip(sys.executable, "download", "-q", "--no-deps", "--no-binary", "anthropic", "-d", str(folder), pinned)
    wanted = f"anthropic-{_VERSION}/tests/", f"anthropic-{_VERSION}/pyproject.toml"
    with tarfile.open(folder / f"anthropic-{_VERSION}.tar.gz") as archive:
        members = [member for member in archive if member.name.startswith(wanted)]
        archive.extractall(folder, members, filter="data")
    return folder / f"anthropic-{_VERSION}"


def test_the_clients_own_tests_pass(python: Path, suite: Path) -> None:
    """Every call of the parts that mockapi imitates, synchronous and asynchronous, and of their betas."""
    folders = ("tests/api_resources", "tests/api_resources/beta")
    files = [f"{folder}/{name}" for folder in folders for name in _IMITATED]
    ours = ("ANTHROPIC_", "MOCKAPI_", "PYTHON", "PYTEST_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with Serving("serve", "--port", "0", "--validation", "lenient") as server:
        done = subprocess.run(
            [python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *files],
            cwd=suite,
            env={**environment, "TEST_API_BASE_URL": server.url, "DEFER_PYDANTIC_BUILD": "false"},
            capture_output=True,
            text=True,
            timeout=2400,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 200
