"""The connections to Redis, where there is none."""

from __future__ import annotations

import asyncio
import sys

import pytest

from mockapi.errors import UsageError
from mockapi.nodes import Store, StoreAwayError, state_address
from tests.support.redis import free_port


def test_nobody_listens() -> None:
    """Nothing was done, and the error says where and why, without the password."""
    address = state_address(f"redis://user:password@127.0.0.1:{free_port()}/0")

    async def ask() -> None:
        store = Store(address)
        try:
            with pytest.raises(StoreAwayError) as away:
                await store.ask("PING")
            assert f"Redis at {address.shown} cannot be reached: " in str(away.value)
            assert "password" not in str(away.value)
        finally:
            await store.aclose()

    asyncio.run(ask())


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that brings it."""
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(UsageError, match=r"pip install 'messages-mockapi\[state\]'"):
        Store(state_address("redis://localhost"))
