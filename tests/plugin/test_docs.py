"""The pages on pytest and Python are true: their tests pass, and every option and argument is named."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.docs import blocks, needs
from tests.support.plugin import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "pytest.md"
PYTHON_PAGE = ROOT / "docs" / "python.md"
EXAMPLE = ROOT / "examples" / "weather_agent"


@pytest.mark.slow
@pytest.mark.parametrize("page", [PAGE, PYTHON_PAGE], ids=lambda page: page.name)
def test_every_recipe_passes(page: Path, pytester: pytest.Pytester) -> None:
    """All files of a page, in one run, as its reader would have them; but those that need a framework."""
    recipes = [block for block in blocks(page) if block.file and not needs(block)]
    for recipe in recipes:
        (pytester.path / str(recipe.file)).write_text(recipe.content)
    result = run(pytester)
    counted = sum(len(re.findall(r"^ *def test_", recipe.content, re.MULTILINE)) for recipe in recipes)
    result.assert_outcomes(passed=counted)


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("-n", "1"), marks=pytest.mark.slow)], ids=["alone", "xdist"]
)
def test_the_example_passes(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """An agent with its own suite, on the official client."""
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True)
    run(pytester, *arguments).assert_outcomes(passed=8)


def test_the_page_names_every_option_and_argument() -> None:
    """Of the command line, the ini file and the marker."""
    source = (ROOT / "pytest_plugin" / "pytest_mockapi" / "_options.py").read_text()
    options = set(re.findall(r'"(--mockapi-[a-z-]+|mockapi_[a-z_]+)"', source))
    assert len(options) > 10
    from pytest_mockapi._marker import ALLOWED

    page = PAGE.read_text()
    assert [name for name in {*options, *ALLOWED} if f"`{name}`" not in page and name != "cassette"] == []
