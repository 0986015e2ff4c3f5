"""Recording: forwarding a request, keeping what came back, and saying at the end what was done.

    the client's request -> upstream -> pieces to the client as they come
                                     -> whole: redacted, written, and only then the reply ends

A reply's last byte waits for the file: whoever has seen a reply's end finds it on disk, even if
this process is killed the moment after. All other bytes go out as they come. A recording that
cannot be written is told at once, goes on waiting in memory and is tried again with the next;
the client gets its reply all the same.

Not recorded, and told: a reply whose client left before its end, one that could not be decoded,
a page of HTML where the API would have answered JSON (a captive portal, a proxy), and one that
holds a secret in signed content, where nothing can be masked.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes import as_request, drift, fingerprint, redact, redact_interaction
from mockapi.errors import MockapiError
from mockapi.exchange import Ending, Source
from mockapi.replies import error_reply
from mockapi.server.recording._interaction import finished_reply, interaction_of, not_the_api
from mockapi.server.recording._options import RecordStats, parse_mode
from mockapi.server.recording._upstream import Upstream, UpstreamFailed
from mockapi.server.wire import play, play_live
from mockapi.storage import SUFFIXES, CassetteFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Interaction, Recording
    from mockapi.exchange import Reply, Request
    from mockapi.server._console import Console
    from mockapi.server.recording._options import RecordOptions
    from mockapi.server.recording._upstream import Address, Incoming
    from mockapi.server.wire import Message
    from mockapi.sessions import ServerSession

_GRACE_SECONDS = 2.0
_FULL_FILE = 1024 * 1024  # bytes: every write copies the file, and people read it
_CHECKS_AT_ONCE = 8


class Recorder:
    """Forwards requests and keeps the answers. Lives in the server's event loop.

    Args:
        options: where to ask and where to keep.
        console: where people are told what went wrong, at once.

    Raises:
        UsageError: the upstream's URL or the mode has no sense.
    """

    def __init__(self, options: RecordOptions, console: Console) -> None:
        parse_mode(options.mode)
        self.options = options
        self.stats = RecordStats()
        self.upstream = Upstream(options.upstream, read_seconds=options.read_seconds)
        self._console = console
        self._files: dict[Path, CassetteFile] = {}
        self._waiting: list[tuple[_Kept, asyncio.Future[None]]] = []
        self._unwritten: list[_Kept] = []
        self._writing: asyncio.Task[None] | None = None
        self._checks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_CHECKS_AT_ONCE)

    async def forward(
        self,
        request: Request,
        session: ServerSession,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        *,
        request_id: str,
    ) -> tuple[Reply, bool]:
        """Pass a request on and its answer back, and record both if the session says so.

        Returns:
            The reply as the client got it, its body decoded, and whether the client stayed.
        """
        try:
            incoming = await self._ask(request, scope.get("server"))
        except UpstreamFailed as failure:
            reply = self._failed(str(failure), request_id)
            return reply, await play(reply, scope, receive, send)
        except _BudgetSpentError:
            reply = self._spent(request_id)
            return reply, await play(reply, scope, receive, send)
        keeps = self.options.to is not None and session.records

        settled = False

        async def settle() -> Ending:
            nonlocal settled
            settled = True
            await incoming.done
            if keeps:
                await self._keep(request, incoming, session)
            return incoming.ending

        try:
            stayed = await play_live(incoming, settle, scope, receive, send)
            if not stayed and keeps and not settled:
                if await incoming.rest(_GRACE_SECONDS):
                    await self._keep(request, incoming, session)
                else:
                    self._leave_out(request, "the client left before its end")
        finally:
            incoming.done.cancel()
        return finished_reply(incoming, request.method), stayed

    def replayed(
        self, request: Request, recording: Recording, session: ServerSession, server: Address
    ) -> None:
        """Count a request that a recording answered; compare it with the upstream if that is asked for.

        Args:
            request: what came.
            recording: what answered it.
            session: whose settings count.
            server: the address at which it came: it is not asked what it answers itself.
        """
        self.stats.replayed += 1
        if session.settings.record_mode != "verify":
            return
        task = asyncio.ensure_future(self._check(request, recording, server))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def aclose(self) -> None:
        """Finish what is being compared and written, and close all connections."""
        while self._checks:
            await asyncio.wait(set(self._checks))
        if self._unwritten and self._writing is None:
            self._writing = asyncio.ensure_future(self._write_waiting())
        if self._writing is not None:
            await asyncio.shield(self._writing)
        await self.upstream.aclose()

    async def _ask(self, request: Request, server: Address) -> Incoming:
        if self.upstream.is_at(server):
            raise UpstreamFailed("is this very server: name the one that it stands in for")
        budget = self.options.budget
        if budget is not None and self.stats.forwarded >= budget:
            self.stats.refused += 1
            if self.stats.refused == 1:
                self._console.note(f"the budget of {budget} calls is spent; nothing more goes upstream")
            raise _BudgetSpentError
        self.stats.forwarded += 1
        return await self.upstream.ask(request)

    async def _check(self, request: Request, recording: Recording, server: Address) -> None:
        async with self._turn:
            try:
                incoming = await self._ask(request, server)
                await incoming.rest(self.options.read_seconds)
            except _BudgetSpentError:
                return
            except UpstreamFailed as failure:
                lines = [self.options.rules.mask(f"the upstream {failure}")]
            else:
                fresh = redact_interaction(interaction_of(request, incoming), self.options.rules)
                lines = drift(redact_interaction(recording.interaction, self.options.rules), fresh)
        self.stats.checked += 1
        if lines:
            self.stats.drifted.append((str(recording), lines))
            self._console.drift(recording, lines)

    async def _keep(self, request: Request, incoming: Incoming, session: ServerSession) -> None:
        reason = incoming.undecodable or not_the_api(incoming)
        if reason is not None:
            self._leave_out(request, reason)
            return
        future = asyncio.get_running_loop().create_future()
        interaction = interaction_of(request, incoming)
        old = self._renewed_by(interaction, request, session)
        file = self._file_for(session) if old is None else self._opened(Path(old.cassette.name))
        kept = _Kept(file, interaction, None if old is None else fingerprint(old.interaction))
        self._waiting.append((kept, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write_waiting())
        await asyncio.shield(future)

    def _leave_out(self, request: Request, reason: str) -> None:
        line = self.options.rules.mask(f"{request.method} {request.path} was not recorded: {reason}")
        self.stats.left_out.append(line)
        self._console.problem(line)

    async def _write_waiting(self) -> None:
        """Write all that waits, until nothing waits any more."""
        while self._waiting or self._unwritten:
            batch, self._waiting = self._waiting, []
            try:
                done = await self._write_batch([kept for kept, _ in batch])
            finally:  # whatever goes wrong here, the replies go out
                for _, future in batch:
                    future.set_result(None)
            if not done and not self._waiting:
                return  # tried again with the next reply, and at the end

    async def _write_batch(self, batch: list[_Kept]) -> bool:
        """Redact and write some interactions, those for one file at once, and what could not be written."""
        retried, self._unwritten = self._unwritten, []
        redacted = await asyncio.to_thread(self._redact, batch)
        by_file: dict[CassetteFile, list[_Kept]] = defaultdict(list)
        for kept in (*retried, *redacted):
            by_file[kept.file].append(kept)
        written = [await self._write(file, items) for file, items in by_file.items()]
        return all(written)

    def _redact(self, batch: list[_Kept]) -> list[_Kept]:
        """What of it may be written."""
        written = []
        for kept in batch:
            redacted, signed = redact(kept.interaction, self.options.rules)
            if signed:
                reason = f"it holds {signed[0].kind} in signed content, which cannot be masked"
                self._leave_out(as_request(redacted), reason)
            else:
                written.append(kept._replace(interaction=redacted))
        return written

    async def _write(self, file: CassetteFile, batch: list[_Kept]) -> bool:
        added = [kept.interaction for kept in batch if kept.instead_of is None]
        renewed = [(kept.instead_of, kept.interaction) for kept in batch if kept.instead_of is not None]
        try:
            await asyncio.to_thread(file.add, added, renewed)
        except (OSError, MockapiError) as error:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            line = f"{file.path} cannot be written: {cause}"
            self.stats.unwritten.append(line)
            self._console.problem(f"{line}. The recording is kept in memory and tried again.")
            self._unwritten += batch
            return False
        self.stats.recorded += len(batch)
        self.stats.renewed += len(renewed)
        return True

    def _renewed_by(
        self, interaction: Interaction, request: Request, session: ServerSession
    ) -> Recording | None:
        """The recording whose place a fresh one takes, where everything is recorded anew.

        What is not whole, or only says that the upstream was busy, takes nobody's place. Neither does
        anything change a cassette that is played but not recorded to: it may be others' too.
        """
        response = interaction.response
        if session.settings.record_mode != "all" or response.ending is not Ending.CLEAN:
            return None
        if response.status == 429 or response.status >= 500:
            return None
        old = session.next_to_renew(request)
        if old is None:
            return None
        place = Path(old.cassette.name).resolve()
        to = Path(session.record_to or str(self.options.to)).resolve()
        return old if to == place or to in place.parents else None

    def _file_for(self, session: ServerSession) -> CassetteFile:
        if session.record_to is not None:
            return self._opened(Path(session.record_to))
        to = Path(str(self.options.to))
        if to.suffix in SUFFIXES:
            return self._opened(to)
        if session.name is not None:
            name = re.sub(r"[^\w.-]+", "-", session.name, flags=re.ASCII).strip("-.")[:120] or session.id
            return self._opened(to / f"{name}.yaml")
        for number in range(1, 1000):
            path = to / f"recorded-{number:03d}.yaml"
            with contextlib.suppress(OSError):
                if path.stat().st_size >= _FULL_FILE:
                    continue
            return self._opened(path)
        return self._opened(to / "recorded-999.yaml")

    def _opened(self, path: Path) -> CassetteFile:
        return self._files.setdefault(path, CassetteFile(path))

    def _failed(self, cause: str, request_id: str) -> Reply:
        cause = self.options.rules.mask(cause)  # it may quote what came
        self._console.problem(f"the upstream {self.upstream.url} {cause}")
        message = f"mockapi: the upstream {self.upstream.url} {cause}."
        return error_reply(502, "api_error", message, request_id, source=Source.FORWARDED, retry=True)

    def _spent(self, request_id: str) -> Reply:
        message = "The budget of calls to the upstream is spent; raise it with --budget."
        return error_reply(422, "mockapi_budget_spent", message, request_id, source=Source.UNMATCHED)


class _BudgetSpentError(Exception):
    """No more requests may be forwarded."""


class _Kept(NamedTuple):
    """An interaction on its way into a file.

    Attributes:
        file: it is written there.
        interaction: what was asked and answered.
        instead_of: the fingerprint of the recording whose place it takes; None adds it.
    """

    file: CassetteFile
    interaction: Interaction
    instead_of: str | None
