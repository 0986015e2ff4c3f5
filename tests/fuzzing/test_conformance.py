"""The conformance runner: verdicts on drivers of every kind, and reports that hold what was seen."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mockapi.cli import root
from mockapi.cli.conformance import driver_command
from mockapi.errors import UsageError
from mockapi.fuzzing import BY_ID, Failure, Finding, Seen, Verdict, judge
from mockapi.fuzzing._case_server import CaseServer
from mockapi.fuzzing._conformance import (
    ConformanceRun,
    cases_for,
    frees_connection,
    look_at,
    run_conformance,
)
from mockapi.fuzzing._driver import Driver
from mockapi.fuzzing.report import as_html, as_json, as_text
from tests.support.process import runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # drivers are programs, started for each test

TROUBLE = """
import json, sys, time, httpx
for line in sys.stdin:
    question = json.loads(line)
    if "hello" in question:
        print(json.dumps({"name": "trouble", "sees": "message"}), flush=True)
        continue
    httpx.post(question["base_url"], trust_env=False)
    MODE
"""
MODES = {
    "sys.exit(3)": (Verdict.CRASHES, "ended with exit code 3"),
    "raise SystemError('no luck')": (Verdict.CRASHES, "SystemError: no luck"),
    "print('rubbish', flush=True)": (Verdict.CRASHES, "not an answer"),
    "print('[1]', flush=True)": (Verdict.CRASHES, "not an answer"),
    "time.sleep(600)": (Verdict.HANGS, "no answer within"),
    "[print('x' * 100, flush=True) for _ in range(10**6)]": (Verdict.CRASHES, "not an answer"),
}


@pytest.fixture
def stage() -> Iterator[CaseServer]:
    """A stage."""
    with CaseServer() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_a_driver_in_trouble_is_reported_and_the_run_goes_on(
    stage: CaseServer, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crashing, hanging, flooding, rubbish: a verdict each, and the next case gets a new process."""
    if MODES[mode][0] is Verdict.HANGS:
        monkeypatch.setattr("mockapi.fuzzing._conformance._MARGIN", -6.0)
    script = tmp_path / "driver.py"
    script.write_text(TROUBLE.replace("MODE", mode))
    driver = Driver([sys.executable, str(script)])
    try:
        for _ in range(2):
            finding = look_at(driver, stage, BY_ID["m-framing/lf"])
            assert finding.verdict is MODES[mode][0]
            assert MODES[mode][1] in finding.seen
    finally:
        driver.stop()


def test_a_driver_that_says_nothing_is_no_driver(tmp_path: Path) -> None:
    """The message says what its first answer has to be."""
    with pytest.raises(UsageError, match="does not answer: the program ended"):
        Driver([sys.executable, "-c", "pass"])
    with pytest.raises(UsageError, match="does not say what it is"):
        Driver([sys.executable, "-c", "input(); print('{}')"])
    with pytest.raises(UsageError, match="sees 'stars'"):
        Driver([sys.executable, "-c", """input(); print('{"name": "x", "sees": "stars"}')"""])
    hello = '{"name": "x", "sees": "message", "numbers": "roman"}'
    with pytest.raises(UsageError, match="exact or float64, not 'roman'"):
        Driver([sys.executable, "-c", f"input(); print({hello!r})"])
    with pytest.raises(UsageError, match="cannot be run"):
        Driver([str(tmp_path / "nothing")])


def test_a_driver_that_never_asks_is_told_so(stage: CaseServer) -> None:
    """Nothing was tested then."""
    code = """
import json
for line in iter(input, None):
    print(json.dumps({"name": "x", "sees": "message", "message": {}}), flush=True)
"""
    driver = Driver([sys.executable, "-c", code])
    try:
        finding = look_at(driver, stage, BY_ID["m-framing/lf"])
    finally:
        driver.stop()
    assert finding.verdict is Verdict.CRASHES
    assert "sent no request" in finding.seen


@pytest.mark.parametrize("group", ["grammar/", "m-", pytest.param("http/", marks=pytest.mark.slow)])
def test_the_best_client_conforms(group: str) -> None:
    """Plain httpx with the codec and the accumulator of mockapi passes, over HTTP too."""
    driver = Driver(driver_command("httpx"))
    try:
        run = run_conformance(driver, cases_for(driver.sees, [group]))
    finally:
        driver.stop()
    assert run.surprises == []
    assert len(run.findings) > 30


@pytest.mark.slow
def test_giving_up_frees_the_connection(stage: CaseServer) -> None:
    """A client that ran out of patience has left."""
    driver = Driver(driver_command("httpx"))
    try:
        assert frees_connection(driver, stage, BY_ID["http/silence in mid-stream"])
    finally:
        driver.stop()


def test_verdicts_follow_what_was_seen() -> None:
    """The table of the judge: one line for each way to come out."""
    whole, cut, broken = (
        BY_ID["m-framing/lf"],
        BY_ID["grammar/no message_stop"],
        BY_ID["grammar/two message_stops"],
    )
    text = whole.messages[0]
    half = {**text, "content": [{"type": "text", "text": "Hi"}]}
    known, surprise = Failure("StreamError"), Failure("KeyError", documented=False)
    rows = [
        (whole, Seen("message", message=text), Verdict.CONFORMS),
        (whole, Seen("message", message={**text, "container": None}), Verdict.CONFORMS),
        (whole, Seen("message", message=half), Verdict.SILENT_LOSS),
        (whole, Seen("message", message={**text, "id": "x"}), Verdict.DIFFERS),
        (whole, Seen("message", error=known), Verdict.DIFFERS),
        (whole, Seen("message", error=surprise), Verdict.CRASHES),
        (whole, Seen("message", message=text, seconds=99.0), Verdict.HANGS),
        (cut, Seen("message", error=known), Verdict.CONFORMS),
        (cut, Seen("message", message=text), Verdict.SILENT_LOSS),
        (broken, Seen("message", message=text), Verdict.TOLERATES),
        (broken, Seen("message", error=known), Verdict.CONFORMS),
        (cut, Seen("stream"), Verdict.SILENT_LOSS),
        (cut, Seen("message", trouble=(Verdict.HANGS, "not an answer")), Verdict.HANGS),
        (BY_ID["framing/lf"], Seen("events", [("message", "a", None)]), Verdict.CONFORMS),
        (BY_ID["framing/lf"], Seen("events"), Verdict.SILENT_LOSS),
        (BY_ID["framing/lf"], Seen("events", [("message", "b", "")]), Verdict.DIFFERS),
        (BY_ID["framing/lf"], Seen("events", [("message", "a", "")], late=0), Verdict.DIFFERS),
        (BY_ID["limits/comments without end"], Seen("events", growth=2**30), Verdict.DIFFERS),
    ]
    assert [judge(case, seen).verdict for case, seen, _ in rows] == [verdict for _, _, verdict in rows]


NASTY = Finding(BY_ID["m-framing/lf"], Verdict.DIFFERS, "the message", "<script>alert(1)</script>\ud83d")
FINE = Finding(BY_ID["m-framing/cr"], Verdict.CONFORMS, "the message", "it")
RUN = ConformanceRun("a <b>driver</b>", "message", (NASTY, FINE), {"m-framing/lf": "differs"})


def test_the_text_shows_what_is_not_fine() -> None:
    """And everything, if asked."""
    assert "m-framing/lf (on file: differs)" in as_text(RUN)
    assert "m-framing/cr" not in as_text(RUN)
    assert "m-framing/cr" in as_text(RUN, everything=True)
    assert "2 cases: 1 conforms, 1 differs; 0 not as on file" in as_text(RUN)


def test_the_json_has_every_finding() -> None:
    """Case, rule, expected, seen and verdict."""
    told = json.loads(as_json(RUN))
    assert told["counts"] == {"conforms": 1, "differs": 1}
    assert told["findings"][0]["case"] == "m-framing/lf"
    assert told["findings"][0]["known"] == "differs"


def test_the_page_escapes_what_a_client_printed() -> None:
    """One file, with nothing from elsewhere."""
    page = as_html(RUN)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "src=" not in page
    assert "http" not in page.replace("http/", "")


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.nightly
@pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium, the only thing that can say that a browser reads it"
)
def test_a_browser_reads_the_page_and_sorts_it(tmp_path: Path) -> None:
    """It opens with what failed; a click on a heading sorts, a filter hides."""
    script = """<script>
const rows = () => [...document.querySelectorAll("tbody tr")];
const shown = () => rows().filter((row) => !row.hidden);
const names = () => shown().map((row) => row.querySelector("summary").textContent);
const told = [names()];
document.querySelectorAll("th")[3].click();
told.push(names());
document.querySelector("input[value=differs]").click();
told.push(names());
document.title = JSON.stringify(told);
</script></body>"""
    path = tmp_path / "report.html"
    path.write_text(as_html(RUN).replace("</body>", script), encoding="utf-8")
    assert CHROMIUM is not None
    arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/profile",
        "--dump-dom",
    ]
    done = subprocess.run(
        [CHROMIUM, *arguments, path.as_uri()], capture_output=True, text=True, timeout=90, check=True
    )
    title = re.search("<title>(.*)</title>", done.stdout)
    assert title is not None
    bad, good = "m-framing/lf", "m-framing/cr"
    assert json.loads(title[1])[:3] == [[bad, good], [good, bad], [good]]
    assert 'aria-sort="ascending"' in done.stdout
    assert 'class="verdict differs"' in done.stdout


def test_the_page_shows_each_case_as_bytes_as_events_and_side_by_side() -> None:
    """What was sent stands beside what the client showed, its secrets masked."""
    secret = secrets.token_hex(40)
    shown = {"content": [], "note": f"sk-ant-api03-{secret}"}
    finding = judge(BY_ID["m-framing/lf"], Seen("message", message=shown))
    page = as_html(ConformanceRun("a driver", "message", (finding,)))
    assert "event: message_start\\ndata: {" in page
    assert "message_start  {" in page
    assert "<h4>Sent</h4>" in page
    assert "&quot;content&quot;: []" in page.partition("<h4>Shown</h4>")[2]
    assert secret not in page


def test_known_failures_are_no_surprise(tmp_path: Path) -> None:
    """Written by one run, they make the next one pass; a failure that is gone makes it fail."""
    script = tmp_path / "driver.py"
    script.write_text(TROUBLE.replace("MODE", 'print(\'{"message": {}, "error": null}\', flush=True)'))
    command = f"{sys.executable} {script}"
    known = str(tmp_path / "known.json")
    base = ["conformance", "run", "--driver", command, "--only", "m-framing/lf"]

    def run(*more: str) -> int:
        return runner().invoke(root, [*base, *more]).exit_code

    assert run() == 1
    assert run("--write-expect", known) == 0
    assert run("--expect", known) == 0
    wrong = json.loads((tmp_path / "known.json").read_text())
    wrong["known_failures"]["trouble"]["m-framing/lf,"] = "differs"
    wrong["known_failures"]["trouble"]["m-framing/lf"] = "hangs"
    (tmp_path / "known.json").write_text(json.dumps(wrong))
    assert run("--expect", known) == 1
    (tmp_path / "known.json").write_text("[]")
    assert isinstance(runner().invoke(root, [*base, "--expect", known]).exception, UsageError)


SLEEPER = TROUBLE.replace(
    "MODE", "time.sleep(0.2); print(json.dumps({'message': {}, 'error': None}), flush=True)"
)


def test_a_run_whose_time_is_up_tells_what_it_has_seen(tmp_path: Path) -> None:
    """No case is blamed for the end of the time."""
    script = tmp_path / "driver.py"
    script.write_text(SLEEPER)
    driver = Driver([sys.executable, str(script)])
    try:
        cases = cases_for(driver.sees, ["m-framing"])
        run = run_conformance(driver, cases, until=time.monotonic() + 1.0)
    finally:
        driver.stop()
    assert 0 <= len(run.findings) < len(cases)
    assert run.left_out == len(cases) - len(run.findings)
    assert all(finding.verdict is not Verdict.HANGS for finding in run.findings)


def test_drivers_side_by_side_find_the_same() -> None:
    """Each case is looked at once, and the findings stand in the order of the cases."""
    drivers = [Driver(driver_command("httpx")) for _ in range(3)]
    try:
        cases = cases_for(drivers[0].sees, ["m-framing", "m-fields"])
        run = run_conformance(drivers[0], cases, helpers=drivers[1:])
    finally:
        for driver in drivers:
            driver.stop()
    assert [finding.case.id for finding in run.findings] == [case.id for case in cases]
    assert run.surprises == []


def test_a_run_that_is_broken_off_hands_over_what_it_has_seen() -> None:
    """Whatever breaks it off."""
    driver = Driver(driver_command("httpx"))
    kept: list[ConformanceRun] = []

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            run_conformance(driver, cases_for(driver.sees, ["m-framing"]), progress=stop, keep=kept.append)
    finally:
        driver.stop()
    assert len(kept[0].findings) == 2
    assert kept[0].left_out > 0
