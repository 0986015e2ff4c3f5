"""Values on their way between processes: pickled, long bytes beside the pickle as they are.

Pickling would copy a body of megabytes while it holds the interpreter's lock.
"""

from __future__ import annotations

import io
import pickle
from typing import IO, Any, Final

_LONG: Final = 64 * 1024


class _Pickler(pickle.Pickler):
    def __init__(self, head: io.BytesIO, long: list[bytes]) -> None:
        super().__init__(head, protocol=pickle.HIGHEST_PROTOCOL)
        self._long: list[bytes] = long

    def persistent_id(self, obj: Any) -> int | None:
        if obj.__class__ is not bytes or len(obj) < _LONG:
            return None
        self._long.append(obj)
        return len(self._long) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, head: bytes, long: list[bytes]) -> None:
        super().__init__(io.BytesIO(head))
        self._long: list[bytes] = long

    def persistent_load(self, pid: Any) -> bytes:
        return self._long[int(pid)]


def packed(value: Any) -> list[bytes]:
    """The pieces to be written one after the other.

    Raises:
        pickle.PicklingError: it cannot be pickled; so may TypeError, AttributeError and RecursionError say.
    """
    head, long = io.BytesIO(), list[bytes]()
    _Pickler(head, long).dump(value)
    return [pickle.dumps((head.getvalue(), [len(piece) for piece in long])), *long]


def write(stream: IO[bytes], pieces: list[bytes]) -> None:
    """Write what `packed` has made."""
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def read(stream: IO[bytes]) -> Any:
    """The value that was written.

    Raises:
        EOFError: the other end has gone.
    """
    # The other end is a process that this one started, or that started this one.
    head, lengths = pickle.load(stream)  # noqa: S301 - see above
    long = [stream.read(length) for length in lengths]
    if [len(piece) for piece in long] != lengths:
        raise EOFError
    return _Unpickler(head, long).load()
