"""What is hunted: a Python function in a process of its own, or a client behind a driver."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Final, Protocol

from mockapi.errors import UsageError
from mockapi.fuzzing._conformance import TimeIsUp, cases_for, look_at
from mockapi.fuzzing._judge import expected_words
from mockapi.fuzzing._process import LineProcess, Trouble
from mockapi.fuzzing._verdict import Finding, Sees, Verdict
from mockapi.fuzzing._worker import case_as_json
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case

if TYPE_CHECKING:
    from mockapi.fuzzing._case_server import CaseServer
    from mockapi.fuzzing._driver import Driver

_MARGIN: Final = 5.0
_START: Final = 60.0


class Subject(Protocol):
    """What is hunted: it looks at a case and gives the verdict.

    Attributes:
        sees: what it shows.
        name: what it is called in files of known failures.
    """

    sees: Sees
    name: str

    def cases(self) -> list[Case]:
        """The cases of the table that it can be shown, the smallest first."""
        ...

    def look(self, case: Case, until: float | None = None) -> Finding:
        """The verdict on one case.

        Raises:
            TimeIsUp: it is after `until`, by `time.monotonic`, and there is no answer yet.
        """
        ...

    def stop(self) -> None:
        """Let it go."""
        ...


class TargetSubject:
    """A Python function, in a process of its own.

    Args:
        name: `package.module:function`.

    Raises:
        UsageError: it cannot be loaded, or shows nothing that can be judged.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._process = LineProcess([sys.executable, "-m", "mockapi.fuzzing._worker", name])
        try:
            self.sees = self._hello(name)
        except BaseException:  # Ctrl-C too
            self._process.stop()
            raise

    def _hello(self, name: str) -> Sees:
        try:
            hello = json.loads(self._process.ask(b'{"hello": true}', _START))
        except Trouble as trouble:
            raise UsageError(f"The target {name} cannot be run: {trouble}.") from trouble
        if "problem" in hello:
            raise UsageError(hello["problem"])
        sees: Sees = hello["sees"]
        return sees

    def cases(self) -> list[Case]:
        """Those that bytes can tell."""
        table = SSE_CASES if self.sees == "events" else MESSAGE_CASES
        return sorted(
            (case for case in table if not case.over_http), key=lambda case: (case.heavy, case.size)
        )

    def look(self, case: Case, until: float | None = None) -> Finding:
        """Ask the process; one that hangs or ends is started anew for the next case.

        So is one whose memory is to be measured: what earlier cases took would hide its growth.
        """
        if case.growth is not None:
            self._process.stop()
        try:
            question = json.dumps(case_as_json(case)).encode()
            answer = json.loads(self._process.ask(question, _limit(case, until)))
        except Trouble as trouble:
            if until is not None and time.monotonic() >= until:
                raise TimeIsUp from None
            return Finding(case, trouble.verdict, expected_words(case, self.sees), str(trouble))
        return Finding(case, Verdict(answer["verdict"]), answer["expected"], answer["seen"])

    def stop(self) -> None:
        """End the process."""
        self._process.stop()


def _limit(case: Case, until: float | None) -> float:
    """Seconds that a target may take in all, with what is measured beside the case itself."""
    own = case.seconds * (1 if case.quarter is None else 3) + _MARGIN
    return own if until is None else max(0.0, min(own, until - time.monotonic()))


class DriverSubject:
    """A client behind a driver."""

    def __init__(self, driver: Driver, stage: CaseServer) -> None:
        self._driver = driver
        self._stage = stage
        self.sees = driver.sees
        self.name = driver.name

    def cases(self) -> list[Case]:
        """All that fit over HTTP."""
        return sorted(cases_for(self.sees), key=lambda case: (case.heavy, case.size))

    def look(self, case: Case, until: float | None = None) -> Finding:
        """Ask over HTTP."""
        return look_at(self._driver, self._stage, case, until)

    def stop(self) -> None:
        """End the driver."""
        self._driver.stop()
