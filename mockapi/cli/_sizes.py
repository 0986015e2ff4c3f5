"""What takes the room in cassettes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi import cassettes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import Cassette

_SHOWN = 10


def size_lines(cassette: Cassette, file_bytes: int) -> Iterator[str]:
    """A cassette's size, its largest interactions first.

    A body that the file says once and refers to later counts where it is said.
    """
    long = cassettes.long_bodies(cassette.interactions)
    seen: set[str] = set()
    rows = []
    for position, item in enumerate(cassette.interactions):
        sizes = []
        for body in (item.request.body, item.response.body):
            digest = cassettes.digest_of(body)
            sizes.append(0 if digest in seen else len(body))
            if digest in long:
                seen.add(digest)
        rows.append((sum(sizes), sizes[0], sizes[1], position, cassettes.summarize(item)))
    asked, answered = sum(row[1] for row in rows), sum(row[2] for row in rows)
    yield (
        f"{cassette.name}: {file_bytes:,} bytes, {len(rows)} interactions;"
        f" requests {asked:,} bytes, responses {answered:,} bytes"
    )
    rows.sort(reverse=True)
    for total, request, response, position, summary in rows[:_SHOWN]:
        yield f"  {total:>12,}  #{position} ({request:,} asked, {response:,} answered)  {summary}"
    if len(rows) > _SHOWN:
        yield f"  {sum(row[0] for row in rows[_SHOWN:]):>12,}  {len(rows) - _SHOWN} others"
