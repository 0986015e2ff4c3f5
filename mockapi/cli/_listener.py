"""The options that say where a server listens, and what it speaks there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from mockapi import server
from mockapi.errors import UsageError
from mockapi.server import wire

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from mockapi.server.wire import TLS

DEFAULT_PORT: Final = 4010


class Listener(NamedTuple):
    """Where a server listens, and what it speaks there.

    Attributes:
        host: the address.
        port: 0 for a free one.
        uds: the path of a Unix socket, instead of host and port.
        is_secure: whether it speaks TLS.
        certificate: a file of the user's own; None has one made.
        key: a file with its key.
        names: hosts, besides the address, that a certificate is made for.
        root_path: what a proxy takes from the front of paths; "" for nothing.
    """

    host: str
    port: int
    uds: str | None
    is_secure: bool
    certificate: str | None
    key: str | None
    names: tuple[str, ...]
    root_path: str

    @contextlib.contextmanager
    def listening(self) -> Iterator[socket.socket]:
        """The listening socket.

        Raises:
            UsageError: somebody else has it, or it cannot be had.
        """
        if self.uds is not None:
            with wire.listening_at(self.uds) as sock:
                yield sock
        else:
            with contextlib.closing(server.listen(self.host, self.port)) as sock:
                yield sock

    @contextlib.contextmanager
    def tls(self) -> Iterator[TLS | None]:
        """What connections are wrapped with; None for plain HTTP.

        Raises:
            UsageError: the certificate cannot be used, or none can be made.
        """
        if not self.is_secure:
            yield None
        elif self.certificate is not None:
            yield wire.own_tls(self.certificate, self.key)
        else:
            with wire.throwaway_tls((self.host.strip("[]"), *self.names)) as tls:
                yield tls

    def page_line(self, base_url: str, access: server.Access) -> str | None:
        """Where the page is, for a browser; None if no browser can go there.

        The token stands in the fragment, which no server gets to see. One that somebody has given stays
        theirs: others may read the log.
        """
        if self.uds is not None:
            return None
        base_url = base_url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        page = f"see what happens: {base_url}/_mockapi/ui"
        return f"{page}#token={access.token}" if access.is_made else f"{page} (with the token that you gave)"

    def has_strangers(self, access: server.Access) -> bool:
        """Whether callers of the control API need the token though nobody has said it."""
        return self.uds is None and access.is_needed_at(self.host.strip("[]"))


def listener_options(option: Callable[..., Callable[[Any], Any]]) -> tuple[Callable[[Any], Any], ...]:
    """The options; `option` makes one."""
    return (
        option("--host", default="127.0.0.1", show_default=True, help="Address to listen on, such as ::1."),
        option(
            "--port",
            default=DEFAULT_PORT,
            show_default=True,
            type=click.IntRange(0, 65535),
            help="Port to listen on; 0 picks a free one, as `mockapi exec` does by itself.",
        ),
        option(
            "--uds",
            type=click.Path(),
            help="Listen at this path, as a Unix socket that only you may use, instead of host and port.",
        ),
        option("--tls", is_flag=True, help="Speak HTTPS, with a certificate that is made for this run."),
        option(
            "--tls-cert",
            type=click.Path(dir_okay=False),
            help="Speak HTTPS with this certificate (PEM); its key may stand in the same file.",
        ),
        option("--tls-key", type=click.Path(dir_okay=False), help="The key of --tls-cert (PEM)."),
        option(
            "--root-path",
            metavar="PATH",
            help="The prefix under which a proxy shows the server, such as /mock: session base URLs have it.",
        ),
    )


def read_listener(values: dict[str, Any]) -> Listener:
    """What the options come to.

    Raises:
        UsageError: options that do not go together.
    """
    if values["tls_key"] is not None and values["tls_cert"] is None:
        raise UsageError("--tls-key is the key of a certificate: name that too, with --tls-cert.")
    root_path = (values["root_path"] or "").rstrip("/")
    if root_path and not server.is_prefix(root_path):
        raise UsageError(f"--root-path is a path such as /mock, not {values['root_path']!r}.")
    return Listener(
        host=values["host"],
        port=values["port"],
        uds=values["uds"],
        is_secure=values["tls"] or values["tls_cert"] is not None,
        certificate=values["tls_cert"],
        key=values["tls_key"],
        names=tuple(values["allow_host"]),
        root_path=root_path,
    )
