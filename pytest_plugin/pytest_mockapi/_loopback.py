"""Whether anybody can reach the run's server: sandboxes without a network often lack even loopback."""

from __future__ import annotations

import functools
import socket
from urllib.parse import urlsplit

_SECONDS = 2.0


@functools.cache
def loopback_fault(base_url: str) -> str:
    """Why no client can reach a server on this machine, and what to do; "" if one can.

    Asked only where no request has come, and once a run: it opens a connection.

    Args:
        base_url: of the server, without the path of a session.
    """
    place = urlsplit(base_url)
    address = (place.hostname or "127.0.0.1", place.port or 80)
    try:
        socket.create_connection(address, _SECONDS).close()
    except OSError as error:
        return (
            f"No client can reach mockapi: connecting to {address[0]} on this machine fails"
            f" ({error.strerror or error}).\n"
            "The loopback interface is down, as in a sandbox without a network: `ip link set lo up`\n"
            "brings it up, or allow the sandbox connections to 127.0.0.1."
        )
    except RuntimeError:  # pytest-socket blocks it, and says so
        pass
    return ""
