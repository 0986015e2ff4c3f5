"""`mockapi init`: the first files of a project that tests with mockapi."""

from __future__ import annotations

from pathlib import Path

import click

from mockapi.cli._init_files import start_files
from mockapi.cli._output import echo, echo_lines
from mockapi.errors import UsageError


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Write the first files of a project: conftest, cassette folder, CI recipe, pre-commit hook.

    What the project shows is not asked: where its tests are, how it is installed, which CI it has. A
    file that is there already is left as it is, and what it would need is printed.
    """
    for file in start_files(Path(folder)):
        path = Path(folder, file.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as new:
                new.write(file.text)
        except FileExistsError:
            echo(f"kept   {path}")
            if path.is_file() and path.read_text("utf-8", "replace") != file.text:
                echo(f"       {file.lead}:")
                echo_lines("".join(f"         {line}\n" for line in file.text.splitlines()))
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
        else:
            echo(f"wrote  {path}")
    echo_lines(
        "Next: let a test take `messages_api`, and run pytest. To record it:\n"
        "  pytest --mockapi-record-mode=new --mockapi-upstream=https://api.anthropic.com",
        err=True,
    )
