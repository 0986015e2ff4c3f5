"""A page of a journal: as many entries as were asked for, and as fit into its bytes."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.server import _control
from tests.support.each import each


class Entries:
    """A journal whose entries are of these sizes."""

    def __init__(self, *sizes: int) -> None:
        self._entries: list[Any] = [
            type("Entry", (), {"size": size, "number": at}) for at, size in enumerate(sizes)
        ]

    def after(self, number: int) -> Any:
        """The entries behind a number."""
        return iter(self._entries[number:])


@each(
    ("sizes", "after", "limit", "numbers"),
    [
        ((50, 50, 1), 0, 9, [0, 1]),
        ((50, 51, 1), 0, 9, [0]),
        ((101, 1), 0, 9, [0]),
        ((101, 1), 1, 9, [1]),
        ((1, 1, 1), 0, 2, [0, 1]),
        ((1, 1, 1), 0, 3, [0, 1, 2]),
        ((1, 1, 1), 3, 3, []),
        ((1, 1), 0, 0, []),
    ],
)
def test_a_page_has_what_fits(sizes: tuple[int, ...], after: int, limit: int, numbers: list[int]) -> None:
    """One at least, however large it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_control, "_MAX_PAGE_BYTES", 100)
        page = _control._page(Entries(*sizes), after, limit)  # type: ignore[arg-type] # a stand-in
    assert [entry.number for entry in page] == numbers
