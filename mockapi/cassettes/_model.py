"""What a cassette holds. Values only: reading, writing and playing them is done elsewhere."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

from mockapi.cassettes._redaction_rules import DEFAULT, RedactionRules
from mockapi.errors import UsageError
from mockapi.eventstream import CONTENT_TYPE
from mockapi.exchange import Ending

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT_VERSION = 1

_T = TypeVar("_T")

Compare: TypeAlias = Literal["all", "last-turn", "last-text", "stream", "uri"]
"""What of a request's body counts."""

Fields = tuple[tuple[str, str], ...]
"""Header fields as recorded: order and spelling kept, hop-by-hop fields included."""


class RecordedChunk(NamedTuple):
    """One transport chunk: seconds since the one before, and how many bytes of the body it held."""

    delay: float
    size: int


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """The request of an interaction.

    Attributes:
        method: in upper case.
        path: percent-encoding kept, no query.
        query: without the question mark.
        headers: those that were kept; credentials never are.
        body: the bytes, after content decoding. Where the body is JSON they are its compact
            form in the recorded key order: white space is not part of what is recorded.
    """

    method: str
    path: str
    query: str = ""
    headers: Fields = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """The response of an interaction.

    Attributes:
        status: HTTP status, 200 to 599.
        headers: in wire order.
        body: the exact bytes of the wire after content decoding.
        chunks: the transport chunks, if they were kept; their sizes add up to the body.
        ending: what came after the last chunk.
    """

    status: int
    headers: Fields = ()
    body: bytes = b""
    chunks: tuple[RecordedChunk, ...] = ()
    ending: Ending = Ending.CLEAN

    @property
    def is_stream(self) -> bool:
        """Whether its content type says that it is a stream of events, as text or in AWS's frames."""
        return any(
            name.lower() == "content-type" and ("event-stream" in value or CONTENT_TYPE in value)
            for name, value in self.headers
        )

    def __reduce__(self) -> Any:
        """As it goes to another process: pickled one by one, 250,000 chunks would take half a second."""
        delays = array("d", [chunk.delay for chunk in self.chunks]).tobytes()
        sizes = array("q", [chunk.size for chunk in self.chunks]).tobytes()
        return _received, (self.status, self.headers, self.body, delays, sizes, self.ending)


def _received(
    status: int, headers: Fields, body: bytes, delays: bytes, sizes: bytes, ending: Ending
) -> RecordedResponse:
    chunks = map(RecordedChunk, array("d", delays), array("q", sizes))
    return RecordedResponse(status, headers, body, tuple(chunks), ending)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and the response that it got.

    Attributes:
        recorded_at: when, as RFC 3339, if known.
        origin: where an imported interaction came from, in words.
        edited: the response was changed by hand and re-sealed: it is no longer what the API said.
    """

    request: RecordedRequest
    response: RecordedResponse
    recorded_at: str | None = None
    origin: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """Volatile text that is replaced by `<NAME>` before requests are compared.

        mockapi.Matching(substitutions=(mockapi.Substitution("ticket", "T-[0-9]+"),))

    Attributes:
        name: what the text is called.
        pattern: a regular expression of Python's `re`; every match in a string of the body is replaced.
    """

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Matching:
    """How an incoming request is compared with the recorded ones. The default compares all of it.

    Attributes:
        substitutions: applied to every string of the body, in order.
        headers: names, in lower case, of header fields that must be equal too.
        ignore: JSON paths (RFC 9535) of the body that do not count.
        compare: "all" of the body; or only the "last-turn": model, tools and the messages from
            the last user turn on; or the "last-text": what the user said last, and whether a
            stream is asked for; or whether a "stream" is asked for and nothing else; or nothing
            besides method and "uri", as VCR.py does unless told otherwise.
        rename_tool_ids: tool-use ids are numbered by their first appearance.
        redaction: what recording masks, and so what is masked in an incoming request before it
            is compared. A cassette does not say it; the one who plays it does.

    Raises:
        UsageError: a way to compare that does not exist.
    """

    substitutions: tuple[Substitution, ...] = ()
    headers: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    compare: Compare = "all"
    rename_tool_ids: bool = False
    redaction: RedactionRules = DEFAULT

    def __post_init__(self) -> None:
        """Refuse what no request could be compared by."""
        if self.compare not in get_args(Compare):
            choices = ", ".join(get_args(Compare))
            raise UsageError(f"`compare` of matching is one of {choices}, not {self.compare!r:.80}.")

    @property
    def is_plain(self) -> bool:
        """Whether bodies are compared as they are."""
        return self.is_exact and not self.substitutions

    @property
    def is_exact(self) -> bool:
        """Whether a match means that nothing but substituted text may differ."""
        return not self.ignore and self.compare == "all" and not self.rename_tool_ids

    @property
    def exact_part(self) -> Matching:
        """These rules without those that let requests differ."""
        if self.is_exact:
            return self
        return Matching(self.substitutions, self.headers, redaction=self.redaction)

    def with_added(self, other: Matching) -> Matching:
        """These rules and those of `other` together."""
        return Matching(
            substitutions=_union(self.substitutions, other.substitutions),
            headers=_union(self.headers, other.headers),
            ignore=_union(self.ignore, other.ignore),
            compare=other.compare if other.compare != "all" else self.compare,
            rename_tool_ids=self.rename_tool_ids or other.rename_tool_ids,
            redaction=other.redaction if other.redaction != DEFAULT else self.redaction,
        )


def _union(first: tuple[_T, ...], second: tuple[_T, ...]) -> tuple[_T, ...]:
    return (*first, *(item for item in second if item not in first))


@dataclass(frozen=True, slots=True)
class Cassette:
    """A file of interactions, in the order they were recorded.

    Attributes:
        name: the file's path as the user named it; what messages and the journal call it.
        interactions: a tuple, or what looks like one and makes each when it is asked for.
    """

    name: str
    interactions: Sequence[Interaction]
    matching: Matching = field(default_factory=Matching)


def digest_of(body: bytes) -> str:
    """The seal of a response body: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
