"""How like a twin is to what it learned from, and what its replies cost.

    python -m benchmarks.twin [FOLDER] [--requests 2000] [--clients 50]

A profile is learned from the cassettes of FOLDER, or from generated traffic that the tests know. `mockapi
serve --twin` plays it on a core of its own, with its times; clients ask what was asked there, and record what
they get, chunk by chunk. From that a profile is learned anew, and both are shown: each quantile, each rate,
and by how much they differ. Once from what is drawn, without a server, and once from what clients got: there
the differences hold the server's lateness, the wire and the clients' own lateness too, which is most of it on
a busy machine. The processor time of a reply is the server's. `--requests 0` asks no server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from benchmarks.servers import ROOT, Server
from mockapi import cassettes, storage
from mockapi.cassettes import Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.exchange import Ending
from mockapi.replies.twin import Distribution, TwinProfile, dump_twin, learn_twin
from tests.support.twins import drawn, traffic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADERS: Final = {
    "x-api-key": "sk-ant-test-1",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
_POINTS: Final = (5, 25, 50, 75, 95, 99)
_GENERATED: Final = 500
_WARM_UP: Final = 100
_DRAWN: Final = 4000
_PROGRAM: Final = "from mockapi.cli import main; main()"


def main() -> None:
    """Learn, serve, ask, learn again, and print both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=50)
    options = parser.parse_args()
    recorded = list(traffic(_GENERATED)) if options.folder is None else _read(options.folder)
    profile = learn_twin(recorded)
    asked = [each for each in recorded if _is_answered(each)]
    bodies = [json.loads(each.request.body) for each in asked]
    print("what is drawn")
    _show(profile, learn_twin(drawn(profile, bodies * math.ceil(_DRAWN / len(bodies)))))
    if not options.requests:
        return
    with tempfile.TemporaryDirectory() as work:
        file = Path(work, "profile.json")
        file.write_text(dump_twin(profile), encoding="utf-8")
        command = [sys.executable, "-c", _PROGRAM, "serve", "--twin", str(file), "--port", "{port}"]
        with Server("twin", command, environment={"PYTHONPATH": str(ROOT)}, ready="mockapi ready") as server:
            asyncio.run(_ask(server.url, asked, _WARM_UP, _WARM_UP))
            before, started = server.cpu_seconds(), time.perf_counter()
            answered = asyncio.run(_ask(server.url, asked, options.requests, options.clients))
            took, used = time.perf_counter() - started, server.cpu_seconds() - before
            lateness = httpx.get(f"{server.url}/_mockapi/health").json()["lateness"]
    print(f"\nwhat {options.clients} clients got: {len(answered):,} replies in {took:.1f} s,", end=" ")
    print(
        f"{used / len(answered) * 1e6:.0f} us of a processor each; chunks were late by {json.dumps(lateness)}"
    )
    _show(profile, learn_twin(answered))


def _read(folder: str) -> list[Interaction]:
    return [
        interaction
        for name, text in storage.iter_texts([folder])
        for interaction in cassettes.load(text, name).interactions
    ]


def _is_answered(interaction: Interaction) -> bool:
    """Whether a request is one that a twin answers: for a message, and not refused."""
    request, status = interaction.request, interaction.response.status
    fine = status == 200 or status >= 500 or status in (408, 409, 429)
    return request.method == "POST" and request.path == "/v1/messages" and fine


async def _ask(url: str, asked: Sequence[Interaction], requests: int, clients: int) -> list[Interaction]:
    """What so many clients get who ask at random, one after the other."""
    dice = random.Random(1)
    queue = [dice.choice(asked) for _ in range(requests)]
    answered: list[Interaction] = []
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=600, limits=limits) as client:

        async def one() -> None:
            while queue:
                answered.append(await _exchange(client, queue.pop().request))

        await asyncio.gather(*(one() for _ in range(clients)))
    return answered


async def _exchange(client: httpx.AsyncClient, request: RecordedRequest) -> Interaction:
    body = b""
    chunks: list[RecordedChunk] = []
    ending = Ending.CLEAN
    betas = [(name, value) for name, value in request.headers if name.lower() == "anthropic-beta"]
    last = time.perf_counter()
    async with client.stream(
        "POST", "/v1/messages", content=request.body, headers=[*_HEADERS.items(), *betas]
    ) as response:
        try:
            async for piece in response.aiter_raw():
                now = time.perf_counter()
                chunks.append(RecordedChunk(now - last, len(piece)))
                body, last = body + piece, now
        except httpx.HTTPError:
            ending = Ending.CUT
    headers = tuple(response.headers.multi_items())
    return Interaction(request, RecordedResponse(response.status_code, headers, body, tuple(chunks), ending))


# --- what is shown ---------------------------------------------------------------------------------


def _distributions(profile: TwinProfile) -> Iterator[tuple[str, Distribution | None]]:
    replies = profile.replies
    if replies.streams is not None:
        yield "seconds to the first token", replies.streams.first.seconds
        yield "seconds from piece to piece", replies.streams.between
        yield "characters of a piece", replies.streams.characters
    if replies.whole is not None:
        yield "seconds of a whole reply", replies.whole.seconds
    if replies.cache is not None:
        yield "part of the input read from the cache", replies.cache.read
    for kinds, offered in ((replies.with_tools, "tools"), (replies.without_tools, "no tools")):
        for kind in kinds:
            name = f"{offered}: {kind.stop_reason}, {kind.tool_calls} calls: tokens"
            yield name, kind.output_tokens


def _show(profile: TwinProfile, again: TwinProfile) -> None:
    _show_distributions(profile, again)
    _show_rates(profile, again)


def _show_distributions(profile: TwinProfile, again: TwinProfile) -> None:
    columns = "".join(f"{f'p{point}':>24}" for point in _POINTS)
    print(f"\n{'':44}{columns}")
    got = dict(_distributions(again))
    for name, wanted in _distributions(profile):
        other = got.get(name)
        if wanted is None or other is None:
            continue
        cells = [_compared(wanted.at(point / 100), other.at(point / 100)) for point in _POINTS]
        print(f"{name:44}{''.join(f'{cell:>24}' for cell in cells)}")


def _compared(wanted: float, got: float) -> str:
    difference = f"{got / wanted - 1:+.1%}" if wanted else ""
    return f"{wanted:.4g} {got:.4g} {difference}"


def _rates(profile: TwinProfile) -> Iterator[tuple[str, float, int]]:
    failed = sum(error.share for error in profile.errors)
    met = round(profile.replies.replies / (1 - failed))
    for error in profile.errors:
        yield f"{error.status} {error.type}", error.share, met
    for broken in profile.interruptions:
        name = broken.type or "the connection"
        yield f"streams broken off by {name}", broken.share, round(met * profile.replies.streamed)
    for kinds, offered in (
        (profile.replies.with_tools, "tools"),
        (profile.replies.without_tools, "no tools"),
    ):
        for kind in kinds:
            name = f"{offered}: {kind.stop_reason}, {kind.tool_calls} calls"
            yield name, kind.share, profile.replies.replies
    if profile.replies.cache is not None:
        yield "cache hits", profile.replies.cache.hits, profile.replies.replies


def _show_rates(profile: TwinProfile, again: TwinProfile) -> None:
    print(f"\n{'':44}{'profile':>9}{'twin':>9}{'sigma':>9}")
    got: dict[str, Any] = {name: (share, count) for name, share, count in _rates(again)}
    for name, share, count in _rates(profile):
        other, asked = got.get(name, (0.0, count))
        spread = math.sqrt(share * (1 - share) / asked)
        sigma = (other - share) / spread if spread else 0.0
        print(f"{name:44}{share:>9.4f}{other:>9.4f}{sigma:>+9.2f}")


if __name__ == "__main__":
    main()
