"""A folder of cases: the table, written for programs in any language, and read with cases of one's own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from mockapi._files import MIB, read_file
from mockapi.errors import UsageError
from mockapi.fuzzing.cases import CASES, FORMAT, Case, case_files, case_of_files, file_name
from mockapi.messages import load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mockapi.fuzzing._hunt import Hunt
    from mockapi.fuzzing._verdict import Sees

LARGEST: Final = 16 * MIB
"""Bytes of the largest body that is written down."""

_KEPT: Final = MIB
_LARGEST_READ: Final = 128 * MIB
_SUITE: Final = "suite.json"
_README: Final = """# Cases for clients of the Messages API and for event-stream decoders

Format {format}, written by mockapi {version}. Licence: MIT; keep this line where you pass the files on.

Each case is a pair: `NAME.sse`, the bytes, and `NAME.json`, what a correct client makes of them. The
names say it in short:

| prefix | `want` | a correct client |
|---|---|---|
| `y_` | `whole` | gives the events or the message, and no error |
| `n_` | `error` | reports an error |
| `i_` | `either` | reports an error, or gives all of the message |

- Of the level `sse`, `events` lists type, data and last event id of each event.
- Of the level `messages`, each of `messages` is a right answer. Nulls do not count, nor do members that
  `ignore` names, at any depth.
- `chunks` says how the bytes are cut: runs of `[size, count]`.
- Where `over_http` is true, the bytes alone do not tell: `status`, `headers`, `ending` and `delay`
  (seconds before each chunk but the first) belong to the case.
- `decoded` names the body without its content coding.
- `before` names the cases whose replies earlier requests get; all later ones get this case's.
- `quarter` is a body of the same kind at a quarter of the size: the whole should not take more than about
  four times its time.

schemas/conformance-case.json of mockapi describes all members. The command `mockapi conformance run
--cases FOLDER --driver COMMAND` reads this folder, and cases of your own in it.
"""


def export(folder: Path) -> list[Path]:
    """Write the table as files; the same version writes the same bytes.

    Raises:
        UsageError: nothing can be written there.
    """
    cases = [case for case in CASES if case.size <= LARGEST]
    release = version("messages-mockapi")
    suite = {
        "format": FORMAT,
        "mockapi": release,
        "licence": "MIT",
        "cases": {case.id: f"{file_name(case)}.json" for case in cases},
        "left_out": [case.id for case in CASES if case.size > LARGEST],
    }
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for case in cases:
            for name, content in case_files(case):
                (folder / name).write_bytes(content)
                written.append(folder / name)
        for name, text in (
            (_SUITE, json.dumps(suite, indent=1) + "\n"),
            ("README.md", _README.format(format=FORMAT, version=release)),
        ):
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            written.append(folder / name)
    except OSError as error:
        raise UsageError(f"No cases can be written to {folder}: {error.strerror}.") from error
    return written


def read_cases(folder: Path) -> list[Case]:
    """The cases of a folder, by the names of their files.

    Raises:
        UsageError: nothing is there, or one is not a case; the message says which and why.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.name != _SUITE)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}.") from error
    if not paths:
        raise UsageError(f"{folder} has no case: a case is a file NAME.json and the bytes it names.")
    cases = [_read(path) for path in paths]
    _refuse_doubles(cases, folder)
    return cases


def _read(path: Path) -> Case:
    def file(name: str) -> bytes:
        found = path.parent / name
        if found.parent != path.parent:
            raise ValueError(f"it names {name!r}, which is not beside it")
        return read_file(found, _LARGEST_READ)

    try:
        return case_of_files(load(read_file(path, _LARGEST_READ).decode("utf-8")), file)
    except OSError as error:
        which = error.filename or "a file that it names"
        raise UsageError(f"{path}: {which} cannot be read: {error.strerror}.") from error
    except KeyError as error:
        raise UsageError(f"{path} is not a case: {error} is missing or not known.") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is not a case: {error}.") from error


def _refuse_doubles(cases: Iterable[Case], folder: Path) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise UsageError(f"{folder} has two cases with the id {case.id!r}; an id stands once.")
        seen.add(case.id)


def kept_failures(folder: Path, sees: Sees) -> list[Case]:
    """The failures that earlier hunts have kept in a folder, for what shows this; [] without any.

    Raises:
        UsageError: the folder holds something else.
    """
    if not folder.is_dir() or not any(folder.glob("*.json")):
        return []
    level = "sse" if sees == "events" else "messages"
    return [case for case in read_cases(folder) if case.level == level]


def keep_failures(folder: Path, found: Hunt) -> None:
    """Keep the generated failures of a hunt in a folder, each once.

    Raises:
        UsageError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for finding in (*found.failures, *found.known):
            case = finding.case
            if not case.id.startswith("fuzz/") or "#" in case.id or case.size > _KEPT:
                continue
            digest = hashlib.sha256(b"|".join(case.chunks())).hexdigest()[:8]
            for name, content in case_files(replace(case, id=f"{case.id} #{digest}")):
                (folder / name).write_bytes(content)
    except OSError as error:
        raise UsageError(f"No failures can be kept in {folder}: {error.strerror}.") from error
