"""Whose exchange it is: the API's, or another provider's that the same test also called.

Recorded traffic holds what the program under test did, not only what it asked this API. The host
decides: the API's own; Bedrock's, where the path invokes a model of the API's; a host without a dot
(`localhost`, a container's name, a placeholder that a filter put there) or a loopback address, where
the path is one of either; and hosts that the user names, such as a gateway's.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._fields import split_url

if TYPE_CHECKING:
    from collections.abc import Iterable

API_HOSTS = ("api.anthropic.com", "api.claude.com", "api-staging.anthropic.com")
_BEDROCK = re.compile(r"bedrock-runtime(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com")
_BEDROCK_PATH = re.compile(r"/model/.*anthropic.*/invoke(?:-with-response-stream)?")
PATHS = ("/v1/messages", "/v1/complete", "/v1/models", "/v1/files")


def refused_host(url: object, hosts: Iterable[str]) -> str:
    """The host of an exchange that is not the API's; empty if it is, or if that cannot be said.

    Args:
        url: as recorded.
        hosts: patterns of further hosts to take, `*` for any part.
    """
    if not isinstance(url, str):
        return ""
    try:
        host, path, _ = split_url(url)
    except FormatError:
        return ""
    if host in API_HOSTS or any(fnmatchcase(host, pattern.lower()) for pattern in hosts):
        return ""
    invokes = _BEDROCK_PATH.fullmatch(path) is not None
    if invokes and _BEDROCK.fullmatch(host):
        return ""
    is_local = "." not in host or host.startswith("127.") or host in {"0.0.0.0", "::1"}  # noqa: S104 - compared
    if is_local and (invokes or is_api_path(path)):
        return ""
    return host or "no host"


def api_path(path: str) -> str:
    """The path as the API has it: a gateway's prefix before `/v1/` is cut off."""
    for known in PATHS:
        at = path.find(known)
        if at > 0:
            return path[at:]
    return path


def is_api_path(path: str) -> bool:
    """Whether a path is one of the API's as it stands."""
    return path.startswith(PATHS)
