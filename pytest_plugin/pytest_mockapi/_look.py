"""A quick look at the files of the tests, before any of them is imported.

Clients that are made at import find mockapi only if the variables are set before modules are
collected. In a project that does not use the fixture nothing may be set at all. So the text of the
files decides: the name of a fixture stands in a test file, in a module beside one, in a conftest.py,
or in a plugin that the project loads.
"""

from __future__ import annotations

import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_FIXTURE = re.compile(rb"\b(?:(?:class_|module_|session_)?messages_api|mockapi_server)\b")
_CREDENTIAL = re.compile(rb"\bANTHROPIC_(?:API_KEY|AUTH_TOKEN)\b")
_DEPENDS = re.compile(rb"\bskip(?:if|If|Unless|Test)?\b|\bsetdefault\b")
_ENVIRONMENT = "pyvenv.cfg"  # stands in the folder of a virtual environment
_LARGEST = 2 * 1024 * 1024  # more is data, whatever its name


class Look(NamedTuple):
    """What the files say.

    Attributes:
        uses: whether the name of a fixture stands in one of them.
        credentials: the variables for keys and tokens on which it may depend in them what is skipped,
            or what they set themselves.
    """

    uses: bool
    credentials: frozenset[str]


def look(config: pytest.Config) -> Look:
    """Look at the files that a run may import."""
    uses = False
    credentials: set[bytes] = set()
    for path in dict.fromkeys((*_plugins(config), *_tests(config))):
        text = _text(path)
        # A search for plain bytes takes a tenth of the time of one for a pattern.
        if not uses and (b"messages_api" in text or b"mockapi_server" in text):
            uses = _FIXTURE.search(text) is not None
        # A conftest.py may hold the condition that other files only call.
        if b"ANTHROPIC_" in text and (path.endswith("conftest.py") or _DEPENDS.search(text)):
            credentials.update(_CREDENTIAL.findall(text))
    return Look(uses, frozenset(name.decode() for name in credentials))


def _plugins(config: pytest.Config) -> Iterator[str]:
    """The files of the plugins that the project itself loads, above all the conftest.py of folders."""
    root = f"{config.rootpath}{os.sep}"
    for plugin in config.pluginmanager.get_plugins():
        path = getattr(plugin, "__file__", None)
        if isinstance(path, str) and (path.startswith(root) or path.endswith("conftest.py")):
            yield path


def _tests(config: pytest.Config) -> Iterator[str]:
    """The files that are named, and those that the named folders have."""
    for argument in config.args:
        name = argument.partition("::")[0]
        path = config.invocation_params.dir / name
        if not path.exists() and config.getoption("pyargs", default=False):
            path = _folder_of_package(name) or path
        if path.is_dir():
            yield from _below(path, config)
        else:
            yield str(path)


def _below(folder: Path, config: pytest.Config) -> Iterator[str]:
    patterns = config.getini("python_files")
    left_out = config.getini("norecursedirs")
    for where, folders, names in os.walk(folder):
        if _ENVIRONMENT in names:
            folders.clear()
            continue
        folders[:] = [
            name
            for name in folders
            if name != "__pycache__" and not any(fnmatch(name, pattern) for pattern in left_out)
        ]
        sources = [name for name in names if name.endswith(".py")]
        if any(fnmatch(name, pattern) for name in sources for pattern in patterns):
            yield from (f"{where}{os.sep}{name}" for name in sources)
        elif "conftest.py" in sources:
            yield f"{where}{os.sep}conftest.py"


def _folder_of_package(name: str) -> Path | None:
    """Where a package of `--pyargs` stands, without importing it."""
    relative = name.replace(".", os.sep)
    folders = (Path(entry) / relative for entry in sys.path)
    return next((folder for folder in folders if folder.is_dir()), None)


def _text(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path would cost as much as the file
            return file.read(_LARGEST)
    except OSError:
        return b""  # pytest will say what is wrong with it
