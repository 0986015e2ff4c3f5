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
from mockapi.cassettes.importers._exchange import Loss
from mockapi.cassettes.importers._formats import NOTHING_RECORDED, format_of, open_document, why_not
from mockapi.cassettes.importers._hosts import api_path, refused_host
from mockapi.cassettes.redaction import redact_interaction, signed_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes import RedactionRules
    from mockapi.cassettes.importers._exchange import Exchange

_SIGNED_WORDS = (b"thinking", b"signature", b"encrypted")
_SUFFIXES = (".yaml", ".yml", ".json", ".har", ".zhar", ".toml", ".httprr", ".sse")

# What reading a value of any shape raises where its format has another. Readers check what real
# files get wrong; a test holds them to everything else.
_ODD_SHAPE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


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
    data: bytes, name: str, *, hosts: Iterable[str] = (), rules: RedactionRules | None = None
) -> Imported:
    """The cassette that a recording of another tool makes, redacted.

    Args:
        data: the file's bytes.
        name: its relative path: names the cassette, and is told as each interaction's origin.
        hosts: patterns of hosts to take besides the API's own.
        rules: what is masked; None for the usual.

    Never raises for what is in the file: that is in the report.
    """
    try:
        document = open_document(data, name)
    except FormatError as fault:
        return Imported(_cassette_name(name), broken=(_told(fault),))
    format_ = format_of(document)
    if format_ is None:
        return Imported(_cassette_name(name), left_out=((why_not(document), 1),))

    masking = DEFAULT if rules is None else rules
    interactions: list[Interaction] = []
    left_out: Counter[str] = Counter()
    broken: list[str] = []
    lost: set[Loss] = set()
    patterns = tuple(hosts)
    subject = document.text if format_.reads_text else document.value
    for number, entry in enumerate(format_.read(subject)):
        host = "" if entry.left_out else refused_host(entry.url, patterns)
        if entry.left_out or host:
            left_out[entry.left_out or f"host {host}"] += 1
            continue
        try:
            exchange = entry.make()
        except FormatError as fault:
            broken.append(_told(fault))
            continue
        except _ODD_SHAPE as error:
            broken.append(f"entry {number}: a shape that {format_.title} does not write ({error!r:.100}).")
            continue
        try:
            interaction = redact_interaction(
                _placed(exchange, f"{format_.title}: {encodable(name)} #{number}"), masking
            )
        except RedactionError as error:
            broken.append(f"entry {number}: {error}.")
            continue
        signed = signed_secrets(interaction, masking) if _has_signed_text(interaction) else []
        if signed:
            broken.append(
                f"entry {number}: {signed[0].place} holds {signed[0].secret.kind} inside signed content,"
                " which cannot be masked. Record it again without."
            )
            continue
        interactions.append(interaction)
        lost |= exchange.lost
    if not (interactions or left_out or broken):
        left_out[NOTHING_RECORDED] += 1
    cassette_name = _cassette_name(name, whole=format_.whole_name)
    return Imported(
        name=cassette_name,
        format=format_.title,
        cassette=Cassette(cassette_name, tuple(interactions), format_.matching) if interactions else None,
        kept=len(interactions),
        streams=sum(map(_is_stream, interactions)),
        left_out=tuple(left_out.most_common()),
        broken=tuple(broken),
        lost=tuple(loss for loss in Loss if loss in lost),
    )


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


def _is_stream(interaction: Interaction) -> bool:
    headers = interaction.response.headers
    return any(name.lower() == "content-type" and "event-stream" in value for name, value in headers)


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
