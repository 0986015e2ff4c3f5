"""The page's own files: plain HTML, CSS and ES modules, as they stand in the package.

They hold nothing of what is played, so that a browser may load them before it has shown the token.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

_PLACE: Final = Path(__file__).parent / "page"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


_COMMENT: Final = re.compile(rb"^[ \t]*(?://.*|/\*[\s\S]*?\*/)$", re.MULTILINE)


class PageFile(NamedTuple):
    """A file, its content type, and its content compressed by gzip."""

    content: bytes
    content_type: str
    packed: bytes


@cache
def _all() -> dict[str, PageFile]:
    return {
        path.relative_to(_PLACE).as_posix(): PageFile(
            content, _TYPES[path.suffix], gzip.compress(content, mtime=0)
        )
        for path in sorted(_PLACE.rglob("*"))
        if path.suffix in _TYPES
        for content in (_served(path),)
    }


def _served(path: Path) -> bytes:
    """A file without its comments, which are for readers of the source; its lines stay where they are."""
    return _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), path.read_bytes())


def page_file(name: str) -> PageFile | None:
    """A file of the page; None if it has none of that name.

    Args:
        name: such as `page.css` or `views/timeline.js`.
    """
    return _all().get(name)


def view_sources() -> dict[str, str]:
    """What a report needs to show exchanges: the views' modules by name, and `page.css`.

    A module of the views imports only modules of the views, and no two of them declare the same name: so
    they may also be written one after the other into one script.
    """
    return {
        name: file.content.decode()
        for name, file in _all().items()
        if name.startswith("views/") or name == "page.css"
    }
