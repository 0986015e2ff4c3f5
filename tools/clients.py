"""What the newest official client knows, beside what was judged here.

    python tools/clients.py                   the installed SDK
    python tools/clients.py --archives DIR    and the beta values inside the clients' archives there
    python tools/clients.py --fetch DIR       the same, after fetching the newest archives to DIR

Reads from the types of the installed `anthropic`: models and their ends of life, betas, members of a
request, literals of a reply, error codes. Compares them with the catalogue, with `schemas/betas.json`, with
`mockapi.messages.ERROR_CODES` and with the tables of `docs/coverage.md`, in which each member and literal
has its verdict. News is printed and fails nothing: somebody has to judge it. What was judged and is gone
from where it has to stand fails.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import subprocess
import sys
import tarfile
import types
import typing
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from mockapi.messages import ERROR_CODES, catalogue  # noqa: E402 - a program has to find its package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

COVERAGE = _ROOT / "docs" / "coverage.md"
BETAS = _ROOT / "schemas" / "betas.json"
_BETA = re.compile(rb"[\"'`]([a-z][a-z0-9]*(?:-[a-z0-9]+)*-20\d\d-\d\d-\d\d)[\"'`]")
_NOT_BETAS = re.compile(r"^(claude|gpt|o\d|chatgpt|anthropic|bedrock|vertex|foo|us|eu|[a-z0-9-]*preview)-")
_PYTHON_CLIENTS = ("anthropic", "langchain-anthropic", "litellm", "pydantic-ai-slim", "claude-agent-sdk")
_NODE_CLIENTS = ("@anthropic-ai/sdk", "@ai-sdk/anthropic", "@langchain/anthropic")

# --- what the client knows


def request_members() -> set[str]:
    """The members of a request to POST /v1/messages, those of betas included; headers are left out."""
    module = importlib.import_module("anthropic.types.beta.message_create_params")
    members = set(typing.get_type_hints(module.MessageCreateParamsNonStreaming)) | {"stream"}
    return members - {"betas", "user_profile_id", "workspace_id"}


def reply_literals() -> set[str]:
    """Every literal that a reply can hold, as `member=value`; constants of one place included."""
    beta = importlib.import_module("anthropic.types.beta")
    found: set[str] = set()
    seen: set[Any] = set()
    waiting: list[tuple[str, Any]] = [("", beta.BetaMessage), ("", beta.BetaRawMessageStreamEvent)]
    while waiting:
        member, kind = waiting.pop()
        if get_origin(kind) is Literal:
            found |= {f"{member}={value}" for value in get_args(kind)}
        elif isinstance(kind, type) and hasattr(kind, "model_fields") and kind not in seen:
            seen.add(kind)
            waiting += [(field.alias or name, field.annotation) for name, field in kind.model_fields.items()]
        else:
            waiting += [(member, inner) for inner in _inner(kind)]
    return found


def models() -> set[str]:
    """The names of models."""
    kind = importlib.import_module("anthropic.types.model").Model
    return {value for inner in get_args(kind) if get_origin(inner) is Literal for value in get_args(inner)}


def ends_of_life() -> dict[str, date]:
    """The deprecated models and the days of their end."""
    resource = importlib.import_module("anthropic.resources.messages.messages")
    days = {
        name: re.sub(r"(?<=\d)(st|nd|rd|th)", "", day) for name, day in resource.DEPRECATED_MODELS.items()
    }
    return {
        name: datetime.strptime(day, "%B %d, %Y").replace(tzinfo=UTC).date() for name, day in days.items()
    }


def betas() -> set[str]:
    """The values of the beta header that the types name."""
    kind = importlib.import_module("anthropic.types.anthropic_beta_param").AnthropicBetaParam
    return {value for inner in get_args(kind) if get_origin(inner) is Literal for value in get_args(inner)}


def error_codes() -> set[tuple[int, str]]:
    """Status and code of each error that has an exception of its own; none before version 2.5."""
    try:
        classes = importlib.import_module("anthropic._error_classes").ERROR_CLASSES
    except ImportError:
        return set()
    return {(status, code) for status, code in classes if code is not None}


def _inner(kind: Any) -> Iterator[Any]:
    """What a type is made of: the members of a union, the items of a list, the target of an alias."""
    value = getattr(kind, "__value__", None)
    if value is not None:
        yield value
    if get_origin(kind) is not None or isinstance(kind, types.UnionType):
        yield from (argument for argument in get_args(kind) if not isinstance(argument, str))


# --- what was judged


def table(heading: str, page: str | None = None) -> dict[str, str]:
    """A table of the page on coverage: the code in its first column, and the verdict in its second.

    A row may name several values of one member: `stop_reason`: `end_turn`, `max_tokens`.
    """
    text = COVERAGE.read_text(encoding="utf-8") if page is None else page
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`([^`]+)`", cells[0])
        if not line.startswith("|") or not names or len(cells) < 2:
            continue
        if ":" in cells[0]:
            member, *values = names
            found |= {f"{member}={value}": cells[1] for value in values}
        else:
            found |= dict.fromkeys(names, cells[1])
    return found


def known_betas() -> set[str]:
    """The values that validation takes."""
    return set(json.loads(BETAS.read_text(encoding="utf-8"))["betas"])


# --- the comparison


def installed_version() -> tuple[int, ...]:
    """The version of the installed client."""
    return _version(importlib.import_module("anthropic").__version__)


def judged_version() -> tuple[int, ...]:
    """The version that the page on coverage judges, with any last number."""
    named = re.search(r"official client's types know \(([\d.]+)\)", COVERAGE.read_text(encoding="utf-8"))
    if named is None:
        raise SystemExit(f"{COVERAGE} does not say which version of the client it judges.")
    return (*_version(named[1]), sys.maxsize)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


def news() -> dict[str, list[str]]:
    """What the client knows and nobody has judged, by kind."""
    shipped = catalogue.shipped()
    return {
        "members of a request": sorted(request_members() - table("Members of a request").keys()),
        "literals of a reply": sorted(reply_literals() - table("Literals of a reply").keys()),
        "models": sorted(name for name in models() if shipped.find(name) is None),
        "ends of life": sorted(
            f"{name} ({day:%Y-%m-%d})"
            for name, day in ends_of_life().items()
            if (model := shipped.find(name)) is not None and model.retires != day
        ),
        "betas": sorted(betas() - known_betas()),
        "error codes": sorted(
            code for status, code in error_codes() if ERROR_CODES.get(code, (0,))[0] != status
        ),
    }


def lost() -> list[str]:
    """What was judged and is gone: a beta of the client that validation does not take any more."""
    judged = table("Betas")
    taken = known_betas()
    return sorted(name for name, verdict in judged.items() if verdict == "taken" and name not in taken)


def fetch(folder: Path) -> None:
    """The newest archives of the clients, by pip and npm; what cannot be had is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PYTHON_CLIENTS:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), name]
        subprocess.run(command, check=False)  # noqa: S603 - fixed words
    for name in _NODE_CLIENTS:
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=False)  # noqa: S603, S607 - as above


def betas_in_archives(folder: Path) -> dict[str, list[str]]:
    """Quoted texts that look like a beta, and the archives that hold them."""
    found: dict[str, set[str]] = {}
    for path in sorted((*folder.glob("*.whl"), *folder.glob("*.tgz"))):
        for data in _files(path):
            for match in _BETA.finditer(data):
                name = match[1].decode()
                if not _NOT_BETAS.match(name):
                    found.setdefault(name, set()).add(path.name)
    return {name: sorted(paths) for name, paths in sorted(found.items())}


def _files(path: Path) -> Iterator[bytes]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)
        return
    with tarfile.open(path) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None:
                yield opened.read()


def main() -> int:
    """Print news and losses; 1 when something is lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--archives", type=Path, metavar="DIR")
    parser.add_argument("--fetch", type=Path, metavar="DIR")
    options = parser.parse_args()
    for kind, names in news().items():
        print(f"new {kind}: {', '.join(names) or 'nothing'}")
    if options.fetch:
        fetch(options.fetch)
    folder = options.fetch or options.archives
    if folder:
        judged = table("Betas").keys() | known_betas()
        for name, paths in betas_in_archives(folder).items():
            if name not in judged:
                print(f"new beta in clients: {name} ({', '.join(paths)})")
    gone = lost()
    for name in gone:
        print(f"LOST: {name}")
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main())
