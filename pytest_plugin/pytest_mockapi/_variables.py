"""The variables that lead clients here, for as long as they shall; outside it they are the user's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mockapi._environment import TEST_KEY, client_environment

if TYPE_CHECKING:
    from collections.abc import Collection

_KEY: Final = "ANTHROPIC_API_KEY"
_TOKEN: Final = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105 - a variable's name


class ClientVariables:
    """The variables of this process.

    Args:
        base_url: where they lead.
        keep_credentials: whether keys and tokens are left as they are.
        keep_address: whether clients ask the API's own address, because they are intercepted.
    """

    def __init__(self, base_url: str, *, keep_credentials: bool, keep_address: bool) -> None:
        self._base_url = base_url
        self._keep_credentials = keep_credentials
        self._keep_address = keep_address
        self._replaced: dict[str, tuple[str | None, str | None]] = {}  # what stood there, what we put there

    def set(self, spared: Collection[str] = ()) -> None:
        """Lead clients here; harmless the second time.

        Args:
            spared: variables for keys and tokens that stay as the user has them, set or not: something asks
                for them. What a client that is made meanwhile sends of them goes to this machine only.
        """
        changed = client_environment(
            os.environ,
            self._base_url,
            keep_credentials=self._keep_credentials,
            keep_address=self._keep_address,
        )
        for name in spared:
            changed.pop(name, None)
            if name in os.environ:
                changed[name] = os.environ[name]
        if _KEY not in changed and _TOKEN not in spared and not self._keep_credentials:
            changed[_TOKEN] = TEST_KEY  # what a client has to show that is made now
        for name in {*os.environ, *changed}:
            before, after = os.environ.get(name), changed.get(name)
            if before != after:
                self._replaced[name] = before, after
                _put(name, after)

    def take_back(self) -> None:
        """Put back what stood there before, but for what somebody has changed since."""
        for name, (before, ours) in self._replaced.items():
            if os.environ.get(name) == ours:
                _put(name, before)


def _put(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
