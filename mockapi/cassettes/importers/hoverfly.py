"""Hoverfly simulations, schema versions 1 to 5: pairs of matchers and replies.

Source: Hoverfly 1.10 (`core/handlers/v2`, its JSON schema and documentation of simulations).

    data: {pairs: [{request: {path: [{matcher: exact, value}], method, destination, query, body, headers},
                    response: {status, body, bodyFile, encodedBody, headers, templated}}]}
    meta: {schemaVersion: v5.2}

Versions 2 to 4 wrote `{exactMatch: VALUE}` for a matcher, version 1 the value alone. An encoded body is
base64. What is captured has exact matchers only; others (glob, regex, JSON paths), templates and states
that do not count one request cannot be said.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Message
from mockapi.cassettes.importers._fields import as_bytes, fields
from mockapi.cassettes.importers._hosts import API_HOSTS
from mockapi.cassettes.importers._stubs import Stub, broken_stub, cannot_say, from_base64, from_file, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.cassettes.importers._stubs import Beside
    from mockapi.options import Path

TITLE = "Hoverfly"
_EXACT: Final = {"exact", "json", "jsonpartial", "array"}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_SEQUENCE = re.compile(r"sequence:.*")


def recognises(document: Any) -> bool:
    """Whether a document is a simulation."""
    data = document.get("data") if isinstance(document, dict) else None
    pairs = data.get("pairs") if isinstance(data, dict) else None
    return isinstance(pairs, list) and isinstance(document.get("meta"), dict)


def read_stubs(document: Any, beside: Beside) -> Iterator[Stub]:
    """The pairs of a simulation."""
    for index, pair in enumerate(document["data"]["pairs"]):
        path: Path = ("data", "pairs", index)
        if not isinstance(pair, dict) or not all(
            isinstance(pair.get(k), dict) for k in ("request", "response")
        ):
            yield broken_stub(FormatError(path, "no request and response.", "Restore the file."))
            continue
        yield _stub(path, pair["request"], pair["response"], beside)


def _stub(path: Path, request: dict[str, Any], response: dict[str, Any], beside: Beside) -> Stub:
    elsewhere = _elsewhere(request)
    if elsewhere:
        return Stub(path, "GET", "", None, left_out=elsewhere)
    stub = broken_stub(FormatError(path, "not read."))
    try:
        host = _value(request, "destination", path) or ""
        target = _value(request, "path", path)
        stub = Stub(path, "POST", url_of(host, target), None)
        return Stub(
            path,
            (_value(request, "method", path) or "POST").upper(),
            url_of(host, target, _query(request, path)),
            as_bytes(_value(request, "body", path)),
            status=response.get("status"),
            response=Message(fields(response.get("headers")), _body(response, path, beside)),
            headers=_headers(request, path),
            step=_step(request, response, path),
            partial="jsonpartial" in str(request.get("body")).lower(),
        )
    except FormatError as fault:
        return stub.with_fault(fault)


def _elsewhere(request: dict[str, Any]) -> str:
    """The host of a pair whose pattern of hosts fits none of the API's; empty otherwise."""
    for rule in request.get("destination") or ():
        if isinstance(rule, dict) and str(rule.get("matcher")).lower() == "glob":
            pattern = str(rule.get("value"))
            if not any(fnmatchcase(host, pattern) for host in (*API_HOSTS, "localhost", "127.0.0.1")):
                return f"host {pattern}"
    return ""


def _value(request: dict[str, Any], key: str, path: Path) -> str | None:
    """The one value that a part of the request must have; None if it may have any."""
    return _exactly(request.get(key), key, path)


def _exactly(matchers: Any, what: str, path: Path) -> str | None:
    if matchers is None or matchers in ([], {}):
        return None
    if isinstance(matchers, str):  # version 1
        return matchers
    rule = matchers[0] if isinstance(matchers, list) and len(matchers) == 1 else matchers
    if isinstance(rule, str):
        return rule
    if (
        isinstance(rule, dict)
        and str(rule.get("matcher", "exact")).lower() in _EXACT
        and not rule.get("doMatch")
    ):
        value = rule.get("value", rule.get("exactMatch", rule.get("jsonMatch")))
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str):
            return value
    raise cannot_say(path, f"it looks at a part of {what} by {rule!r:.80}")


def _query(request: dict[str, Any], path: Path) -> str:
    rules = request.get("query")
    if not isinstance(rules, dict) or "exactMatch" in rules:
        return _exactly(rules, "query", path) or ""
    return "&".join(f"{name}={_exactly(rule, 'query', path) or ''}" for name, rule in rules.items())


def _headers(request: dict[str, Any], path: Path) -> Fields:
    rules = request.get("headers")
    if not isinstance(rules, dict):
        return ()
    return tuple((name, _exactly(rule, "headers", path) or "") for name, rule in rules.items())


def _step(request: dict[str, Any], response: dict[str, Any], path: Path) -> int | None:
    """The place in a sequence of replies to one request, which Hoverfly counts by a state of its own."""
    states = request.get("requiresState") or {}
    changes = response.get("transitionsState") or {}
    if not states and not changes and not response.get("removesState"):
        return None
    (name, count), *others = states.items() or [("", "")]
    following = changes.get(name)
    if others or not _SEQUENCE.fullmatch(str(name)) or not str(count).isdigit() or changes.keys() - {name}:
        raise cannot_say(path, "it looks at a state or sets one")
    if following is not None and following != str(int(count) + 1):
        raise cannot_say(path, "its sequence goes elsewhere than to the next reply")
    return int(count)


def _body(response: dict[str, Any], path: Path, beside: Beside) -> bytes:
    where = (*path, "response")
    text = response.get("body")
    if response.get("templated") and "{{" in str(text):
        raise cannot_say(where, "its reply is a template")
    if response.get("bodyFile"):
        return from_file(str(response["bodyFile"]), beside, where)
    encoded = response.get("encodedBody")
    if encoded is True:
        return from_base64(text, where)
    if encoded is not False and isinstance(text, str) and _BASE64.fullmatch(text):
        raise FormatError(where, "nothing says whether its body is base64.", "Restore `encodedBody`.")
    return as_bytes(text) or b""
