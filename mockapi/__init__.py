"""mockapi: the Claude Messages API on your own machine.

The names below are the public Python API. They are looked up when first used: importing this
package alone costs a millisecond, which test runs that do not use it will notice.

PYTEST_DONT_REWRITE: the plugin keeps pytest away from these modules; this spares a warning where they
are imported before pytest is.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports
from mockapi._version import __version__

if TYPE_CHECKING:
    from mockapi.cassettes import Matching, RedactionRules, Substitution
    from mockapi.errors import (
        CassetteError,
        GrammarError,
        MockapiError,
        Problem,
        TruncatedStream,
        UsageError,
    )
    from mockapi.exchange import Chunk, Ending, Reply, Request, Source
    from mockapi.replies import Pace, RateLimits, parse_pace
    from mockapi.replies.faults import OrderedFault, parse_faults
    from mockapi.replies.twin import TwinProfile, learn_twin, parse_twin
    from mockapi.server import RecordOptions, create_app
    from mockapi.sessions import JournalEntry, SessionLimits, Settings
    from mockapi.testing import Server, Session
    from mockapi.validation import Refusal, ValidationSettings, validate

__all__ = [
    "CassetteError",
    "Chunk",
    "Ending",
    "GrammarError",
    "JournalEntry",
    "Matching",
    "MockapiError",
    "OrderedFault",
    "Pace",
    "Problem",
    "RateLimits",
    "RecordOptions",
    "RedactionRules",
    "Refusal",
    "Reply",
    "Request",
    "Server",
    "Session",
    "SessionLimits",
    "Settings",
    "Source",
    "Substitution",
    "TruncatedStream",
    "TwinProfile",
    "UsageError",
    "ValidationSettings",
    "__version__",
    "create_app",
    "learn_twin",
    "parse_faults",
    "parse_pace",
    "parse_twin",
    "validate",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "cassettes": "Matching RedactionRules Substitution",
        "errors": "CassetteError GrammarError MockapiError Problem TruncatedStream UsageError",
        "exchange": "Chunk Ending Reply Request Source",
        "replies": "Pace RateLimits parse_pace",
        "replies.faults": "OrderedFault parse_faults",
        "replies.twin": "TwinProfile learn_twin parse_twin",
        "server": "RecordOptions create_app",
        "sessions": "JournalEntry SessionLimits Settings",
        "testing": "Server Session",
        "validation": "Refusal ValidationSettings validate",
    },
)


def __dir__() -> list[str]:
    return __all__
