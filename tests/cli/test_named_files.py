"""Files that a command line names: what is not a file holds no command up. A command more is a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.process import mockapi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMANDS: dict[str, tuple[str, ...]] = {
    "serve": ("serve", "--port", "0", "ODD"),
    "serve --script": ("serve", "--port", "0", "--script", "ODD"),
    "serve --models": ("serve", "--port", "0", "--models", "ODD"),
    "serve --control-token-file": ("serve", "--port", "0", "--control-token-file", "ODD"),
    "serve --api-key-file": ("serve", "--port", "0", "--api-key-file", "ODD"),
    "record": ("record", "--port", "0", "--upstream", "http://127.0.0.1:9", "--to", "ODD"),
    "exec": ("exec", "ODD", "--", "true"),
    "validate": ("validate", "ODD"),
    "validate --models": ("validate", "--models", "ODD", "ODD"),
    "reply": ("reply", "ODD"),
    "lint": ("cassettes", "lint", "ODD"),
    "show": ("cassettes", "show", "ODD"),
    "export": ("cassettes", "export", "--har", "--to", "exported", "ODD"),
    "import": ("cassettes", "import", "ODD", "--to", "imported"),
    "reseal": ("cassettes", "reseal", "ODD"),
    "prune": ("cassettes", "prune", "--report", "ODD", "."),
    "conformance --expect": ("conformance", "run", "--driver", "httpx", "--expect", "ODD"),
}


def a_pipe(path: Path) -> None:
    """Nobody writes to it."""
    os.mkfifo(path)


def a_device(path: Path) -> None:
    """It never ends."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [a_pipe, a_device])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_not_a_file_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], make: Callable[[Path], None]
) -> None:
    """A failure with the file's name, and no traceback."""
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "ODD")
    outcome = mockapi(*command)
    assert outcome.code in {1, 2}
    told = outcome.out + outcome.err
    assert "ODD" in told
    assert "it is a pipe or a device" in told
    assert "Traceback" not in told
