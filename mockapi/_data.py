"""Where the data that ships with mockapi lies: JSON Schemas, model catalogue, starter cassettes.

An installed package carries it in `mockapi/_data/NAME`; a checkout (and so an editable
install) has it in `NAME` at the top. Both layouts are looked up in this one place.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_dir(name: str) -> Path:
    """The folder of shipped data called `name`: "schemas" or "cassettes".

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"mockapi's folder {name!r} is missing; install the package again")
