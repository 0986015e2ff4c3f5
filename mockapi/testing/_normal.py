"""Requests and messages for snapshots: what differs from run to run is renamed or left out.

Ids become `toolu_1`, `toolu_2`, `msg_1`, ... in the order in which they are met, the same id
always the same name, so that a snapshot still shows which result belongs to which call.
"""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"\b(msg|toolu|srvtoolu|mcptoolu|req|file|msgbatch|container)_[0-9A-Za-z]{8,}\b")
_VOLATILE = re.compile(
    r"x-stainless-.*|x-api-key|authorization|user-agent|host|connection|accept-encoding|content-length|"
    r"date|request-id|anthropic-ratelimit-.*|cf-ray|idempotency-key|traceparent|tracestate"
)
_SIGNED = ("signature", "data")


def normalized(value: Any) -> Any:
    """A JSON value with its ids renamed, signatures shortened and volatile header fields left out.

    Header fields are the members of any object under the key `headers`.
    """
    return _Renamer().value(value)


class _Renamer:
    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return _ID.sub(self._name, value)
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        signed = value.get("type") in ("thinking", "redacted_thinking", "signature_delta")
        made: dict[Any, Any] = {}
        for key, item in value.items():
            if key == "headers" and isinstance(item, dict):
                made[key] = {
                    name: self.value(field)
                    for name, field in sorted(item.items())
                    if _VOLATILE.fullmatch(name.lower()) is None
                }
            elif signed and key in _SIGNED and isinstance(item, str):
                made[key] = "[signature]" if item else ""
            else:
                made[key] = self.value(item)
        return made

    def _name(self, match: re.Match[str]) -> str:
        kind = match[1]
        if match[0] not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[match[0]] = f"{kind}_{self._counts[kind]}"
        return self._names[match[0]]
