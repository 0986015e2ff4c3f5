"""The budget of calls is one for all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.cluster._budget import SharedBudget

if TYPE_CHECKING:
    from pathlib import Path


def test_a_budget_is_spent_by_all_together(tmp_path: Path) -> None:
    """Whoever asks; a worker that takes another's place does not begin anew."""
    path = tmp_path / "budget"
    first, second = SharedBudget(12, path), SharedBudget(12, path)
    assert [worker.take() for _ in range(6) for worker in (first, second)] == [True] * 12
    assert not first.take()
    assert not second.take()
    assert not SharedBudget(12, path).take()


def test_no_budget_is_any_number_of_calls(tmp_path: Path) -> None:
    """And needs no file."""
    assert SharedBudget(None, tmp_path / "budget").take()
    assert list(tmp_path.iterdir()) == []
