"""Recordings of other tools, brought over. Sans-IO: bytes and a name in, a cassette and a report out.

    bytes -> _formats (what is it?) -> a reader per format -> entries
          -> _hosts (whose is it?) -> exchanges -> redaction -> cassette

Nothing that is imported is ever run or trusted: YAML tags are recognised or refused, aliases and
compressed data are bounded, and a damaged entry costs itself, not the file.
"""

from mockapi.cassettes.importers._exchange import LOSSES, Loss
from mockapi.cassettes.importers._import import Imported, import_recording

__all__ = ["LOSSES", "Imported", "Loss", "import_recording"]
