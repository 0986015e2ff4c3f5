"""From the text of a cassette to its value, with every fault named and placed.

Shape is checked by hand, not through a schema library: a cassette of a thousand interactions
must load in a blink, and a person wants "`status` must be a whole number" with a line. The
JSON Schema (schemas/cassette.json) says the same for others; a test holds the two together.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from mockapi.cassettes._bodies import Bodies
from mockapi.cassettes._checks import FORMAT_HELP, OWN, STRING, FormatError, optional_string
from mockapi.cassettes._model import (
    FORMAT_VERSION,
    Cassette,
    Fields,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    digest_of,
)
from mockapi.cassettes._options import parse_matching
from mockapi.errors import CassetteError, Problem
from mockapi.exchange import Ending
from mockapi.options import FLAG, HEADER_NAME, LIST, OptionError, known_keys, mapping, one_of, shown, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.options import Path

VERSION_KEY = "mockapi_cassette"
_OUR_HEAD = re.compile(rf"^{VERSION_KEY}\s*:".encode(), re.MULTILINE)
_OTHER_TOOLS = re.compile(rb"^(?:!tape|(?:- )?[ \t]*(?:(?:http_)?interactions|request)[ \t]*:)", re.MULTILINE)
_NOT_OURS = f"not a mockapi cassette: there is no `{VERSION_KEY}: {FORMAT_VERSION}` at the top."
_BROUGHT_OVER = "Recordings of other tools are brought over by `mockapi cassettes import`."
_VERSION = whole(1)
_STATUS = whole(200, 599)
_ENDING = one_of([ending.value for ending in Ending])
_METHOD = re.compile(r"[A-Z]+")
_BAD_VALUE = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def load(
    text: bytes, name: str, *, folders: Mapping[str, str] | None = None, check_seals: bool = True
) -> Cassette:
    """Read a cassette.

    Args:
        text: the file's bytes.
        name: what messages call the file.
        folders: this process's "home", "cwd" and "tmp", for substitutions that name them.
        check_seals: False takes bodies that do not fit their digest or chunks, and drops such
            chunks; only for showing and re-sealing a file.

    Raises:
        CassetteError: with every problem of the file.
    """
    from mockapi.cassettes import _yaml  # noqa: PLC0415 - a start from the cache needs no YAML

    try:
        document = _yaml.parse(text)
    except _yaml.YAMLError as error:
        problem = Problem(name, f"{error.cause}.", "Mend it, or record it again.", line=error.line)
        sound_elsewhere = not error.cause.startswith("malformed")  # such as the tag of a binary body
        if sound_elsewhere and _OTHER_TOOLS.search(text) and not _OUR_HEAD.search(text):
            problem = Problem(name, _NOT_OURS, _BROUGHT_OVER, line=1)
        raise CassetteError([problem]) from error

    faults: list[OptionError] = []
    interactions: list[Interaction] = []
    matching = Matching()
    try:
        _check_head(document)
        matching = parse_matching(document.get("matching"), ("matching",), folders or {})
        items = LIST(document["interactions"], ("interactions",))
        reading = _Reading(name, Bodies(items), check_seals)
        for index, item in enumerate(items):
            try:
                interactions.append(_interaction(item, ("interactions", index), reading))
            except OptionError as fault:
                faults.append(fault)
    except OptionError as fault:
        faults.append(fault)
    if faults:
        lines = _yaml.lines_of(text, [fault.path for fault in faults])
        raise CassetteError(_problem(name, fault, line) for fault, line in zip(faults, lines, strict=True))
    return Cassette(name, tuple(interactions), matching)


def _problem(name: str, fault: OptionError, line: int | None) -> Problem:
    in_interaction = len(fault.path) > 1 and fault.path[0] == "interactions"
    return Problem(
        name,
        fault.cause,
        fault.remedy or FORMAT_HELP,
        line=line,
        interaction=int(fault.path[1]) if in_interaction else None,
    )


def _check_head(document: Any) -> None:
    if not isinstance(document, dict) or VERSION_KEY not in document:
        raise FormatError((), _NOT_OURS, _BROUGHT_OVER)
    version = document[VERSION_KEY]
    if _VERSION(version, (VERSION_KEY,)) > FORMAT_VERSION:
        raise FormatError(
            (VERSION_KEY,),
            f"the file has cassette format {version}; this mockapi reads up to {FORMAT_VERSION}.",
            "Install a newer mockapi: `pip install --upgrade messages-mockapi`.",
        )
    known_keys(document, (), (VERSION_KEY, "matching", "interactions"), OWN)
    if "interactions" not in document:
        raise FormatError((), "there is no `interactions` list.")


class _Reading(NamedTuple):
    """What reading one file goes by: its name, the bodies it says, and whether seals count."""

    name: str
    bodies: Bodies
    check_seals: bool


def _interaction(value: Any, path: Path, reading: _Reading) -> Interaction:
    keys = ("summary", "request", "response", "recorded_at", "origin", "edited")
    mapping(value, path, keys, ("request", "response"), OWN)
    return Interaction(
        request=_request(value["request"], (*path, "request"), reading),
        response=_response(value["response"], (*path, "response"), reading),
        recorded_at=optional_string(value.get("recorded_at"), (*path, "recorded_at")),
        origin=optional_string(value.get("origin"), (*path, "origin")),
        edited=FLAG(value.get("edited", False), (*path, "edited")),
    )


def _request(value: Any, path: Path, reading: _Reading) -> RecordedRequest:
    keys = ("method", "path", "query", "headers", "body")
    mapping(value, path, keys, ("method", "path"), OWN)
    method = STRING(value["method"], (*path, "method"))
    if not _METHOD.fullmatch(method):
        problem = f"must be in capitals, such as POST; got {shown(method)}"
        raise OptionError((*path, "method"), problem)
    target = STRING(value["path"], (*path, "path"))
    if not target.startswith("/") or "?" in target:
        raise FormatError(
            (*path, "path"),
            f"`path` must start with / and have no query; got {shown(target)}.",
            "Put what follows the question mark into `query`.",
        )
    return RecordedRequest(
        method=method,
        path=target,
        query=STRING(value.get("query", ""), (*path, "query")),
        headers=_headers(value.get("headers", []), (*path, "headers")),
        body=reading.bodies.read(value.get("body"), (*path, "body"), json_allowed=True),
    )


def _response(value: Any, path: Path, reading: _Reading) -> RecordedResponse:
    keys = ("status", "headers", "body", "digest", "chunks", "ending")
    mapping(value, path, keys, ("status",), OWN)
    status = _STATUS(value["status"], (*path, "status"))
    ending = _ENDING(value.get("ending", Ending.CLEAN.value), (*path, "ending"))
    body = reading.bodies.read(value.get("body"), (*path, "body"), json_allowed=False)
    chunks = _chunks(value.get("chunks", []), (*path, "chunks"))
    remedy = (
        "If the change is wanted, seal it anew:"
        f" `mockapi cassettes reseal {shlex.quote(reading.name)}`; else restore the file."
    )
    if reading.check_seals and "digest" in value and value["digest"] != digest_of(body):
        raise FormatError(
            (*path, "body"),
            "the body is not the one that was recorded: its digest differs"
            " (an editor, a formatter or a line-ending conversion changed it).",
            remedy,
        )
    if chunks and sum(chunk.size for chunk in chunks) != len(body):
        if reading.check_seals:
            total = sum(chunk.size for chunk in chunks)
            raise FormatError(
                (*path, "chunks"),
                f"the chunks add up to {total} bytes, the body has {len(body)}.",
                remedy,
            )
        chunks = ()
    return RecordedResponse(
        status=status,
        headers=_headers(value.get("headers", []), (*path, "headers")),
        body=body,
        chunks=chunks,
        ending=Ending(ending),
    )


def _headers(value: Any, path: Path) -> Fields:
    fields = []
    for index, item in enumerate(LIST(value, path)):
        if not (
            isinstance(item, list)
            and len(item) == 2
            and isinstance(item[0], str)
            and isinstance(item[1], str)
        ):
            raise FormatError((*path, index), "a header is a pair of strings: `[name, 'value']`.")
        name, content = item
        if not HEADER_NAME.fits(name) or _BAD_VALUE.search(content):
            raise FormatError((*path, index), f"HTTP cannot carry the header {name!r}: {content!r}.")
        fields.append((name, content))
    return tuple(fields)


def _chunks(value: Any, path: Path) -> tuple[RecordedChunk, ...]:
    chunks = []
    for index, item in enumerate(LIST(value, path)):
        if not (
            isinstance(item, list)
            and len(item) == 2
            and type(item[0]) in (int, float)
            and type(item[1]) is int
            and 0 <= item[0] < 1e9
            and item[1] >= 0
        ):
            raise FormatError(
                (*path, index), f"a chunk is `[seconds, bytes]`, both from 0; got {shown(item)}."
            )
        chunks.append(RecordedChunk(float(item[0]), item[1]))
    return tuple(chunks)
