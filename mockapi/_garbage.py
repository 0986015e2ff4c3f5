"""Making many objects that stay, without the searches for garbage that they would set off."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def unsearched() -> Iterator[None]:
    """Search for no garbage in the block: what is imported, read or parsed there stays.

    Looking through it again and again takes a twentieth of a server's start.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def take_for_old() -> None:
    """Take all that is there for old, at the end of such a block: the next search would look at all of it.

    What a server has frozen is no longer frozen then, so this is for before.
    """
    gc.freeze()
    gc.unfreeze()
