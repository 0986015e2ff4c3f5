"""The replies of loaded cassettes: made once for those who play them here."""

from __future__ import annotations

from mockapi.cassettes import Cassette
from mockapi.sessions import CassetteSet
from tests.support.server import interaction, message


def test_a_reply_that_is_played_elsewhere_is_not_kept() -> None:
    """It is the one that would be played here, which is kept from when it is."""
    library = CassetteSet([Cassette("c", (interaction(message("hi"), b"ok"),))])
    (recording,) = library.recordings
    elsewhere = library.reply_elsewhere(recording)
    assert recording in library.played
    assert library.reply_elsewhere(recording) is not elsewhere
    here = library.reply(recording)
    assert here == elsewhere
    assert here.wire_head == elsewhere.wire_head
    assert library.reply(recording) is library.reply_elsewhere(recording) is here
