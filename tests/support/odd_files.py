"""Files that are odd in what they hold or in how they are called: a table, one row for each kind.

A row is enough to try a new kind with every command that reads files
(`tests/cli/test_odd_files.py`), with the control API and with the pytest plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY: Final = 5000

NUMBERS: Final[Mapping[str, str]] = {
    "decimal": "9" * MANY,
    "negative": "-" + "9" * MANY,
    "zeros": "0" * MANY,
    "hexadecimal": "0x" + "f" * MANY,
    "octal": "0o" + "7" * MANY,
    "binary": "0b" + "1" * MANY,
    "sexagesimal": ":".join(["59"] * MANY),
    "underscores": "1_000" * MANY,
    "fraction": "0." + "1" * MANY,
    "huge exponent": "1e999",
    "negative exponent": "-1e999",
    "tiny exponent": "1e-999999999",
    "exponent of many digits": "1e" + "9" * MANY,
    "infinity of YAML": ".inf",
    "negative infinity of YAML": "-.INF",
    "not a number of YAML": ".nan",
    "infinity of JavaScript": "Infinity",
    "not a number of JavaScript": "NaN",
    "half a surrogate pair": '"\\ud800"',
    "deep": "[" * 2000 + "]" * 2000,
    "a date without a month": "2026-13-45",
}
"""Values, as they stand in YAML and JSON, that are numbers for some reader or too much for one."""

_HEAD = "mockapi_cassette: 1\n"
_POST = "request: {method: POST, path: /v1/messages}"

YAML: Final[Mapping[str, str]] = {
    "cassette, version": "mockapi_cassette: @\ninteractions: []\n",
    "cassette, rules": f"{_HEAD}matching: {{ignore: [@], rename_tool_ids: @}}\ninteractions: []\n",
    "cassette, request": (
        f"{_HEAD}interactions:\n- request: {{method: POST, path: /v1/messages, body: {{json: {{a: @}}}}}}\n"
        "  response: {status: 200}\n"
    ),
    "cassette, message": (
        f"{_HEAD}interactions:\n- request: {{method: POST, path: /v1/messages, body: {{json: {{model: m,"
        " max_tokens: @, messages: [{role: user, content: @}], tools: [{name: @}]}}}\n"
        "  response: {status: 200}\n"
    ),
    "cassette, status": f"{_HEAD}interactions:\n- {_POST}\n  response: {{status: @}}\n",
    "cassette, chunks": (
        f"{_HEAD}interactions:\n- {_POST}\n  response: {{status: 200, body: {{text: a}}, chunks: [[@, @]]}}\n"
    ),
    "VCR.py": (
        "version: @\ninteractions:\n- request: {method: POST, uri: 'https://api.anthropic.com/v1/messages',"
        " body: @, headers: {a: [@]}}\n"
        "  response: {status: {code: @, message: OK}, headers: {a: [@]}, body: {string: @}}\n"
    ),
    "go-vcr": (
        "version: 2\ninteractions:\n- id: @\n  request: {method: POST, body: '{}', headers: {},"
        " url: 'https://api.anthropic.com/v1/messages', content_length: @}\n"
        "  response: {code: @, status: @, content_length: @, duration: @, body: '{}', headers: {}}\n"
    ),
    "VCR": (
        "http_interactions:\n- request: {method: post, uri: 'https://api.anthropic.com/v1/messages',"
        " headers: {}, body: {encoding: UTF-8, string: '{}'}}\n"
        "  response: {status: {code: @, message: OK}, headers: {}, body: {encoding: UTF-8, string: '{}'}}\n"
        "  recorded_at: @\nrecorded_with: VCR 6.0.0\n"
    ),
}
"""Documents in YAML; a number of `NUMBERS` takes the place of each @."""

JSON: Final[Mapping[str, str]] = {
    "request": '{"model": "m", "max_tokens": @, "messages": [{"role": "user", "content": @}]}',
    "tool": (
        '{"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}],'
        ' "tools": [{"name": "a", "input_schema": {"type": "object", "properties": {"a": {'
        '"type": "integer", "minimum": @, "enum": [@], "multipleOf": @}}}}]}'
    ),
    "HAR": (
        '{"log": {"version": "1.2", "entries": [{"time": @, "startedDateTime": @, "request": {'
        '"method": "POST", "url": "https://api.anthropic.com/v1/messages", "headers": [], "bodySize": @},'
        ' "response": {"status": @, "headers": [], "content": {"size": @, "text": "{}"}},'
        ' "timings": {"wait": @}}]}}'
    ),
    "aimock": (
        '{"fixtures": [{"match": {"userMessage": @},'
        ' "response": {"content": @, "latency": @, "chunkSize": @}}]}'
    ),
    "models": '{"models": [{"id": "x", "max_tokens": @, "created_at": @, "context_window": @}]}',
    "report": '{"mockapi_report": @, "played": [{"fingerprint": @}]}',
    "known failures": '{"known_failures": {"a": @}}',
    "script": '{"replies": [{"text": @, "delay": @}], "then": @}',
    "message": (
        '{"type": "message", "id": "x", "role": "assistant", "model": "m", "stop_reason": "end_turn",'
        ' "content": [{"type": "text", "text": @}], "usage": {"input_tokens": @, "output_tokens": @}}'
    ),
}
"""Documents in JSON, as above."""

REFUSED: Final = ("decimal", "negative", "zeros", "hexadecimal", "octal", "huge exponent", "infinity of YAML")
"""Numbers that no cassette may have."""

NAMES: Final[Mapping[str, bytes]] = {
    "not UTF-8": b"a\xff",
    "Latin-1": "für".encode("latin-1"),
    "half a character": "€".encode()[:2],
    "a line end": b"a\nb",
    "an escape": b"a\x1b[31mred",
    "right to left": "a\u202eb".encode(),
    "a line separator": "a\u2028b".encode(),
    "blanks": b" a ",
    "a quote": b"a'\"$(x)`",
}
"""Names of files, without their ending, as the bytes that a file system has."""

HOSTILE: Final = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2066\u2028fake line\u2029\x85\x7f\r\x00"
"""Text that would set a title, clear the screen, turn what follows round and forge lines."""

UNSAFE: Final = frozenset(
    "\x1b\x9b\x07\x7f\x85\r\x00\u061c\u200e\u200f\u2028\u2029"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that no exit for people may show, colours of our own apart."""
