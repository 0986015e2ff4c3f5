"""What opens which door."""

from __future__ import annotations

from mockapi.server._access import access_of
from tests.support.each import each


@each(
    ("host", "allowed", "token", "is_needed"),
    [
        ("127.0.0.1", (), None, False),
        ("localhost", (), None, False),
        ("0.0.0.0", (), None, True),
        ("127.0.0.1", ("mock.test",), None, True),
        ("0.0.0.0", ("mock.test",), None, True),
        ("0.0.0.0", (), "test-token", False),
        ("127.0.0.1", ("mock.test",), "test-token", False),
    ],
)
def test_a_token_that_was_made_is_told_where_somebody_needs_it(
    host: str, allowed: tuple[str, ...], token: str | None, *, is_needed: bool
) -> None:
    """Callers from elsewhere do, and those under another name; a token of one's own is known."""
    assert access_of(allowed, token).is_needed_at(host) is is_needed
