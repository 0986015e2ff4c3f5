"""From a file's bytes to the reader that understands it: the one table of formats.

A file is unpacked if it is gzip or zlib, then opened as what it looks like (`RecordingFormat`), then shown to
each row of `FORMATS` in turn. Names count only for TOML, which looks like nothing in particular.
"""

from __future__ import annotations

import codecs
import contextlib
import enum
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._decode import VERSION_KEY
from mockapi.cassettes._model import Matching
from mockapi.cassettes._yaml import YAMLError
from mockapi.cassettes.importers import (
    _yaml,
    aimock,
    betamax,
    cassetter,
    dd_trace,
    events,
    go_vcr,
    har,
    hoverfly,
    http_interactions,
    httprr,
    mockoon,
    mockserver,
    node_recorders,
    php_vcr,
    plain,
    txtar,
    vcr_py,
    wiremock,
)
from mockapi.cassettes.importers._coding import inflated
from mockapi.cassettes.importers._evidence import has_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mockapi.cassettes.importers._exchange import RecordedEntry
    from mockapi.cassettes.importers._stubs import Beside, Stub


_EXACT = Matching()


class RecordingFormat(enum.Enum):
    """What a file is before anybody knows who wrote it."""

    TEXT = enum.auto()
    JSON = enum.auto()
    YAML = enum.auto()
    TOML = enum.auto()


@dataclass(frozen=True, slots=True)
class Document:
    """An opened file.

    Attributes:
        text: the bytes, unpacked.
        value: what JSON, YAML or TOML they are; None for other text.
    """

    kind: RecordingFormat
    text: bytes
    value: Any = None


def _nothing(_: Any) -> Iterator[RecordedEntry]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table.

    Attributes:
        title: what people call it.
        kinds: what it can be written in.
        recognises: whether a document (its value, or text where it has none) is of the format.
        read: its entries.
        matching: how such cassettes match, where their requests were lost.
        whole_name: whether the file's extension stays in the cassette's name: of plain bodies
            there are often two, `hello.json` and `hello.sse`.
        reads_text: whether `read` wants the text instead of the value.
        stubs: instead of `read`, the rules of a mock server. They belong together: a file of which
            one cannot be imported is not imported at all, because another would answer in its place.
    """

    title: str
    kinds: frozenset[RecordingFormat]
    recognises: Callable[[Any], bool]
    read: Callable[[Any], Iterator[RecordedEntry]] = _nothing
    matching: Matching = _EXACT
    whole_name: bool = False
    reads_text: bool = False
    stubs: Callable[[Any, Beside], Iterator[Stub]] | None = None


_DATA = frozenset({RecordingFormat.JSON, RecordingFormat.YAML})
_ANY = frozenset({RecordingFormat.JSON, RecordingFormat.YAML, RecordingFormat.TOML})
_JSON = frozenset({RecordingFormat.JSON})
_TEXT = frozenset({RecordingFormat.TEXT})

FORMATS: tuple[Format, ...] = (
    Format(httprr.TITLE, _TEXT, httprr.recognises, httprr.read, reads_text=True),
    Format(
        plain.STREAM, _TEXT, plain.recognises_stream, plain.read_stream, plain.MATCHING,
        whole_name=True, reads_text=True,
    ),
    Format(
        plain.WHOLE, _TEXT, plain.recognises_whole, plain.read_whole, plain.MATCHING,
        whole_name=True, reads_text=True,
    ),
    Format(txtar.TITLE, _TEXT, txtar.recognises, txtar.read, reads_text=True),
    Format(hoverfly.TITLE, _DATA, hoverfly.recognises, stubs=hoverfly.read_stubs),
    Format(mockserver.TITLE, _DATA, mockserver.recognises, stubs=mockserver.read_stubs),
    Format(mockoon.TITLE, _DATA, mockoon.recognises, stubs=mockoon.read_stubs),
    Format(wiremock.TITLE, _JSON, wiremock.recognises, stubs=wiremock.read_stubs),
    Format(node_recorders.NOCK, _JSON, node_recorders.recognises_nock, node_recorders.read_nock),
    Format(node_recorders.MSW, _JSON, node_recorders.recognises_msw, node_recorders.read_msw),
    Format(node_recorders.POLLY, _DATA, node_recorders.recognises_polly, node_recorders.read_polly),
    Format(dd_trace.TITLE, _JSON, dd_trace.recognises, dd_trace.read),
    Format(har.TITLE, _DATA, har.recognises, har.read),
    Format(betamax.TITLE, _DATA, betamax.recognises, betamax.read),
    Format(http_interactions.R, _DATA, http_interactions.recognises_r, http_interactions.read_r),
    Format(http_interactions.RUBY, _DATA, http_interactions.recognises_ruby, http_interactions.read_ruby),
    Format(go_vcr.TITLE, _DATA, go_vcr.recognises, go_vcr.read),
    Format(cassetter.TITLE, _ANY, cassetter.recognises, cassetter.read),
    Format(vcr_py.TITLE, _DATA, vcr_py.recognises, vcr_py.read),
    Format(php_vcr.TITLE, _DATA, php_vcr.recognises, php_vcr.read),
    Format(
        events.TITLE, _DATA, events.recognises, events.read, events.MATCHING, whole_name=True,
    ),
    Format(aimock.TITLE, _JSON, aimock.recognises, aimock.read, aimock.MATCHING),
    Format(
        plain.JSON, _JSON, plain.recognises_json, plain.read_json, plain.MATCHING,
        whole_name=True, reads_text=True,
    ),
)  # fmt: skip
"""Every format, the more telling before the less: what VCR.py needs, cassetter has too."""

NOTHING_RECORDED = "a recording without any interaction"
UNKNOWN = "no recording in a format that is known here"
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_STANDS_IN = (
    (
        b"version https://git-lfs.github.com/",
        "a pointer of Git LFS is in its place.",
        "Fetch it: git lfs pull.",
    ),
    (b"/annex/objects/", "a pointer of git-annex is in its place.", "Fetch it: git annex get."),
    (b"\0GITCRYPT\0", "it is encrypted by git-crypt.", "Decrypt it: git-crypt unlock."),
    (b"$ANSIBLE_VAULT;", "it is encrypted by Ansible Vault.", "Decrypt it: ansible-vault decrypt."),
)
"""What a file begins with that is in a recording's place."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
"""Of UTF-32 first: its mark begins with that of UTF-16."""


def open_document(data: bytes, name: str) -> Document:
    """What a file is, opened.

    Raises:
        FormatError: damaged, malformed, or dangerous; with the line where there is one.
    """
    if data.startswith(_PACKED):
        try:
            data = inflated(data)
        except ValueError as error:
            raise FormatError((), f"{error}.", "Restore the file.") from error
    for beginning, cause, remedy in _STANDS_IN:
        if data.startswith(beginning):
            raise FormatError((), cause, remedy)
    data = _as_utf8(data)
    if any(each.recognises(data) for each in (httprr, txtar)) or plain.recognises_stream(data):
        return Document(RecordingFormat.TEXT, data)
    if plain.recognises_whole(data):
        return Document(RecordingFormat.TEXT, data)
    if name.lower().endswith((".toml", ".toml.gz")):
        return Document(RecordingFormat.TOML, data, _toml(data))
    # go-vcr puts YAML's marker of a document before whatever its user's marshaller writes.
    inner = data.removeprefix(b"\xef\xbb\xbf").removeprefix(b"---\n")
    if inner.lstrip()[:1] in {b"{", b"["}:
        value = _json(inner)
        if not isinstance(value, jsontext.NotJSON):
            return Document(RecordingFormat.JSON, data, value)
        parsed = events.lines(inner)
        if parsed is not None:
            return Document(RecordingFormat.JSON, data, parsed)
        if name.lower().endswith((".json", ".har")):
            raise FormatError((), f"malformed JSON: {value.reason}.", "Restore the file.")
    try:
        return Document(RecordingFormat.YAML, data, _yaml.parse(data))
    except YAMLError as error:
        if not (name.lower().removesuffix(".gz").endswith((".yaml", ".yml")) or has_frame(data)):
            return Document(RecordingFormat.TEXT, data)
        line = f"line {error.line}: " if error.line else ""
        raise FormatError((), f"{line}{error.cause}.", "Restore or mend the file.") from error


def joined_mappings(documents: Mapping[str, Document]) -> Document | None:
    """A folder of WireMock's mappings as one document; None if there is no stub in it."""
    stubs = {name: each.value for name, each in documents.items() if wiremock.recognises(each.value)}
    if not stubs:
        return None
    return Document(RecordingFormat.JSON, b"", wiremock.Folder(stubs))


def format_of(document: Document) -> Format | None:
    """The format of a document; None if it is unknown."""
    subject = document.text if document.kind is RecordingFormat.TEXT else document.value
    for item in FORMATS:
        if document.kind in item.kinds and item.recognises(subject):
            return item
    return None


def why_not(document: Document) -> str:
    """What a document is that has no known format, in words."""
    value = document.value
    if isinstance(value, dict) and VERSION_KEY in value:
        return "a mockapi cassette already"
    if isinstance(value, dict) and any(value.get(key) == [] for key in ("interactions", "http_interactions")):
        return NOTHING_RECORDED
    if isinstance(value, dict) and "messages" in value and "max_tokens" in value:
        return "a request, not a reply"
    return UNKNOWN


def _as_utf8(data: bytes) -> bytes:
    """A text of an editor that writes UTF-16 or UTF-32, in UTF-8."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and data[:1] in (b"{", b"[", b'"') and set(data[1:64:2]) == {0}:
        encoding = "utf-16-le"  # without a mark
    if encoding is None:
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        cause = f"it begins as {encoding.upper()} and is not: {error}."
        raise FormatError((), cause, "Restore the file.") from error


def _json(data: bytes) -> Any:
    value = jsontext.parse_exactly(data)
    if isinstance(value, jsontext.NotJSON):
        # Half a surrogate pair makes orjson refuse the file; it should cost only the entry.
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(data, parse_float=_finite, parse_constant=_finite)
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.60} is not a JSON number")
    return number


def _toml(data: bytes) -> Any:
    import tomllib  # noqa: PLC0415 - the rarest of all formats

    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # what TOML and UTF-8 raise, and integers without end
        raise FormatError((), f"malformed TOML: {error}.", "Restore the file.") from error
