"""The pipeline for a large request: what is dear is worked out elsewhere, before the stage that asks for it.

The stages are those of every request, in the same order. They ask pure functions about the request,
and those look into `Request.known` first: here it is filled, stage by stage, with what they would
find. So a stage takes no time on the event loop, and answers what it would have answered anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi import cassettes, sessions, validation
from mockapi._garbage import unsearched
from mockapi.errors import TooSlowError
from mockapi.exchange import Request
from mockapi.replies import surfaces, synthesis
from mockapi.sessions import _pipeline

if TYPE_CHECKING:
    from mockapi.sessions._answer import Answer
    from mockapi.sessions._pipeline import Exchange, SourceStage

WorkOut: TypeAlias = Callable[..., Awaitable[Any]]
"""Runs a pure function with its arguments elsewhere."""

_LARGE: Final = 1024 * 1024
"""Bytes of all recorded requests; to start a process for fewer takes longer than to redact them."""

_TRIES: Final = 3
"""How often a script is asked elsewhere; where small requests overtake a large one again and again, here."""

_COUNT_TOKENS: Final = "/v1/messages/count_tokens"


async def answer_large(exchange: Exchange, work_out: WorkOut) -> Answer:
    """As `answer`, for a request that is large.

    Args:
        exchange: the request on its way.
        work_out: runs a function elsewhere.
    """
    if exchange.surface is not None:
        plain, known = await work_out(surfaces.read_aside, _bare(exchange.request))
        exchange.read(plain)
        _known(exchange.request).update(known)
    found = None
    try:
        for source in _pipeline.SOURCES:
            if source in _AHEAD:
                await _AHEAD[source](exchange, work_out)
            found = source(exchange)
            if found is not None:
                break
    except TooSlowError as error:
        found = _pipeline.too_slow(exchange, error)
    return _pipeline.changed(exchange, found)


async def look_up_ahead(request: Request, index: cassettes.Index, work_out: WorkOut) -> None:
    """Work out what `find_exact` and `find_relaxed` ask for."""
    bare = _bare(request)
    known = _known(request)
    exact, relaxed = index.rules(relaxed=False), index.rules(relaxed=True)
    known.update(await work_out(cassettes.keys_of, bare, exact))
    if index.has_as_it_came(request):
        return  # nobody looks for secrets
    rules = (*exact, *relaxed)
    known.update(await work_out(cassettes.keys_of, bare, relaxed) if relaxed else {})
    redactions = dict.fromkeys(matching.redaction for matching in rules)
    for redaction in redactions:
        # A hook is the user's own Python, which runs in this process.
        elsewhere = work_out if redaction.hook is None else asyncio.to_thread
        known.update(await elsewhere(cassettes.redactions_of, bare, (redaction,), rules))


async def make_ready(index: cassettes.Index, work_out: WorkOut) -> None:
    """Redact what is recorded, so that a request which is not found as it came is looked up at once.

    Args:
        index: what is recorded.
        work_out: runs a function elsewhere; asked only if there are megabytes, or a thread is as good.
    """
    redactions = await asyncio.to_thread(index.redactions)
    is_large = sum(len(request.body) for request, _ in redactions) > _LARGE
    # A hook is the user's own Python, which runs in this process.
    goes_elsewhere = is_large and all(rules.hook is None for _, rules in redactions)
    run = work_out if goes_elsewhere else asyncio.to_thread
    redacted = await run(cassettes.redacted_requests, redactions)
    await asyncio.to_thread(_use, index, redacted)


def _use(index: cassettes.Index, redacted: list[Request | None]) -> None:
    index.make_ready(redacted)
    # Loaded on this thread if another process has done the above: the request that waits is redacted next.
    _ = cassettes.for_matching


async def _recordings(exchange: Exchange, work_out: WorkOut) -> None:
    await look_up_ahead(exchange.request, exchange.session.index, work_out)


async def _verdict(exchange: Exchange, work_out: WorkOut) -> None:
    settings = exchange.session.settings.validation
    if settings.mode != "off":
        for request in _pipeline.judged(exchange):
            refusal = await work_out(validation.first_refusal, _bare(request), settings)
            _known(request)["refusal", settings] = refusal


async def _script(exchange: Exchange, work_out: WorkOut) -> None:
    session, request = exchange.session, exchange.plain
    if session.script is None or not request.asks_for_message:
        return
    for _ in range(_TRIES):
        moment = session.generator.script_moment()
        if moment is None:
            break
        found = await work_out(sessions.scripted_reply, _bare(request), moment, exchange.at)
        if session.generator.script_moment() == moment:  # no other request has had a reply meanwhile
            _known(request)["scripted", moment] = found
            return
    await _view(exchange, work_out)


async def _fallback(exchange: Exchange, work_out: WorkOut) -> None:
    session, request = exchange.session, exchange.plain
    if session.on_unmatched != "synthesize" or (session.strict_messages and request.asks_for_message):
        return
    if request.asks_for_message:
        seed, history = session.generator.reserve()
        arguments = (_bare(request), seed, history, exchange.at)
        _known(request)["synthesized"] = await work_out(synthesis.synthesized, *arguments)
    elif request.path == _COUNT_TOKENS:
        await _view(exchange, work_out)
    else:
        await asyncio.to_thread(_parse, request)


async def _twin(exchange: Exchange, work_out: WorkOut) -> None:
    if exchange.session.settings.twin is not None and exchange.plain.asks_for_message:
        await _view(exchange, work_out)


async def _view(exchange: Exchange, work_out: WorkOut) -> None:
    """Work out what replies ask of a request besides its members: what depends on all of it."""
    request, seed = exchange.plain, exchange.session.settings.seed
    _known(request)["view"] = await work_out(synthesis.digest_of_view, _bare(request), seed)
    await asyncio.to_thread(_parse, request)


def _parse(request: Request) -> None:
    """Parse the body, without the searches for garbage that a million new values would set off."""
    with unsearched():
        request.parsed  # noqa: B018 - it is remembered


def _known(request: Request) -> dict[Any, Any]:
    if request.known is None:
        request.known = {}
    return request.known


def _bare(request: Request) -> Request:
    return Request(request.method, request.path, request.query, request.headers, request.body)


_AHEAD: Final[dict[SourceStage, Callable[[Exchange, WorkOut], Awaitable[None]]]] = {
    _pipeline.exact_recording: _recordings,
    _pipeline.validation: _verdict,
    _pipeline.script: _script,
    _pipeline.twin: _twin,
    _pipeline.fallback: _fallback,
}
