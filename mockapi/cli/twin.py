"""`mockapi twin`: the group of commands on twins of recorded traffic."""

from __future__ import annotations

from mockapi.cli import LazyGroup

command = LazyGroup(
    {"learn": ("mockapi.cli.twin_learn", "Write a small profile of recorded traffic.")},
    name="twin",
    help="Learn from recordings how a twin for load tests answers.",
)
