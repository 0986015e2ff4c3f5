"""Files of known failures: for each client, the verdict that is expected of a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi._files import MIB, read_file
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockapi.fuzzing import Finding

_LARGEST: Final = 64 * MIB


def read_known(path: str) -> Mapping[str, Mapping[str, str]]:
    """The verdicts of such a file, by client and case.

    Raises:
        UsageError: the file cannot be read, or is another one.
    """
    try:
        value: Any = jsontext.parse(read_file(path, _LARGEST))
        return {client: dict(cases) for client, cases in value["known_failures"].items()}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is not a file of known failures; --write-expect makes one.") from error


def write_known(path: str, findings: Mapping[str, Iterable[Finding]]) -> None:
    """Write the failures among the findings of each client.

    Raises:
        UsageError: the file cannot be written.
    """
    failures = {
        client: {finding.case.id: str(finding.verdict) for finding in found if not finding.verdict.is_fine}
        for client, found in findings.items()
    }
    try:
        Path(path).write_text(json.dumps({"known_failures": failures}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
