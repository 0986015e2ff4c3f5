"""`mockapi.Server`: a server for programs and tests in the same process, and sessions of it."""

from __future__ import annotations

from typing import Any

from mockapi.sessions import session_options
from mockapi.storage import folders
from mockapi.testing._session import Session
from mockapi.testing._thread import ServerThread


class Server(ServerThread):
    """A running server, as a context manager.

        with mockapi.Server(["tests/cassettes"]) as server:
            client = anthropic.Anthropic(base_url=server.base_url, api_key="sk-ant-test-1")

    Args:
        cassettes: files and folders to play.
        settings: how it answers; see `Settings`.
        host: the address to listen on.
        port: 0 picks a free one.
        console: where misses are told; by default nowhere, they are in the journal.
        allowed_hosts: Host names, besides loopback, under which the control API answers.
        recording: where requests may be forwarded to, and what becomes of the answers; by default
            nothing is ever sent anywhere.
        listening: a socket that listens already, instead of host and port.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
        UsageError: the port is taken.
    """

    def open_session(self, **options: Any) -> Session:
        """Open a session of its own base URL, to be scripted and asserted on; close it when done.

        Args:
            options: as for `POST /_mockapi/sessions`: name, cassettes, validation, faults, ...

        Raises:
            UsageError: an option that does not exist or has no sense.
            CassetteError: cassettes that cannot be used.
        """
        read = session_options(options, self.service.sessions.default.settings, folders())
        return Session(self, self.call(self.service.open_session, read))
