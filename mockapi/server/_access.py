"""Who may use which door, judged by what a caller cannot choose: where it comes from, and what it knows.

The API door is open to whoever reaches the socket, unless keys are listed. The control door reads files
and changes what tests see. It opens

    with the token           to anybody
    without                  to a caller on this machine: a loopback peer or a Unix socket, under a
                             loopback Host or one that was allowed, past no proxy, and not a browser

A browser counts as a stranger whatever page it shows: a name can be rebound to this machine, and a
recording may hold a page that is then served from here. A proxy counts as one too: behind it everybody
comes from loopback. The token has a header of its own, since x-api-key and authorization hold the keys of
clients, and one that no page can set without asking first.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockapi.exchange import Headers

    Scope = Mapping[str, Any]

TOKEN: Final = re.compile(r"[!-~]{1,4096}")
"""What can be sent as the value of a field, and copied from a terminal."""
TOKEN_HEADER: Final = "x-mockapi-token"  # noqa: S105 - the name of a field
_TOKEN: Final = TOKEN_HEADER.encode()
_TOKEN_BYTES: Final = 24

# These are compiled when the control API is first asked: no replay needs them, and start-up time is measured.
_FORWARDING: Final = (
    rb"via|(?:.+-)?forwarded(?:-.+)?|(?:.+-)?(?:real|client|connecting|remote|user|original)-?(?:ip|addr)"
    rb"|x-(?:original-host|originating-ip|proxyuser-ip|envoy-external-address|rewrite-url)"
    rb"|(?:wl-)?proxy-client-ip|cf-(?:ray|visitor)|cdn-loop|tailscale-user-.+"
)
"""Fields by which proxies, content networks and tunnels say that they pass on what somebody else asked."""

_BROWSER: Final = rb"origin|referer|sec-fetch-(?:site|dest|user)"
"""Fields of which a browser sends some with each request, and programs none. (`sec-fetch-mode` is not one
of them: Node's `fetch` sends it too.)"""

_SINGLE: Final = (b"host", b"origin", _TOKEN)
_HOST: Final = r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What opens which door.

    Attributes:
        token: opens the control API.
        allowed_hosts: Host names, besides loopback, under which the control API answers without it.
        api_keys: what the API door takes; none at all stands for any key.
        folders: files and folders, besides those that are played, that control requests may have read.
        is_made: whether the token was made here, so that people have yet to be told.
    """

    token: str = field(repr=False)
    is_made: bool = False
    allowed_hosts: frozenset[str] = frozenset()
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    folders: tuple[str, ...] = ()

    def is_needed_at(self, host: str) -> bool:
        """Whether a server at an address has callers who need the token though nobody has said it."""
        return self.is_made and not (is_loopback_name(host) and not self.allowed_hosts)


def access_of(
    allowed_hosts: Iterable[str] = (),
    token: str | None = None,
    api_keys: Iterable[str] = (),
    folders: Iterable[str] = (),
) -> Access:
    """What a program says about the doors; without a token one is made.

    Raises:
        UsageError: a token that cannot be sent, or that an empty field would match.
    """
    if token is not None and not TOKEN.fullmatch(token):
        raise UsageError("A control token is visible ASCII characters without blanks.")
    return Access(
        token=secrets.token_urlsafe(_TOKEN_BYTES) if token is None else token,
        is_made=token is None,
        allowed_hosts=frozenset(name.lower() for name in allowed_hosts),
        api_keys=tuple(api_keys),
        folders=tuple(folders),
    )


class Objection(NamedTuple):
    """Why a request is not let in: status, and a sentence for its sender."""

    status: int
    message: str


def doubled(headers: Headers) -> Objection | None:
    """The objection to two fields of which a proxy may have read the one and we the other."""
    names = [name for name, _ in headers]
    for name in _SINGLE:
        if names.count(name) > 1:
            return Objection(400, f"The request has {names.count(name)} fields {name.decode()!r}: send one.")
    return None


def control_objection(scope: Scope, access: Access) -> Objection | None:
    """Why a caller may not use the control API; None if it may."""
    fields = dict(scope["headers"])
    objection = doubled(scope["headers"])
    if objection is not None:
        return objection
    shown = fields.get(_TOKEN)
    if shown is not None:
        if _is_one_of(shown, (access.token,)):
            return None
        return Objection(401, f"The {TOKEN_HEADER} is not this server's.")
    stranger = _stranger(scope, fields)
    if stranger is not None:
        return Objection(
            403,
            f"The control API takes this request only with its token, because {stranger}. Send the field"
            f" {TOKEN_HEADER}; MOCKAPI_CONTROL_TOKEN or --control-token-file says what the token is, and a"
            " server that listens beyond loopback prints one.",
        )
    host = fields.get(b"host", b"").decode("latin-1")
    if _is_local_name(host, access.allowed_hosts):
        return None
    return Objection(
        403,
        f"The control API does not answer under the Host {host!r}: use a loopback address, allow it with"
        f" --allow-host, or send the token as {TOKEN_HEADER}.",
    )


def key_objection(fields: Mapping[bytes, bytes], keys: tuple[str, ...]) -> Objection | None:
    """The API's objection to a request that shows none of these keys."""
    key = fields.get(b"x-api-key")
    if not key:
        scheme, _, rest = fields.get(b"authorization", b"").partition(b" ")
        key = rest.strip() if scheme.lower() == b"bearer" else b""
    if not key:
        return Objection(401, "x-api-key header is required")
    return None if _is_one_of(key, keys) else Objection(401, "API key is invalid.")


def _is_one_of(shown: bytes, secrets_: Iterable[str]) -> bool:
    """Whether a secret is one of some; how long that takes tells nothing of them."""
    found = False
    digest = blake2b(shown).digest()
    for secret in secrets_:
        found |= hmac.compare_digest(digest, blake2b(secret.encode()).digest())
    return found


def _stranger(scope: Scope, fields: Mapping[bytes, bytes]) -> str | None:
    """By what a caller cannot be told from somebody who is not at this machine; a clause, or None."""
    if not is_local_peer(scope):
        client = scope.get("client")
        return f"it comes from {client[0] if client else 'an unknown address'}, not from this machine"
    for name in fields:
        if re.fullmatch(_FORWARDING, name):
            return f"a proxy has passed it on ({name.decode('latin-1')})"
        if re.fullmatch(_BROWSER, name):
            return f"a browser sends it ({name.decode('latin-1')})"
    if scope.get("http_version") == "1.0":  # as nginx asks, with a Host of its own, unless told otherwise
        return "it is HTTP/1.0, which proxies speak"
    return None


def is_local_peer(scope: Scope) -> bool:
    """Whether a connection comes from a loopback address, or over a Unix socket."""
    client = scope.get("client")
    if client is None:
        # Nobody is named where the connection has ended before it could be asked, either; but only a
        # server on a Unix socket has an address without a port.
        server = scope.get("server")
        return server is not None and server[1] is None
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_loopback_name(name: str) -> bool:
    """Whether a host name or address leads to this machine and nowhere else."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_local_name(host: str, allowed_hosts: frozenset[str]) -> bool:
    match = re.fullmatch(_HOST, host)
    if match is None:
        return False
    name = match["name"].strip("[]").lower()
    return name in allowed_hosts or is_loopback_name(name)
