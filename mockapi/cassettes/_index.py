"""Finding the recording of a request: look-ups by key, never a scan.

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

from typing import TYPE_CHECKING

from mockapi import cassettes
from mockapi.cassettes._packed import as_request
from mockapi.cassettes._table_builder import TableBuilder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._model import Cassette, Matching
    from mockapi.cassettes._recording import Recording, RecordingSequence
    from mockapi.cassettes._recordings import Recordings
    from mockapi.cassettes._redaction_rules import RedactionRules
    from mockapi.cassettes._table import Table
    from mockapi.exchange import Request


class Index:
    """Recordings by key.

    Attributes:
        recordings: in the order they are to be played.
        is_empty: whether there are none.
        is_ready: whether a request that is not found as it came is looked up without redacting all
            recordings.

    Args:
        recordings: in the order they are to be played.
        extra: rules of the session, added to those of every cassette.
    """

    def __init__(self, recordings: Recordings, extra: Matching | None = None) -> None:
        self.recordings = recordings
        self.is_empty = self.is_ready = not recordings
        self._unredacted: tuple[dict[Matching, Table], dict[Matching, Table]] | None = None
        self._as_it_came: tuple[Request | None, RecordingSequence | None] = (None, None)
        self._extra = extra
        building = _Building(self.recordings)
        index = 0
        for cassette in recordings.cassettes:
            if not cassette.interactions:  # then its rules have no place in the order of the tables
                continue
            builders = building.builders(self._rules_of(cassette))
            for position in range(len(cassette.interactions)):
                for builder in builders:
                    builder.add(cassette.interactions, position, index)
                index += 1
        self._exact, self._looser = building.tables()

    def _rules_of(self, cassette: Cassette) -> Matching:
        return cassette.matching.with_added(self._extra) if self._extra else cassette.matching

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
        """What `find_exact` finds without looking for secrets in a request; None says nothing.

        It is remembered: whoever asks next of the same request, or `find_exact`, does not look again.
        """
        asked, found = self._as_it_came
        if asked is not request:
            found = _find(self._exact, request)
            self._as_it_came = request, found
        return found

    def has_as_it_came(self, request: Request) -> bool:
        """Whether `find_exact` finds a request without looking for secrets in it."""
        return self.find_as_it_came(request) is not None

    def alone(self, request: Request) -> Recording | None:
        """What `find_exact` finds of a request as it came, if one recording is all that is there.

        It is that one's turn whenever the request comes.
        """
        track = self.find_as_it_came(request)
        return None if track is None or track.several else track.first

    def redactions(self) -> list[tuple[Request, RedactionRules]]:
        """What `make_ready` has to know the redactions of: every recorded request, and by which rules."""
        return [
            (as_request(cassette.interactions[position]), self._rules_of(cassette).redaction)
            for cassette, position in self.recordings.places()
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
    ) -> tuple[dict[Matching, Table], dict[Matching, Table]]:
        building = _Building(self.recordings)
        for index, ((cassette, _), request) in enumerate(
            zip(self.recordings.places(), redacted, strict=True)
        ):
            if request is not None:
                for builder in building.builders(self._rules_of(cassette)):
                    builder.add_redacted(request, index)
        return building.tables()

    def _find_redacted(
        self, tables: dict[Matching, Table], looseness: int, request: Request
    ) -> RecordingSequence | None:
        if not tables:
            return None
        if self._unredacted is None:
            self._unredacted = self._tables_of(redacted_requests(self.redactions()))
            self.is_ready = True
        unredacted = self._unredacted[looseness]
        if not (_may_have(tables, request) or _may_have(unredacted, request)):
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


class _Building:
    """Tables to be, exact ones and relaxed ones.

    Args:
        recordings: all that there are.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._exact: dict[Matching, TableBuilder] = {}
        self._looser: dict[Matching, TableBuilder] = {}

    def builders(self, rules: Matching) -> list[TableBuilder]:
        """Of the tables that recordings under these rules belong to."""
        found = [self._builder(self._exact, rules.exact_part)]
        if not rules.is_exact:
            found.append(self._builder(self._looser, rules))
        return found

    def _builder(self, builders: dict[Matching, TableBuilder], rules: Matching) -> TableBuilder:
        if rules not in builders:
            builders[rules] = TableBuilder(rules, self._recordings)
        return builders[rules]

    def tables(self) -> tuple[dict[Matching, Table], dict[Matching, Table]]:
        """The exact tables and the relaxed ones, by their rules."""
        exact = {rules: builder.table() for rules, builder in self._exact.items()}
        return exact, {rules: builder.table() for rules, builder in self._looser.items()}


def _may_have(tables: dict[Matching, Table], request: Request) -> bool:
    for table in tables.values():  # noqa: SIM110 - every request that was never recorded comes by here
        if table.may_have(request):
            return True
    return False


def _find(tables: dict[Matching, Table], request: Request) -> RecordingSequence | None:
    for table in tables.values():
        track = table.find(request)
        if track is not None:
            return track
    return None
