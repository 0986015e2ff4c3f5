"""What a node is told: where Redis is, what it is called itself, under which address its clients reach it."""

from __future__ import annotations

import re
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SCHEMES: Final = ("redis", "rediss", "unix")
_PREFIX: Final = "mockapi"
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_TLS: Final = ("ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile")
"""What else the client of Redis is told by the query of an address."""
_PASSED_ON: Final = (*_TLS, "db")


@dataclass(frozen=True, slots=True)
class StateAddress:
    """Where what nodes share is kept.

    Attributes:
        url: for the client of Redis; it may hold a password.
        shown: the same for messages, without one.
        prefix: what the names of all keys begin with; nodes of another prefix are another server.
    """

    url: str = field(repr=False)
    shown: str
    prefix: str = _PREFIX


@dataclass(frozen=True, slots=True)
class NodeOptions:
    """What a node is told; it goes to its workers pickled.

    Attributes:
        state: where what nodes share is kept; None shares nothing.
        advertise: the address at which clients reach this node, past any load balancer; None names
            none.
        name: of this node, in messages and in Redis; no other node, and no earlier one, has it.
    """

    state: StateAddress | None
    advertise: str | None
    name: str


def node_options(state: str | None, advertise: str | None, name: str | None = None) -> NodeOptions | None:
    """What a node is told; None if nothing makes it one.

    Args:
        state: the address of Redis.
        advertise: the address of this node.
        name: of it; by default the host's, with letters that no other process has.

    Raises:
        UsageError: an address or a name that does not fit.
    """
    if state is None and advertise is None:
        return None
    if name is None:
        host = _UNFIT.sub("-", socket.gethostname())[:48] or "node"
        name = f"{host}-{secrets.token_hex(3)}"
    elif not _NAME.fullmatch(name):
        raise UsageError(f"A node's name is 1 to 64 letters, digits, `.`, `_` and `-`; got {name!r:.80}.")
    return NodeOptions(
        None if state is None else state_address(state),
        None if advertise is None else _advertised(advertise),
        name,
    )


def state_address(text: str) -> StateAddress:
    """The address of Redis, as `--state` takes it.

        redis://localhost:6379/0
        rediss://user:password@redis.internal/0?prefix=staging
        unix:///run/redis.sock?db=1

    Raises:
        UsageError: it is something else.
    """
    form = "--state takes redis://HOST:PORT/DB (rediss:// for TLS) or unix:///PATH, with ?prefix=NAME"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{form}; {error}.") from None
    if parts.scheme not in _SCHEMES or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise UsageError(f"{form}; got {_shown(parts)!r:.200}.")
    if parts.scheme != "unix" and not re.fullmatch(r"/?[0-9]*", parts.path):
        raise UsageError(f"{form}; DB is a number, not {parts.path[1:]!r:.80}.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    prefix = query.pop("prefix", _PREFIX)
    if not _NAME.fullmatch(prefix):
        raise UsageError(f"{form}; NAME is 1 to 64 letters, digits, `.`, `_` and `-`, not {prefix!r:.80}.")
    for key in query:
        if key not in _PASSED_ON:
            raise UsageError(f"{form}; it has no {key!r:.80}: it takes prefix, {', '.join(_PASSED_ON)}.")
    url = f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{urlencode(query)}" if query else "")
    return StateAddress(url, _shown(parts), prefix)


def _shown(parts: SplitResult) -> str:
    """An address without user, password, query."""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _advertised(text: str) -> str:
    """The address of a node, without a slash at its end."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
        parts = urlsplit("")
    if not fits or parts.query or parts.fragment or parts.username is not None:
        raise UsageError(
            "--advertise takes the address at which clients reach this node, such as"
            f" http://node-1.mockapi:4010; got {text!r:.200}."
        )
    return text.rstrip("/")
