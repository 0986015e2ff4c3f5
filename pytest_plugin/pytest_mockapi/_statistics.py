"""The numbers of a run: one line at its end, and what was recorded but not played.

Under xdist every worker has statistics of its own, which goes to the controller as JSON when the
worker ends.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_mockapi._marker import cassettes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.testing import Session
    from pytest_mockapi._options import Options
    from pytest_mockapi._plugin_server import PluginServer

_WORDS = {
    "recorded": "replayed",
    "scripted": "scripted",
    "synthesized": "synthesized",
    "forwarded": "forwarded",
    "invalid": "refused",
    "unmatched": "missed",
}
_SUFFIXES = (".yaml", ".yml")
_SHOWN = 20


class RunStats:
    """What happened in a run.

    Args:
        options: of the run.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._counts: Counter[str] = Counter()
        self._recorded = 0
        self._loaded: dict[str, int] = {}
        self._played: set[tuple[str, int]] = set()
        self._known: set[str] = set()
        self._folders: set[str] = set()
        self._modules: set[str] = set()
        self._drift: list[str] = []
        self._narrowed = False

    def collected(self, items: Iterable[pytest.Item], config: pytest.Config) -> None:
        """Note which cassettes the tests that use the fixture could play."""
        self._narrowed = any("::" in argument for argument in config.args)
        for item in items:
            folder = self._options.cassettes or item.path.parent / "cassettes"
            self._known.update(map(str, cassettes_of(item, folder)))
            self._folders.add(str(folder))
            self._modules.add(str(folder / item.path.stem))

    def add(self, session: Session, *, has_cassette: bool, failed: bool) -> None:
        """Count the requests of a test."""
        played = session.server_session
        self._counts.update(str(entry.reply.source) for entry in session.entries)
        for recording in played.library.recordings if has_cassette else ():
            name = recording.cassette.name
            self._loaded[name] = len(recording.cassette.interactions)
            if failed or recording in played.played:
                self._played.add((name, recording.position))

    def finish(self, server: PluginServer) -> None:
        """Note what the recorder did; the server has stopped."""
        recorder = server.server.service.recorder if server.is_started else None
        if recorder is None:
            return
        self._recorded += recorder.stats.recorded
        for recording, lines in recorder.stats.drifted:
            self._drift += [f"{recording} differs from what the upstream answers now"]
            self._drift += [f"  {line}" for line in lines]
        self._drift += [*recorder.stats.unwritten, *recorder.stats.left_out]

    def as_json(self) -> dict[str, Any]:
        """For the controller."""
        return {
            "counts": dict(self._counts),
            "recorded": self._recorded,
            "loaded": self._loaded,
            "played": [list(pair) for pair in self._played],
            "known": sorted(self._known),
            "folders": sorted(self._folders),
            "modules": sorted(self._modules),
            "drift": self._drift,
            "narrowed": self._narrowed,
        }

    def merge(self, value: dict[str, Any]) -> None:
        """Take in the tally of a worker."""
        self._counts.update(value["counts"])
        self._recorded += value["recorded"]
        self._loaded |= value["loaded"]
        self._played |= {(name, position) for name, position in value["played"]}
        self._known |= set(value["known"])
        self._folders |= set(value["folders"])
        self._modules |= set(value["modules"])
        self._drift += value["drift"]
        self._narrowed |= value["narrowed"]

    def unused(self) -> list[str]:
        """The recordings that no test played, in cassettes that were loaded."""
        if self._options.record_mode == "all":
            return []
        return [
            f"{_short(name)}#{position}"
            for name, count in sorted(self._loaded.items())
            for position in range(count)
            if (name, position) not in self._played
        ]

    def orphans(self, config: pytest.Config) -> list[str]:
        """The cassettes that no test uses, as far as the run has seen the tests that could."""
        if self._narrowed:
            return []
        whole = config.args_source is not pytest.Config.ArgsSource.ARGS
        found: set[str] = set()
        for folder in map(Path, self._folders if whole else self._modules):
            found |= {str(path) for path in folder.rglob("*") if path.suffix in _SUFFIXES}
        used = self._known | set(self._loaded)
        return sorted(
            _short(name)
            for name in found - used
            if not any(str(parent) in used for parent in Path(name).parents)
        )

    def _report_lines(self, config: pytest.Config, *, unused: bool) -> Iterator[str]:
        """Write what was played, if that was asked for or something was not; say how to drop that."""
        if not unused and not config.getoption("--mockapi-report"):
            return
        from mockapi.errors import UsageError
        from pytest_mockapi import _play_report

        place = _play_report.place_of(config)
        try:
            if place is not None:
                _play_report.write(place, self._loaded, self._played)
        except UsageError as error:
            yield f"  {error}"
            return
        if not unused:
            return
        names = [
            _short(name)
            for name, count in sorted(self._loaded.items())
            if any((name, position) not in self._played for position in range(count))
        ]
        yield "  To drop them:"
        yield f"    {_play_report.prune_command(None if place is None else Path(_short(str(place))), names)}"

    def must_fail(self, config: pytest.Config) -> bool:
        """Whether the run fails although no test did."""
        wants_all = self._options.unused_recordings == "fail"
        return bool(self._drift) or (wants_all and bool(self.unused() or self.orphans(config)))

    def lines(self, config: pytest.Config) -> Iterator[str]:
        """What stands at the end of a run: nothing if no test used the fixture."""
        reports = self._options.unused_recordings != "ignore"
        unused = self.unused() if reports else []
        orphans = self.orphans(config) if reports else []
        told = [f"{self._counts[source]} {word}" for source, word in _WORDS.items() if self._counts[source]]
        told += [f"{self._recorded} recorded"] if self._recorded else []
        told += [f"{len(unused)} unused"] if unused else []
        if told:
            yield f"mockapi: {', '.join(told)}"
        yield from (f"  {line}" for line in self._drift)
        if unused:
            yield "  recordings that no test played:"
            yield from (f"    {name}" for name in _shortened(unused))
        yield from self._report_lines(config, unused=bool(unused))
        if orphans:
            yield "  cassettes that no test uses:"
            yield from (f"    {name}" for name in _shortened(orphans))


def _shortened(names: list[str]) -> list[str]:
    return names if len(names) <= _SHOWN else [*names[:_SHOWN], f"and {len(names) - _SHOWN} more"]


def _short(name: str) -> str:
    try:
        return str(Path(name).relative_to(Path.cwd()))
    except ValueError:
        return name
