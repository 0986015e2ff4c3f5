"""What a session needs to answer requests that no recording answers: its history, script and resources.

Made when the first such request comes: a server that only replays never loads any of it. The values
and functions are those of `mockapi.replies`; here is the one place that holds their current state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from mockapi.exchange import Source
from mockapi.replies import error_reply, faults, twin
from mockapi.replies.endpoints import EndpointContext, ResourceStore, answer
from mockapi.replies.scripts import Script, Scripted, ScriptState, plan_of
from mockapi.replies.synthesis import GenerationInput, History, synthesized, view_of, written
from mockapi.sessions._blobs import Blobs, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Headers, Reply, Request
    from mockapi.replies.endpoints import Validate
    from mockapi.replies.faults import OrderedFault
    from mockapi.replies.scripts import Chooser, NoReply
    from mockapi.replies.synthesis import Plan
    from mockapi.replies.twin import TwinProfile
    from mockapi.sessions._account import Account
    from mockapi.validation import ValidationSettings


@dataclass(frozen=True, slots=True, eq=False)
class ScriptMoment:
    """What a script's reply depends on besides the request. Equal ones are of the same objects.

    Attributes:
        script: what chooses.
        seed: of the session.
        history: of the session.
    """

    script: Chooser
    seed: int
    history: History

    def __eq__(self, other: object) -> bool:
        """Whether nothing has happened between the two."""
        if not isinstance(other, ScriptMoment):
            return NotImplemented
        return self.script is other.script and self.history is other.history and self.seed == other.seed

    def __hash__(self) -> int:
        """By the same objects."""
        return hash((id(self.script), id(self.history), self.seed))


class ScriptedReply(NamedTuple):
    """What a script makes of a request.

    Attributes:
        chosen: which of its replies; None where it has none.
        after: what chooses the next.
        made: the reply, without its faults, and the history after it; None where there is none, or
            a fault makes it.
    """

    chosen: Scripted | NoReply | None
    after: Chooser
    made: tuple[Reply, History] | None


def scripted_reply(request: Request, moment: ScriptMoment, at: float) -> ScriptedReply:
    """What a script makes of a request at some moment of a session."""
    view = view_of(request)
    chosen, after = moment.script.next(view)
    if not isinstance(chosen, Scripted) or any(order.replaces for order in chosen.faults):
        return ScriptedReply(chosen, after, None)
    material = GenerationInput(view, moment.seed)
    plan = plan_of(chosen, material, moment.history.turn)
    return ScriptedReply(chosen, after, written(plan, material, moment.history, at, Source.SCRIPTED))


class ReplyGenerator:
    """Makes the replies of one session that are not recordings.

    Attributes:
        history: what went before, as far as replies depend on it.

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
        self.history = History()
        self._store = ResourceStore()
        self._blobs = Blobs()
        self._script: Chooser | None = None

    @property
    def script(self) -> Chooser | None:
        """The script and what was used of it."""
        return self._script

    def reserve(self) -> tuple[int, History]:
        """Seed and history of a reply that is worked out elsewhere; the next reply counts on."""
        history = self.history
        self.history = replace(history, turn=history.turn + 1)
        return self._seed, history

    def script_moment(self) -> ScriptMoment | None:
        """What the script's next reply depends on besides the request; None where Python code chooses."""
        if not isinstance(self._script, ScriptState):
            return None
        return ScriptMoment(self._script, self._seed, self.history)

    def play(self, script: Script | Chooser | None) -> None:
        """Use a script, or another chooser of replies, from its beginning; None drops it."""
        self._script = ScriptState(script) if isinstance(script, Script) else script

    def scripted(
        self, request: Request, at: float, request_id: Callable[[], str], account: Account
    ) -> tuple[Reply, tuple[OrderedFault, ...]] | None:
        """The script's reply to a request, and the faults that are to be done to it.

        None where the script has none, and the next stage answers.
        """
        if self._script is None or not request.asks_for_message:
            return None
        chosen, self._script, made = self._chosen(request, self._script, at)
        if chosen is None:
            return None
        if not isinstance(chosen, Scripted):
            ended = error_reply(
                422,
                "mockapi_script_ended",
                "The script of this session has no reply for this request.",
                request_id(),
                source=Source.SCRIPTED,
            )
            return ended, ()
        if made is None:
            return faults.blank(request_id(), at, account.fields(request, at)), chosen.faults
        reply, self.history = made
        return reply, chosen.faults

    def _chosen(self, request: Request, script: Chooser, at: float) -> ScriptedReply:
        before = ScriptMoment(script, self._seed, self.history)
        if request.known is not None and (found := request.known.get(("scripted", before))) is not None:
            return found  # type: ignore[no-any-return] # worked out by the function below
        return scripted_reply(request, before, at)

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

    def drawn(self, request: Request, profile: TwinProfile, at: float, account: Headers) -> Reply:
        """The reply to a request that a profile of recorded traffic has.

        Args:
            request: what came.
            profile: what replies are like.
            at: seconds since 1970.
            account: the fields that tell of the account's rate limits.
        """
        reply, self.history = twin.drawn_reply(profile, request, self._seed, self.history, at, account)
        return reply

    def message(self, request: Request, at: float, *, at_once: bool = False) -> Reply:
        """The synthesized reply to a request for a message.

        Args:
            request: what came.
            at: seconds since 1970.
            at_once: whether a stream will be sent at once, so that nobody needs its delays.
        """
        if request.known is not None and "synthesized" in request.known:
            reply, after = request.known["synthesized"]  # with the history that `reserve` gave
            self.history = self.history.with_cached(after)
            return reply  # type: ignore[no-any-return] # worked out by the function below
        reply, self.history = synthesized(request, self._seed, self.history, at, at_once=at_once)
        return reply

    def synthesized(
        self, request: Request, at: float, request_id: Callable[[], str], validate: Validate
    ) -> Reply:
        """The synthesized reply to any other request.

        Args:
            request: what came.
            at: seconds since 1970.
            request_id: makes one.
            validate: the API's refusal of a request, or None, for the rows of batches.
        """
        context = EndpointContext(
            at=at,
            request_id=request_id(),
            base_url=_base_url(request) + self._prefix,
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


def _base_url(request: Request) -> str:
    """Under which the client reaches the server; known where that is more than HTTP and a Host."""
    if request.known is not None and "base_url" in request.known:
        return str(request.known["base_url"])
    return f"http://{request.header('host') or 'localhost'}"
