"""The fast writer of common replies: byte by byte what the general one writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.exchange import Request
from mockapi.fuzzing.requests import bodies
from mockapi.messages import dump
from mockapi.replies.synthesis import History, _plain_writer, _synthesize, synthesized
from tests.support.each import each
from tests.support.examples import examples
from tests.support.shapes import OLD, SHAPES, WEATHER

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_TEXTS = (
    "",
    "plain",
    'a "quote", a \\ and a\nline',
    "“ü” 日本語 🙂",
    "\u0007\u2028</p>",
    '"\x7f\x7f"',
    "\ud800 alone",
)


def _replies(body: dict[str, Any], *, at_once: bool) -> list[Reply]:
    """The reply in both forms."""
    header = ((b"anthropic-beta", str(body["beta"]).encode()),) if "beta" in body else ()
    asked = {key: value for key, value in body.items() if key != "beta"}
    requests = (
        Request("POST", "/v1/messages", "", header, dump({**asked, "stream": stream}))
        for stream in (False, True)
    )
    return [synthesized(request, 3, History(), 0.0, at_once=at_once)[0] for request in requests]


def _check(body: dict[str, Any]) -> bool:
    """Check that both writers write the same; whether the fast one wrote it all."""
    used = []
    original = _plain_writer.plain_message

    def noted(*arguments: Any) -> Any:
        made = original(*arguments)
        used.append(made is not None)
        return made

    for at_once in (False, True):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(_synthesize, "is_plain_question", lambda _: False)  # has a test of its own
            patched.setattr(_synthesize, "plain_message", noted)
            fast = _replies(body, at_once=at_once)
            patched.setattr(_synthesize, "plain_message", lambda *_: None)
            assert _replies(body, at_once=at_once) == fast
    return all(used)


def test_every_shape_is_written_alike() -> None:
    """Both forms, in one chunk and in many; most shapes are common ones."""
    common = [_check(body) for body in SHAPES.values()]
    assert sum(common) > len(common) / 2


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.one_of(bodies(), bodies(version="2026-10-21")))
def test_any_valid_request_is_written_alike(body: dict[str, Any]) -> None:
    """Whatever is asked for."""
    _check(body)


@each("text", _TEXTS)
@each("limit", [3, 30, 400])
def test_any_text_is_written_alike(text: str, limit: int) -> None:
    """Quotes, line ends and letters of any script, in the middle of the pieces of a stream, and cut."""
    tool = {**WEATHER, "input_schema": {"type": "object", "properties": {"x": {"enum": [text]}}}}
    thinking = {"type": "enabled", "budget_tokens": 1024}
    asked = {"model": OLD, "max_tokens": limit, "messages": [{"role": "user", "content": text}]}
    _check(asked)
    _check({**asked, "tools": [{**tool, "name": "ä"}], "thinking": thinking, "stop_sequences": ["x", text]})
