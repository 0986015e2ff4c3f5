"""The connections to Redis: each command sent once, in bounded time, with errors that say what is wrong.

redis-py's client would send a command again whose answer was lost, and a request would count twice. So
commands go over its connections one batch after the other, and a batch that meets trouble tells everybody who
waits for it whether Redis may have done it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import monotonic
from mockapi.errors import MockapiError, UsageError
from mockapi.nodes._tls import check_tls_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redis.asyncio.connection import AbstractConnection

    from mockapi.nodes._options import StateAddress

    Command = Sequence[Any]

PATIENCE: Final = 1.0
"""Seconds that Redis may take to answer."""
_STOOD_STILL: Final = 1.0
"""Seconds by which a time limit is noticed too late if this process was stopped, or had no processor."""


_WHERE_IN_SCRIPT: Final = re.compile(r" script: [0-9a-f]{40}, on @user_script:[0-9]+\.?")
"""What Redis adds to an error of a script, for whoever wrote that."""


class StoreAwayError(MockapiError):
    """Redis was not asked, or has refused: nothing was done. str() says why."""


class StoreDoubtError(MockapiError):
    """Redis was asked, and its answer was lost: nobody knows whether it has done it. str() says why."""


class Store:
    """What nodes share, in Redis or Valkey.

    Args:
        address: where it is.
        patience: seconds that an answer may take.

    Raises:
        UsageError: the client for it is not installed, or the address does not fit that.
    """

    def __init__(self, address: StateAddress, patience: float = PATIENCE) -> None:
        try:
            from redis.asyncio import ConnectionPool  # noqa: PLC0415 - dear, and most servers stand alone
        except ModuleNotFoundError as error:
            raise UsageError("--state needs redis: pip install 'messages-mockapi[state]'.") from error
        if address.url.startswith("rediss:"):
            check_tls_files(address)
        self.address = address
        self.patience = patience
        try:
            self._pool = ConnectionPool.from_url(
                address.url, protocol=2, socket_timeout=None, socket_connect_timeout=patience
            )
            self._made()  # it looks at the options
        except (ValueError, TypeError) as error:
            raise UsageError(f"--state {address.shown}: {error}.") from error
        self._lines: list[Line] = []
        self._common = self.line()

    def key(self, name: str) -> bytes:
        """The name of a key: whatever this server keeps begins with its prefix."""
        return f"{self.address.prefix}:{name}".encode()

    def line(self) -> Line:
        """A connection of its own, for whoever would hold up the others, or be held up by them."""
        line = Line(self._made, self.address.shown, self.patience)
        self._lines.append(line)
        return line

    def _made(self) -> AbstractConnection:
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call] # redis-py's
        return connection

    async def ask(self, *command: Any) -> Any:
        """Have Redis do one thing; its answer. See `Line.ask`."""
        return await self._common.ask(*command)

    async def ask_for_long(self, seconds: float, *command: Any) -> Any:
        """As `ask`, over a connection of its own, for a command that takes so many seconds longer."""
        line = Line(self._made, self.address.shown, self.patience)
        try:
            return await line.ask_slowly(seconds, *command)
        finally:
            await line.aclose()

    async def aclose(self) -> None:
        """End the connections."""
        for line in self._lines:
            await line.aclose()


class Line:
    """One connection, made when it is first needed, and again when it was lost.

    What is asked while an answer is awaited goes together, as the next batch.

    Args:
        make: a connection that is not open yet.
        shown: the address for messages.
        patience: seconds that an answer may take.
    """

    def __init__(self, make: Callable[[], AbstractConnection], shown: str, patience: float) -> None:
        self._make = make
        self._shown = shown
        self._patience = patience
        self._connection: AbstractConnection | None = None
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None

    def asked(self, *command: Any) -> asyncio.Future[Any]:
        """Have Redis do one thing; the future of its answer. See `ask`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        if self._sending is None:
            self._sending = asyncio.ensure_future(self._send())
        return future

    async def ask(self, *command: Any) -> Any:
        """Have Redis do one thing; its answer.

        Raises:
            StoreAwayError: it has not done it.
            StoreDoubtError: nobody knows whether it has.
        """
        return await self.asked(*command)

    async def ask_slowly(self, seconds: float, *command: Any) -> Any:
        """As `ask`, for a command that waits by itself; nothing else goes over this line meanwhile.

        Args:
            seconds: that Redis may wait, beyond the time an answer may take.
            command: what to do.
        """
        (answer,) = await self._exchanged([command], seconds + self._patience)
        if isinstance(answer, Exception):
            raise self._refused(command, answer)
        return answer

    async def aclose(self) -> None:
        """End the connection; what is in flight is in doubt."""
        sending = self._sending
        if sending is not None:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        await self._disconnect(waits=True)

    async def _send(self) -> None:
        batch: list[tuple[Command, asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                answers = await self._exchanged([command for command, _ in batch], self._patience)
                for (command, future), answer in zip(batch, answers, strict=True):
                    if future.done():
                        continue
                    if isinstance(answer, Exception):
                        future.set_exception(self._refused(command, answer))
                    else:
                        future.set_result(answer)
        except (StoreAwayError, StoreDoubtError) as error:
            behind, self._waiting = self._waiting, []
            _fail(batch, error)
            _fail(behind, StoreAwayError(f"Redis at {self._shown} does not answer what was asked before."))
        except asyncio.CancelledError:
            _fail([*batch, *self._waiting], StoreDoubtError("This node is ending."))
            self._waiting = []
            raise
        finally:
            self._sending = None

    async def _exchanged(self, commands: Sequence[Command], patience: float) -> list[Any]:
        """What Redis answers; refusals among the answers are exceptions.

        Raises:
            StoreAwayError: it cannot be reached.
            StoreDoubtError: it was asked, and the answers are lost.
        """
        from redis import exceptions  # noqa: PLC0415 - there is a connection, so it is loaded

        connection, begun = self._connection, monotonic()
        try:
            if connection is None or not connection.is_connected or _is_over(connection):
                await self._disconnect()
                async with asyncio.timeout(self._patience):
                    await self._disconnect()
                    connection = self._connection = self._make()
                    await connection.connect()  # type: ignore[no-untyped-call] # redis-py's own
        except TimeoutError:
            await self._disconnect()
            if (pause := self._pause(begun, self._patience)) is not None:
                raise StoreAwayError(pause) from None
            why = f"it has not answered for {self._patience:g} s."
            if self._shown.startswith("rediss:"):
                why += " Does it speak TLS there?"
            raise StoreAwayError(f"Redis at {self._shown} cannot be reached: {why}") from None
        except (exceptions.AuthenticationError, exceptions.ResponseError) as error:
            await self._disconnect()
            raise self._locked_out(error) from error
        except (exceptions.RedisError, OSError) as error:
            await self._disconnect()
            raise StoreAwayError(f"Redis at {self._shown} cannot be reached: {_reason(error)}") from error
        answers: list[Any] = []
        begun = monotonic()
        try:
            async with asyncio.timeout(patience):
                await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
                for _ in commands:
                    try:
                        answers.append(await connection.read_response())
                    except exceptions.ResponseError as error:
                        answers.append(error)
        except exceptions.BusyLoadingError as error:
            await self._disconnect()
            raise StoreAwayError(f"Redis at {self._shown} is not ready: {_reason(error)}") from error
        except exceptions.AuthenticationError as error:
            await self._disconnect()
            raise self._locked_out(error) from error
        except TimeoutError:
            await self._disconnect()
            if (pause := self._pause(begun, patience)) is not None:
                raise StoreDoubtError(pause) from None
            raise StoreDoubtError(f"Redis at {self._shown} has not answered for {patience:g} s.") from None
        except (exceptions.RedisError, OSError) as error:
            await self._disconnect()
            raise StoreDoubtError(f"Redis at {self._shown} was lost: {_reason(error)}") from error
        except asyncio.CancelledError:
            await self._disconnect()
            raise
        return answers

    def _pause(self, begun: float, patience: float) -> str | None:
        """What to say where this process stood still while an answer was awaited; None if it did not."""
        seconds = monotonic() - begun
        if seconds < patience + _STOOD_STILL:
            return None
        return f"This node stood still for {seconds:.0f} s, and asks Redis at {self._shown} anew."

    async def _disconnect(self, *, waits: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it is given up, whatever it says
                await connection.disconnect(nowait=not waits)

    def _refused(self, command: Command, error: Exception) -> StoreAwayError:
        return StoreAwayError(f"Redis at {self._shown} has refused {command[0]}: {_reason(error)}")

    def _locked_out(self, error: Exception) -> StoreAwayError:
        return StoreAwayError(
            f"Redis at {self._shown} has refused the user, password or DB of --state: {_reason(error)}"
        )


def _fail(batch: Sequence[tuple[Any, asyncio.Future[Any]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)


def _is_over(connection: AbstractConnection) -> bool:
    """Whether Redis has closed a connection while nothing was asked: nothing more can be done over it."""
    reader = getattr(connection, "_reader", None)  # redis-py says so only to its own pool
    return isinstance(reader, asyncio.StreamReader) and reader.at_eof()


def _reason(error: BaseException) -> str:
    text = _WHERE_IN_SCRIPT.sub("", str(error)).rstrip(".?")
    return f"{text or type(error).__name__}."
