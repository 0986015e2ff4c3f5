"""Bodies in files: found, judged, and the verdicts written for people, programs and GitHub."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi.validation import check_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mockapi.validation import Refusal, ValidationSettings


_LINES: Final = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class PayloadFinding:
    """One fault.

    Attributes:
        refusal: what the API would say.
        line: in the file, from 1.
    """

    refusal: Refusal
    line: int

    @property
    def page(self) -> str:
        """Where the rule is described."""
        return f"docs/rules.md#{self.refusal.rule}"


@dataclass(frozen=True, slots=True)
class PayloadVerdict:
    """What is wrong with one body.

    Attributes:
        file: as the user named it.
        index: of the body in the file, None if it is the only one.
        findings: the fault that the API would name, then the others; empty if it takes the body.
    """

    file: str
    index: int | None
    findings: tuple[PayloadFinding, ...]


def judge(
    file: str, text: bytes, headers: Mapping[str, str], endpoint: str, settings: ValidationSettings
) -> Iterator[PayloadVerdict]:
    """The verdict on each body in a file."""
    for index, first_line, written in _bodies(text, lines=file.endswith(_LINES)):
        row = _params(written) if endpoint == "/v1/messages" else None
        line, body = (first_line, written) if row is None else (first_line + row[0], row[1])
        refusals = check_body(body, headers, endpoint, settings, in_batch=row is not None)
        if refusals:
            refusals[0] = _with_advice(refusals[0], file, body)
        source = body.decode("utf-8", "replace")
        findings = tuple(PayloadFinding(r, line - 1 + _line(source, r)) for r in refusals)
        yield PayloadVerdict(file, index, findings)


def _with_advice(refusal: Refusal, file: str, body: bytes) -> Refusal:
    """The refusal, with what a person may have done to the file."""
    if refusal.hint is not None:
        return refusal
    if refusal.rule == "json.invalid":
        return replace(refusal, hint=_advice_on_text(file, body))
    value = _parsed(body)
    if refusal.rule == "shape.required" and isinstance(value, dict):
        for name, inner in value.items():
            found = _parsed(inner.encode()) if isinstance(inner, str) else inner
            if isinstance(found, dict) and "messages" in found:
                hint = f'What is sent seems to be the value of "{name}": put that alone into the file.'
                return replace(refusal, hint=hint)
    return refusal


def _advice_on_text(file: str, text: bytes) -> str | None:
    if text.startswith(b"\xef\xbb\xbf"):
        return "The file begins with a byte order mark: save it as UTF-8 without one."
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "The file is UTF-16: save it as UTF-8."
    if file.endswith((".yaml", ".yml")):
        return (
            "The file is YAML by its name, and bodies are JSON; mockapi cassettes lint looks at recordings."
        )
    return None


def _bodies(text: bytes, *, lines: bool) -> Iterator[tuple[int | None, int, bytes]]:
    """Index, first line and bytes of each body in a file; `lines` if it holds one body a line by its name."""
    value = _parsed(text)
    if isinstance(value, list):
        source = text.decode()
        for index, (start, end) in enumerate(_elements(source)):
            yield index, source.count("\n", 0, start) + 1, source[start:end].encode()
        return
    rows = text.splitlines()
    first = next((row for row in rows if row.strip()), b"")
    if value is None and len(rows) > 1 and (lines or isinstance(_parsed(first), dict)):
        numbered = ((number, row) for number, row in enumerate(rows, 1) if row.strip())
        for index, (number, row) in enumerate(numbered):
            yield index, number, row
        return
    yield None, 1, text


def _params(text: bytes) -> tuple[int, bytes] | None:
    """The `params` of a row of a batch, and how many lines below its beginning they start.

    None for what is not a row. A message has neither of a row's two members.
    """
    value = _parsed(text)
    if not isinstance(value, dict) or not {"custom_id", "params"} <= set(value):
        return None
    source = text.decode()
    start = _member(source, _skip(source, 0), "params")
    assert start is not None  # noqa: S101 - it is among the members
    _value, end = _decoder.raw_decode(source, start)
    return source.count("\n", 0, start), source[start:end].encode()


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


_decoder: Final = json.JSONDecoder()
_BLANK: Final = " \t\n\r"


def _skip(source: str, at: int, also: str = "") -> int:
    while at < len(source) and source[at] in _BLANK + also:
        at += 1
    return at


def _elements(source: str) -> Iterator[tuple[int, int]]:
    """Start and end of each element of a JSON array."""
    at = _skip(source, source.index("[") + 1)
    while source[at] != "]":
        _value, end = _decoder.raw_decode(source, at)
        yield at, end
        at = _skip(source, end, ",")


def _line(source: str, refusal: Refusal) -> int:
    """The line, from 1, of what a refusal points to; 1 if it points to nothing in the body."""
    if refusal.pointer is None:
        _before, found, after = refusal.message.rpartition(": line ")
        return int(after.split(" ", 1)[0]) if found and refusal.rule == "json.invalid" else 1
    try:
        return source.count("\n", 0, _offset(source, refusal.pointer)) + 1
    except (ValueError, RecursionError, IndexError):  # too deep to be looked into
        return 1


def _offset(source: str, pointer: str) -> int:
    """Where the value at a JSON pointer starts, or the last value on the way there."""
    at = _skip(source, 0)
    for step in pointer.split("/")[1:]:
        wanted = step.replace("~1", "/").replace("~0", "~")
        inner = _member(source, at, wanted) if source[at] == "{" else _item(source, at, wanted)
        if inner is None:
            return at
        at = inner
    return at


def _member(source: str, at: int, wanted: str) -> int | None:
    at = _skip(source, at + 1)
    found = None
    while source[at] != "}":
        name, end = _decoder.raw_decode(source, at)
        at = _skip(source, end, ":")
        if name == wanted:
            found = at  # of equal names the last counts
        _value, end = _decoder.raw_decode(source, at)
        at = _skip(source, end, ",")
    return found


def _item(source: str, at: int, wanted: str) -> int | None:
    if source[at] != "[" or not wanted.isdecimal():
        return None
    for index, (start, _end) in enumerate(_elements(source[at:])):
        if index == int(wanted):
            return at + start
    return None


def _where(verdict: PayloadVerdict) -> str:
    return "" if verdict.index is None else f"body {verdict.index}: "


def _as_text(verdicts: Iterable[PayloadVerdict]) -> Iterator[str]:
    for verdict in verdicts:
        for place, finding in enumerate(verdict.findings):
            refusal = finding.refusal
            kind = f"{refusal.status} {refusal.type}" if place == 0 else "also"
            yield f"{verdict.file}:{finding.line}: {_where(verdict)}{kind}: {refusal.message}"
            pointer = f"{refusal.pointer}  " if refusal.pointer else ""
            yield f"    {pointer}{refusal.rule}  ({finding.page})"
            if refusal.hint:
                yield f"    {refusal.hint}"


def _as_json(verdicts: Iterable[PayloadVerdict]) -> Iterator[str]:
    rows = [
        {
            "file": verdict.file,
            "body": verdict.index or 0,
            "line": finding.line,
            "named_by_api": place == 0,
            "status": finding.refusal.status,
            "type": finding.refusal.type,
            "message": finding.refusal.message,
            "rule": finding.refusal.rule,
            "pointer": finding.refusal.pointer,
            "hint": finding.refusal.hint,
            "page": finding.page,
        }
        for verdict in verdicts
        for place, finding in enumerate(verdict.findings)
    ]
    yield from json.dumps({"findings": rows}, indent=2).splitlines()


def _as_github(verdicts: Iterable[PayloadVerdict]) -> Iterator[str]:
    for verdict in verdicts:
        for finding in verdict.findings:
            file = _escaped(verdict.file).replace(":", "%3A").replace(",", "%2C")
            message = _escaped(f"{_where(verdict)}{finding.refusal.message}")
            yield f"::error file={file},line={finding.line},title={finding.refusal.rule}::{message}"


def _escaped(text: str) -> str:
    """As the workflow commands of GitHub Actions want it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMATS: Final[dict[str, Callable[[Iterable[PayloadVerdict]], Iterator[str]]]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_github,
}
"""How verdicts can be written, by the name of the option."""
