"""What a mock server answers, as interactions: stubs that look at a request and choose by rank.

A recorder kept what happened, one exchange after another. A mock server keeps rules instead, and
one rule can stand in another's way: by its priority, by looking at less of a request, by a state
that another one sets. So stubs are read together, and a cassette is made of them only where it
gives the same answers: it compares the same parts of a request in all its interactions, answers
equal requests one after another in the order of the file, and then with the last reply for ever.
What it cannot say is a `FormatError` of the stub.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Matching
from mockapi.cassettes._secret_table import CREDENTIAL_HEADERS
from mockapi.cassettes.importers._exchange import Draft, Exchange, Loss, Message, RecordedEntry, broken
from mockapi.cassettes.importers._fields import split_url
from mockapi.cassettes.importers._hosts import PATHS, is_api_path, refused_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mockapi.cassettes._model import Fields
    from mockapi.options import Path

    Beside: TypeAlias = Callable[[str], bytes | None]
    """Reads a file that a recording names, relative to where such files lie; None if there is none."""

HIDDEN: Final = "a stub that another one answers before"
_MOST_TIMES: Final = 1000
_MEND: Final = "Write it as a script (docs/scripts.md), or change the stub."
_NO_BODY: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Stub:
    """A rule of a mock server: what it looks at, and what it answers.

    Attributes:
        path: where it stands, for messages.
        url: path and query, behind a host if it looks at one.
        body: the request body that it wants; None if it takes any.
        headers: the request's header fields that it wants, each equal to a value.
        rank: of several that fit, the lowest answers.
        step: its place among stubs that want the same and answer one after another, if it has one.
        endless: whether it goes on to answer, so that none behind it in the sequence does.
        times: how often it answers before the next one does.
        partial: whether a body with more in it than `body` is answered, too.
        fault: why a cassette cannot say it; None if it can.
        left_out: why it has no reply to record, empty if it has one.
    """

    path: Path
    method: str
    url: str
    body: bytes | None
    status: Any = 200
    response: Message = field(default_factory=lambda: Message((), b""))
    headers: Fields = ()
    rank: int = 0
    step: int | None = None
    endless: bool = False
    times: int = 1
    partial: bool = False
    fault: FormatError | None = None
    left_out: str = ""
    lost: frozenset[Loss] = frozenset()

    def with_fault(self, fault: FormatError) -> Stub:
        """This stub, which a cassette cannot say."""
        return replace(self, fault=fault)

    def passed_by(self, reason: str) -> Stub:
        """This stub, which has no reply to record."""
        return replace(self, left_out=reason)

    @property
    def conditions(self) -> Fields:
        """The header fields that count when they are compared: keys are masked, so they cannot."""
        found = ((name.lower(), value) for name, value in self.headers)
        return tuple(sorted((name, value) for name, value in found if name not in CREDENTIAL_HEADERS))

    def wants(self) -> tuple[Any, ...]:
        """What two stubs have in common that answer the same request."""
        _, path, query = split_url(self.url, self.path)
        return self.method, path, query, _canonical(self.body), self.conditions


def cannot_say(path: Path, what: str) -> FormatError:
    """The fault of a stub that looks at something which cassettes do not compare."""
    return FormatError(path, f"{what}: a cassette cannot say that.", _MEND)


def broken_stub(fault: FormatError) -> Stub:
    """A stub of which nothing can be read, and which may be about the API."""
    return Stub(fault.path, "POST", PATHS[0], None, fault=fault)


def url_of(host: str, path: str | None, query: str = "") -> str:
    """The URL of a stub, from its parts."""
    target = f"{path or ''}?{query}" if query else path or ""
    return f"https://{host}{target}" if host else target


def from_base64(text: Any, path: Path) -> bytes:
    """The bytes of a body in base64.

    Raises:
        FormatError: it is something else.
    """
    if not isinstance(text, str):
        raise FormatError(path, "a body that is not base64.", "Restore the file.")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise FormatError(path, f"a body that is not base64 ({error}).", "Restore the file.") from error


def from_file(name: str, beside: Beside, path: Path, remedy: str = "Restore it.") -> bytes:
    """The bytes of a body that lies in a file beside the recording.

    Raises:
        FormatError: the file is missing.
    """
    data = beside(name)
    if data is None:
        raise FormatError(path, f"its body {name} is not there.", remedy)
    return data


def arranged(stubs: Iterable[Stub], hosts: Sequence[str]) -> tuple[list[RecordedEntry], Matching]:
    """The entries that stubs make together, in the order in which they answer, and how they match."""
    entries: list[RecordedEntry] = []
    ours: list[Stub] = []
    passing: list[Stub] = []
    for stub in stubs:
        other = _not_ours(stub, hosts)
        if stub.left_out or other:
            reason = stub.left_out or other
            entries.append(broken(FormatError(stub.path, reason), reason))
            passing += [] if other else [stub]
        else:
            ours.append(_with_url(stub))
    matching, checked = _comparable([_behind(stub, passing) for stub in ours])
    groups: dict[tuple[Any, ...], list[Stub]] = {}
    for stub in checked:
        groups.setdefault((id(stub),) if stub.fault else stub.wants(), []).append(stub)
    for group in groups.values():
        entries += _sequence(group)
    return entries, matching


def _behind(stub: Stub, passing: list[Stub]) -> Stub:
    """The stub, with a fault if one without a reply of its own answers its request instead."""
    if stub.fault is not None:
        return stub
    wants = stub.wants()[:3]
    for other in passing:
        if other.rank > stub.rank or _with_url(other).fault or other.wants()[:3] != wants:
            continue
        if other.body is None or _canonical(other.body) == _canonical(stub.body):
            return stub.with_fault(
                cannot_say(other.path, f"{other.left_out}, in front of one that has a reply")
            )
    return stub


def _with_url(stub: Stub) -> Stub:
    """The stub, with a fault if its URL is not one."""
    try:
        split_url(stub.url, stub.path)
    except FormatError as fault:
        return stub.with_fault(stub.fault or fault)
    return stub


def _not_ours(stub: Stub, hosts: Sequence[str]) -> str:
    """Why a stub is not about the API; empty if it is."""
    try:
        host, path, _ = split_url(stub.url)
    except FormatError:
        return ""  # it is told when it is read
    refused = refused_host(stub.url, hosts)
    if host or not refused:
        return f"host {refused}" if refused else ""
    return "" if is_api_path(path) else f"path {path}"


def _comparable(stubs: list[Stub]) -> tuple[Matching, list[Stub]]:
    """How all of them match, and the stubs: with a fault those that match otherwise than the others."""
    # Methods without a body: any body means an empty one.
    stubs = [
        replace(stub, body=b"") if stub.body is None and stub.method in _NO_BODY else stub for stub in stubs
    ]
    posted = [stub for stub in stubs if stub.method not in _NO_BODY and stub.fault is None]
    anything = bool(posted) and all(stub.body is None for stub in posted)
    names = Counter(name for stub in stubs for name, _ in stub.conditions if stub.fault is None)
    sound = sum(stub.fault is None for stub in stubs)
    checked: list[Stub] = []
    for stub in stubs:
        fault = stub.fault
        if fault is None and stub.partial and not _is_whole(stub):
            fault = cannot_say(stub.path, "it looks at a part of the body")
        if fault is None and stub.body is None and not anything:
            fault = cannot_say(stub.path, "it answers any body, and others beside it look at the body")
        unlike = [name for name in names if names[name] != sound]
        if fault is None and unlike and {name for name, _ in stub.conditions} & set(unlike):
            fault = cannot_say(stub.path, f"it looks at the header {unlike[0]}, and others beside it do not")
        checked.append(replace(stub, fault=fault))
    matching = Matching(headers=tuple(sorted(names)), compare="uri" if anything else "all")
    return matching, checked


def _sequence(group: list[Stub]) -> list[RecordedEntry]:
    """The entries of stubs that want the same: one, or several that answer one after another."""
    first = min(stub.rank for stub in group)
    answering = [stub for stub in group if stub.rank == first]
    hidden = [broken(FormatError(stub.path, HIDDEN), HIDDEN) for stub in group if stub.rank != first]
    steps = [stub.step for stub in answering]
    if len(answering) > 1 and (None in steps or len(set(steps)) < len(steps)):
        if not all(_reply_of(stub) == _reply_of(answering[0]) for stub in answering):
            fault = cannot_say(
                answering[1].path, "it answers the same request as another one, which its order alone decides"
            )
            return [broken(fault)]
        hidden += [broken(FormatError(stub.path, HIDDEN), HIDDEN) for stub in answering[1:]]
        answering = answering[:1]
    in_order = sorted(answering, key=lambda stub: stub.step or 0)
    last = next((at for at, stub in enumerate(in_order) if stub.endless), len(in_order) - 1)
    hidden += [broken(FormatError(stub.path, HIDDEN), HIDDEN) for stub in in_order[last + 1 :]]
    in_order = [stub for stub in in_order[:last] for _ in range(min(stub.times, _MOST_TIMES))] + [
        in_order[last]
    ]
    return [RecordedEntry(stub.url, partial(_exchange, stub)) for stub in in_order] + hidden


def _reply_of(stub: Stub) -> tuple[Any, ...]:
    return stub.status, stub.response.headers, stub.response.body


def _exchange(stub: Stub) -> Exchange:
    if stub.fault is not None:
        raise stub.fault
    return Draft(
        path=stub.path,
        method=stub.method,
        url=stub.url,
        status=stub.status,
        request=Message(stub.headers, stub.body),
        response=stub.response,
        lost=stub.lost,
    ).finished()


def _is_whole(stub: Stub) -> bool:
    """Whether a body that may have more in it has all that a message needs: recorders write such bodies."""
    if not stub.body or "/v1/messages" not in stub.url:
        return True
    value = jsontext.parse(stub.body)
    return isinstance(value, dict) and {"model", "messages"} <= value.keys()


def _canonical(body: bytes | None) -> bytes | None:
    if not body:
        return body
    value = jsontext.parse(body)
    written = None if isinstance(value, jsontext.NotJSON) else jsontext.canonical(body, value)
    return body if written is None else written
