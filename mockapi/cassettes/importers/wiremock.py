"""WireMock's stub mappings: JSON files under `mappings/`, with the longer replies under `__files/`.

Source: WireMock 3 (`StubMapping`, `RequestPattern`, `ResponseDefinition`, `RecordSpec` and its
documentation of stubbing, scenarios and recording).

    mappings/NAME.json, or several under `mappings` in one file
    {"request":  {method, url | urlPath, queryParameters, headers, bodyPatterns: [{equalToJson}]},
     "response": {status, headers, body | jsonBody | base64Body | bodyFileName},
     "priority": 5, "scenarioName": ..., "requiredScenarioState": "Started", "newScenarioState": ...}

The files of a folder are one recording: a stub of one answers in the place of another's by its priority.
`equalToJson` with `ignoreExtraElements`, which recorders write, is compared exactly: a cassette answers
less then, never something else. Other patterns (`matches`, `contains`, JSON paths), templates and
faults cannot be said. A scenario can where its stubs want the same request and follow each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Loss, Message
from mockapi.cassettes.importers._fields import as_bytes, fields
from mockapi.cassettes.importers._hosts import PATHS
from mockapi.cassettes.importers._stubs import Stub, broken_stub, cannot_say, from_base64, from_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockapi.cassettes._model import Fields
    from mockapi.cassettes.importers._stubs import Beside
    from mockapi.options import Path

TITLE = "WireMock"
FILES: Final = "__files/"
_URLS: Final = ("url", "urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate")
_REQUEST_KEYS = frozenset(
    {"method", "host", "port", "scheme", "queryParameters", "headers", "bodyPatterns", *_URLS}
)
_OF_STUBS = frozenset({"uuid", "id", "priority", "scenarioName", "persistent", "newScenarioState"})
_OF_REQUESTS = frozenset({*_URLS[1:], "bodyPatterns", "queryParameters"})
_OF_REPLIES = frozenset(
    {"jsonBody", "base64Body", "bodyFileName", "proxyBaseUrl", "fixedDelayMilliseconds", "fault"}
)
_FIRST_STATE = "Started"
_DEFAULT_PRIORITY = 5
_KNOWN = (*PATHS, f"{PATHS[0]}/count_tokens", f"{PATHS[0]}/batches")
_LITERAL = re.compile(r"[\w/-]+")
_TEMPLATE = "{{"
_WILD = re.compile(rb"\$\{(?:json|xml)-unit\.")


@dataclass(frozen=True, slots=True)
class Folder:
    """The documents of a folder of mappings, by the name of their file."""

    documents: Mapping[str, Any] = field(default_factory=dict)


def recognises(document: Any) -> bool:
    """Whether a document is a stub mapping, or has several."""
    if isinstance(document, Folder):
        return True
    return any(map(_is_stub, _items(document)))


def read_stubs(document: Any, beside: Beside) -> Iterator[Stub]:
    """The stubs of a document, or of all documents of a folder."""
    found: list[tuple[Stub, Any]] = []
    for path, item in _all_items(document):
        if _is_stub(item):
            found.append((_stub(path, item, beside), item))
        else:
            fault = FormatError(path, "not a stub mapping.", "Restore the file.")
            found.append((broken_stub(fault), {}))
    yield from _in_scenarios(found)


def _items(document: Any) -> list[Any]:
    if not isinstance(document, dict):
        return []
    items = document.get("mappings")
    return items if isinstance(items, list) else [document]


def _all_items(document: Any) -> Iterator[tuple[Path, Any]]:
    documents = document.documents.items() if isinstance(document, Folder) else [("", document)]
    for name, each in documents:
        items = _items(each)
        for index, item in enumerate(items):
            path: Path = ("mappings", index) if each is not item else ()
            yield ((name, *path) if name else path), item


def _is_stub(item: Any) -> bool:
    request = item.get("request") if isinstance(item, dict) else None
    response = item.get("response") if isinstance(item, dict) else None
    if not isinstance(request, dict) or not isinstance(response, dict):
        return False
    # Recorders of exchanges have a request and a response, too, but a whole URL and no rules.
    telling = _OF_REQUESTS & request.keys() or _OF_REPLIES & response.keys() or _OF_STUBS & item.keys()
    is_rule = isinstance(request.get("url"), str) and request["url"].startswith("/")
    return bool(telling or is_rule) and isinstance(response.get("status", 200), int)


def _stub(path: Path, item: dict[str, Any], beside: Beside) -> Stub:
    request, response = item["request"], item["response"]
    stub = Stub(path, "POST", PATHS[0], None, rank=_priority(item))
    try:
        stub = replace(stub, url=_url(request, path), method=_method(request))
        if "proxyBaseUrl" in response:
            return stub.passed_by("a stub that asks another server")
        _check_request(request, path)
        return replace(
            stub,
            body=_wanted_body(request.get("bodyPatterns"), path),
            partial="ignoreExtraElements" in str(request.get("bodyPatterns")),
            headers=_wanted_fields(request.get("headers"), path),
            status=response.get("status", 200),
            response=Message(fields(response.get("headers")), _reply_body(response, path, beside)),
            lost=frozenset({Loss.PADDING} if "jsonBody" in response else ()),
        )
    except FormatError as fault:
        return stub.with_fault(fault)


def _priority(item: dict[str, Any]) -> int:
    priority = item.get("priority")
    return priority if isinstance(priority, int) else _DEFAULT_PRIORITY


def _method(request: dict[str, Any]) -> str:
    method = str(request.get("method", "ANY")).upper()
    if method != "ANY":
        return method
    return "POST" if any(word in str(request) for word in ("/v1/messages", "/v1/complete")) else "GET"


def _url(request: dict[str, Any], path: Path) -> str:
    """Path and query that a stub wants, behind its host if it names one."""
    key = next((key for key in _URLS if key in request), "")
    if not key:
        raise cannot_say(path, "it answers every URL")
    target = str(request[key])
    if "Pattern" in key or "Template" in key:
        if not _LITERAL.fullmatch(target.replace("\\", "")):
            return _of_pattern(key, target, path)
        target = target.replace("\\", "")
    pairs = request.get("queryParameters") or {}
    where = (*path, "request")
    values = [(name, each) for name, rule in pairs.items() for each in _each(rule)]
    query = "&".join(f"{name}={quote(_equal_to(rule, where))}" for name, rule in values)
    host = request.get("host")
    prefix = f"https://{_equal_to(host, path)}" if host is not None else ""
    return prefix + (f"{target}?{query}" if query else target)


def _of_pattern(key: str, target: str, path: Path) -> str:
    """The URL of a stub whose pattern fits no path of the API; a fault if it fits one."""
    try:
        fits = "Pattern" not in key or any(
            re.fullmatch(target, known) for known in (*PATHS, f"{PATHS[0]}/count_tokens")
        )
    except (re.error, RecursionError):
        fits = True
    if fits and ("Pattern" in key or target.startswith(PATHS)):
        raise cannot_say(path, f"it looks for {key} {target!r:.80}")
    return "/" + target.lstrip("/^")


def _each(rule: Any) -> list[Any]:
    """The rules of the values that a query parameter must have: its recorder lists even a single one."""
    listed = rule.get("hasExactly") if isinstance(rule, dict) and len(rule) == 1 else None
    return listed if isinstance(listed, list) else [rule]


def _equal_to(rule: Any, path: Path) -> str:
    value = (
        rule.get("equalTo")
        if isinstance(rule, dict) and len(rule.keys() - {"caseInsensitive"}) == 1
        else None
    )
    if not isinstance(value, str):
        raise cannot_say(path, f"it looks at a part of the request by {rule!r:.80}")
    return value


def _check_request(request: dict[str, Any], path: Path) -> None:
    more = request.keys() - _REQUEST_KEYS
    if more:
        raise cannot_say(path, f"it looks at {', '.join(sorted(map(str, more)))}")


def _wanted_fields(rules: Any, path: Path) -> Fields:
    return tuple((name, _equal_to(rule, path)) for name, rule in (rules or {}).items())


def _wanted_body(patterns: Any, path: Path) -> bytes | None:
    """The body that a stub wants; None if it takes any."""
    if not patterns:
        return None
    rule = patterns[0]
    where = (*path, "request", "bodyPatterns")
    if len(patterns) > 1 or not isinstance(rule, dict):
        raise cannot_say(where, "it looks at the body by several patterns")
    if "equalToJson" in rule:
        value = rule["equalToJson"]
        body = value.encode() if isinstance(value, str) else jsontext.compact(value)
        if isinstance(jsontext.parse(body), jsontext.NotJSON):
            raise FormatError(where, "`equalToJson` is not JSON.", "Restore the file.")
        if _WILD.search(body):
            raise cannot_say(where, "it has placeholders in the body")
        return body
    if "binaryEqualTo" in rule:
        return from_base64(rule["binaryEqualTo"], where)
    return as_bytes(_equal_to(rule, where))


def _reply_body(response: dict[str, Any], path: Path, beside: Beside) -> bytes:
    where = (*path, "response")
    if response.get("fault"):
        raise FormatError(
            where,
            f"it breaks the connection ({response['fault']!r:.40}).",
            "Write it as a fault (docs/faults.md).",
        )
    body = _stated_body(response, where, beside)
    computes = response.get("transformers")
    if computes and (computes != ["response-template"] or _TEMPLATE.encode() in body):
        raise cannot_say(where, f"its reply is computed by {', '.join(map(str, computes))}")
    return body


def _stated_body(response: dict[str, Any], where: Path, beside: Beside) -> bytes:
    if "bodyFileName" in response:
        remedy = "Restore it, or import the folder that has `mappings` and `__files`."
        return from_file(f"{FILES}{response['bodyFileName']}", beside, where, remedy)
    if "base64Body" in response:
        return from_base64(response["base64Body"], where)
    if "jsonBody" in response:
        return jsontext.compact(response["jsonBody"])
    return as_bytes(response.get("body")) or b""


def _in_scenarios(found: list[tuple[Stub, Any]]) -> Iterator[Stub]:
    """The stubs with their steps: those of a scenario follow each other by their states."""
    scenarios: dict[str, list[tuple[Stub, Any]]] = {}
    for stub, item in found:
        if "scenarioName" in item:
            scenarios.setdefault(str(item["scenarioName"]), []).append((stub, item))
        else:
            yield stub
    for name, members in scenarios.items():
        yield from _steps(name, members)


def _steps(name: str, members: list[tuple[Stub, Any]]) -> Iterator[Stub]:
    following = {item.get("requiredScenarioState"): (stub, item) for stub, item in members}
    chain: list[Stub] = []
    state: Any = _FIRST_STATE
    while state in following and len(chain) < len(members):
        stub, item = following[state]
        chain.append(replace(stub, step=len(chain)))
        state = item.get("newScenarioState")
    sound = [stub for stub in chain if stub.fault is None]
    linear = len(chain) == len(members) and state is None
    if linear and len({stub.wants() for stub in sound}) <= 1:
        yield from chain
        return
    for stub, _ in members:
        what = f"its scenario {name!r:.60} is not one request that is answered step by step"
        yield stub.with_fault(stub.fault or cannot_say(stub.path, what))
