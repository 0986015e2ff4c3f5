"""Reports for build servers: what failed has failed there too."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from mockapi.fuzzing import BY_ID, ConformanceRun, Finding, Verdict
from mockapi.fuzzing.report import as_json, as_junit, as_sarif, as_text

BAD = Finding(BY_ID["m-framing/lf"], Verdict.DIFFERS, "the message", "<b>\x1b[31m\ud83d\x00</b>")
KNOWN = Finding(BY_ID["m-framing/crlf"], Verdict.HANGS, "the message", "nothing")
FINE = Finding(BY_ID["m-framing/cr"], Verdict.CONFORMS, "the message", "it")
SKIPPED = Finding(BY_ID["http/gzip, cut"], Verdict.SKIPPED, "an error", "the client accepts no coding")
RUN = ConformanceRun("a <driver>", "message", (BAD, KNOWN, FINE, SKIPPED), {"m-framing/crlf": "hangs"}, 3)


def test_junit_has_a_failure_for_each_surprise() -> None:
    """Known failures pass, skipped ones are skipped, and no character breaks the XML."""
    (suite,) = ET.fromstring(as_junit([RUN]))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["m-framing/lf"]
    assert [case.get("name") for case in suite if case.find("skipped") is not None] == ["http/gzip, cut"]


def test_sarif_has_a_result_for_each_failure() -> None:
    """Known ones are notes."""
    (run,) = json.loads(as_sarif([RUN]))["runs"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("m-framing/lf", "error"),
        ("m-framing/crlf", "note"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        "m-framing/lf",
        "m-framing/crlf",
    ]


def test_a_run_that_was_stopped_says_so() -> None:
    """With how many cases were not looked at."""
    assert "stopped, 3 cases not looked at" in as_text(RUN)
    assert json.loads(as_json(RUN))["left_out"] == 3
