"""What a session needs to answer requests that no recording answers: its history, script and resources.

Made when the first such request comes: a server that only replays never loads any of it. The values
and functions are those of `mockapi.replies`; here is the one place that holds their current state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi.exchange import Source
from mockapi.replies import error_reply, faults
from mockapi.replies.endpoints import EndpointContext, ResourceStore, answer
from mockapi.replies.scripts import Script, Scripted, ScriptState, plan_of
from mockapi.replies.synthesis import GenerationInput, History, synthesized, view_of, written
from mockapi.sessions._blobs import Blobs, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Reply, Request
    from mockapi.replies.endpoints import Validate
    from mockapi.replies.scripts import Chooser
    from mockapi.replies.synthesis import Plan
    from mockapi.sessions._account import Account
    from mockapi.validation import ValidationSettings


class ReplyGenerator:
    """Makes the replies of one session that are not recordings.

    Args:
        seed: replies of different seeds differ.
        validation: under `lenient` placeholder ids are taken for known ones.
        prefix: of the session's paths, "" for the default session.
    """

    def __init__(self, seed: int, validation: ValidationSettings, prefix: str) -> None:
        self._seed = seed
        self._mode = validation.mode
        self._live = validation.rules == "live"
        self._prefix = prefix
        self._history = History()
        self._store = ResourceStore()
        self._blobs = Blobs()
        self._script: Chooser | None = None

    @property
    def script(self) -> Chooser | None:
        """The script and what was used of it."""
        return self._script

    def reserve(self) -> tuple[int, History]:
        """Seed and history of a reply that is worked out elsewhere; the next reply counts on."""
        history = self._history
        self._history = replace(history, turn=history.turn + 1)
        return self._seed, history

    def play(self, script: Script | Chooser | None) -> None:
        """Use a script, or another chooser of replies, from its beginning; None drops it."""
        self._script = ScriptState(script) if isinstance(script, Script) else script

    def scripted(
        self, request: Request, at: float, request_id: Callable[[], str], account: Account
    ) -> Reply | None:
        """The script's reply to a request; None where it has none, and the next stage answers."""
        if self._script is None or not request.asks_for_message:
            return None
        view = view_of(request)
        chosen, self._script = self._script.next(view)
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
            return faults.apply(faults.blank(request_id(), at, account.fields(request, at)), chosen.faults)
        material = GenerationInput(view, self._seed)
        plan = plan_of(chosen, material, self._history.turn)
        reply, self._history = written(plan, material, self._history, at, Source.SCRIPTED)
        return faults.apply(reply, chosen.faults) if chosen.faults else reply

    def _scripted_row(self, material: GenerationInput, custom_id: str, at: float) -> Plan | Reply | None:
        """The plan of the script's reply to a row of a batch, an error, or None where it has none."""
        if self._script is None:
            return None
        chosen, self._script = self._script.next_for_row(material.view, custom_id)
        if chosen is None:
            return None
        if any(order.replaces for order in chosen.faults):
            return faults.apply(faults.blank("", at, ()), chosen.faults)
        return plan_of(chosen, material, 0)

    def synthesized(
        self, request: Request, at: float, request_id: Callable[[], str], validate: Validate
    ) -> Reply:
        """The synthesized reply to a request.

        Args:
            request: what came.
            at: seconds since 1970.
            request_id: makes one, for a reply that is not a message.
            validate: the API's refusal of a request, or None, for the rows of batches.
        """
        if request.asks_for_message:
            if request.known is not None and "synthesized" in request.known:
                reply, after = request.known["synthesized"]  # with the history that `reserve` gave
                self._history = self._history.with_cached(after)
                return reply  # type: ignore[no-any-return] # worked out by the function below
            reply, self._history = synthesized(request, self._seed, self._history, at)
            return reply
        context = EndpointContext(
            at=at,
            request_id=request_id(),
            base_url=f"http://{request.header('host') or 'localhost'}{self._prefix}",
            seed=self._seed,
            lenient=self._mode == "lenient",
            live=self._live,
            keep=self._blobs.keep,
            validate=validate,
            scripted=lambda material, custom_id: self._scripted_row(material, custom_id, at),
        )
        try:
            reply, self._store = answer(request, self._store, context)
        except StorageFull:
            message = "This session keeps as many bytes as it may; delete files or batches, or reset it."
            return context.error(403, "permission_error", message)
        except OSError as error:
            message = f"mockapi cannot keep this on disk: {error.strerror or error}."
            return context.error(500, "api_error", message)
        return reply
