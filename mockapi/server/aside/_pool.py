"""The helper processes of one server."""

from __future__ import annotations

import asyncio
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from mockapi.errors import TooSlowError
from mockapi.server.aside import _parcel
from mockapi.server.aside._process import HelperGone, HelperProcess

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 2
"""Processes at once. A third heavy request waits; light ones never do."""

PATIENCE: Final = 120.0
"""Seconds for one call: the largest pathological body takes a quarter of that on a busy machine."""


class Helpers:
    """Runs pure functions in processes of their own, which start when first needed.

    Attributes:
        processes: those that run.
    """

    def __init__(self, most: int = MOST, patience: float = PATIENCE) -> None:
        self.processes: set[HelperProcess] = set()
        self._idle: list[HelperProcess] = []
        self._most = most
        self._patience = patience
        self._turn: asyncio.Semaphore | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._works = True
        self._closed = False

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a function, worked out in another process; on a thread where that does not work.

        Args:
            function: of a module of mockapi's, without effects: it may run twice.
            arguments: values that can be pickled.

        Raises:
            TooSlowError: it took more time than there is.
            Exception: what the function raises.
        """
        answer = None
        try:
            call = await asyncio.to_thread(_parcel.packed, (function, arguments))
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
            call = None  # a value of the user's own, such as a function
        if call is not None and self._works and not self._closed:
            answer = await self._asked(call)
        if answer is None:
            return await asyncio.to_thread(function, *arguments)
        return answer[0]

    async def _asked(self, call: list[bytes]) -> Any:
        if self._turn is None or self._threads is None:
            self._turn = asyncio.Semaphore(self._most)
            self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="mockapi-helper")
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._closed:
                return None
            try:
                process = self._idle.pop() if self._idle else await self._started(loop)
            except HelperGone:
                return None
            try:
                asked = loop.run_in_executor(self._threads, process.ask, call)
                asked.add_done_callback(_forgotten)  # nobody may be left to hear of it
                answer = await asyncio.wait_for(asyncio.shield(asked), self._patience)
            except TimeoutError:  # on a thread it would take as long, and hold up everybody
                self._discard(process)
                raise TooSlowError(
                    f"a large body was not looked at within {self._patience:g} seconds; send a smaller one"
                ) from None
            except HelperGone:
                self._discard(process)
                return None
            except BaseException:  # cancelled: the answer that comes must not be taken for another's
                self._discard(process)
                raise
            self._idle.append(process)
            return answer

    async def _started(self, loop: asyncio.AbstractEventLoop) -> HelperProcess:
        try:
            process: HelperProcess = await loop.run_in_executor(self._threads, HelperProcess)
        except HelperGone:
            self._works = False  # it would not work the next time either
            raise
        self.processes.add(process)
        if self._closed:
            self._discard(process)
            raise HelperGone("the server stops")
        return process

    def _discard(self, process: HelperProcess) -> None:
        """End a process, and do not wait: one that fills the memory takes a while to be gone."""
        self.processes.discard(process)
        process.kill()
        asyncio.get_running_loop().run_in_executor(None, process.end)

    def close(self) -> None:
        """End all processes; what is still worked out goes on without them."""
        self._closed = True
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.end()
        self.processes.clear()
        self._idle.clear()
        if self._threads is not None:
            self._threads.shutdown(wait=False)


def _forgotten(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
