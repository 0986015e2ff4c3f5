"""`mockapi completion`: what a shell needs to complete commands, options and values."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from mockapi.cli import root
from mockapi.cli._output import echo_lines

_PROGRAM: Final = "mockapi"
_SHELLS: Final = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> None:
    """Write what a shell needs to complete commands, options and values.

    \b
    bash   mockapi completion bash > ~/.local/share/bash-completion/completions/mockapi
    zsh    mockapi completion zsh > ~/.zfunc/_mockapi     (with fpath+=~/.zfunc before compinit)
    fish   mockapi completion fish > ~/.config/fish/completions/mockapi.fish

    It asks mockapi itself at every press of Tab, so it stays true when mockapi is updated.
    """  # noqa: D301 - the backspace keeps click from wrapping the lines
    completion = get_completion_class(shell)
    assert completion is not None  # noqa: S101 - click has all three
    writer = completion(root, {}, _PROGRAM, f"_{_PROGRAM.upper()}_COMPLETE")
    # Not `source()`: for bash that runs the bash in PATH to learn its version, not the one that will read it.
    echo_lines(writer.source_template % writer.source_vars())
