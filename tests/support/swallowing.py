"""A connection to Redis that can lose answers: what is asked arrives, and nothing comes back."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self


class Swallowing:
    """A proxy before a port of loopback.

    Args:
        port: where Redis listens.

    Attributes:
        port: where the proxy listens.
        swallows: the words of a command whose answer ends the connection, once; None passes all on.
    """

    def __init__(self, port: int) -> None:
        self._behind = port
        self.port = 0
        self.swallows: bytes | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ahead_reader, ahead = await asyncio.open_connection("127.0.0.1", self._behind)
        back = asyncio.ensure_future(_copied(ahead_reader, writer))
        try:
            while data := await reader.read(65536):
                if self.swallows is not None and self.swallows in data:
                    self.swallows = None
                    back.cancel()
                    ahead.write(data)
                    await ahead.drain()
                    await ahead_reader.read(1)  # it was done
                    return
                ahead.write(data)
                await ahead.drain()
        except OSError:
            return
        finally:
            back.cancel()
            for one in (ahead, writer):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
