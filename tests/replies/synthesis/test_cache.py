"""Prompt caching as usage shows it: written first, read next, by breakpoint, lifetime and model."""

from __future__ import annotations

from typing import Any

from mockapi.replies.synthesis import RequestView, input_tokens
from mockapi.replies.synthesis._cache import PromptCache, Usage
from tests.support.shapes import WEATHER, body

LONG = "word " * 1500
FIVE = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


def text(words: str, control: dict[str, Any] | None = None) -> dict[str, Any]:
    """A text block, with a breakpoint or without."""
    return {"type": "text", "text": words} | ({"cache_control": control} if control else {})


def use(cache: PromptCache, request: dict[str, Any], at: float = 0.0) -> tuple[Usage, PromptCache]:
    """A request against a cache."""
    return cache.used(RequestView(request), at)


def test_written_first_read_next() -> None:
    """The same prefix costs creation once and reads after that; the total stays."""
    request = body([text(LONG, FIVE), text("And?")])
    first, cache = use(PromptCache(), request)
    second, _ = use(cache, request, 10)
    assert first.written_5m > 1024
    assert first.read == 0
    assert (second.read, second.written_5m) == (first.written_5m, 0)
    assert first.total == second.total
    assert second.plain == first.plain


def test_without_a_breakpoint_nothing_is_cached() -> None:
    """Plain input stays plain."""
    usage, cache = use(PromptCache(), body(LONG))
    assert usage == Usage(usage.total)
    assert cache == PromptCache()


def test_a_grown_conversation_reads_its_beginning() -> None:
    """A breakpoint that moved on reads up to the old one and writes the rest."""
    first = [text(LONG, FIVE)]
    one, cache = use(PromptCache(), body(first))
    grown = {**body(), "messages": [
        {"role": "user", "content": [text(LONG)]},
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": [text(LONG, FIVE)]},
    ]}  # fmt: skip
    two, _ = use(cache, grown)
    assert two.read == one.written_5m
    assert two.total == input_tokens(RequestView(grown))
    assert two.written_5m > 1024


def test_a_changed_prefix_is_written_anew() -> None:
    """One different tool before the breakpoint, and nothing of it is read."""
    _, cache = use(PromptCache(), body([text(LONG, FIVE)]))
    usage, _ = use(cache, body([text(LONG, FIVE)], tools=[WEATHER]))
    assert usage.read == 0
    usage, _ = use(cache, body([text(LONG, FIVE)], model="claude-opus-5-5"))
    assert usage.read == 0


def test_lifetimes() -> None:
    """Five minutes, or an hour if asked for; reading renews."""
    request = body([text(LONG, FIVE)])
    _, cache = use(PromptCache(), request, 0)
    renewed_usage, renewed = use(cache, request, 200)
    assert renewed_usage.read
    assert use(renewed, request, 450)[0].read
    assert not use(cache, request, 301)[0].read
    hour = body([text(LONG, HOUR)])
    usage, cache = use(PromptCache(), hour)
    assert (usage.written_1h > 0, usage.written_5m) == (True, 0)
    assert use(cache, hour, 3000)[0].read
    assert not use(cache, hour, 3601)[0].read


def test_both_lifetimes_in_one_request() -> None:
    """What lies before the hour's breakpoint is the hour's, the rest the five minutes'."""
    usage, _ = use(PromptCache(), body([text(LONG, FIVE)], system=[text(LONG, HOUR)]))
    assert usage.written_1h > 1024
    assert usage.written_5m > 1024


def test_short_prefixes_are_not_cached() -> None:
    """Below the model's minimum a breakpoint counts for nothing."""
    usage, _ = use(PromptCache(), body([text("short", FIVE)]))
    assert usage.written_5m == 0
    usage, _ = use(PromptCache(), body([text(LONG, FIVE)], model="claude-haiku-4-5"))
    assert usage.written_5m == 0


def test_a_breakpoint_at_the_top_level_stands_at_the_end() -> None:
    """Automatic caching: everything is written, then read."""
    request = body(LONG, cache_control=FIVE)
    first, cache = use(PromptCache(), request)
    assert first.plain == 0
    assert use(cache, request)[0] == Usage(0, read=first.written_5m)


def test_a_cache_does_not_look_back_for_ever() -> None:
    """A prefix twenty parts before the breakpoint is found, one that is twenty-one before it is not."""
    _, cache = use(PromptCache(), body([text(LONG, FIVE)]))
    near = body([text(LONG), *[text("x")] * 19, text("y", FIVE)])
    far = body([text(LONG), *[text("x")] * 20, text("y", FIVE)])
    assert use(cache, near)[0].read
    assert not use(cache, far)[0].read


def test_reading_renews_a_prefix_that_is_no_breakpoint_any_more() -> None:
    """A conversation that grew reads its old prefix, which then lives on for as long as before."""
    for control, seconds in ((FIVE, 300), (HOUR, 3600)):
        old = body([text(LONG, control)])
        _, cache = use(PromptCache(), old, 0)
        _, cache = use(cache, body([text(LONG), text(LONG, control)]), seconds - 1)
        assert use(cache, old, 2 * seconds - 2)[0].read
        assert not use(cache, old, 2 * seconds)[0].read
