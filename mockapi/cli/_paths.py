"""Kinds of paths that options take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class FileToWrite(click.Path):
    """A file that is written at the end: that it cannot be is better said at the start."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path.

        Raises:
            click.BadParameter: its folder does not exist, or it cannot be written.
        """
        folder = Path(value).parent
        if not folder.is_dir():
            self.fail(f"there is no folder {str(folder)!r}; make it first.", param, ctx)
        return super().convert(value, param, ctx)
