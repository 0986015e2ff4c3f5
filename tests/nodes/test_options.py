"""What a node is told."""

from __future__ import annotations

import pytest

from mockapi.errors import UsageError
from mockapi.nodes import node_options, state_address
from tests.support.each import each


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


@each(
    ("text", "why"),
    [
        ("http://host", "got 'http://host'"),
        ("redis:", "takes redis://[USER:PASSWORD@]HOST[:PORT][/DB]"),
        ("redis://host:99999", "Port out of range"),
        ("redis://host/name", "DB is a number, not 'name'"),
        ("redis://host?prefix=a b", "NAME is 1 to 64 letters"),
        ("redis://host?socket_timeout=9", "it has no 'socket_timeout'"),
        ("redis+x://user:password@host", "got 'redis+x://host'"),
        ("user:password@host/0", "got 'host/0'"),
        ("localhost:6379", "got 'localhost:6379'"),
        ("redis://user:pass/password@host/0", "`/` is written %2F"),
        ("redis://user:12/password@host/0", "`/` is written %2F"),
        ("redis://:12#password@host/0", "`#` %23"),
        ("redis://:12?password@host/0", "`?` %3F"),
        ("redis://a@b:password/c@host/0", "`@` %40"),
        ("redis://host/0#1", "a `#` in it is written %23"),
        ("unix://run/redis.sock", "without a host"),
        ("unix:///run/redis.sock?db=one", "db is a number, not 'one'"),
        ("redis://host?prefix=a&prefix=b", "each option can be given once"),
        ("redis://host?ssl_cert_reqs=none", "ssl_cert_reqs is for TLS, which is spoken with rediss://"),
        ("rediss://host?ssl_cert_reqs=maybe", "ssl_cert_reqs is none, optional, required, not 'maybe'"),
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


def test_an_advertised_address_with_a_password_is_refused_without_it() -> None:
    """What was given is quoted from its host on."""
    with pytest.raises(UsageError, match="got 'http://host'") as refused:
        node_options(None, "http://user:password@host")
    assert "password" not in str(refused.value)
