"""Redacting and writing recordings, those that wait together at once.

A recording that cannot be written is told at once, goes on waiting in memory and is tried again with
the next one, and at the end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mockapi.cassettes import RedactionError, as_request, fingerprint, redact
from mockapi.errors import MockapiError, TooSlowError, UnwritableError
from mockapi.exchange import Ending
from mockapi.server.aside import SURELY_LIGHT, is_heavy
from mockapi.server.recording._file_names import CassetteFiles
from mockapi.sessions import look_up_ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Interaction, Recording, RedactionRules, Secret
    from mockapi.exchange import Request
    from mockapi.server._console import Console
    from mockapi.server.aside import Helpers
    from mockapi.server.recording._options import RecordOptions
    from mockapi.server.recording._stats import RecordStats
    from mockapi.sessions import ServerSession
    from mockapi.storage import CassetteFile


_Outcome: TypeAlias = "tuple[Interaction, list[Secret]] | RedactionError"
"""What masking makes of an interaction, and the secrets that it had to leave; or why it could not look."""


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


class WriterQueue:
    """Writes what it is given, in order, one batch after the other.

    Args:
        options: where to keep, and what to mask.
        stats: where it counts what it did.
        console: where people are told what went wrong, at once.
        helpers: mask what is large, where that holds up nobody.
        leave_out: told of a request that is not recorded after all, and why.
    """

    def __init__(
        self,
        options: RecordOptions,
        stats: RecordStats,
        console: Console,
        helpers: Helpers,
        leave_out: Callable[[Request, str], None],
    ) -> None:
        self._options = options
        self._stats = stats
        self._console = console
        self._helpers = helpers
        self._leave_out = leave_out
        self._files = CassetteFiles(options.to, self._work_out)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[_Kept, asyncio.Future[None]]] = []
        self._unwritten: list[_Kept] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, session: ServerSession, interaction: Interaction, request: Request) -> None:
        """Have an interaction written; returns when it was tried."""
        try:
            if session.settings.record_mode == "all" and is_heavy(request.body):
                await look_up_ahead(request, session.index, self._helpers.run)
            old = self._renewed_by(interaction, request, session)
        except TooSlowError as error:
            self._leave_out(request, f"nobody knows whose place it takes: {error}")
            return
        future = asyncio.get_running_loop().create_future()
        file = self._files.of(session) if old is None else self._files.opened(Path(old.cassette.name))
        kept = _Kept(file, interaction, None if old is None else fingerprint(old.interaction))
        self._waiting.append((kept, future))
        self._loop = asyncio.get_running_loop()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write_waiting())
        await asyncio.shield(future)

    async def aclose(self) -> None:
        """Finish writing, and try once more what could not be written."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
        if self._unwritten:
            await self._write_waiting()

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
        outcomes = await self._redacted(batch)
        redacted = [
            kept._replace(interaction=interaction)
            for kept, outcome in zip(batch, outcomes, strict=True)
            if (interaction := self._writable(kept, outcome)) is not None
        ]
        by_file: dict[CassetteFile, list[_Kept]] = defaultdict(list)
        for kept in (*retried, *redacted):
            by_file[kept.file].append(kept)
        written = [await self._write(file, items) for file, items in by_file.items()]
        return all(written)

    async def _redacted(self, batch: list[_Kept]) -> list[_Outcome]:
        """What masking makes of each: the short ones together on a thread, the large ones elsewhere."""
        rules = self._options.rules
        # A hook is the user's own Python, which runs in this process.
        large = [rules.hook is None and _is_large(kept.interaction) for kept in batch]
        short = [kept.interaction for kept, aside in zip(batch, large, strict=True) if not aside]
        done = iter(await asyncio.to_thread(_outcomes, short, rules) if short else ())
        return [
            await self._redacted_aside(kept.interaction) if aside else next(done)
            for kept, aside in zip(batch, large, strict=True)
        ]

    async def _redacted_aside(self, interaction: Interaction) -> _Outcome:
        try:
            outcome: _Outcome = await self._helpers.run(_outcome, interaction, self._options.rules)
        except TooSlowError as error:
            return RedactionError(str(error))
        except Exception as defect:  # noqa: BLE001 - as in _outcomes
            return RedactionError(str(_told(defect)))
        return outcome

    def _writable(self, kept: _Kept, outcome: _Outcome) -> Interaction | None:
        """What may be written of an interaction; None if nothing, and people are told why."""
        if isinstance(outcome, RedactionError):  # what nobody could look at is not written
            self._leave_out(as_request(kept.interaction), str(outcome))
            return None
        redacted, signed = outcome
        if signed:
            reason = f"it holds {signed[0].kind} in signed content, which cannot be masked"
            self._leave_out(as_request(redacted), reason)
            return None
        return redacted

    async def _write(self, file: CassetteFile, batch: list[_Kept]) -> bool:
        added = [kept.interaction for kept in batch if kept.instead_of is None]
        renewed = [(kept.instead_of, kept.interaction) for kept in batch if kept.instead_of is not None]
        try:
            await asyncio.to_thread(file.add, added, renewed)
        except UnwritableError as error:
            return await self._write_what_fits(file, batch, error)
        except TooSlowError as error:
            return await self._write_what_fits(file, batch, UnwritableError(str(error)))
        except (OSError, MockapiError) as error:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            line = f"{file.path} cannot be written: {cause}"
            self._stats.unwritten.append(line)
            self._console.problem(f"{line}. The recording is kept in memory and tried again.")
            self._unwritten += batch
            return False
        except Exception as defect:  # noqa: BLE001 - told, and not the end of what waits
            return await self._write_what_fits(file, batch, _told(defect))
        self._stats.recorded += len(batch)
        self._stats.renewed += len(renewed)
        return True

    def _work_out(self, size: int, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function for the thread that writes: of large values elsewhere, and wait for it."""
        if size <= SURELY_LIGHT or self._loop is None:
            return function(*arguments)
        asked = self._helpers.run(function, *arguments)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    async def _write_what_fits(self, file: CassetteFile, batch: list[_Kept], error: UnwritableError) -> bool:
        """Write each by itself; what does not fit goes to the next file, and is left out if there is none."""
        if len(batch) > 1:
            return all([await self._write(file, [kept]) for kept in batch])
        following = self._files.following(file)
        if following is not None:
            return await self._write(following, batch)
        self._leave_out(as_request(batch[0].interaction), str(error))
        return True

    def _renewed_by(
        self, interaction: Interaction, request: Request, session: ServerSession
    ) -> Recording | None:
        """The recording whose place a fresh one takes, where everything is recorded anew.

        What is not whole, or only says that the upstream was busy, takes no place of another. Neither does
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
        return old if self._files.covers(session, old.cassette.name) else None


def _told(defect: Exception) -> UnwritableError:
    """A defect of mockapi's own: what met it is left out, and what waits behind it is written."""
    logging.getLogger(__name__).error("A recording could not be written: a defect.", exc_info=defect)
    return UnwritableError("a defect of mockapi; its traceback is on the server's stderr")


def _is_large(interaction: Interaction) -> bool:
    return is_heavy(interaction.request.body) or is_heavy(interaction.response.body)


def _outcomes(interactions: list[Interaction], rules: RedactionRules) -> list[_Outcome]:
    outcomes: list[_Outcome] = []
    for interaction in interactions:
        try:
            outcomes.append(_outcome(interaction, rules))
        except Exception as defect:  # noqa: BLE001 - told; what nobody could look at is not written
            outcomes.append(RedactionError(str(_told(defect))))
    return outcomes


def _outcome(interaction: Interaction, rules: RedactionRules) -> _Outcome:
    try:
        return redact(interaction, rules)
    except RedactionError as error:
        return error
