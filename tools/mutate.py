"""Breaks the code in small ways, drawn at random, and tells which of them no test notices.

    python -m tools.mutate --draw 200 --seed 1 --at-least 90

The checkout is never touched: mutants are made in copies, in a temporary folder that goes with the
run. Each runs the tests nearest to it until the first one fails; a run that does not end in time
counts as killed, because a suite that hangs is noticed. The survivors are shown as diffs. Killed
mutants are remembered in the file of --results: a run that was interrupted goes on from there,
and a run after a test was added tries the survivors alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.mutants import Mutant, all_mutants
from tools.nearest_tests import FOLDER, NearestTests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PACKAGES: Final = ("server", "sessions", "storage", "cassettes", "validation", "replies")
_MARK: Final = "MUTATE_RUN"  # in the environment of every process of a run, so that all can be found
_PYTEST: Final = ("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
_PASSED, _NO_TESTS = 0, 5  # exit codes of pytest


class Outcome(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    verdict: str  # killed, timeout, survived or untested
    tests: int
    seconds: float


class Copy:
    """A copy of the project that mutants are made in, one after the other.

    Args:
        folder: where it is.
        project: what is copied: the files that git knows or would add, else all of them.
        patience: seconds that tests may take beyond four times what they took when measured.
    """

    def __init__(self, folder: Path, project: Path, patience: float) -> None:
        self._patience = patience
        self.root = folder / "project"
        self._temporary = folder / "temporary"
        for file in _files_of(project):
            target = self.root / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / file, target)

    def pytest(
        self, *arguments: str, seconds: float | None = None, variables: Mapping[str, str] | None = None
    ) -> int | None:
        """Run pytest in the copy; its exit code, or None if it took too long."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir()
        # A run inside of a worker of xdist is not one of its workers.
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment = {
            **own,
            "PYTHONPATH": os.pathsep.join([str(self.root), str(self.root / "pytest_plugin")]),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self._temporary / "hypothesis"),
            "TMPDIR": str(self._temporary),
            _MARK: str(self.root),
            **(variables or {}),
        }
        command = [sys.executable, *_PYTEST, f"--basetemp={self._temporary / 'tests'}", *arguments]
        with (self._temporary / "output").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - this Python, with arguments of our own
                command,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                _kill_marked(str(self.root))

    def judge(self, mutant: Mutant, tests: dict[str, float], turn: int) -> Outcome:
        """Make a mutant, run the tests, and undo it."""
        if not tests:
            return Outcome(mutant, "untested", 0, 0.0)
        file = self.root / mutant.path
        source, status = file.read_bytes(), file.stat()
        (self.root / "tests.txt").write_text("\n".join(tests))
        started = time.monotonic()
        try:
            file.write_bytes(mutant.applied_to(source))
            # Byte code is told from its source by whole seconds: no two mutants may share one.
            os.utime(file, (status.st_atime, status.st_mtime + 2 * (turn + 1)))
            code = self.pytest(
                *("-x", "-n", "0", "--hypothesis-seed=0", "@tests.txt"),
                f"--timeout={self._patience + 4 * max(tests.values()):.0f}",
                seconds=self._patience + 4 * sum(tests.values()),
            )
        finally:
            file.write_bytes(source)
            os.utime(file, (status.st_atime, status.st_mtime))
        verdict = "timeout" if code is None else "survived" if code == _PASSED else "killed"
        if code == _NO_TESTS:
            verdict = "untested"
        return Outcome(mutant, verdict, len(tests), time.monotonic() - started)


def _files_of(project: Path) -> list[str]:
    command = ["git", "-C", str(project), "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - the user's own git
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:
        names = [str(file.relative_to(project)) for file in project.rglob("*")]
    return [name for name in names if name and (project / name).is_file()]


def _kill_marked(mark: str) -> None:
    """End what the tests of a run started and left, in sessions of their own; Linux tells of them."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{_MARK}={mark}\0".encode() in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)


def _measure(copy: Copy, folder: Path, jobs: int) -> NearestTests:
    """Run all tests once, to see which lines each of them runs."""
    folder.mkdir(exist_ok=True, parents=True)
    if not (folder / "tests.json").exists():
        print("Measuring which tests run which lines ...", flush=True)
        copy.pytest(
            *("-p", "tools.nearest_tests", "-n", str(jobs), "--hypothesis-seed=0"),
            variables={FOLDER: str(folder), "COVERAGE_CORE": "ctrace"},
        )
    return NearestTests(folder)


def _key(mutant: Mutant, source: bytes) -> str:
    return blake2b(mutant.path.encode() + mutant.applied_to(source), digest_size=16).hexdigest()


def _judge_all(
    mutants: Sequence[Mutant], copies: Sequence[Copy], near: NearestTests, budget: float
) -> Iterator[Outcome]:
    """Judge mutants side by side, one for each copy; ends what it started when it is interrupted."""
    free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def judge(turn: int, mutant: Mutant) -> Outcome:
        tests = {test: near.seconds[test] for test in near.of(mutant, budget)}
        copy = free.get()
        try:
            return copy.judge(mutant, tests, turn)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        running = [pool.submit(judge, turn, mutant) for turn, mutant in enumerate(mutants)]
        try:
            for future in running:
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for copy in copies:
                _kill_marked(str(copy.root))


def draw(mutants: Iterable[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them, in random order; the same seed draws the same.

    Also from code that was moved or changed elsewhere: a mutant's place in the order comes from a
    digest of what it looks like, and from how many before it look the same.
    """
    seen: Counter[str] = Counter()
    placed: list[tuple[bytes, Mutant]] = []
    for mutant in sorted(mutants):
        seen[mutant.identity] += 1
        looks = f"{seed} {seen[mutant.identity]} {mutant.identity}"
        placed.append((blake2b(looks.encode(), digest_size=16).digest(), mutant))
    return [mutant for _, mutant in sorted(placed)[:count]]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--draw", type=int, default=200, metavar="N", help="how many mutants (200)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="PERCENT", help="fail below this")
    parser.add_argument(
        "--budget", type=float, default=120.0, metavar="S", help="seconds of tests each (120)"
    )
    parser.add_argument("--patience", type=float, default=20.0, metavar="S", help="for what hangs (20)")
    parser.add_argument("--jobs", type=int, default=2, help="how many side by side (2)")
    parser.add_argument("--results", type=Path, help="file that remembers what was killed")
    parser.add_argument("--measured", type=Path, help="folder that keeps which tests run which lines")
    parser.add_argument("--root", type=Path, default=Path(), help="the project (.)")
    parser.add_argument("paths", nargs="*", help="files or folders to mutate, relative to the project")
    return parser.parse_args(arguments)


def _python_files(root: Path, paths: Sequence[str]) -> list[Path]:
    chosen = [root / path for path in paths]
    chosen = chosen or [root / "mockapi" / name for name in PACKAGES]
    return sorted({file for path in chosen for file in ([path] if path.is_file() else path.rglob("*.py"))})


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, judge and report; the exit code."""
    options = _options(arguments)
    root = options.root.resolve()
    mutants = all_mutants(root, _python_files(root, options.paths))
    drawn = draw(mutants, options.draw, options.seed)
    print(f"{len(drawn)} of {len(mutants)} mutants, seed {options.seed}", flush=True)
    sources = {path: (root / path).read_bytes() for path in {mutant.path for mutant in drawn}}
    known: set[str] = set()
    if options.results is not None and options.results.exists():
        known = set(options.results.read_text().split())
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        folder = Path(name)
        copies = [Copy(folder / str(number), root, options.patience) for number in range(options.jobs)]
        near = _measure(copies[0], options.measured or folder / "measured", options.jobs)
        todo = [mutant for mutant in drawn if _key(mutant, sources[mutant.path]) not in known]
        for outcome in _judge_all(todo, copies, near, options.budget):
            source = sources[outcome.mutant.path]
            place = f"{outcome.mutant.path}:{outcome.mutant.line(source)}"
            print(
                f"{outcome.verdict:8} {outcome.seconds:5.1f} s {place} ({outcome.mutant.kind},"
                f" {outcome.tests} tests)",
                flush=True,
            )
            if outcome.verdict in {"survived", "untested"}:
                survivors += 1
                print(outcome.mutant.diff(source), flush=True)
            elif options.results is not None:
                with options.results.open("a") as file:
                    file.write(_key(outcome.mutant, source) + "\n")
    killed = len(drawn) - survivors
    share = 100 * killed / len(drawn) if drawn else 100.0
    print(f"killed {killed} of {len(drawn)} ({share:.1f} %), seed {options.seed}")
    return 0 if share >= options.at_least else 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(main())
