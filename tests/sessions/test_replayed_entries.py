"""Exchanges that are kept as what they were made of are the entries that they would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette
from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.sessions import Asked, CassetteSet, JournalEntry, Playing
from mockapi.sessions._journal import Journal
from tests.support.server import interaction, message

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY = CassetteSet([Cassette("c", tuple(interaction(message(text), b"ok") for text in "abc"))])
HEADERS = ((b"x-name", b"value"),)
ASKED = [Asked(None, "/v1/messages", "", ()), Asked("s", "/v1/messages", "beta=true", HEADERS)]
MADE = [Reply(200, (), (Chunk(0.0, text),), Source.SYNTHESIZED) for text in (b"a", b"bb", b"ccc")]

Doing: TypeAlias = tuple[str, int, int]
KINDS = st.sampled_from(
    ["replayed", "made", "lent", "ended"] * 3 + ["began", "looked", "merged", "cleared", "settled"]
)
DOINGS = st.lists(st.tuples(KINDS, st.integers(0, 2), st.integers(0, 40)), max_size=25)


def journal_after(doings: Sequence[Doing], *, as_entries: bool) -> Journal:
    """A small journal to which something was done."""
    log = Journal(max_entries=7, max_bytes=200)
    lent: list[JournalEntry | Playing] = []  # what another process plays
    looked_at: list[JournalEntry] = []
    for at, (doing, which, size) in enumerate(doings):
        asked, recording, body = ASKED[which % 2], LIBRARY.recordings[which], b"b" * size
        if doing == "replayed" and not as_entries:
            log.add_replayed(float(at), at / 2, asked, body, recording, LIBRARY)
        elif doing == "made" and not as_entries:
            log.add_made(float(at), at / 2, asked, body, MADE[which])
        elif doing == "made":
            entry = log.add(float(at), asked.request(body), MADE[which], None, None)
            entry.seconds, entry.complete = at / 2, True
        elif doing == "lent" and not as_entries:
            lent.append(log.add_playing(float(at), asked, body, recording, LIBRARY))
        elif doing in {"replayed", "lent", "began"}:
            entry = log.add(float(at), asked.request(body), LIBRARY.reply(recording), recording, None)
            if doing == "replayed":
                entry.seconds, entry.complete = at / 2, True
            elif doing == "lent":
                lent.append(entry)
        elif doing == "ended":
            if lent:
                lent.pop(which % len(lent)).ended(at / 3, complete=size % 2 == 0)
        elif doing == "looked":
            looked_at += log.entries()
        elif doing == "merged":
            elsewhere = asked.request(body)
            log.merge([JournalEntry(0, at - 2.5, elsewhere, LIBRARY.reply(recording), recording, None)])
        elif doing == "cleared":
            log.clear()
        else:
            log.settle()
    assert all(log.find(entry.number) in {None, entry} for entry in looked_at)
    return log


def told(entry: JournalEntry) -> Any:
    """All that is in an entry."""
    request = entry.request
    asked = (request.method, request.path, request.query, request.headers, request.body)
    went = (entry.seconds, entry.complete, entry.size, entry.miss, entry.refusal, entry.sent_again_from)
    return entry.number, entry.at, asked, entry.reply, entry.recording, went


@given(DOINGS)
def test_a_journal_tells_the_same_of_them(doings: list[Doing]) -> None:
    """Whatever was added, merged, dropped and forgotten meanwhile."""
    log, other = journal_after(doings, as_entries=False), journal_after(doings, as_entries=True)
    entries = [told(entry) for entry in other]
    assert [told(entry) for entry in log] == entries
    assert [told(entry) for entry in log.entries()] == entries
    assert (len(log), log.size, log.count, log.dropped, log.cleared) == (
        len(other),
        other.size,
        other.count,
        other.dropped,
        other.cleared,
    )
    for number in range(-1, log.count + 3):
        behind = [entry for entry in entries if entry[0] > number]
        assert [told(entry) for entry in log.after(number)] == behind
        found = log.find(number)
        assert ([] if found is None else [told(found)]) == [e for e in entries if e[0] == number]
    for since in (0.5, len(doings) - 0.5):
        assert log.is_being_answered(since) == other.is_being_answered(since)


def test_whoever_has_an_entry_gets_the_same_one_again() -> None:
    """Tests tell new entries from those that they have seen."""
    log = journal_after([("replayed", 0, 3)] * 3, as_entries=False)
    first = log.entries()
    assert all(a is b for a, b in zip(first, log, strict=True))
    assert log.find(2) is first[1]
    log.settle()
    assert log.entries() == first


def test_whoever_has_an_entry_learns_how_it_ends() -> None:
    """The end of what another process sends reaches an entry that was made before, and one made after."""
    log = Journal()
    playing = log.add_playing(1.0, ASKED[0], b"{}", LIBRARY.recordings[0], LIBRARY)
    (entry,) = log.entries()
    assert (entry.seconds, entry.complete, log.is_being_answered(0.5)) == (None, False, True)
    playing.ended(0.25, complete=True)
    assert (entry.seconds, entry.complete, log.is_being_answered(0.5)) == (0.25, True, False)
    del entry
    assert [(entry.seconds, entry.complete) for entry in log] == [(0.25, True)]


def test_a_request_is_what_came() -> None:
    """Its body, too, where the head has come before with another one."""
    asked = ASKED[1].with_headers((*HEADERS, (b"content-length", b"2")))
    request = asked.request(b"{}")
    assert isinstance(request, Request)
    assert (request.method, request.path, request.query) == ("POST", "/v1/messages", "beta=true")
    assert (request.headers, request.body) == ((*HEADERS, (b"content-length", b"2")), b"{}")
    assert asked.size == len(b"x-namevaluecontent-length2")


def test_a_body_that_the_recording_has_is_kept_once() -> None:
    """It weighs nothing until an entry is made for good, and is told like any other."""
    log = Journal()
    recording = LIBRARY.recordings[0]
    log.add_replayed(1.0, 0.5, ASKED[1], None, recording, LIBRARY)
    assert log.size == ASKED[1].size
    (entry,) = log.entries()
    assert entry.request.body == recording.interaction.request.body
    log.merge([])
    assert log.size == entry.size == ASKED[1].size + len(entry.request.body)
    log.add_replayed(2.0, 0.5, ASKED[0], None, recording, LIBRARY)
    log.settle()
    assert log.size == sum(entry.size for entry in log)
