"""What a session needs to answer requests that no recording answers: its history and its choices.

Made when the first such request comes: a server that only replays never loads any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Source
from mockapi.replies import error_reply
from mockapi.replies.synthesis import History, altered_seal, synthesized, view_of

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request

MESSAGES = "/v1/messages"


class Making:
    """Makes the replies of one session.

    Args:
        seed: replies of different seeds differ.
        strict: whether signatures of thinking that are handed back have to be intact.
    """

    def __init__(self, seed: int, *, strict: bool) -> None:
        self._seed = seed
        self._strict = strict
        self._history = History()

    def synthesized(self, request: Request, at: float, request_id: str) -> Reply:
        """The synthesized reply to a request.

        Args:
            request: what came.
            at: seconds since 1970.
            request_id: for a reply that refuses.
        """
        if request.path == MESSAGES and request.method == "POST":
            if self._strict and b'thinking"' in request.body:
                altered = altered_seal(view_of(request))
                if altered is not None:
                    return error_reply(
                        400, "invalid_request_error", altered, request_id, source=Source.INVALID
                    )
            reply, self._history = synthesized(request, self._seed, self._history, at)
            return reply
        return error_reply(404, "not_found_error", "Not Found", request_id, source=Source.INVALID)
