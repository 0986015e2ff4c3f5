"""A session as a test holds it."""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from mockapi.errors import UsageError
from mockapi.exchange import Source
from mockapi.replies.faults import ChaosReport
from mockapi.server import answer
from mockapi.sessions import default_on_unmatched
from mockapi.testing._assertions import Assertions
from mockapi.testing._chaos import trials
from mockapi.testing._expected import ExpectedMiss
from mockapi.testing._live import LiveScript, RuleTarget
from mockapi.testing._normal import normalized
from mockapi.testing._received import ReceivedRequest
from mockapi.testing._replies import Replies, started_conversation, told_when
from mockapi.testing._transport import transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType
    from typing import Self, Unpack

    from mockapi.exchange import Request
    from mockapi.sessions import JournalEntry, ServerSession
    from mockapi.testing._options import ConditionKeywords, Predicate
    from mockapi.testing._replies import Conversation, When
    from mockapi.testing._thread import ServerThread
    from mockapi.testing._transport import HttpxTransport

_SECONDS = 10.0


class Session(Assertions, Replies):
    """One isolated use of a running server: its own script, cassettes, faults and journal.

        with server.open_session(name="two turns") as messages_api:
            messages_api.reply_tool("get_weather", {"city": "Oslo"}).reply("Rain.")
            run_agent(base_url=messages_api.base_url)
            messages_api.assert_turns(2)

    Without script and cassettes it makes its replies from the requests. Once it has a script, a
    POST /v1/messages that the script has no reply for is a miss: HTTP 422, and an entry in `misses`.
    The rest of the API goes on answering, unless `on_unmatched="fail"` or cassettes forbid it.

    Args:
        server: that runs it.
        server_session: the session there.
    """

    def __init__(self, server: ServerThread, server_session: ServerSession) -> None:
        self.server = server
        self.server_session = server_session
        self._script: LiveScript | None = None
        self.expected: list[ExpectedMiss] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the session go; its base URL answers that it was closed."""
        self.server.call(self.server.service.close_session, self.server_session)

    @property
    def id(self) -> str:
        """What stands in its base URL."""
        return self.server_session.id

    @property
    def name(self) -> str | None:
        """What the one who opened it calls it."""
        return self.server_session.name

    @property
    def base_url(self) -> str:
        """The base URL that only this session has, for clients that run beside those of others."""
        return f"{self.server.base_url}/s/{self.server_session.id}"

    def httpx_transport(self) -> HttpxTransport:
        """A transport for `httpx.Client` and `httpx.AsyncClient`, without a socket.

        httpx.Client(transport=messages_api.httpx_transport(), base_url="http://mockapi")
        """
        import httpx  # noqa: PLC0415 - only where it is asked for

        return transport(httpx, self._answer)  # type: ignore[no-any-return] # made from a module by name

    def httpx2_transport(self) -> Any:
        """The same for httpx2, which the `anthropic` client is built on.

            http_client = anthropic.DefaultHttpxClient(transport=messages_api.httpx2_transport())
            client = anthropic.Anthropic(http_client=http_client)

        Raises:
            ImportError: httpx2 is not installed.
        """
        return transport(importlib.import_module("httpx2"), self._answer)

    def _answer(self, request: Request) -> JournalEntry | None:
        answered: JournalEntry | None = self.server.call(
            answer, self.server.service, request, self.server_session
        )
        return answered

    # --- scripting -------------------------------------------------------------------------------

    def _target(self) -> RuleTarget:
        return RuleTarget(self.script)

    def when(self, predicate: Predicate | None = None, **told: Unpack[ConditionKeywords]) -> When:
        """Replies for the requests that meet all of some conditions.

            messages_api.when(model="claude-haiku-*", last_user_text="weather").reply("Rain.")
            messages_api.when(tool_results="get_weather").reply("Take an umbrella.")
            messages_api.when(lambda asked: asked.turns > 3).reply("Enough.")
            messages_api.when(custom_id="row-2").reply_error(529)

        Rows of batches get replies that have conditions, and only those.

        Args:
            predicate: a condition in code; it gets the request.
            told: any of

                - model: as it was asked for, or its dated id; * stands for any text.
                - last_user_text: the text of the latest user message that has any.
                - system: the system prompt.
                - tools: a name, or names, of tools that are all on offer.
                - tool_results: whether results are handed back; or of which tool; or an object with
                  any of `tool`, `text` and `is_error`.
                - turn: which request it is, counted from 1 since the script was begun.
                - custom_id: the id of a row of a batch; * stands for any text.

                A text condition is a string that the text contains, or {"equals": ...} or
                {"matches": REGULAR EXPRESSION}.

        Raises:
            UsageError: no condition, or one that does not exist or does not fit.
        """
        return told_when(self.script, predicate, told)

    def conversation(
        self, predicate: Predicate | None = None, **told: Unpack[ConditionKeywords]
    ) -> Conversation:
        """A sequence of replies for one of several agents that run side by side.

            messages_api.conversation(system="researcher").reply_tool("search").reply("Found it.")
            messages_api.conversation(system="critic").reply("Not good enough.")

        The first request that meets the conditions (any request, without conditions) opens the
        conversation; those whose messages go on from there belong to it.

        Args:
            predicate: as for `when`.
            told: as for `when`.

        Raises:
            UsageError: a condition that does not exist or does not fit.
        """
        return started_conversation(self.script, predicate, told)

    @property
    def script(self) -> LiveScript:
        """The script; asking for it makes every POST /v1/messages a miss that has no reply in it."""
        if self._script is None:
            self._script = LiveScript()
            self.server.call(self._play, self._script)
        return self._script

    def _play(self, script: LiveScript) -> None:
        served = self.server_session
        served.play(script)
        if served.settings.on_unmatched in (None, "record"):
            served.strict_messages = True
        # Opened with an empty list, a session is one of a test whose cassette was not found: now it has
        # a script, and misses it no more.
        if served.settings.on_unmatched == "record" or (
            served.settings.on_unmatched is None and served.own_cassettes == ()
        ):
            served.on_unmatched = default_on_unmatched(served.own_cassettes or ())
        # What a test scripts it does not record.
        served.settings = replace(served.settings, record_mode="none")

    @property
    def is_scripted(self) -> bool:
        """Whether anything was scripted."""
        return self._script is not None

    def chaos(self) -> Iterator[AbstractContextManager[None]]:
        """Run code once for each fault that clients overlook; see `mockapi.testing._chaos`.

            for trial in messages_api.chaos():
                with trial:
                    run_agent()

        Code has noticed a fault if it raises. After the last trial, `chaos_report` has the findings.
        """
        report = self.chaos_report = ChaosReport()
        return trials(self.server, self.server_session, self._restart_script, report)

    def _restart_script(self) -> None:
        for rule in self._script.rules if self._script is not None else ():
            rule.used = 0

    chaos_report: ChaosReport | None = None

    # --- looking ---------------------------------------------------------------------------------

    @property
    def entries(self) -> list[JournalEntry]:
        """The journal's entries."""
        return self.server_session.journal.entries()

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests in order, parsed, with what answered each.

        assert [request.source for request in messages_api.requests] == ["scripted", "scripted"]
        """
        return [ReceivedRequest(entry) for entry in self.entries]

    @property
    def last_request(self) -> ReceivedRequest:
        """The request that came last.

        Raises:
            AssertionError: no request has come.
        """
        requests = self.requests
        if not requests:
            raise AssertionError("no request has come")
        return requests[-1]

    @property
    def misses(self) -> list[JournalEntry]:
        """The requests that nothing answered, but those that were expected."""
        return [
            entry
            for entry in self.entries
            if entry.reply.source is Source.UNMATCHED
            and not any(expected.covers(entry.number) for expected in self.expected)
        ]

    def expect_miss(self) -> ExpectedMiss:
        """Take misses from here on for what the test wants; as a context manager, those inside it.

            with messages_api.expect_miss():
                run_agent()

        A test that expects a miss fails without one.
        """
        expected = ExpectedMiss(self.server_session.journal)
        self.expected.append(expected)
        return expected

    @property
    def usage(self) -> dict[str, int]:
        """The tokens of all replies together.

        assert messages_api.usage["output_tokens"] < 1000
        """
        total: dict[str, int] = {}
        for request in self.requests:
            for name, count in request.usage.items():
                total[name] = total.get(name, 0) + count
        return total

    def cost(self, prices: Mapping[str, tuple[float, float]]) -> float:
        """What the replies would have cost, at prices that you name; cache discounts are estimated.

            assert messages_api.cost({"claude-sonnet-*": (3.0, 15.0)}) < 0.05

        Args:
            prices: model, * standing for any text, to the prices of a million tokens of input and
                of output. A token written to the cache counts as 1.25 of input, one read as 0.1.

        Raises:
            UsageError: a model that has no price.
        """
        total = 0.0
        for request in self.requests:
            usage = request.usage
            if not usage:
                continue
            price = next((price for name, price in prices.items() if fnmatchcase(request.model, name)), None)
            if price is None:
                raise UsageError(f"No price for {request.model!r}; prices= has {', '.join(prices)}.")
            tokens = usage.get("input_tokens", 0)
            tokens_in = (
                tokens
                + 1.25 * usage.get("cache_creation_input_tokens", 0)
                + 0.1 * usage.get("cache_read_input_tokens", 0)
            )
            total += (tokens_in * price[0] + usage.get("output_tokens", 0) * price[1]) / 1e6
        return total

    def snapshot(self) -> list[Any]:
        """All exchanges for a snapshot: ids renamed, volatile header fields left out.

        assert messages_api.snapshot() == snapshot
        """
        exchanges = [
            {
                "request": {"path": item.path, "headers": item.headers, "body": item.body},
                "reply": {"status": item.status, "source": item.source, "body": item.reply},
            }
            for item in self.requests
        ]
        return list(normalized(exchanges))

    async def _settled(self, entries: list[JournalEntry]) -> None:
        pending = [entry.miss for entry in entries if entry.miss is not None and not entry.miss.done()]
        if pending:
            await asyncio.wait(pending, timeout=_SECONDS)

    def explained(self, entries: list[JournalEntry]) -> list[JournalEntry]:
        """The same entries, once it was found out why they missed."""
        self.server.wait_for(self._settled(entries), _SECONDS + 1)
        return entries
