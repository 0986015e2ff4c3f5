"""What a session needs to answer requests that no recording answers: its history, script and shelf.

Made when the first such request comes: a server that only replays never loads any of it. The values
and functions are those of `mockapi.replies`; here is the one place that holds their current state.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mockapi.exchange import Source
from mockapi.replies import error_reply
from mockapi.replies.scripts import Running, Script, Scripted, plan_of
from mockapi.replies.surface import Scene, Shelf, answer
from mockapi.replies.synthesis import History, Material, altered_seal, synthesized, view_of, written
from mockapi.server._blobs import Blobs, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Reply, Request
    from mockapi.replies.scripts import Chooser
    from mockapi.replies.surface import Judge
    from mockapi.validation import Settings as Validation

_MESSAGES = "/v1/messages"


class Making:
    """Makes the replies of one session.

    Args:
        seed: replies of different seeds differ.
        validation: how strictly: `strict` wants signatures that are handed back to be intact,
            `lenient` takes placeholder ids for known ones.
        prefix: of the session's paths, "" for the default session.
    """

    def __init__(self, seed: int, validation: Validation, prefix: str) -> None:
        self._seed = seed
        self._mode = validation.mode
        self._live = validation.rules == "live"
        self._prefix = prefix
        self._history = History()
        self._shelf = Shelf()
        self._blobs = Blobs()
        self._running: Chooser | None = None

    @property
    def running(self) -> Chooser | None:
        """The script and what was used of it."""
        return self._running

    def play(self, script: Script | Chooser | None) -> None:
        """Use a script from its beginning, or what else chooses replies, or none."""
        self._running = Running(script) if isinstance(script, Script) else script

    def scripted(self, request: Request, at: float, request_id: Callable[[], str]) -> Reply | None:
        """The script's reply to a request; None if it has none and the request goes on elsewhere."""
        if self._running is None or not _asks_for_message(request):
            return None
        view = view_of(request)
        chosen, self._running = self._running.next(view)
        if chosen is None:
            return None
        if not isinstance(chosen, Scripted):
            return error_reply(
                422,
                "mockapi_script_ended",
                "The script of this session has no reply for this request.",
                request_id(),
                source=Source.SCRIPTED,
            )
        if any(order.replaces for order in chosen.faults):
            from mockapi.replies.faults import blank  # noqa: PLC0415 - only where some are ordered

            date = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
            return _broken(blank(request_id(), date), chosen)
        material = Material(view, self._seed)
        plan = plan_of(chosen, material, self._history.turn)
        reply, self._history = written(plan, material, self._history, at, Source.SCRIPTED)
        return _broken(reply, chosen) if chosen.faults else reply

    def synthesized(self, request: Request, at: float, request_id: Callable[[], str], judge: Judge) -> Reply:
        """The synthesized reply to a request.

        Args:
            request: what came.
            at: seconds since 1970.
            request_id: makes one, for a reply that is no message.
            judge: says whether the API would refuse a request, for the rows of batches.
        """
        if _asks_for_message(request):
            reply, self._history = synthesized(request, self._seed, self._history, at)
            return reply
        scene = Scene(
            at=at,
            request_id=request_id(),
            base_url=f"http://{request.header('host') or 'localhost'}{self._prefix}",
            seed=self._seed,
            lenient=self._mode == "lenient",
            live=self._live,
            keep=self._blobs.keep,
            judge=judge,
        )
        try:
            reply, self._shelf = answer(request, self._shelf, scene)
        except StorageFull:
            message = "This session keeps as many bytes as it may; delete files or batches, or reset it."
            return scene.error(403, "permission_error", message)
        except OSError as error:
            message = f"mockapi cannot keep this on disk: {error.strerror or error}."
            return scene.error(500, "api_error", message)
        return reply

    def refusal(self, request: Request, request_id: Callable[[], str]) -> Reply | None:
        """The API's error about a signature that was altered, which only its maker can see."""
        if self._mode != "strict" or not _asks_for_message(request) or b'thinking"' not in request.body:
            return None
        altered = altered_seal(view_of(request))
        if altered is None:
            return None
        return error_reply(400, "invalid_request_error", altered, request_id(), source=Source.INVALID)


def _broken(reply: Reply, chosen: Scripted) -> Reply:
    from mockapi.replies.faults import apply  # noqa: PLC0415 - only where some are ordered

    return apply(reply, chosen.faults)


def _asks_for_message(request: Request) -> bool:
    return request.path == _MESSAGES and request.method == "POST"
