"""Traffic to learn a twin from: generated, with a known mix of sizes, kinds, errors and times."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from mockapi.cassettes import Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.exchange import Reply, Request
from mockapi.messages import dump, encode_event, error_body, events_of
from mockapi.replies.synthesis import History, RequestView, input_tokens
from mockapi.replies.twin import (
    PERCENTILES,
    CacheUse,
    Distribution,
    ErrorShare,
    Interruption,
    Outcome,
    ReplyProfile,
    SizedTimes,
    StreamTimes,
    TwinProfile,
    drawn_reply,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JSON: Final = (("content-type", "application/json"),)
STREAM: Final = (("content-type", "text/event-stream; charset=utf-8"),)
WRITE: Final[dict[str, Any]] = {
    "name": "write_note",
    "description": "Keeps a note.",
    "input_schema": {
        "type": "object",
        "properties": {"note": {"type": "string"}, "urgent": {"type": "boolean"}},
        "required": ["note", "urgent"],
    },
}
SECRET: Final = "Vermilion"
"""A word that stands all over the generated traffic, and must not stand in a profile."""
_LONG: Final = " ".join([SECRET, "keeps", "the", "ledger"] * 230)


def body(source: random.Random | None = None, **members: Any) -> dict[str, Any]:
    """A request's body; with a source one of a mix of sizes, models, tools and caching."""
    sent: dict[str, Any] = {
        "model": "claude-sonnet-5",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": f"{SECRET}?"}],
    }
    if source is not None:
        words = 1 + int(source.lognormvariate(3, 1))
        sent["messages"] = [{"role": "user", "content": " ".join([SECRET] * words)}]
        sent["model"] = source.choice(["claude-sonnet-5", "claude-sonnet-5", "claude-opus-4-1"])
        sent["stream"] = source.random() < 0.8
        if source.random() < 0.6:
            sent["tools"] = [WRITE]
        if source.random() < 0.35:
            sent["system"] = [{"type": "text", "text": _LONG, "cache_control": {"type": "ephemeral"}}]
    return sent | members


def message(tokens: int, calls: int = 0, **members: Any) -> dict[str, Any]:
    """A message that has used so many tokens."""
    text = " ".join([SECRET] * max(1, tokens // 3))
    content: list[dict[str, Any]] = [{"type": "text", "text": text}]
    content += [
        {"type": "tool_use", "id": f"toolu_{number}", "name": SECRET, "input": {"note": SECRET}}
        for number in range(calls)
    ]
    usage = {"input_tokens": 20, "output_tokens": tokens, **members.pop("usage", {})}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5",
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": usage,
        **members,
    }


def exchange(
    sent: dict[str, Any], answered: bytes, delays: Sequence[tuple[float, int]] = (), **response: Any
) -> Interaction:
    """An interaction with its chunks."""
    return Interaction(
        RecordedRequest("POST", "/v1/messages", body=dump(sent)),
        RecordedResponse(
            response.pop("status", 200),
            response.pop("headers", JSON),
            answered,
            tuple(RecordedChunk(*chunk) for chunk in delays),
        ),
    )


def whole(sent: dict[str, Any], told: dict[str, Any], seconds: float = 1.0) -> Interaction:
    """An exchange whose reply came in one piece."""
    answered = dump(told)
    return exchange(sent, answered, [(seconds, len(answered))])


def streamed(
    sent: dict[str, Any], told: dict[str, Any], first: float = 0.5, gaps: Iterable[float] = ()
) -> Interaction:
    """An exchange whose reply came as a stream: after the first piece, one of some gaps before each delta."""
    waits = iter(gaps)
    pieces: list[bytes] = []
    chunks: list[tuple[float, int]] = []
    begun = False
    for event in events_of(told):
        pieces.append(encode_event(event, 3))
        if event["type"] != "content_block_delta":
            continue
        if not begun:
            chunks.append((first, len(b"".join(pieces))))
            begun = True
        elif any(event["delta"].get(name) for name in ("text", "partial_json")):
            chunks.append((next(waits, 0.02), sum(map(len, pieces)) - sum(size for _, size in chunks)))
    text = b"".join(pieces)
    left = len(text) - sum(size for _, size in chunks)
    chunks[-1] = (chunks[-1][0], chunks[-1][1] + left)
    return exchange(sent | {"stream": True}, text, chunks, headers=STREAM)


def failed(sent: dict[str, Any], status: int, kind: str, **fields: str) -> Interaction:
    """An exchange that came to an error."""
    answered = error_body(kind, SECRET, "req_1")
    headers = (*JSON, *((name.replace("_", "-"), value) for name, value in fields.items()))
    return exchange(sent, answered, [(0.2, len(answered))], status=status, headers=headers)


def traffic(count: int, seed: int = 1) -> Iterator[Interaction]:
    """So many exchanges of a mix that a profile has to tell again."""
    source = random.Random(seed)
    for _ in range(count):
        sent = body(source)
        chance = source.random()
        if chance < 0.03:
            yield failed(sent, 529, "overloaded_error")
        elif chance < 0.04:
            yield failed(sent, 429, "rate_limit_error", retry_after="2")
        elif chance < 0.05:
            yield failed(sent, 400, "invalid_request_error")
        else:
            yield _answered(sent, source)


def _answered(sent: dict[str, Any], source: random.Random) -> Interaction:
    calls = source.choice([0, 1, 1, 2]) if "tools" in sent else 0
    tokens = 100 * calls + int(source.lognormvariate(4, 0.5))
    size = len(sent["messages"][0]["content"])
    total = input_tokens(RequestView(sent))
    usage: dict[str, int] = {"input_tokens": total}
    if "system" in sent:
        read = int(0.9 * total) if source.random() < 0.7 else 0
        written = int(0.9 * total) - read
        usage = {
            "input_tokens": total - read - written,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
        }
    told = message(tokens, calls, usage=usage)
    if not sent["stream"]:
        return whole(sent, told, 0.01 * tokens + source.lognormvariate(-1, 0.3))
    common = source.gauss(0, 1)
    gaps = (math.exp(-4 + 0.5 * (0.8 * common + 0.6 * source.gauss(0, 1))) for _ in range(10_000))
    return streamed(sent, told, source.lognormvariate(-1, 0.3) + size / 2000, gaps)


def recorded(request: Request, reply: Reply) -> Interaction:
    """What a recorder would make of a reply."""
    headers = tuple((name.decode(), value.decode()) for name, value in reply.headers)
    first, *rest = reply.chunks
    chunks = [(first.delay + reply.hold, len(first.data)), *((delay, len(data)) for delay, data in rest)]
    return exchange(json.loads(request.body), reply.body, chunks, status=reply.status, headers=headers)


def drawn(profile: TwinProfile, bodies: Iterable[dict[str, Any]], seed: int = 0) -> Iterator[Interaction]:
    """What a twin answers to some bodies, in one session."""
    history = History()
    for sent in bodies:
        request = Request("POST", "/v1/messages", body=dump(sent))
        reply, history = drawn_reply(profile, request, seed, history, 1.7e9)
        yield recorded(request, reply)


# --- any profile -----------------------------------------------------------------------------------


@st.composite
def _distributions(draw: st.DrawFn, most: float, *, least: float = 0, whole: bool = False) -> Distribution:
    percentiles = draw(st.lists(st.sampled_from(PERCENTILES), min_size=1, max_size=4, unique=True))
    numbers = st.integers(int(least), int(most)) if whole else st.floats(least, most)
    values = draw(st.lists(numbers, min_size=len(percentiles), max_size=len(percentiles)))
    pairs = zip(sorted(percentiles), sorted(values), strict=True)
    return Distribution(tuple((percentile, float(value)) for percentile, value in pairs))


_PARTS: Final = _distributions(1)
_SECONDS: Final = _distributions(3600)
_SHARES: Final = st.floats(0, 1)
_SIZED: Final = st.builds(SizedTimes, _SECONDS, _distributions(1e6, whole=True), st.floats(-1, 1))
_OUTCOMES: Final = st.lists(
    st.builds(
        Outcome,
        st.sampled_from(["end_turn", "tool_use", "max_tokens", "stop_sequence", "refusal", "pause_turn"]),
        st.integers(0, 4),
        _SHARES,
        _distributions(600, whole=True),
    ),
    max_size=3,
).map(tuple)
_REPLIES: Final = st.builds(
    ReplyProfile,
    replies=st.integers(0, 9999),
    streamed=_SHARES,
    request_bytes=_distributions(1e6, whole=True),
    input_tokens=_distributions(1e6, whole=True),
    with_tools=_OUTCOMES,
    without_tools=_OUTCOMES,
    thinking=st.none() | _PARTS,
    cache=st.none()
    | st.builds(CacheUse, _SHARES, st.none() | _PARTS, st.none() | _PARTS, st.none() | _PARTS),
    streams=st.none()
    | st.builds(
        StreamTimes,
        _SIZED,
        st.none() | _SECONDS,
        _SHARES,
        st.none() | _distributions(200, whole=True),
    ),
    whole=st.none() | _SIZED,
).filter(lambda replies: bool(replies.with_tools or replies.without_tools))
_ERRORS: Final = st.lists(
    st.builds(
        ErrorShare,
        st.integers(400, 599),
        st.sampled_from(["overloaded_error", "rate_limit_error", "api_error", "strange_error"]),
        st.floats(0, 0.3),
        st.none() | _SECONDS,
        st.none() | _SECONDS,
    ),
    max_size=2,
).map(tuple)
_INTERRUPTIONS: Final = st.lists(
    st.builds(Interruption, st.sampled_from([None, "overloaded_error", "strange_error"]), st.floats(0, 0.3)),
    max_size=2,
).map(tuple)


def profiles() -> st.SearchStrategy[TwinProfile]:
    """Any profile, however odd."""
    return st.builds(
        TwinProfile,
        exchanges=st.integers(0, 9999),
        models=st.dictionaries(st.text(max_size=20), _SHARES, max_size=2).map(
            lambda told: tuple(told.items())
        ),
        errors=_ERRORS,
        refusals=_ERRORS,
        interruptions=_INTERRUPTIONS,
        replies=_REPLIES,
        by_model=st.dictionaries(st.sampled_from(["claude-sonnet-5", "other"]), _REPLIES, max_size=1).map(
            lambda told: tuple(told.items())
        ),
    )
