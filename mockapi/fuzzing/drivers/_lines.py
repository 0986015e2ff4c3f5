"""What the Python drivers share: questions in, answers out, one JSON object on a line."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BODY = {
    "model": "claude-sonnet-5",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Say something."}],
}
"""The request; what is answered does not depend on it."""

KEY = "sk-ant-test-conformance"


def serve(
    name: str,
    sees: str,
    look: Callable[[str, float, list[Any]], Any],
    documented: tuple[Any, ...],
    *,
    shows: Sequence[str] = (),
) -> None:
    """Answer questions until there are no more.

    Args:
        name: of the client, with its version.
        sees: "events", "stream" or "message".
        look: asks a base URL with a time limit; appends what it sees to the list, or returns it.
        documented: the exceptions that the client's documentation names.
        shows: the parts of a message that it shows, where that is not the API's message.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a client prints must not be taken for an answer
    for line in sys.stdin:
        question = json.loads(line)
        answer: dict[str, Any] = {"name": name, "sees": sees, "shows": list(shows)}
        if "base_url" in question:
            answer = _answer(sees, look, documented, question)
        print(_written(answer), file=out, flush=True)


def _written(answer: dict[str, Any]) -> str:
    try:
        return json.dumps(answer)
    except RecursionError:  # too deep to be printed, which the client cannot help
        return json.dumps({**answer, "message": {**answer["message"], "content": []}})


def _answer(
    sees: str,
    look: Callable[[str, float, list[Any]], Any],
    documented: tuple[Any, ...],
    question: dict[str, Any],
) -> dict[str, Any]:
    shown: list[Any] = []
    answer: dict[str, Any] = {"error": None}
    result = None
    try:
        result = look(question["base_url"], question["timeout"], shown)
    except Exception as error:  # noqa: BLE001 - whatever a client raises is what is asked for
        kind = type(error)
        answer["error"] = {
            "type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
            "message": str(error)[:300],
            "documented": isinstance(error, documented),
        }
    answer[sees] = result if sees == "message" else shown
    return answer
