"""Finding the recording of a request: dictionaries by key, never a scan.

Cassettes may each have matching rules of their own, so the index holds one table per distinct
set of rules; nearly always that is one. A `RecordingSequence` is all recordings of one key in recorded
order: the same question asked again is answered by the next of them, and how far a session has
come is the session's to remember.

Clients write JSON compactly and in one order of keys, which is how cassettes keep it. So a table
also knows every JSON body by its very bytes: what is spelled as it was recorded is found without
being parsed, at a sixth of the cost, and the same recordings are found as by the key.

Exact tables (only substitutions apply) are asked before validation, relaxed ones (ignored paths,
the last turn only, renamed ids) after it.

What was recorded is redacted, so an incoming request must be redacted before it is compared.
Nearly all requests are their own redaction, and looking for secrets costs more than the rest
of a look-up: a request is first looked up as it came, which finds the same recordings, and
only where that finds none as it would have been kept. Recordings that were written unredacted
by hand get tables of their own, made when the first request misses. That looks at everything that
is recorded, so who must not wait has it done elsewhere, before the look-up: `Index.is_ready`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi import cassettes, jsontext
from mockapi._printable import encodable
from mockapi.cassettes._key import canonical_size, request_key, request_line
from mockapi.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._model import Cassette, Interaction, Matching
    from mockapi.cassettes._redaction_rules import RedactionRules


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One interaction in its place. Compared by identity.

    Attributes:
        cassette: where it stands.
        position: its place there, from 0.
        number: its place among all that are loaded, from 0.
    """

    cassette: Cassette
    position: int
    number: int

    @property
    def interaction(self) -> Interaction:
        """The interaction itself."""
        return self.cassette.interactions[self.position]

    def __str__(self) -> str:
        return f"{encodable(self.cassette.name)}#{self.position}"


class RecordingSequence:
    """The recordings that share a key, in recorded order. Compared by identity.

    Attributes:
        recordings: in recorded order.
        body: of the first one's request.
    """

    __slots__ = ("body", "recordings")

    def __init__(self, body: bytes) -> None:
        self.recordings: list[Recording] = []
        self.body = body


class _Table:
    """The tracks under one set of rules."""

    __slots__ = ("_by_key", "_by_text", "_keeps_sizes", "_matching", "_sizes")

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._keeps_sizes = matching.is_plain and matching.redaction.is_plain
        self._sizes: set[int | None] = set()
        self._by_key: dict[bytes, RecordingSequence] = {}
        self._by_text: dict[tuple[bytes, bytes], RecordingSequence] = {}

    def add(self, request: Request, recording: Recording) -> None:
        """Put a recording behind those of the same key."""
        key = request_key(request, self._matching)
        track = self._by_key.get(key)
        if track is None:
            track = self._by_key[key] = RecordingSequence(request.body)
        track.recordings.append(recording)
        if self._keeps_sizes:
            self._sizes.add(canonical_size(request))
        # The key of a body that is not JSON depends on its content type too.
        if not self._matching.headers and not isinstance(request.parsed, jsontext.NotJSON):
            self._by_text[request_line(request), request.body] = track

    def find(self, request: Request) -> RecordingSequence | None:
        """The track of a request."""
        track = self._by_text.get((request_line(request), request.body))
        if track is None:
            track = self._by_key.get(request_key(request, self._matching))
        return track

    def has_size_of(self, request: Request) -> bool:
        """Whether a recording may be this request, redacted: as far as the size of its body tells.

        A mask is as long as what it masks, so most requests that were never recorded are known here,
        and nobody has to look for secrets in them. Payloads are kept as digests, which are shorter.
        """
        if not self._keeps_sizes or request.known is not None or b'"base64"' in request.body:
            return True  # what is known was worked out elsewhere, because the body is large
        size = canonical_size(request)
        return size is None or size in self._sizes


class Index:
    """Recordings by key.

    Attributes:
        recordings: in the order they are to be played.
        is_ready: whether a request that is not found as it came is looked up without redacting all
            recordings.

    Args:
        recordings: in the order they are to be played.
        extra: rules of the session, added to those of every cassette.
    """

    def __init__(self, recordings: Iterable[Recording], extra: Matching | None = None) -> None:
        self.recordings = tuple(recordings)
        self.is_ready = not self.recordings
        self._exact: dict[Matching, _Table] = {}
        self._looser: dict[Matching, _Table] = {}
        self._unredacted: tuple[dict[Matching, _Table], dict[Matching, _Table]] | None = None
        self._as_it_came: tuple[Request | None, RecordingSequence | None] = (None, None)
        self._extra = extra
        for recording in self.recordings:
            matching = self._rules_of(recording)
            request = as_request(recording.interaction)
            _put(self._exact, matching.exact_part, request, recording)
            if not matching.is_exact:
                _put(self._looser, matching, request, recording)

    def _rules_of(self, recording: Recording) -> Matching:
        matching = recording.cassette.matching
        return matching.with_added(self._extra) if self._extra else matching

    def find_exact(self, request: Request) -> RecordingSequence | None:
        """The recordings that answered exactly this request."""
        asked, track = self._as_it_came
        if asked is not request:
            track = _find(self._exact, request)
        return track or self._find_redacted(self._exact, 0, request)

    def find_relaxed(self, request: Request) -> RecordingSequence | None:
        """The recordings of a request that differs only in what the rules leave out."""
        if not self._looser:
            return None
        return _find(self._looser, request) or self._find_redacted(self._looser, 1, request)

    def rules(self, *, relaxed: bool) -> tuple[Matching, ...]:
        """The rules that `find_exact` compares by, or `find_relaxed`."""
        return tuple(self._looser if relaxed else self._exact)

    def find_as_it_came(self, request: Request) -> RecordingSequence | None:
        """What `find_exact` finds without looking for secrets in a request; None says nothing."""
        return _find(self._exact, request)

    def has_as_it_came(self, request: Request) -> bool:
        """Whether `find_exact`, which is told, finds a request without looking for secrets in it."""
        self._as_it_came = request, _find(self._exact, request)
        return self._as_it_came[1] is not None

    def alone(self, request: Request) -> RecordingSequence | None:
        """Where `find_exact` finds a request as it came, if one recording is all that is there.

        It is that one's turn whenever the request comes.
        """
        if not self.has_as_it_came(request):
            return None
        track = self._as_it_came[1]
        return track if track is not None and len(track.recordings) == 1 else None

    def redactions(self) -> list[tuple[Request, RedactionRules]]:
        """What `make_ready` has to know the redactions of: every recorded request, and by which rules."""
        return [
            (as_request(recording.interaction), self._rules_of(recording).redaction)
            for recording in self.recordings
        ]

    def make_ready(self, redacted: Iterable[Request | None]) -> None:
        """Make the tables of the recordings that are not their own redaction.

        Args:
            redacted: what `redacted_requests` makes of `redactions`.
        """
        self._unredacted = self._tables_of(redacted)
        self.is_ready = True

    def _tables_of(
        self, redacted: Iterable[Request | None]
    ) -> tuple[dict[Matching, _Table], dict[Matching, _Table]]:
        exact: dict[Matching, _Table] = {}
        relaxed: dict[Matching, _Table] = {}
        for recording, request in zip(self.recordings, redacted, strict=True):
            if request is not None:
                matching = self._rules_of(recording)
                _put(exact, matching.exact_part, request, recording)
                if not matching.is_exact:
                    _put(relaxed, matching, request, recording)
        return exact, relaxed

    def _find_redacted(
        self, tables: dict[Matching, _Table], looseness: int, request: Request
    ) -> RecordingSequence | None:
        if not tables:
            return None
        if self._unredacted is None:
            self._unredacted = self._tables_of(redacted_requests(self.redactions()))
            self.is_ready = True
        unredacted = self._unredacted[looseness]
        if not any(table.has_size_of(request) for table in (*tables.values(), *unredacted.values())):
            return None
        for rules in {matching.redaction: None for matching in tables}:
            redacted = cassettes.for_matching(request, rules)
            track = _find(tables, redacted) if redacted is not request else None
            track = track or (_find(unredacted, redacted) if unredacted else None)
            if track is not None:
                return track
        return None


def redacted_requests(
    redactions: Iterable[tuple[Request, RedactionRules]],
) -> list[Request | None]:
    """What recorded requests would have been kept as; None for those that are their own redaction."""
    found = ((request, cassettes.for_matching(request, rules)) for request, rules in redactions)
    return [None if redacted is request else redacted for request, redacted in found]


def as_request(interaction: Interaction) -> Request:
    """The recorded request as the value that an incoming one becomes."""
    recorded = interaction.request
    headers = tuple(
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in recorded.headers
    )
    return Request(recorded.method, recorded.path, recorded.query, headers, recorded.body)


def _put(tables: dict[Matching, _Table], matching: Matching, request: Request, recording: Recording) -> None:
    table = tables.get(matching)
    if table is None:
        table = tables[matching] = _Table(matching)
    table.add(request, recording)


def _find(tables: dict[Matching, _Table], request: Request) -> RecordingSequence | None:
    for table in tables.values():
        track = table.find(request)
        if track is not None:
            return track
    return None
