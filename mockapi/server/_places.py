"""What control requests may have read: the places that were named when the server started."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi._files import Places

if TYPE_CHECKING:
    from mockapi.server._access import Access
    from mockapi.server._service import Service


def places_of(service: Service, access: Access) -> Places:
    """What was named, else the working folder.

    To be asked when the server starts: later it may play other cassettes, and work in another folder.

    Args:
        service: the state of the server.
        access: who may use the control API, and what they may have read besides.
    """
    to = None if service.recorder is None else service.recorder.options.to
    named = [*service.paths, *access.folders, *([] if to is None else [to])]
    if not named:
        with contextlib.suppress(FileNotFoundError):  # it has gone
            named = [str(Path.cwd())]
    return Places(named)
