"""One file, imported: the one place where formats, hosts, redaction and the report meet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from mockapi._printable import encodable
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Cassette, Interaction
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionError
from mockapi.cassettes.importers._damage import missing_half
from mockapi.cassettes.importers._evidence import sign_of_replies
from mockapi.cassettes.importers._exchange import Loss
from mockapi.cassettes.importers._formats import (
    NOTHING_RECORDED,
    UNKNOWN,
    format_of,
    joined_mappings,
    open_document,
    why_not,
)
from mockapi.cassettes.importers._hosts import api_path, refused_host
from mockapi.cassettes.importers._stubs import arranged
from mockapi.cassettes.redaction import redact_interaction, signed_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockapi.cassettes import RedactionRules
    from mockapi.cassettes.importers._exchange import Exchange, RecordedEntry
    from mockapi.cassettes.importers._formats import Document, Format
    from mockapi.cassettes.importers._stubs import Beside

_SIGNED_WORDS = (b"thinking", b"signature", b"encrypted")
_SUFFIXES = (".yaml", ".yml", ".json", ".har", ".zhar", ".toml", ".httprr", ".sse")

# What reading a value of any shape raises where its format has another. Readers check what real
# files get wrong; a test holds them to everything else.
_ODD_SHAPE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


def _nothing_beside(_: str) -> None:
    """No file lies beside a recording that came alone."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file.

    Attributes:
        name: of the cassette, relative: the source's with another extension.
        format: what the file was, empty if it is not a recording.
        cassette: None if nothing was kept.
        kept: how many interactions it has.
        streams: how many of them are event streams.
        left_out: reasons, and how many exchanges each.
        broken: the exchanges that should have been kept and cannot be: place, cause, remedy.
        lost: what the source had lost before.
    """

    name: str
    format: str = ""
    cassette: Cassette | None = None
    kept: int = 0
    streams: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    broken: tuple[str, ...] = ()
    lost: tuple[Loss, ...] = ()


def import_recording(
    data: bytes,
    name: str,
    *,
    hosts: Iterable[str] = (),
    rules: RedactionRules | None = None,
    beside: Beside = _nothing_beside,
) -> Imported:
    """The cassette that a recording of another tool makes, redacted.

    Args:
        data: the file's bytes.
        name: its relative path: names the cassette, and is told as each interaction's origin.
        hosts: patterns of hosts to take besides the API's own.
        rules: what is masked; None for the usual.
        beside: reads a file that the recording keeps a body in, by its path from the recording.

    Never raises for what is in the file: that is in the report.
    """
    try:
        document = open_document(data, name)
    except FormatError as fault:
        return Imported(_cassette_name(name), broken=(_told(fault),))
    format_ = format_of(document)
    if format_ is None:
        return _unknown(document, name)
    return _imported(document, format_, name, _Run(tuple(hosts), DEFAULT if rules is None else rules, beside))


def import_mappings(
    parts: Mapping[str, bytes],
    name: str,
    *,
    hosts: Iterable[str] = (),
    rules: RedactionRules | None = None,
    beside: Beside = _nothing_beside,
) -> tuple[Imported | None, tuple[str, ...]]:
    """The cassette that a folder of stub mappings makes: its files answer together, by their priorities.

    Args:
        parts: the files' bytes by their paths in the folder.
        name: the folder's relative path: names the cassette.
        hosts: as `import_recording`.
        rules: as `import_recording`.
        beside: reads a reply that a stub keeps in a file, by its path from the folder above.

    Returns:
        The report, None if no file has stubs; and the files that have none.
    """
    documents: dict[str, Document] = {}
    damaged: list[str] = []
    for part, data in parts.items():
        try:
            documents[part] = open_document(data, part)
        except FormatError as fault:
            damaged.append(f"{part}: {_told(fault)}")
    joined = joined_mappings(documents)
    format_ = None if joined is None else format_of(joined)
    if joined is None or format_ is None:
        return None, tuple(parts)
    others = tuple(part for part in documents if part not in joined.value.documents)
    run = _Run(tuple(hosts), DEFAULT if rules is None else rules, beside)
    imported = _imported(joined, format_, name, run)
    if damaged:  # what it would have answered, another stub would answer now
        imported = replace(imported, cassette=None, kept=0, streams=0, broken=(*imported.broken, *damaged))
    return imported, others


@dataclass(frozen=True, slots=True)
class _Run:
    """What importing a file goes by."""

    hosts: tuple[str, ...]
    rules: RedactionRules
    beside: Beside


def _unknown(document: Document, name: str) -> Imported:
    """The report of a file of no known format: a failure if it has the API's replies in it."""
    reason = why_not(document)
    if reason == UNKNOWN and (sign := sign_of_replies(document.text)):
        cause = f"it has {sign} in it, and is in no format that is known here. Record it again."
        return Imported(_cassette_name(name), broken=(cause,))
    return Imported(_cassette_name(name), left_out=((reason, 1),))


def _imported(document: Document, format_: Format, name: str, run: _Run) -> Imported:
    """The report of a document of a known format."""
    subject = document.text if format_.reads_text else document.value
    matching, entries = format_.matching, format_.read(subject)
    if format_.stubs is not None:
        try:
            stubs, matching = arranged(format_.stubs(subject, run.beside), run.hosts)
        except FormatError as fault:
            return Imported(_cassette_name(name), format_.title, broken=(_told(fault),))
        except _ODD_SHAPE as error:
            cause = f"a shape that {format_.title} does not write ({error!r:.100})."
            return Imported(_cassette_name(name), format_.title, broken=(cause,))
        entries = iter(stubs)
    interactions: list[Interaction] = []
    left_out: Counter[str] = Counter()
    broken: list[str] = []
    lost: set[Loss] = set()
    for number, entry in enumerate(entries):
        host = "" if entry.left_out or format_.stubs else refused_host(entry.url, run.hosts)
        if entry.left_out or host:
            left_out[entry.left_out or f"host {host}"] += 1
            continue
        kept = _kept(entry, number, f"{format_.title}: {encodable(name)} #{number}", run.rules)
        if isinstance(kept, str):
            broken.append(kept)
            continue
        interactions.append(kept[0])
        lost |= kept[1]
    if format_.stubs and broken:
        interactions = []
    if not (interactions or left_out or broken):
        left_out[NOTHING_RECORDED] += 1
    cassette_name = _cassette_name(name, whole=format_.whole_name)
    return Imported(
        name=cassette_name,
        format=format_.title,
        cassette=Cassette(cassette_name, tuple(interactions), matching) if interactions else None,
        kept=len(interactions),
        streams=sum(interaction.response.is_stream for interaction in interactions),
        left_out=tuple(left_out.most_common()),
        broken=tuple(broken),
        lost=tuple(loss for loss in Loss if loss in lost),
    )


def _kept(
    entry: RecordedEntry, number: int, origin: str, rules: RedactionRules
) -> tuple[Interaction, frozenset[Loss]] | str:
    """The interaction of an entry, masked, and what its source had lost; or why there is none."""
    try:
        exchange = entry.make()
    except FormatError as fault:
        return _told(fault)
    except _ODD_SHAPE as error:
        title = origin.partition(":")[0]
        return f"entry {number}: a shape that {title} does not write ({error!r:.100})."
    half = "" if exchange.ours else missing_half(exchange.interaction)
    if half:
        return f"entry {number}: {half}. Restore the file, or record it again."
    try:
        interaction = redact_interaction(_placed(exchange, origin), rules)
    except RedactionError as error:
        return f"entry {number}: {error}."
    signed = signed_secrets(interaction, rules) if _has_signed_text(interaction) else []
    if signed:
        return (
            f"entry {number}: {signed[0].place} holds {signed[0].secret.kind} inside signed content,"
            " which cannot be masked. Record it again without."
        )
    return interaction, exchange.lost


def _has_signed_text(interaction: Interaction) -> bool:
    """Whether there is anything that may not be masked. Most have none, and looking closely is dear."""
    bodies = interaction.request.body, interaction.response.body
    return any(word in body for body in bodies for word in _SIGNED_WORDS)


def _placed(exchange: Exchange, origin: str) -> Interaction:
    """The interaction with its origin, and its path as the API has it."""
    interaction = exchange.interaction
    if exchange.ours:
        return interaction
    request = replace(interaction.request, path=api_path(interaction.request.path))
    return replace(interaction, request=request, origin=origin)


def _cassette_name(name: str, *, whole: bool = False) -> str:
    path = PurePath(name)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    while not whole and path.suffix.lower() in _SUFFIXES:
        path = path.with_suffix("")  # of `recording.har.yaml` both
    return str(path.with_name(f"{path.name}.yaml"))


def _told(fault: FormatError) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.path).lstrip(".")
    return f"{place}: {fault.cause} {fault.remedy}" if place else f"{fault.cause} {fault.remedy}"
