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
_CERT_REQS: Final = ("none", "optional", "required")
_AUTHORITY: Final = re.compile(r"[^/?#]*")


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
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise _unfit(text, str(error)) from None
    is_socket = parts.scheme == "unix"
    if parts.scheme not in _SCHEMES or not (parts.path if is_socket else parts.hostname):
        raise _unfit(text, f"got {_without_user(text)!r:.200}")
    if is_socket and parts.netloc.rpartition("@")[2]:
        raise _unfit(text, "PATH begins with `/`, and unix:// leads to it without a host")
    if not is_socket and not re.fullmatch(r"/?[0-9]*", parts.path):
        raise _unfit(text, f"DB is a number, not {parts.path[1:]!r:.80}")
    if parts.fragment:
        raise _unfit(text, "a `#` in it is written %23")
    query, prefix = _options_of(text, parts)
    url = f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{urlencode(query)}" if query else "")
    return StateAddress(url, _shown(parts), prefix)


def _options_of(text: str, parts: SplitResult) -> tuple[dict[str, str], str]:
    """What the query of an address says: to the client of Redis, and the prefix."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    prefix = query.pop("prefix", _PREFIX)
    if not _NAME.fullmatch(prefix):
        raise _unfit(text, f"NAME is 1 to 64 letters, digits, `.`, `_` and `-`, not {prefix!r:.80}")
    for key, value in query.items():
        if key not in _PASSED_ON:
            raise _unfit(text, f"it has no {key!r:.80}: it takes prefix, {', '.join(_PASSED_ON)}")
        if key == "db" and not re.fullmatch(r"[0-9]+", value):
            raise _unfit(text, f"db is a number, not {value!r:.80}")
        if key in _TLS and parts.scheme != "rediss":
            raise _unfit(text, f"{key} is for TLS, which is spoken with rediss://")
        if key == "ssl_cert_reqs" and value not in _CERT_REQS:
            raise _unfit(text, f"ssl_cert_reqs is {', '.join(_CERT_REQS)}, not {value!r:.80}")
    if len(pairs) > len(dict(pairs)):
        raise _unfit(text, "each option can be given once")
    return query, prefix


def _unfit(text: str, why: str) -> UsageError:
    """What is wrong with an address of Redis, and nothing of a password that has cut it in two."""
    rest = text.partition("://")[2]
    if "@" in rest[len(_AUTHORITY.match(rest)[0]) :]:  # type: ignore[index] # it matches everything
        why = "in USER and PASSWORD, `/` is written %2F, `?` %3F, `#` %23 and `@` %40"
    return UsageError(
        "--state takes redis://[USER:PASSWORD@]HOST[:PORT][/DB] (rediss:// for TLS) or unix:///PATH, with"
        f" ?prefix=NAME; {why}."
    )


def _without_user(text: str) -> str:
    """An address as it came, but for whatever may be a user and a password."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text)
    return (scheme[0] if scheme else "") + text[scheme.end() if scheme else 0 :].rpartition("@")[2]


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
            f" http://node-1.mockapi:4010; got {_without_user(text)!r:.200}."
        )
    return text.rstrip("/")
