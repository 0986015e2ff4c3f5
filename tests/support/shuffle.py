"""The suite in another order: `--shuffle` draws a seed and prints it, `--shuffle SEED` repeats a run.

Files are shuffled, and so are the tests of each file. A file's tests stay together, because what
they share would else be made anew for each of them. (pytest-randomly does so too, but it also seeds
`random` anew for every test, and changes every run that finds it installed, the inner ones too.)
"""

from __future__ import annotations

import random
from typing import Any

import pytest

_DRAW = "draw"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--shuffle",
        nargs="?",
        const=_DRAW,
        metavar="SEED",
        help="run the tests in an order drawn with this seed, or with a new one, which is printed",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed, or take the one that was drawn for all workers."""
    if config.option.shuffle == _DRAW:
        drawn = str(random.SystemRandom().randrange(1_000_000))
        config.option.shuffle = getattr(config, "workerinput", {}).get("shuffle", drawn)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker of pytest-xdist: workers must agree on the order."""
    node.workerinput["shuffle"] = node.config.option.shuffle


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say how to repeat the run (not with -q; see the summary)."""
    return _words(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it again at the end, where a failure is read."""
    if words := _words(config):
        terminalreporter.write_line(words)


def _words(config: pytest.Config) -> str | None:
    return f"order: --shuffle {config.option.shuffle}" if config.option.shuffle else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in the order of the seed."""
    if not config.option.shuffle:
        return
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(str(item.path), []).append(item)
    chance = random.Random(config.option.shuffle)
    order = sorted(files)
    chance.shuffle(order)
    for file in order:
        chance.shuffle(files[file])
    items[:] = [item for file in order for item in files[file]]
