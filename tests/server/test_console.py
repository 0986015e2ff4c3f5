"""What the server tells people on one stream, which processes of one server share."""

from __future__ import annotations

import io

from mockapi.server._console import Console


class _Writes(io.StringIO):
    """A stream that knows what was written in one go."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str, /) -> int:
        self.writes.append(text)
        return super().write(text)


def test_a_line_and_its_end_are_written_in_one_go() -> None:
    """Between two writes another worker's line would begin."""
    stream = _Writes()
    console = Console(stream)
    console.problem("worker 1 ended")
    console.problem("worker 0 ended")
    assert len(stream.writes) == 2
    assert all(text.endswith("\n") for text in stream.writes)


def test_a_stream_that_was_closed_harms_nobody() -> None:
    """A terminal that has gone, or a program that closed what it handed over."""
    stream = _Writes()
    console = Console(stream)
    stream.close()
    console.problem("worker 1 ended")
    assert stream.closed
