"""A run of the conformance suite in the forms that build servers read: JUnit XML and SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from mockapi._printable import printable
from mockapi.fuzzing._verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.fuzzing._conformance import ConformanceRun
    from mockapi.fuzzing._verdict import Finding

_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def as_junit(runs: Sequence[ConformanceRun]) -> str:
    """Each run as a suite, each case as a test: one that is not as expected has failed."""
    root = ET.Element("testsuites", name="mockapi conformance")
    for run in runs:
        skipped = sum(finding.verdict is Verdict.SKIPPED for finding in run.findings)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=printable(run.driver),
            tests=str(len(run.findings)),
            failures=str(len(run.surprises)),
            errors="0",
            skipped=str(skipped),
        )
        for finding in run.findings:
            case = ET.SubElement(
                suite, "testcase", classname=printable(run.driver), name=printable(finding.case.id)
            )
            if not run.is_expected(finding):
                failure = ET.SubElement(
                    case, "failure", type=str(finding.verdict), message=printable(finding.seen)
                )
                failure.text = _words(finding)
            elif finding.verdict is Verdict.SKIPPED:
                ET.SubElement(case, "skipped", message=printable(finding.seen))
            elif not finding.verdict.is_fine:
                ET.SubElement(case, "system-out").text = f"known: {finding.verdict}"
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_sarif(runs: Sequence[ConformanceRun]) -> str:
    """Each run as a run: a rule for each case with a finding, a result for each verdict that is not fine."""
    return (
        json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [_run(run) for run in runs]}, indent=2)
        + "\n"
    )


def _run(run: ConformanceRun) -> dict[str, Any]:
    told = [
        finding for finding in run.findings if not finding.verdict.is_fine or not run.is_expected(finding)
    ]
    rules = [
        {"id": finding.case.id, "shortDescription": {"text": printable(finding.case.why)}} for finding in told
    ]
    results = [
        {
            "ruleId": finding.case.id,
            "ruleIndex": number,
            "level": "note" if run.is_expected(finding) else "error",
            "message": {"text": _words(finding)},
            "locations": [
                {"logicalLocations": [{"name": printable(run.driver), "kind": "module"}]},
            ],
            "properties": {"verdict": str(finding.verdict)},
        }
        for number, finding in enumerate(told)
    ]
    return {"tool": {"driver": {"name": "mockapi conformance", "rules": rules}}, "results": results}


def _words(finding: Finding) -> str:
    """The rule, what was expected and what was seen."""
    return printable(
        f"{finding.verdict}. {finding.case.why} Expected: {finding.expected}. Seen: {finding.seen}."
    )
