"""A twin's reply to a request: drawn from a profile, within what the request allows.

    an error of the profile?     by its share; then its status, type, wait and time
    else a message               of the model's profile, or that of all
      kind and length            a kind that the request allows, cut at its max_tokens
      cache                      hit or miss, where the request asks for caching
      times                      to the first token and from piece to piece
    a broken stream?             by its share, somewhere in the middle

All choices are a function of the seed, the request, and how many replies the session has made before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.messages import IdFactory, IdKind, dump
from mockapi.replies import faults
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._reply_headers import MessageHead, hint_field, message_headers
from mockapi.replies.synthesis import (
    Cached,
    GenerationInput,
    Wanted,
    asks_for_caching,
    callable_tools,
    counts_thinking,
    events_in,
    message_for,
    sized,
    view_of,
)
from mockapi.replies.twin._pacing import lengths_of, seconds_of, stream_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockapi.exchange import Headers, Request
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis import History, RequestView
    from mockapi.replies.twin._distribution import Distribution
    from mockapi.replies.twin._profile import (
        CacheUse,
        ErrorShare,
        Interruption,
        Outcome,
        ReplyProfile,
        TwinProfile,
    )

_Shared = TypeVar("_Shared", "ErrorShare", "Interruption")
_WORDS: Final = {known.type: known.message for known in faults.ERRORS.values()}
_BEGINNING: Final = 3
"""Events that a stream begins with, before it says anything."""
_DRAWN: Final = "The twin's profile has a share of these."


def drawn_reply(
    profile: TwinProfile, request: Request, seed: int, history: History, at: float, account: Headers = ()
) -> tuple[Reply, History]:
    """The reply of a twin to a request to POST /v1/messages, and the history after it.

    Args:
        profile: what replies are like.
        request: what came; the rules have taken it.
        seed: replies of different seeds differ.
        history: of the session.
        at: seconds since 1970.
        account: the fields that tell of the account's rate limits.
    """
    material = GenerationInput(view_of(request), seed)
    dice = material.dice.fork(f"twin:{history.turn}")
    error = _met(profile.errors, dice)
    if error is not None:
        request_id = material.ids.make(IdKind.REQUEST, history.turn)
        blank = faults.blank(request_id, at, account)
        return _failed(error, blank, dice), replace(history, turn=history.turn + 1)
    view, replies = material.view, profile.of(material.view.model)
    wanted = _wanted(replies, view, dice)
    plan = sized(wanted, view, dice.fork("plan"), IdFactory(dice.number(64)))
    cached = _cached(replies.cache, dice) if asks_for_caching(view) else Cached()
    message, plan, usage, after = message_for(plan, material, history, at, cached)
    output_tokens = message["usage"].get("output_tokens") or 0
    sizes = (len(request.body), output_tokens)
    if view.stream:
        lengths = lengths_of(replies, dice)
        events = events_in(message, plan, dice, lengths, counted=counts_thinking(view))
        chunks = stream_chunks(events, replies, sizes, dice)
    else:
        chunks = (Chunk(seconds_of(replies, sizes, dice), dump(message)),)
    request_id = material.ids.make(IdKind.REQUEST, history.turn)
    head = MessageHead(view.stream, at, request_id, Source.SYNTHESIZED, plan.hint)
    headers = message_headers(head, len(chunks[0].data))
    charged = (usage.total - usage.read, output_tokens)
    reply = Reply(200, headers, chunks, Source.SYNTHESIZED, usage=charged)
    broken = _met(profile.interruptions, dice) if view.stream else None
    return reply if broken is None else _broken(broken, reply, dice), after


def _met(kinds: Iterable[_Shared], dice: SeededChoices) -> _Shared | None:
    """One of some kinds, each with its share of all cases; None in the cases that are left."""
    place = dice.fraction()
    for kind in kinds:
        place -= kind.share
        if place < 0:
            return kind
    return None


def _failed(error: ErrorShare, blank: Reply, dice: SeededChoices) -> Reply:
    wait = _maybe_drawn(error.retry_after, dice)
    seconds = _maybe_drawn(error.seconds, dice) or 0.0
    told = {} if wait is None or error.status == 429 else {"retry-after": f"{wait:g}"}
    make = faults.error(
        error.status,
        type=error.type,
        message=_WORDS.get(error.type),
        retry_after=None if wait is None else round(wait, 3),
        headers=told,
    )
    made = make(blank)
    fields = tuple(field for field in made.headers if field[0] != b"x-mockapi-source")
    source = wire_field("x-mockapi-source", Source.SYNTHESIZED)
    return replace(
        made,
        headers=(*fields, source, hint_field(_DRAWN)),
        chunks=(Chunk(seconds, made.body),),
        source=Source.SYNTHESIZED,
    )


def _maybe_drawn(distribution: Distribution | None, dice: SeededChoices) -> float | None:
    return None if distribution is None else distribution.at(dice.fraction())


def _wanted(replies: ReplyProfile, view: RequestView, dice: SeededChoices) -> Wanted:
    outcome = _outcome(replies, view, dice)
    tokens = round(outcome.output_tokens.at(dice.fraction()))
    limit = view.max_tokens
    if limit is not None and tokens > limit:
        tokens = limit + 1  # cut at the limit, and no longer than that needs
    elif outcome.stop_reason == "max_tokens" and tokens == limit:
        tokens = limit + 1
    part = _maybe_drawn(replies.thinking, dice) or 0.0
    return Wanted(outcome.tool_calls, tokens, round(tokens * part), outcome.stop_reason)


def _outcome(replies: ReplyProfile, view: RequestView, dice: SeededChoices) -> Outcome:
    """A kind of reply that the request allows; any if it rules out all."""
    alike, others = replies.with_tools, replies.without_tools
    if not callable_tools(view):
        alike, others = others, alike
    fitting: Sequence[Outcome] = ()
    for kinds in (alike, others):
        fitting = fitting or [kind for kind in kinds if kind.share > 0 and _fits(kind, view)]
    fitting = fitting or alike or others
    place = dice.fraction() * sum(outcome.share for outcome in fitting)
    for outcome in fitting:
        place -= outcome.share
        if place < 0:
            return outcome
    return fitting[-1]


def _fits(outcome: Outcome, view: RequestView) -> bool:
    if view.choice in {"any", "tool"}:
        return outcome.tool_calls > 0
    if outcome.tool_calls and (not callable_tools(view) or view.choice == "none"):
        return False
    return outcome.stop_reason != "stop_sequence" or bool(view.stop_sequences)


def _cached(cache: CacheUse | None, dice: SeededChoices) -> Cached | None:
    if cache is None:
        return None  # nothing was seen, so the session's own cache answers
    if dice.fraction() < cache.hits:
        return Cached(_maybe_drawn(cache.read, dice) or 0.0, _maybe_drawn(cache.written_on_hit, dice) or 0.0)
    return Cached(0.0, _maybe_drawn(cache.written_on_miss, dice) or 0.0)


def _broken(kind: Interruption, reply: Reply, dice: SeededChoices) -> Reply:
    """The stream with its end missing: from somewhere behind its first events on."""
    last = reply.body.count(b"\n\n") - 2  # before message_stop
    place = dice.between(min(_BEGINNING, last), last)
    if kind.type is None:
        broken = faults.cut(event=place, ending=Ending.CUT)(reply)
    else:
        broken = faults.stream_error(place, type=kind.type)(reply)
    return broken.with_headers(hint_field(_DRAWN))
