"""URLs whose path is the credential: webhooks, links that reset or invite, addresses of nodes.

https://chat.example/hooks/SECRET        a segment behind a word that says so
https://mainnet.infura.io/v3/SECRET      a host that says so
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._secret_table import LINK_HOSTS, LINK_WORDS
from mockapi.cassettes._values import is_made

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL = re.compile(
    r"(?<=://)(?P<host>[A-Za-z0-9.@_-]{1,253})(?::[0-9]{1,5})?(?P<path>/[^\s\"'<>\\^`{}|?#&,;()]{8,1024})"
)
_SEGMENT = re.compile(r"[^/]+")
_WORD = re.compile(r"[a-z0-9]+")
_PART = re.compile(r"[A-Za-z0-9]{16,}")
_REVISIONS = frozenset({"commit", "commits", "blob", "tree", "raw", "compare", "blame", "pull"})


def secret_paths(text: str) -> Iterator[Find]:
    """The segments of a URL's path that open something."""
    for url in _URL.finditer(text):
        segments = list(_SEGMENT.finditer(text, url.start("path"), url.end("path")))
        if not _REVISIONS.isdisjoint(segment[0] for segment in segments):
            continue
        host = url["host"].lower()
        is_telling = host.endswith(LINK_HOSTS) or host.startswith(("hook.", "hooks.", "webhook.", "rpc."))
        for segment in segments:
            if is_telling and is_made(segment[0]):
                yield Find(*segment.span(), "a secret in the path of a URL")
                continue
            words = _WORD.findall(segment[0].lower())
            if not LINK_WORDS.isdisjoint(words):
                is_telling = True
                for part in _PART.finditer(text, *segment.span()):
                    if is_made(part[0]):
                        yield Find(*part.span(), "a secret in the path of a URL")
