"""From a cassette's value to its text, checked by reading it back."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import MAX_BYTES
from mockapi.cassettes._decode import VERSION_KEY, load
from mockapi.cassettes._emit import Inline, can_emit, emit, is_carriable, quoted_size
from mockapi.cassettes._model import (
    FORMAT_VERSION,
    Cassette,
    Fields,
    Interaction,
    Matching,
    RecordedRequest,
    RecordedResponse,
    digest_of,
)
from mockapi.cassettes._substitutions import is_named
from mockapi.cassettes._summary import summarize
from mockapi.errors import CassetteError, UnwritableError
from mockapi.exchange import Ending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

_MOST_ESCAPED = 4 / 3  # what base64 takes

LONG_BODY = 256
"""From so many bytes on, a body that comes again is referred to by its digest."""


def dump(cassette: Cassette) -> bytes:
    """The text of a cassette; the same cassette always gives the same bytes.

    Raises:
        UnwritableError: it would be too large to be read, or what was written does not read back as
            what was given: better met here than when the recording is needed.
    """
    document: dict[str, Any] = {VERSION_KEY: FORMAT_VERSION}
    if cassette.matching != Matching():
        document["matching"] = _matching(cassette.matching)
    said: set[str] = set()
    document["interactions"] = [_interaction(item, said) for item in cassette.interactions]
    text = _encoded(document)
    check_size(text, cassette.name)
    _check(text, cassette.name, cassette.interactions)
    return text


def check_size(text: bytes, name: str) -> None:
    """See that a cassette is not larger than what is read.

    Raises:
        UnwritableError: it is.
    """
    if len(text) > MAX_BYTES:
        raise UnwritableError(f"{name} would have {len(text):,} bytes; a cassette has at most {MAX_BYTES:,}")


def dump_more(
    interactions: Sequence[Interaction], name: str, said: AbstractSet[str]
) -> tuple[bytes, set[str]]:
    """The text that adds interactions to one that `dump` wrote, to stand at its end.

    Args:
        interactions: what to add.
        name: what messages call the file.
        said: digests of the long bodies that the file says in full.

    Returns:
        The text, and the digests with those of the new ones among them.

    Raises:
        UnwritableError: as for `dump`.
    """
    alone: set[str] = set()
    by_themselves = [_interaction(item, alone) for item in interactions]
    document = {VERSION_KEY: FORMAT_VERSION, "interactions": by_themselves}
    text = _encoded(document)
    check_size(text, name)
    _check(text, name, interactions)
    all_said = set(said)
    written = [
        _interaction(item, all_said, before["summary"])
        for item, before in zip(interactions, by_themselves, strict=True)
    ]
    return emit({"interactions": written}).partition("\n")[2].encode(), all_said


def _encoded(document: dict[str, Any]) -> bytes:
    text = emit(document)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start)
        raise UnwritableError(
            f"half a surrogate pair, for which no UTF-8 stands: {text.split(chr(10))[line].strip()!a}"
        ) from error


def long_bodies(interactions: Iterable[Interaction]) -> set[str]:
    """The digests of the bodies that are said once in a file, and referred to after that."""
    bodies = (body for item in interactions for body in (item.request.body, item.response.body))
    return {digest_of(body) for body in bodies if len(body) >= LONG_BODY}


def _check(text: bytes, name: str, interactions: Iterable[Interaction]) -> None:
    try:
        read = load(text, name).interactions
    except CassetteError as error:
        raise UnwritableError(f"the cassette format has no place for it: {error}") from error
    if read != tuple(map(as_read, interactions)):
        raise UnwritableError(
            f"{name}: the cassette does not read back as it was written;"
            " nothing was saved. Please report this with the interaction that caused it."
        )


def as_read(interaction: Interaction) -> Interaction:
    """What reading makes of an interaction: a JSON request body loses its white space."""
    request = interaction.request
    body = structured(request.body)
    if body is None:
        return interaction
    return Interaction(
        request=RecordedRequest(
            request.method, request.path, request.query, request.headers, jsontext.compact(body)
        ),
        response=interaction.response,
        recorded_at=interaction.recorded_at,
        origin=interaction.origin,
        edited=interaction.edited,
    )


def structured(body: bytes) -> Any | None:
    """The value that a request body is written as, or None where it is kept as text or base64."""
    value = jsontext.parse_exactly(body)
    if isinstance(value, (dict, list)) and can_emit(value):
        return value
    return None


def _interaction(interaction: Interaction, said: set[str], summary: str | None = None) -> dict[str, Any]:
    written: dict[str, Any] = {"summary": summarize(interaction) if summary is None else summary}
    if interaction.recorded_at is not None:
        written["recorded_at"] = interaction.recorded_at
    if interaction.origin is not None:
        written["origin"] = interaction.origin
    if interaction.edited:
        written["edited"] = True
    written["request"] = _request(interaction.request, said)
    written["response"] = _response(interaction.response, said)
    return written


def _request(request: RecordedRequest, said: set[str]) -> dict[str, Any]:
    written: dict[str, Any] = {"method": request.method, "path": request.path}
    if request.query:
        written["query"] = request.query
    if request.headers:
        written["headers"] = _fields(request.headers)
    if request.body:
        value = structured(request.body)
        body = request.body if value is None else jsontext.compact(value)
        written["body"] = _same(body, said) or (_bytes(body) if value is None else {"json": value})
    return written


def _response(response: RecordedResponse, said: set[str]) -> dict[str, Any]:
    written: dict[str, Any] = {"status": response.status}
    if response.headers:
        written["headers"] = _fields(response.headers)
    if response.body:
        written["body"] = _same(response.body, said) or _bytes(response.body)
    # The digest follows the body, so that the body never ends the file: editors trim there.
    written["digest"] = digest_of(response.body)
    if response.chunks:
        written["chunks"] = [Inline(chunk) for chunk in response.chunks]
    if response.ending is not Ending.CLEAN:
        written["ending"] = response.ending.value
    return written


def _fields(fields: Fields) -> list[Inline]:
    return [Inline(field) for field in fields]


def _same(body: bytes, said: set[str]) -> dict[str, str] | None:
    """A reference to a long body that the file has said before; else it is noted as said."""
    if len(body) < LONG_BODY:
        return None
    digest = digest_of(body)
    if digest in said:
        return {"same_as": digest}
    said.add(digest)
    return None


def _bytes(body: bytes) -> dict[str, str]:
    """As text where it is UTF-8 and needs few escapes: a NUL takes six bytes."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _as_base64(body)
    is_longer = not is_carriable(text) and quoted_size(text) > _MOST_ESCAPED * len(body) + LONG_BODY
    return _as_base64(body) if is_longer else {"text": text}


def _as_base64(body: bytes) -> dict[str, str]:
    encoded = base64.b64encode(body).decode()
    return {"base64": "\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))}


def _matching(matching: Matching) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if matching.substitutions:
        written["substitute"] = [
            item.name if is_named(item) else {"name": item.name, "pattern": item.pattern}
            for item in matching.substitutions
        ]
    if matching.headers:
        written["headers"] = list(matching.headers)
    if matching.ignore:
        written["ignore"] = list(matching.ignore)
    if matching.compare != "all":
        written["compare"] = matching.compare
    if matching.rename_tool_ids:
        written["rename_tool_ids"] = True
    return written
