"""Garbage is searched for again once a server serves, and not while it loads."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mockapi import server
from mockapi._garbage import take_for_old, unsearched
from mockapi.cli import root
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def untouched() -> Iterator[None]:
    """What a server sets in its process is set back."""
    thresholds, handler = gc.get_threshold(), signal.getsignal(signal.SIGINT)
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    signal.signal(signal.SIGINT, handler)


@pytest.mark.usefixtures("untouched")
def test_a_server_searches_for_garbage_from_its_first_connection_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then all that it makes stays."""
    seen: list[bool] = []
    tell = server.tell_opening

    def opening(*arguments: object) -> None:
        seen.append(gc.isenabled())
        tell(*arguments)  # type: ignore[arg-type] # as it was called

    def event_loop() -> None:
        seen.append(gc.isenabled())
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "tell_opening", opening)
    monkeypatch.setattr(server, "event_loop", event_loop)
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"hello"))
    CliRunner().invoke(root, ["serve", cassette, "--port", "0"])
    assert seen == [False, True]


@pytest.mark.parametrize("enabled", [True, False])
def test_a_failure_leaves_it_as_it_was(*, enabled: bool) -> None:
    """Also where it was off before."""
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(AssertionError), unsearched():
            assert gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_the_first_search_afterwards_is_for_what_is_new() -> None:
    """What the block has made is old."""
    with unsearched():
        made: list[list[int]] = [[] for _ in range(10_000)]
        take_for_old()
        assert gc.get_count()[0] < len(made)
        assert not gc.get_freeze_count()
        young = gc.get_objects(generation=0)
    assert not any(item is made for item in young)
