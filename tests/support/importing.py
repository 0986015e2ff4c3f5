"""`mockapi cassettes import` as people run it: a folder in, cassettes out, played over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

import mockapi
from mockapi.cli import root
from mockapi.storage import SCHEMA_NAME
from tests.support.process import runner

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object) -> Result:
    """The command, run with a folder to write to."""
    return runner().invoke(root, ["cassettes", "import", *map(str, arguments)])


def tree(root: Path, files: dict[str, bytes]) -> Path:
    """A folder with files."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def written(folder: Path) -> list[str]:
    """The cassettes in a folder, relative, and what else may be there but the schema for editors."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != SCHEMA_NAME)
    return sorted(str(path.relative_to(folder)) for path in files)


def played(folder: Path, *asked: tuple[str, str, bytes]) -> list[tuple[str | None, bytes]]:
    """Where each reply came from and its bytes, of requests sent over a socket to a folder's cassettes."""
    headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    with mockapi.Server([str(folder)]) as server, httpx.Client(base_url=server.base_url) as client:
        found = []
        for method, path, body in asked:
            content_type = {"content-type": "application/json"} if body else {}
            reply = client.request(method, path, content=body, headers=headers | content_type)
            found.append((reply.headers.get("x-mockapi-source"), reply.content))
        return found
