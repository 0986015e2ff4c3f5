"""The starter cassettes: what `mockapi serve` plays when it is told nothing else.

    python -m tests.support.starter.generate

writes them into cassettes/. They are data of the project and stand under version control; a test
holds the files to what this makes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi.cassettes import Cassette, dump
from tests.support.starter import faults, talk, tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Interaction

FOLDER = Path(__file__).resolve().parents[3] / "cassettes"

SCENES: dict[str, Callable[[], list[Interaction]]] = {
    "hello": talk.hello,
    "stream": talk.stream,
    "tools": tools.tools,
    "thinking": tools.thinking,
    "vision": talk.vision,
    "citations": talk.citations,
    "server-tools": tools.server_tools,
    "structured-output": talk.structured_output,
    "stop-reasons": talk.stop_reasons,
    "errors": faults.errors,
    "broken-streams": faults.broken_streams,
    "endpoints": faults.endpoints,
}
"""What each cassette plays, by its name."""


def cassettes() -> dict[str, bytes]:
    """The text of each cassette, by the name of its file."""
    return {
        f"{name}.yaml": dump(Cassette(f"{name}.yaml", tuple(scenes()))) for name, scenes in SCENES.items()
    }


def main() -> None:
    """Write the files that differ."""
    for name, text in cassettes().items():
        path = FOLDER / name
        if not path.exists() or path.read_bytes() != text:
            path.write_bytes(text)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
