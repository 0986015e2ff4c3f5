"""mockapi: the Claude Messages API on your own machine.

The names below are the public Python API. They are looked up when first used: importing this
package alone costs a millisecond, which test runs that do not use it will notice.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mockapi._version import __version__

if TYPE_CHECKING:
    from mockapi.errors import CassetteError, GrammarError, MockapiError, TruncatedStream, UsageError
    from mockapi.exchange import Chunk, Ending, Reply, Request, Source
    from mockapi.server import Server, Settings, create_app
    from mockapi.testing import Session
    from mockapi.validation import Refusal, validate

__all__ = [
    "CassetteError",
    "Chunk",
    "Ending",
    "GrammarError",
    "MockapiError",
    "Refusal",
    "Reply",
    "Request",
    "Server",
    "Session",
    "Settings",
    "Source",
    "TruncatedStream",
    "UsageError",
    "__version__",
    "create_app",
    "validate",
]

_HOMES = {
    "mockapi.errors": ("CassetteError", "GrammarError", "MockapiError", "TruncatedStream", "UsageError"),
    "mockapi.exchange": ("Chunk", "Ending", "Reply", "Request", "Source"),
    "mockapi.server": ("Server", "Settings", "create_app"),
    "mockapi.testing": ("Session",),
    "mockapi.validation": ("Refusal", "validate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
