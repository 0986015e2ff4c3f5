"""What differs between workers, and between one and that which takes its place."""

from __future__ import annotations

from itertools import product

import pytest

from mockapi.cassettes import DEFAULT
from mockapi.cluster import WorkerPlan, _service
from mockapi.cluster._names import Place
from mockapi.cluster._service import WorkerService
from mockapi.server import Console, Settings, access_of

WORKERS = 3
GENERATIONS = 3


@pytest.fixture(scope="module")
def service() -> WorkerService:
    """The state of a worker before it has a place."""
    plan = WorkerPlan(
        workers=WORKERS, paths=(), settings=Settings(on_unmatched="fail"), access=access_of(), rules=DEFAULT
    )
    return WorkerService(plan, Console(quiet=True))


def test_no_two_make_the_same_ids(service: WorkerService) -> None:
    """Neither at one time nor one after the other."""
    made = []
    for worker, generation in product(range(WORKERS), range(GENERATIONS)):
        service.take(Place(worker, generation))
        service._replies = 0  # as after a fork
        made += [service.next_request_id() for _ in range(3)]
    assert len(set(made)) == len(made) == 3 * WORKERS * GENERATIONS


def test_what_was_free_before_is_not_free_at_the_next_one(service: WorkerService) -> None:
    """However often the default session has changed: its epochs are later ones."""
    epochs = []
    for generation in range(GENERATIONS):
        service.take(Place(0, generation))
        epochs += [service.epoch, service.epoch + 1_000_000]
    assert epochs == sorted(set(epochs))


def test_the_default_session_is_opened_when_its_worker_begins(
    service: WorkerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which may be long after its state was made."""
    monkeypatch.setattr(_service, "wall", lambda: 12.0)
    service.take(Place(0, 1))
    default = service.sessions.default
    assert (default.opened, default.last_used) == (12.0, 12.0)
