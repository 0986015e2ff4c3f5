"""What four times the size costs: at most six times the processor time, whatever it is made of.

    python benchmarks/linear.py              every kind, about five minutes
    python benchmarks/linear.py --only text  kinds whose name has this word; may be repeated

Each kind of body of `benchmarks/large_bodies.py`, small and four times as large, through all that the
server works out of a request: parsing, the key, redaction, validation, a synthesized reply. What grows
too much is measured again on larger bodies: the smaller one may just have fitted into the processor's
caches, or into memory that was there already, and that happens once; a square stays one.
`benchmarks/redaction.py` measures redaction by itself, with a text for each literal of its patterns.
"""

from __future__ import annotations

import argparse
import functools
import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks.large_bodies import BODIES, name_of  # noqa: E402 - a program has to find its package
from benchmarks.report import GROWTH, MOST_GROWTH, Part, chosen, growth_goal, page  # noqa: E402 - as above
from benchmarks.workload import HEADERS, PATH  # noqa: E402 - as above
from mockapi import Request, jsontext  # noqa: E402 - as above
from mockapi.cassettes import Matching, for_matching, request_key  # noqa: E402 - as above
from mockapi.replies import synthesis  # noqa: E402 - as above
from mockapi.validation import ValidationSettings, Validator  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = 200_000
_LARGEST: Final = 3_200_000
"""Bytes of the smaller body."""
_LEAST: Final = 2e-3  # seconds: a step that takes less is measured by its neighbours
_TRIES: Final = 3
_RENAMED = Matching(rename_tool_ids=True)


def _validated(request: Request) -> Any:
    return Validator(ValidationSettings()).check_all(request)  # a new one: it remembers tools and images


def _synthesized(request: Request) -> Any:
    return synthesis.synthesized(request, 0, synthesis.History(), 0.0)


STEPS: Final[tuple[tuple[str, Callable[[Request], Any]], ...]] = (
    ("parsing", lambda request: jsontext.parse(request.body)),
    ("key", lambda request: request_key(request, Matching())),
    ("key, ids renamed", lambda request: request_key(request, _RENAMED)),
    ("redaction", for_matching),
    ("validation", _validated),
    ("synthesis", _synthesized),
)
"""What is worked out of a request; a row more is measured as the others are."""


def seconds(step: Callable[[Request], Any], body: bytes) -> float:
    """Processor time of a step, the best of a few, its body parsed before."""
    best = float("inf")
    for _ in range(_TRIES):
        request = Request("POST", PATH, "", _FIELDS, body)
        request.parsed  # noqa: B018 - it is remembered
        began = time.process_time()
        step(request)
        best = min(best, time.process_time() - began)
        if best > 1:
            break
    return best


def grown(step: Callable[[Request], Any], bodies: Callable[[int], bytes], size: int) -> tuple[float, float]:
    """Processor time of a step for the larger of two bodies, and how many times that of the smaller."""
    before = seconds(step, bodies(size))
    while True:
        size *= GROWTH
        after = seconds(step, bodies(size))
        times = after / max(before, _LEAST)
        if times <= MOST_GROWTH or size > _LARGEST:
            return after, times
        before = after


_FIELDS = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


def linear_part(*, only: list[str] | None = None, size: int = SIZE) -> Part:
    """Measure everything once."""
    rows = []
    gc.disable()  # its searches come when they come
    try:
        for make in chosen(BODIES, only, name_of):
            name = name_of(make)
            bodies = functools.cache(make)
            for title, step in STEPS:
                after, times = grown(step, bodies, size)
                rows.append((f"{name}: {title}", after, times))
                print(f"{rows[-1][0]:40} {after:7.3f} {times:5.1f}", file=sys.stderr, flush=True)
            gc.collect()
    finally:
        gc.enable()
    rows.sort(key=lambda row: -row[2])
    slowest = sorted(rows, key=lambda row: -row[1])[:10]
    return Part(
        "Time in proportion to size",
        f"Bodies from {size:,} bytes on and {GROWTH} times as large, {len(rows)} pairs of a kind and a step;"
        " the ten that grow most, then the ten that take longest. Processor time of the larger one.",
        ("", "ms", f"times for {GROWTH} times the size"),
        [(name, f"{took * 1000:.0f}", f"{times:.1f}") for name, took, times in (*rows[:10], *slowest)],
        [growth_goal("size", rows[0][2])],
    )


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", help="kinds whose name has this word; may be repeated")
    options = parser.parse_args()
    print(page([linear_part(only=options.only)], "python benchmarks/linear.py"))


if __name__ == "__main__":
    main()
