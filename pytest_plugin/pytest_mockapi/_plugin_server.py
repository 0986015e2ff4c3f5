"""The server of one worker process, and the variables that lead clients to it.

A run that does not use the fixture has none of it. Where one does, the socket listens first, so that
the base URL is known before any test module is imported. The server itself is started when the first
test needs it, or when somebody connects before: a thread that waits for that costs nothing. A forked
child leaves all of it alone.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_mockapi._variables import ClientVariables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mockapi.sessions import ServerSession
    from mockapi.testing import Server
    from pytest_mockapi._guard import Guard
    from pytest_mockapi._intercept import Interception
    from pytest_mockapi._options import Options
    from pytest_mockapi._proxy import Proxy

_NOBODY = (
    "No test that uses the fixture messages_api is running: add the argument messages_api to the test"
    " whose code calls the API, or set the ini option mockapi_env = off."
)
_SECONDS = 10.0


class PluginServer:
    """What this process has open.

    Args:
        options: of the run.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._pid = os.getpid()
        self._starting = threading.Lock()
        self._server: Server | None = None
        self._outside: ServerSession | None = None
        self._waiting: Callable[[], None] | None = None
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._socket.setblocking(False)
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._variables = ClientVariables(
            self.base_url,
            keep_credentials=options.record_mode != "none",
            keep_address=options.intercept,
        )
        self._interception = self._intercepting() if options.intercept else None
        self._guards: list[Guard] = []
        self._proxy: Proxy | None = None
        if options.network == "session":
            self.refuse("this run")
        self._woken: int | None
        self._wake, self._woken = os.pipe()
        self._watcher = threading.Thread(target=self._watch, name="mockapi-watch", daemon=True)
        self._watcher.start()

    @property
    def server(self) -> Server:
        """The server, started if it was not."""
        with self._starting:
            if self._server is None:
                self._server = self._started()
            return self._server

    @property
    def is_started(self) -> bool:
        """Whether there is a server."""
        return self._server is not None

    def lead(self, spared: Collection[str] = ()) -> None:
        """Lead clients here for a test: by the variables, unless they are the user's alone.

        Args:
            spared: variables for keys and tokens that stay as the user has them.
        """
        if self.options.env != "off":
            self._variables.set(spared)
        if self._interception is not None:
            self._interception.begin()

    def leave(self) -> None:
        """The test is over: what leads here is the user's own again, unless the whole run has ours."""
        if self.options.env != "run":
            self._take_back()

    def _take_back(self) -> None:
        self._variables.take_back()
        if self._interception is not None:
            self._interception.end()

    def _intercepting(self) -> Interception:
        from pytest_mockapi._intercept import Interception

        return Interception(self._socket.getsockname()[1])

    def open_root(self, session: ServerSession | None = None) -> None:
        """Let the run's base URL lead to the session of a test, or to what there is outside of tests."""
        self.server.service.sessions.root_session = session

    def wait_for_request(self, open_session: Callable[[], None] | None) -> None:
        """Call a function when the next request comes to the run's base URL and no session is open there.

        With None nobody waits any more, once a call that has begun is done.
        """
        self._waiting = open_session
        if open_session is None and self.is_started:
            self.server.call(lambda: None)

    def _root_session(self) -> ServerSession | None:
        """What the base URL leads to when no session is open there, in the server's own thread."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()
        return self.server.service.sessions.root_session or self._outside

    def guard(self, who: str) -> Guard | None:
        """Begin to refuse for a test, unless the real API is let through."""
        return self.refuse(who) if self.options.network != "off" else None

    def refuse(self, who: str) -> Guard:
        """Begin to refuse connections to the real API; `undo` of what comes back ends it.

        Args:
            who: what the message names.
        """
        from pytest_mockapi._guard import refusing

        guard = refusing(who, self._lead if self.options.env != "off" else None)
        self._guards = [guard, *(other for other in self._guards if other.is_on)]
        return guard

    def _lead(self, environment: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """The environment of a subprocess, led to a proxy that refuses; the first one starts it."""
        from pytest_mockapi._guard import OURS

        if os.getpid() != self._pid or threading.current_thread().name == OURS:
            return environment  # a fork has no server, and the server's thread cannot wait for itself
        server = self.server
        with self._starting:
            if self._proxy is None:
                from pytest_mockapi._proxy import Proxy

                self._proxy = Proxy(server, self._refusal, os.environ)
        led = self._proxy.lead(environment)
        if self.options.intercept:  # which ends with this process
            from mockapi._environment import BASE_URLS

            led = {**dict.fromkeys(BASE_URLS, self.base_url), **led}
        return led

    def _refusal(self, host: str) -> str | None:
        words = (guard.refusal(host) for guard in self._guards)
        return next(filter(None, words), None)

    def close(self) -> None:
        """Stop the server and put the environment back; harmless the second time."""
        if os.getpid() != self._pid:
            return
        self._take_back()
        for guard in self._guards:
            guard.undo()
        if self._woken is not None and self._watcher.is_alive():
            os.write(self._woken, b".")
            self._watcher.join(_SECONDS)
        if self._woken is not None:
            os.close(self._woken)
            self._woken = None
        with self._starting:
            if self._proxy is not None:
                self._proxy.close()
                self._proxy = None
            if self._server is not None:
                self._server.stop()
        self._socket.close()

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            events = selector.select()
        os.close(self._wake)
        if any(key.fileobj is self._socket for key, _ in events):
            self.server  # noqa: B018 - asking for it starts it

    def _started(self) -> Server:
        from mockapi.cassettes import Matching
        from mockapi.messages.catalogue import Model
        from mockapi.server.recording import RecordOptions
        from mockapi.sessions import SessionOptions, Settings
        from mockapi.testing import Server
        from mockapi.validation import ValidationSettings

        options = self.options
        recording = None if options.exec_url is None else RecordOptions(options.exec_url)
        if options.record_mode != "none" and options.upstream is not None:
            from mockapi.storage import working_project

            recording = RecordOptions(
                options.upstream,
                str(options.cassettes or "cassettes"),
                options.record_mode,  # type: ignore[arg-type] # checked where it was read
                rules=working_project().rules,
            )
        mode = options.validation or ("strict" if options.record_mode == "none" else "off")
        settings = Settings(
            matching=options.matching or Matching(),
            record_mode=options.record_mode,  # type: ignore[arg-type] # as above
            validation=ValidationSettings(
                mode=mode,  # type: ignore[arg-type] # as above
                rules=options.rules,  # type: ignore[arg-type] # as above
                evidence=options.evidence,  # type: ignore[arg-type] # as above
                models=tuple(Model(id=name, name=name) for name in options.models),
            ),
            on_unmatched=None,
        )
        server = Server(settings=settings, listening=self._socket, recording=recording)
        if recording is not None and options.record_mode == "none":
            # The command of `mockapi exec`: clients that were made at import lead here in all tests,
            # and those of tests that do not use the fixture are passed on.
            passing_on = replace(
                settings,
                on_unmatched="passthrough",
                record_mode="new",
                validation=ValidationSettings(mode="off"),
            )
            self._outside = server.service.open_session(
                SessionOptions(passing_on, name="mockapi exec", cassettes=())
            )
        server.service.sessions.root_session = None
        server.service.sessions.open_root_session = self._root_session
        server.service.sessions.unrouted_message = _NOBODY
        # A client made at import has connections in its pool that belong to the event loop of an earlier
        # test: a request on one of them would be answered here and read by no one.
        server.service.takes_unversioned_paths = True
        server.service.closes_root_connections = not options.keep_alive
        return server.start()
