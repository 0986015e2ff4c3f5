"""`mockapi.Server`: a server for programs and tests in the same process, and sessions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.sessions import session_options
from mockapi.storage import folders
from mockapi.testing._options import SessionKeywords, as_json, check_keywords
from mockapi.testing._session import Session
from mockapi.testing._thread import ServerThread

if TYPE_CHECKING:
    from typing import Unpack


class Server(ServerThread):
    """A running server, as a context manager.

        with mockapi.Server(["tests/cassettes"]) as server:
            client = anthropic.Anthropic(base_url=server.base_url, api_key="sk-ant-test-1")

    Args:
        cassettes: a file or folder to play, or several.
        settings: how it answers; see `Settings`.
        host: the address to listen on; by default this machine only.
        port: 0 picks a free one.
        console: where misses are told; by default nowhere, they are in the journal.
        allowed_hosts: Host names, besides loopback, under which the control API answers.
        recording: where requests may be forwarded to, and what becomes of the answers; by default
            nothing is ever sent anywhere.
        listening: a socket that listens already, instead of host and port.
        control_token: opens the control API to browsers and other machines; None makes one.
        api_keys: what clients' keys have to be one of; none at all stands for any key.
        allowed_folders: what requests to the control API may have read, besides the cassettes.
        tls: True for HTTPS with a certificate that is made now; clients find its authority in
            `server.tls.ca_file`.
        limits: how long sessions stay unused, and how many an owner may have; see `SessionLimits`.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
        UsageError: the port is taken.
    """

    def open_session(self, **options: Unpack[SessionKeywords]) -> Session:
        """Open a session of its own base URL, to be scripted and asserted on; close it when done.

            with server.open_session(cassettes=["tests/cassettes"], on_unmatched="fail") as session:
                run_agent(base_url=session.base_url)

        Args:
            options: what a session can be told; what is left out is as the server has it. Any of

                - name: for reports and for the journal, up to 500 characters.
                - owner: a label for whose it is, on a server that many share, up to 100 characters.
                - lifetime: seconds without use after which it ends; None leaves that to the server.
                - cassettes: files and folders of its own; [] for no cassette, None for the server's.
                - matching: rules added to those of every cassette, as in a cassette's `matching`.
                - speed: "max", or a factor: 1 as recorded, 2 twice as fast.
                - after_last: when all recordings of a request were played: "repeat" the last, or "fail".
                - convert: whether a JSON recording may answer a request for a stream, and the other way.
                - on_unmatched: what answers a request that nothing matches: "fail", "synthesize", or
                  the upstream ("record", "passthrough").
                - record_mode: "new", "all", "none" or "verify"; matters where there is an upstream.
                - seed: synthesized replies of different seeds differ.
                - max_requests: after so many the session says that the loop does not end; 0 for any.
                - cors: origins whose pages may use it, "*" for all.
                - faults: names, or objects such as {"fault": "cut", "event": 3}.
                - pace: seconds to the `first` token and `between` tokens.
                - rate_limits: `requests`, `input_tokens` and `output_tokens` a minute for each key.
                - twin: a profile of recorded traffic, as `mockapi twin learn` writes it.
                - validation: "strict", "lenient" or "off".
                - rules: "documented" or "live", where documentation and behaviour differ.
                - disabled_rules: ids of rules that are not applied; `mockapi rules` lists them.
                - invalid_keys: API keys that are refused.
                - as_of: a date such as "2026-11-01": models retired by then are unknown.
                - evidence: "any", or "captured": without rules that only a test double speaks for.

        Raises:
            UsageError: an option that does not exist or does not fit.
            CassetteError: cassettes that cannot be used.
        """
        check_keywords("open_session", options, SessionKeywords)
        read = session_options(as_json(options), self.service.sessions.default.settings, folders())
        return Session(self, self.call(self.service.open_session, read))
