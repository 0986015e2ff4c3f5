"""What commands print for people: the one way out to the terminal.

Names of files, texts of recordings and words of other programs come from anywhere, so each part of
a line is made printable here, where nothing can be forgotten. Colours are the command's own: they
are put around a part after that.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import click

from mockapi._printable import printable


class Styled(NamedTuple):
    """A part of a line in a style.

    Attributes:
        text: what it says.
        fg: its colour.
        bold: whether it is bold.
        dim: whether it is dim.
    """

    text: str
    fg: str | None = None
    bold: bool | None = None
    dim: bool | None = None


Part: TypeAlias = str | Styled


def echo(*parts: Part, err: bool = False) -> None:
    r"""Print a line: its parts one behind the other. A line end within a part is shown as `\n`."""
    click.echo("".join(map(_shown, parts)), err=err)


def echo_lines(text: str, *, err: bool = False) -> None:
    """Print a text of several lines, each as `echo` does."""
    for line in text.splitlines():
        echo(line, err=err)


def _shown(part: Part) -> str:
    if isinstance(part, str):
        return printable(part)
    return click.style(printable(part.text), fg=part.fg, bold=part.bold, dim=part.dim)
