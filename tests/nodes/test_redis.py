"""The connections to Redis, where there is none or it refuses."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from mockapi.errors import UsageError
from mockapi.nodes import Store, StoreAwayError, StoreDoubtError, state_address
from tests.support.redis import RedisServer, free_port, needs_redis
from tests.support.tls import self_signed

if TYPE_CHECKING:
    from pathlib import Path


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


@needs_redis
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("/99", "has refused the user, password or DB of --state: DB index is out of range."),
        ("user:wrong@", "has refused the user, password or DB of --state: invalid username-password pair"),
        ("", "has refused the user, password or DB of --state: Authentication required."),
    ],
)
def test_a_redis_that_lets_nobody_in(change: str, why: str, tmp_path: Path) -> None:
    """It was reached and has done nothing, and what to look at is named."""

    async def ask(url: str) -> None:
        host = url.removeprefix("redis://").removesuffix("/0")
        store, closed = Store(state_address(url)), Store(state_address(_changed(host, change)))
        try:
            if not change.startswith("/"):
                await store.ask("CONFIG", "SET", "requirepass", "right")
            with pytest.raises(StoreAwayError) as away:
                await closed.ask("PING")
            assert why in str(away.value)
            assert "wrong" not in str(away.value)
        finally:
            await closed.aclose()
            await store.aclose()

    with RedisServer(tmp_path) as redis:
        asyncio.run(ask(redis.url))


def _changed(host: str, change: str) -> str:
    return f"redis://{change}{host}/0" if not change.startswith("/") else f"redis://{host}{change}"


@needs_redis
def test_what_redis_says_of_its_script_is_left_out(tmp_path: Path) -> None:
    """A memory that is full is named; the digest and the line of the script are nobody's business."""

    async def ask(url: str) -> None:
        store = Store(state_address(url))
        try:
            await store.ask("CONFIG", "SET", "maxmemory", "1")
            with pytest.raises(StoreAwayError, match=r"has refused EVAL: .*'maxmemory'\.$"):
                await store.ask("EVAL", "return redis.call('SET', KEYS[1], '1')", 1, "mockapi:a")
        finally:
            await store.aclose()

    with RedisServer(tmp_path) as redis:
        asyncio.run(ask(redis.url))


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that brings it."""
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(UsageError, match=r"pip install 'messages-mockapi\[state\]'"):
        Store(state_address("redis://localhost"))


def test_a_file_of_tls_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Before anything is asked, with what is wrong; else it would look as if Redis were away."""
    (tmp_path / "text.pem").write_text("no certificate")
    self_signed(tmp_path)
    good = f"{tmp_path}/server.pem"
    for query, words in (
        (
            f"ssl_ca_certs={tmp_path}/none.pem",
            f"ssl_ca_certs names {tmp_path}/none.pem, which cannot be used",
        ),
        (f"ssl_ca_certs={tmp_path}/text.pem", "which cannot be used: it is not PEM."),
        (f"ssl_certfile={tmp_path}/none.pem", "none.pem, which cannot be used: No such file or directory."),
        (f"ssl_certfile={good}&ssl_keyfile={tmp_path}/text.pem", f"and ssl_keyfile {tmp_path}/text.pem"),
    ):
        with pytest.raises(UsageError, match=r"^--state rediss://host/0: ssl_") as refused:
            Store(state_address(f"rediss://host/0?{query}"))
        assert words in str(refused.value)
    Store(state_address(f"rediss://host/0?ssl_ca_certs={good}&ssl_certfile={good}"))


@needs_redis
def test_a_process_that_stood_still_says_so_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time limits have passed meanwhile, whatever Redis did."""

    async def ask(redis: RedisServer) -> None:
        store = Store(state_address(redis.url))
        try:
            await store.ask("PING")
            redis.pause()
            clock = iter([0.0, 0.0, 42.0])
            monkeypatch.setattr("mockapi.nodes._redis.monotonic", lambda: next(clock))
            with pytest.raises(StoreDoubtError, match=r"^This node stood still for 42 s, and asks Redis at "):
                await store.ask("PING")
        finally:
            redis.go_on()
            await store.aclose()

    with RedisServer(tmp_path) as redis:
        asyncio.run(ask(redis))
