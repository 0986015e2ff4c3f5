"""What a node is told."""

from __future__ import annotations

import pytest

from mockapi.errors import UsageError
from mockapi.nodes import node_options, state_address


@pytest.mark.parametrize(
    ("text", "url", "shown", "prefix"),
    [
        ("redis://localhost", "redis://localhost", "redis://localhost", "mockapi"),
        (
            "redis://user:password@host:1/2?prefix=a",
            "redis://user:password@host:1/2",
            "redis://host:1/2",
            "a",
        ),
        (
            "rediss://host/0?ssl_ca_certs=/ca.pem",
            "rediss://host/0?ssl_ca_certs=%2Fca.pem",
            "rediss://host/0",
            "mockapi",
        ),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1", "unix:///run/redis.sock", "mockapi"),
    ],
)
def test_addresses_of_redis(text: str, url: str, shown: str, prefix: str) -> None:
    """What is shown to people has no password in it, and what the client gets no prefix."""
    address = state_address(text)
    assert (address.url, address.shown, address.prefix) == (url, shown, prefix)
    assert "password" not in repr(address)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://host", "got 'http://host'"),
        ("redis:", "takes redis://HOST:PORT/DB"),
        ("redis://host:99999", "Port out of range"),
        ("redis://host/name", "DB is a number, not 'name'"),
        ("redis://host?prefix=a b", "NAME is 1 to 64 letters"),
        ("redis://host?socket_timeout=9", "it has no 'socket_timeout'"),
        ("redis+x://user:password@host", "got 'redis+x://host'"),
    ],
)
def test_other_addresses_are_refused(text: str, why: str) -> None:
    """With what was expected, and without a password."""
    with pytest.raises(UsageError) as refused:
        state_address(text)
    assert why in str(refused.value)
    assert "password" not in str(refused.value)


def test_a_name_is_made_anew() -> None:
    """Two nodes of one host have different names; a server that shares nothing is no node."""
    first, second = (node_options("redis://host", None) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.name != second.name
    assert node_options(None, None) is None
    with pytest.raises(UsageError, match="A node's name is"):
        node_options("redis://host", None, "a b")
