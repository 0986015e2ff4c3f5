"""What a request's headers say."""

from __future__ import annotations

from mockapi.validation._context import read_headers


def test_repeated_fields() -> None:
    """Repeated fields count as one with both values, as proxies join them."""
    version, beta = (b"anthropic-version", b"2023-06-01"), (b"anthropic-beta", b"a, b")
    read = read_headers((version, beta, version, (b"anthropic-beta", b"c")))
    assert read.version == "2023-06-01, 2023-06-01"
    assert read.betas == ("a", "b", "c")
