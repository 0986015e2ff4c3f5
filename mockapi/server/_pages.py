"""Pages of browsers at the API door: what a page may make its browser send here without asking.

Any page may have its browser send a request to this machine, as long as it does not want to read the
answer. What comes of it must not be recorded, forwarded with somebody's key, or use up what a test has
prepared. `--cors` names the origins whose pages are welcome. Without it

    where there is an upstream    no page's request is taken
    elsewhere                     none is taken that browsers send without asking first (a preflight):
                                  those with a key or JSON are only sent on after one, or by a proxy
                                  of the developer's own

Source: the Fetch standard, "CORS-safelisted request-header", and Fetch Metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.server._cors import welcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE_FIELDS: Final = frozenset({b"origin", b"sec-fetch-site"})
"""Fields that tell a page's request: one with neither is not a page's."""
_ASKED_FOR: Final = (b"x-api-key", b"authorization", b"anthropic-version")
_UNASKED_METHODS: Final = ("GET", "HEAD", "POST")
_MOST_TOLD: Final = 10  # origins that people are told of
_MOST_OF_ORIGIN: Final = 200  # characters


class Uninvited:
    """Pages that may not use the server: they are told why, and so are people at the console, once.

    Args:
        tell: takes a sentence for people.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def told(self, fields: Mapping[bytes, bytes]) -> str:
        """The sentence for a page.

        Args:
            fields: of its request's header.
        """
        origin = fields.get(b"origin", b"").decode("latin-1")
        whose = f"the origin {origin[:_MOST_OF_ORIGIN]!r}" if origin else "another site"
        sentence = f"A page of {whose} may not use this server: --cors names the origins that may."
        if sentence not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(sentence)
            self._tell(sentence)
        return sentence


def is_uninvited(
    method: str, fields: Mapping[bytes, bytes], origins: tuple[str, ...], *, forwards: bool
) -> bool:
    """Whether a request is a page's that may not use the server.

    Args:
        method: of the request.
        fields: of its header.
        origins: whose pages may use the server, "*" for all.
        forwards: whether there is an upstream.
    """
    origin = fields.get(b"origin")
    if origin is None and fields.get(b"sec-fetch-site", b"none") == b"none":
        return False  # typed by the user, or not a browser's
    if welcomes(origins, None if origin is None else origin.decode("latin-1")):
        return False
    return forwards or _goes_unasked(method, fields)


def _goes_unasked(method: str, fields: Mapping[bytes, bytes]) -> bool:
    if method not in _UNASKED_METHODS or any(name in fields for name in _ASKED_FOR):
        return False
    return b"json" not in fields.get(b"content-type", b"").lower()
