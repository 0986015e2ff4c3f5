"""The path of a request as the API knows it, and the base URL under which its client reaches this server.

A proxy may show the server under a prefix: `--root-path` says which, or the proxy does, request by request,
in `X-Forwarded-Prefix` (and in `X-Forwarded-Proto` whether clients speak TLS to it). Such fields open no
door: they only say what a URL in a reply has to look like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    Scope = dict[str, Any]

CONTROL: Final = "/_mockapi"
"""What the paths of the control API begin with."""
_PATH_SAFE: Final = "/!$&'()*+,;=:@"  # what a path may hold unescaped (RFC 3986, section 3.3)
_PREFIX: Final = re.compile(
    r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[EeFf]|5[Cc])[0-9A-Fa-f]{2})+)+"
)
_FORWARDED_PREFIX: Final = b"x-forwarded-prefix"
_FORWARDED_PROTO: Final = b"x-forwarded-proto"


def is_prefix(text: str) -> bool:
    """Whether a text can stand between a host and a path, such as `/mock`: no segment empty, `.` or `..`.

    Nor may it have escaped dots, slashes or backslashes, which readers of a URL take in different ways.
    """
    return _PREFIX.fullmatch(text) is not None


def path_of(scope: Scope) -> str:
    """The path of a request below the place where the application is mounted, percent-encoding kept."""
    raw = scope.get("raw_path")
    # ASGI leaves `raw_path` to the server; without it the spelling of the escapes is lost.
    path = quote(scope["path"], safe=_PATH_SAFE) if raw is None else raw.decode("ascii")
    if scope.get("root_path"):
        root = quote(scope["root_path"], safe=_PATH_SAFE)
        if path == root or path.startswith(f"{root}/"):
            return path[len(root) :] or "/"
    return path


def below(root_path: str, scope: Scope) -> Scope:
    """A scope whose application is mounted at a prefix, whether the proxy has taken it away or not.

    Args:
        root_path: the prefix, percent-encoded.
        scope: as it came.
    """
    prefix = unquote(root_path)
    changed = {**scope, "root_path": prefix}
    if not f"{scope['path']}/".startswith(f"{prefix}/"):
        changed["path"] = prefix + scope["path"]
        if scope.get("raw_path") is not None:
            changed["raw_path"] = quote(prefix, safe=_PATH_SAFE).encode("ascii") + scope["raw_path"]
    return changed


def is_plain(scope: Scope, fields: Mapping[bytes, bytes]) -> bool:
    """Whether the base URL is simply `http://` and the Host: nothing in scope or header says otherwise."""
    return (
        scope.get("scheme", "http") == "http"
        and not scope.get("root_path")
        and _FORWARDED_PREFIX not in fields
        and _FORWARDED_PROTO not in fields
    )


def base_url_of(scope: Scope, fields: Mapping[bytes, bytes], inside: str = "") -> str:
    """The base URL under which the sender of a request reaches the server's default session.

    Args:
        scope: of the request.
        fields: of its header.
        inside: where the application that asks is mounted in ours.
    """
    said = fields.get(_FORWARDED_PROTO, b"").decode("latin-1").partition(",")[0].strip().lower()
    scheme = said if said in {"http", "https"} else scope.get("scheme", "http")
    prefix = fields.get(_FORWARDED_PREFIX, b"").decode("latin-1").partition(",")[0].strip().rstrip("/")
    if not is_prefix(prefix):
        prefix = quote(scope.get("root_path", "").removesuffix(inside), safe=_PATH_SAFE)
    return f"{scheme}://{_host(scope, fields)}{prefix}"


def _host(scope: Scope, fields: Mapping[bytes, bytes]) -> str:
    host = fields.get(b"host", b"").decode("latin-1")
    if host:
        return host
    name, port = scope.get("server") or ("localhost", None)
    return "localhost" if port is None else f"{name}:{port}"
