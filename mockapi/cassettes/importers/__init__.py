"""Recordings of other tools, brought over. Sans-IO: bytes and a name in, a cassette and a report out.

    bytes -> _formats (what is it?) -> a reader per format -> entries
          -> _hosts (whose is it?) -> exchanges -> redaction -> cassette

Nothing that is imported is ever run or trusted: YAML tags are recognised or refused, aliases and
compressed data are bounded, and a damaged entry costs itself, not the file.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.cassettes.importers._evidence import may_be_recorded
    from mockapi.cassettes.importers._exchange import LOSSES, Loss
    from mockapi.cassettes.importers._har_extras import extras
    from mockapi.cassettes.importers._import import Imported, import_mappings, import_recording

__all__ = [
    "LOSSES",
    "Imported",
    "Loss",
    "extras",
    "import_mappings",
    "import_recording",
    "may_be_recorded",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_evidence": "may_be_recorded",
        "_exchange": "LOSSES Loss",
        "_har_extras": "extras",
        "_import": "Imported import_mappings import_recording",
    },
)
