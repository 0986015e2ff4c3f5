"""A progress bar over a list of things, for commands whose work is long enough to watch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from mockapi.cli._progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_T = TypeVar("_T")


def tracked(items: Sequence[_T], what: str) -> Iterator[_T]:
    """The items one by one; a bar on stderr where that is a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it, and it is slow to import
        from rich.progress import track  # noqa: PLC0415 - as above

        yield from track(items, what, console=Console(stderr=True), transient=True)
        return

    progress = Progress(what)
    for done, item in enumerate(items, 1):
        yield item
        progress(done, len(items))
