"""The distribution works away from the checkout, however it was installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.process import CHECKOUT, READY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MINUTES = 300.0
ASK = """
import json, sys, urllib.request
import mockapi
from mockapi._data import data_dir
print(mockapi.__file__)
print(data_dir("schemas"), data_dir("cassettes"))
"""


def clean() -> dict[str, str]:
    """An environment in which nothing leads back to the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MOCKAPI"))}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "MOCKAPI_CACHE": "off"}


def run(*args: str | Path, cwd: Path) -> str:
    """Run something to its end; its stdout."""
    done = subprocess.run(
        list(map(str, args)),
        cwd=cwd,
        env=clean(),
        capture_output=True,
        text=True,
        timeout=MINUTES,
        check=False,
    )
    assert done.returncode == 0, f"{args}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    place = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", place, CHECKOUT, cwd=place)
    return place


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """The wheel that was built from the sdist."""
    (found,) = dist.glob("*.whl")
    return found


def environment(place: Path, *install: str | Path) -> Path:
    """A fresh virtual environment with something installed; its Python."""
    venv.create(place)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)  # a pip of its own would take as long again
    run(*pip, "install", "--quiet", "--no-compile", *install, cwd=place)
    return python


def serves(python: Path, away: Path) -> None:
    """Start the installed command away from the checkout, on the starter cassettes, and ask it."""
    process = subprocess.Popen(
        [str(python.with_name("mockapi")), "serve", "--port", "0"],
        cwd=away,
        env=clean(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = READY.fullmatch(process.stdout.readline())
        assert ready is not None
        health = httpx.get(f"{ready[1]}/_mockapi/health").json()
        assert health["interactions"] > 10
        reply = httpx.request("HEAD", f"{ready[1]}/")
        assert reply.headers["x-mockapi-source"] == "recorded"
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    demo = run(python.with_name("mockapi"), "demo", "--speed", "max", cwd=away)
    assert "< 200, recorded" in demo


def test_the_wheel_serves_from_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed from sdist's wheel with its dependencies, used in an empty folder."""
    python = environment(tmp_path / "venv", wheel)
    away = tmp_path / "away"
    away.mkdir()
    where, data = run(python, "-c", ASK, cwd=away).splitlines()
    assert str(tmp_path / "venv") in where
    assert "_data" in data
    assert str(CHECKOUT) not in where + data
    serves(python, away)


def test_an_editable_install_serves_from_the_checkout(tmp_path: Path) -> None:
    """Code, schemas and cassettes are those of the checkout, and changes there count at once."""
    python = environment(tmp_path / "venv", "--editable", CHECKOUT)
    away = tmp_path / "away"
    away.mkdir()
    where, data = run(python, "-c", ASK, cwd=away).splitlines()
    assert Path(where).is_relative_to(CHECKOUT)
    assert data == f"{CHECKOUT / 'schemas'} {CHECKOUT / 'cassettes'}"
    serves(python, away)


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    """The package, its data, its types marker, its licence; no tests, no caches, nothing of the machine."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} <= {"mockapi", "pytest_mockapi"}
    assert {"mockapi/py.typed", "mockapi/_data/cassettes/hello.yaml"} <= set(names)
    assert any(name.startswith("mockapi/_data/schemas/") for name in names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if re.search(r"__pycache__|\.pyc$|/tests?/|\.tmp$", name)]
    in_checkout = {
        f"mockapi/_data/{folder}/{path.relative_to(CHECKOUT / folder).as_posix()}"
        for folder in ("schemas", "cassettes")
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert in_checkout <= set(names)


def test_the_sdist_holds_what_its_users_test_with(dist: Path) -> None:
    """Sources, tests, documentation and data: a distributor can build and test from it alone."""
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "mockapi/__init__.py",
        "tests/conftest.py",
        "cassettes/hello.yaml",
        "docs/serve.md",
        "deploy/compose.yaml",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/"))]
