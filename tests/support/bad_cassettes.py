"""Files that no cassette may look like, each with what is told about it."""

from __future__ import annotations

from typing import Any, NamedTuple

from mockapi.cassettes import digest_of

_REQUEST = "request: {method: POST, path: /v1/messages}"
FINE = f"- {_REQUEST}\n  response: {{status: 200}}\n"
HEAD = "mockapi_cassette: 1\n"


def in_second(interaction: str) -> str:
    """A cassette whose second interaction begins in line 5; what is given stands from line 6 on."""
    return f"{HEAD}interactions:\n{FINE}- # the second one\n  {interaction}\n"


def in_response(written: str) -> str:
    """A cassette whose second interaction has this response, which begins in line 7."""
    return in_second(f"{_REQUEST}\n  response: {written}")


def in_request(written: str) -> str:
    """A cassette whose second interaction has this request, which begins in line 6."""
    return in_second(f"request: {written}\n  response: {{status: 200}}")


_DIGEST = digest_of(b"hello")


class Bad(NamedTuple):
    """A file, where its fault is told, and words of what is told about it."""

    text: str
    line: int | None
    interaction: int | None
    cause: str
    remedy: str = "docs/cassettes.md describes the format."


_BAD: dict[str, tuple[Any, ...]] = {
    "empty": ("", None, None, "not a mockapi cassette", "cassettes import"),
    "only comments": ("# nothing\n", None, None, "not a mockapi cassette", "cassettes import"),
    "a list": ("- 1\n", 1, None, "not a mockapi cassette", "cassettes import"),
    "a word": ("hello\n", 1, None, "not a mockapi cassette", "cassettes import"),
    "another tool's": ("http_interactions: []\n", 1, None, "not a mockapi cassette", "cassettes import"),
    "another tool's with bytes": (
        "interactions:\n- request: {body: null}\n  response: {body: {string: !!binary AAE=}}\nversion: 1\n",
        1,
        None,
        "not a mockapi cassette",
        "cassettes import",
    ),
    "another tool's with objects": (
        "- request: !!python/object/new:yarl.URL []\n",
        1,
        None,
        "not a mockapi cassette",
        "cassettes import",
    ),
    "malformed": ("mockapi_cassette: 1\n  x: [", 2, None, "malformed YAML", "record it again"),
    "of the future": ("mockapi_cassette: 2\ninteractions: []\n", 1, None, "reads up to 1", "pip install"),
    "version a word": ("mockapi_cassette: one\n", 1, None, "whole number from 1; got 'one'"),
    "version true": ("mockapi_cassette: true\n", 1, None, "whole number from 1; got True"),
    "version zero": ("mockapi_cassette: 0\n", 1, None, "whole number from 1; got 0"),
    "no interactions": (HEAD, 1, None, "no `interactions` list"),
    "interactions null": (HEAD + "interactions:\n", 2, None, "`interactions` must be a list"),
    "unknown key": (HEAD + "interactons: []\n", 2, None, "`interactons` is unknown", "mean `interactions`"),
    "an interaction a word": (in_second("hello"), 6, 1, "`interactions[1]` must be an object"),
    "no response": (in_second(_REQUEST), 6, 1, "needs `response`"),
    "no request": (in_second("response: {status: 200}"), 6, 1, "needs `request`"),
    "unknown in interaction": (
        in_second(f"{_REQUEST}\n  response: {{status: 200}}\n  recordedat: x"),
        8,
        1,
        "`recordedat` is unknown",
        "Did you mean `recorded_at`?",
    ),
    "edited a word": (
        in_second(f"{_REQUEST}\n  response: {{status: 200}}\n  edited: yes"),
        8,
        1,
        "`edited` must be true or false; got 'yes'",
    ),
    "recorded_at a number": (
        in_second(f"{_REQUEST}\n  response: {{status: 200}}\n  recorded_at: 2026"),
        8,
        1,
        "`recorded_at` must be a string; got 2026",
        "in quotes",
    ),
    "origin a list": (
        in_second(f"{_REQUEST}\n  response: {{status: 200}}\n  origin: []"),
        8,
        1,
        "`origin` must be a string",
        "in quotes",
    ),
    "method in small": (in_request("{method: post, path: /}"), 6, 1, "in capitals, such as POST"),
    "method null": (
        in_request("{method: , path: /}"),
        6,
        1,
        "`method` must be a string; got None",
        "in quotes",
    ),
    "no method": (in_request("{path: /}"), 6, 1, "`request` needs `method`"),
    "no path": (in_request("{method: GET}"), 6, 1, "`request` needs `path`"),
    "path relative": (in_request("{method: GET, path: v1}"), 6, 1, "`path` must start with /", "`query`"),
    "query in the path": (in_request("{method: GET, path: '/v1?x=1'}"), 6, 1, "have no query", "`query`"),
    "query a number": (
        in_request("{method: GET, path: /, query: 1}"),
        6,
        1,
        "`query` must be a string",
        "quotes",
    ),
    "request a list": (in_request("[]"), 6, 1, "`request` must be an object with method, path"),
    "headers a mapping": (
        in_request("{method: GET, path: /, headers: {a: b}}"),
        6,
        1,
        "`headers` must be a list",
    ),
    "header not a pair": (
        in_request("\n    method: GET\n    path: /\n    headers:\n    - [a, b]\n    - [a, b, c]"),
        11,
        1,
        "a header is a pair of strings",
    ),
    "header a number": (in_response("{status: 200, headers: [[retry-after, 1]]}"), 7, 1, "pair of strings"),
    "header name": (
        in_response("{status: 200, headers: [['a b', c]]}"),
        7,
        1,
        "cannot carry the header 'a b'",
    ),
    "header value": (in_response('{status: 200, headers: [[a, "b\\r\\nc"]]}'), 7, 1, "HTTP cannot carry"),
    "request body a text": (
        in_request("{method: GET, path: /, body: hello}"),
        6,
        1,
        "exactly one of json, text",
    ),
    "request body twice": (
        in_request("{method: GET, path: /, body: {json: {}, text: x}}"),
        6,
        1,
        "exactly one of json, text",
    ),
    "request body of an own kind": (
        in_request("{method: GET, path: /, body: {x-own: aGVsbG8=}}"),
        6,
        1,
        "exactly one of json, text",
    ),
    "request text a number": (
        in_request("{method: GET, path: /, body: {text: 5}}"),
        6,
        1,
        "`text` must be a string; got 5",
        "in quotes",
    ),
    "status missing": (in_response("{}"), 7, 1, "`response` needs `status`"),
    "status a word": (in_response("{status: ok}"), 7, 1, "`status` must be a whole number from 200"),
    "status a float": (in_response("{status: 200.0}"), 7, 1, "`status` must be a whole number from 200"),
    "status true": (in_response("{status: true}"), 7, 1, "`status` must be a whole number from 200"),
    "status 100": (in_response("{status: 100}"), 7, 1, "from 200 to 599; got 100"),
    "ending": (in_response("{status: 200, ending: crash}"), 7, 1, "one of clean, reset, stall"),
    "response as JSON": (
        in_response("{status: 200, body: {json: {}}}"),
        7,
        1,
        "`text` or `base64`, never `json`",
    ),
    "response body empty": (in_response("{status: 200, body: {}}"), 7, 1, "exactly one of text, base64"),
    "not base64": (in_response("{status: 200, body: {base64: 'a-b'}}"), 7, 1, "not base64"),
    "base64 of no ASCII": (in_response("{status: 200, body: {base64: aGVé}}"), 7, 1, "not base64"),
    "a reference to nothing": (
        in_response(f"{{status: 200, body: {{same_as: '{_DIGEST}'}}}}"),
        7,
        1,
        "no body in this file has the digest sha256:2cf2",
        "record the interaction again",
    ),
    "cut base64": (in_response("{status: 200, body: {base64: aGVsb}}"), 7, 1, "not base64"),
    "digest": (
        in_response(f"\n    status: 200\n    body: {{text: hallo}}\n    digest: '{_DIGEST}'"),
        9,
        1,
        "its digest differs",
        "mockapi cassettes reseal a.yaml",
    ),
    "digest null": (
        in_response("{status: 200, body: {text: hello}, digest: }"),
        7,
        1,
        "its digest differs",
        "reseal a.yaml",
    ),
    "chunks too short": (
        in_response("\n    status: 200\n    body: {text: hello}\n    chunks: [[0, 2], [0.5, 2]]"),
        10,
        1,
        "the chunks add up to 4 bytes, the body has 5",
        "reseal a.yaml",
    ),
    "chunk negative": (in_response("{status: 200, chunks: [[-1, 0]]}"), 7, 1, "`[seconds, bytes]`"),
    "chunk a float": (in_response("{status: 200, chunks: [[0, 1.0]]}"), 7, 1, "`[seconds, bytes]`"),
    "chunk true": (in_response("{status: 200, chunks: [[true, 0]]}"), 7, 1, "`[seconds, bytes]`"),
    "chunk null": (in_response("{status: 200, chunks: [[0]]}"), 7, 1, "`[seconds, bytes]`"),
    "chunks null": (in_response("{status: 200, chunks: }"), 7, 1, "`chunks` must be a list"),
    "matching a list": (HEAD + "matching: []\ninteractions: []\n", 2, None, "`matching` must be an object"),
    "matching unknown": (
        HEAD + "matching: {ignored: []}\ninteractions: []\n",
        2,
        None,
        "`ignored` is unknown",
        "mean `ignore`?",
    ),
    "compare": (
        HEAD + "matching: {compare: fuzzy}\ninteractions: []\n",
        2,
        None,
        "`compare` must be one of all, last-turn, last-text, stream, uri; got 'fuzzy'",
    ),
    "rename": (
        HEAD + "matching: {rename_tool_ids: 1}\ninteractions: []\n",
        2,
        None,
        "must be true or false; got 1",
    ),
    "json path": (
        HEAD + "matching:\n  ignore:\n  - '$.a'\n  - 'a['\ninteractions: []\n",
        5,
        None,
        "must be a JSON path; got 'a['",
    ),
    "substitution": (
        HEAD + "matching: {substitute: [dates]}\ninteractions: []\n",
        2,
        None,
        "names an unknown pattern 'dates'",
        "Did you mean `date`?",
    ),
    "pattern": (
        HEAD + "matching: {substitute: [{name: x, pattern: '('}]}\ninteractions: []\n",
        2,
        None,
        "must be a regular expression; got",
    ),
    "pattern missing": (
        HEAD + "matching: {substitute: [{name: x}]}\ninteractions: []\n",
        2,
        None,
        "`substitute[0]` needs `pattern`",
    ),
}

BAD = {name: Bad(*case) for name, case in _BAD.items()}
"""A file for each fault that loading finds."""
