"""The whole way from a request to POST /v1/messages to its reply.

    view -> plan (decided or scripted) -> cut to the limits -> message -> JSON or stream -> headers

The content is a function of request and seed alone: a request that is repeated, or asked for in the
other form, gets the same blocks with the same ids. The message's id and its usage are also a function
of the session's history: how many replies went before, and what is in the prompt cache.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import IdFactory, IdKind
from mockapi.replies._message_reply import MessageReply
from mockapi.replies._reply_headers import MessageHead, message_headers
from mockapi.replies._request_view import RequestView, canonical_of
from mockapi.replies._seeded import SeededChoices
from mockapi.replies._view_digest import ViewDigest
from mockapi.replies.synthesis._cache import Cached, PromptCache, Usage, prefixes_of, usage_of
from mockapi.replies.synthesis._chunks import in_chunks, json_chunks, stream_chunks
from mockapi.replies.synthesis._cut import shortened
from mockapi.replies.synthesis._decide import decide
from mockapi.replies.synthesis._diagnosis import (
    MOST_REMEMBERED,
    PromptFingerprint,
    diagnosed,
    fingerprint,
    wants_diagnosis,
)
from mockapi.replies.synthesis._plain_answer import is_plain_question, plain_answer
from mockapi.replies.synthesis._plain_writer import plain_message
from mockapi.replies.synthesis._tokens import input_tokens
from mockapi.replies.synthesis._writer import message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Request
    from mockapi.replies.synthesis._plain_writer import PlainMessage
    from mockapi.replies.synthesis._plan import Plan


_NO_BETAS: Final[frozenset[str]] = frozenset()
_THINKING_COUNTS: Final = "thinking-token-count-2026-05-13"


@dataclass(slots=True)
class History:
    """What went before in a session, as far as replies depend on it.

    Nobody changes one; frozen, it would cost three times as much to make, and each reply makes one.

    Attributes:
        turn: how many replies were synthesized or scripted.
        cache: the prompt cache.
        prompts: fingerprints of the requests that asked for diagnostics, by their replies' ids.
    """

    turn: int = 0
    cache: PromptCache = field(default_factory=PromptCache)
    prompts: Mapping[str, PromptFingerprint] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """This history without the fingerprints of its prompts."""
        return {"turn": self.turn, "cache": self.cache.as_json()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> History:
        """The history that was written as JSON."""
        return cls(value["turn"], PromptCache.from_json(value["cache"]))

    def with_cached(self, other: History) -> History:
        """This history with what another one has cached and remembered besides."""
        prompts = {**self.prompts, **other.prompts}
        for id_ in list(prompts)[: max(0, len(prompts) - MOST_REMEMBERED)]:
            del prompts[id_]
        return replace(
            self, cache=PromptCache({**self.cache.entries, **other.cache.entries}), prompts=prompts
        )


class GenerationInput:
    """What a reply is made from: the request as a view, and choices that are a function of it.

    Args:
        view: the request.
        seed: of the server or session.
    """

    def __init__(self, view: RequestView, seed: int) -> None:
        digest = view.digest
        key = _key(view.canonical, seed) if digest is None or digest.seed != seed else digest.key
        self.view = view
        self.dice = SeededChoices(key)
        self.ids = IdFactory(int.from_bytes(key))

    def wire_dice(self, turn: int) -> SeededChoices:
        """What chooses how the stream of a reply is cut, the `turn`-th of its session."""
        return _wire_dice(self.dice, turn)


def view_of(request: Request) -> RequestView:
    """A request as synthesis reads it.

    Of a body that is nested too deeply to be written again only the plain members count.
    """
    header = request.header("anthropic-beta")
    betas = _NO_BETAS if header is None else frozenset(filter(None, map(str.strip, header.split(","))))
    digest = None if request.known is None else request.known.get("view")
    view = RequestView(request.parsed, betas, digest)
    if not (view.canonical if digest is None else digest.is_written):
        plain = {key: value for key, value in view.body.items() if not isinstance(value, (dict, list))}
        return RequestView(plain, betas)
    return view


def digest_of_view(request: Request, seed: int) -> ViewDigest:
    """What depends on all of a request."""
    view = view_of(request)
    return ViewDigest(
        seed, _key(view.canonical, seed), input_tokens(view), prefixes_of(view), view.body is request.parsed
    )


def _key(canonical: bytes, seed: int) -> bytes:
    salt = (seed & (2**64 - 1)).to_bytes(8)
    return blake2b(canonical, digest_size=16, salt=salt).digest()


def _wire_dice(dice: SeededChoices, turn: int) -> SeededChoices:
    return dice.fork(f"wire:{turn}")


def counts_thinking(view: RequestView) -> bool:
    """Whether a stream tells how many tokens thinking has taken so far."""
    return _THINKING_COUNTS in view.betas


def synthesized(
    request: Request, seed: int, history: History, at: float, *, at_once: bool = False
) -> tuple[Reply, History]:
    """The reply to a request to POST /v1/messages, and the history after it.

    Args:
        request: what came; nothing about its body is taken for granted.
        seed: replies of different seeds differ.
        history: of the session.
        at: seconds since 1970.
        at_once: whether a stream is one chunk, for who sends it so.
    """
    body = request.parsed
    if request.known is None and is_plain_question(body) and not request.header("anthropic-beta"):
        answered = _answered(body, seed, history, at, at_once=at_once)
        if answered is not None:
            return answered
    material = GenerationInput(view_of(request), seed)
    plan = decide(material.view, material.dice, material.ids)
    return written(plan, material, history, at, Source.SYNTHESIZED, at_once=at_once)


def written(
    plan: Plan,
    material: GenerationInput,
    history: History,
    at: float,
    source: Source,
    *,
    at_once: bool = False,
) -> tuple[Reply, History]:
    """The reply of a plan, cut to the request's limits, and the history after it."""
    view = material.view
    plan = shortened(plan, view)
    usage, cache = history.cache.used(view, at)
    turn = history.turn
    plain = plain_message(plan, view, usage, material.ids.make(IdKind.MESSAGE, turn))
    body: bytes | tuple[Chunk, ...] | None = None
    if plain is not None and not (view.stream and counts_thinking(view)):
        body = _plain_body(plain, material.dice, turn, stream=view.stream, at_once=at_once)
    if body is None:
        message, after = _message(plan, usage, cache, material, history)
        body = _chunks(message, plan, material, turn, at_once=at_once)
        output_tokens = message["usage"].get("output_tokens") or 0
    else:
        output_tokens = plan.tokens[0]
        after = History(turn + 1, cache, history.prompts)
    tokens = usage.total - usage.read, output_tokens
    head = MessageHead(view.stream, at, material.ids.make(IdKind.REQUEST, turn), source, plan.hint)
    return _reply(body, head, tokens), after


def _answered(
    body: dict[str, Any], seed: int, history: History, at: float, *, at_once: bool
) -> tuple[Reply, History] | None:
    """The reply to a plain question, without a plan and a message in between; None where there have to be."""
    canonical = canonical_of(body)
    if not canonical:
        return None
    key = _key(canonical, seed)
    dice, ids = SeededChoices(key), IdFactory(int.from_bytes(key))  # as `GenerationInput` has them
    turn = history.turn
    made = plain_answer(body, dice, ids, turn)
    if made is None:
        return None
    plain, input_count, output_count = made
    stream = body.get("stream") is True
    found = _plain_body(plain, dice, turn, stream=stream, at_once=at_once)
    if found is None:
        return None
    head = MessageHead(stream, at, ids.make(IdKind.REQUEST, turn), Source.SYNTHESIZED)
    reply = _reply(found, head, (input_count, output_count))
    return reply, History(turn + 1, history.cache, history.prompts)


def _reply(body: bytes | tuple[Chunk, ...], head: MessageHead, tokens: tuple[int, int]) -> Reply:
    """The reply with a body that is sent at once, or in chunks."""
    if isinstance(body, bytes):
        return MessageReply(body, head, tokens)
    delay, data = body[0]
    if not delay and len(body) == 1:
        return MessageReply(data, head, tokens)
    return Reply(200, message_headers(head, len(data)), body, head.source, usage=tokens)


def message_for(
    plan: Plan, material: GenerationInput, history: History, at: float, cached: Cached | None = None
) -> tuple[dict[str, Any], Plan, Usage, History]:
    """The message of a plan, the plan as it was cut, the usage, and the history after it.

    Args:
        plan: what it says.
        material: of the request.
        history: of the session.
        at: seconds since 1970.
        cached: what the prompt cache did; None asks the session's.
    """
    view = material.view
    plan = shortened(plan, view)
    if cached is None:
        usage, cache = history.cache.used(view, at)
    else:
        usage, cache = usage_of(view, cached), history.cache
    message, after = _message(plan, usage, cache, material, history)
    return message, plan, usage, after


def _message(
    plan: Plan, usage: Usage, cache: PromptCache, material: GenerationInput, history: History
) -> tuple[dict[str, Any], History]:
    """The message of a plan that is cut already, and the history after it."""
    view, prompts = material.view, history.prompts
    message = message_of(plan, view, usage, material.ids, history.turn)
    if wants_diagnosis(view):
        message["diagnostics"] = diagnosed(view, prompts)
        kept = dict(list(prompts.items())[-MOST_REMEMBERED + 1 :])
        prompts = kept | {str(message["id"]): fingerprint(view)}
    return message, History(history.turn + 1, cache, prompts)


def _chunks(
    message: dict[str, Any], plan: Plan, material: GenerationInput, turn: int, *, at_once: bool
) -> tuple[Chunk, ...]:
    if not material.view.stream:
        return json_chunks(message)
    counted = counts_thinking(material.view)
    return stream_chunks(message, plan, material.wire_dice(turn), counted=counted, at_once=at_once)


def _plain_body(
    plain: PlainMessage, dice: SeededChoices, turn: int, *, stream: bool, at_once: bool
) -> bytes | tuple[Chunk, ...] | None:
    """The body that `_chunks` gives, without a message in between; None where there has to be one."""
    if not stream:
        return plain.as_json()
    wire = _wire_dice(dice, turn)
    events = plain.as_events(wire)
    if events is None:
        return None
    if at_once:
        return "".join(events).encode()
    return in_chunks(list(map(str.encode, events)), wire)
