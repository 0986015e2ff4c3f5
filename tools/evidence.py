"""The public record of the API's refusals and acceptances: its rows, templates and halves.

    python tools/evidence.py            # check every row, count templates

A row of `evidence/refusals/*.jsonl` says that the API once answered a request with an error; one
of `evidence/acceptances/*.jsonl` that it took a request which looks refusable. `evidence/README.md`
describes the members.

Messages that differ in paths, numbers and names alone are one *template*. A hash of the template
puts all its rows into one half: rules were written from `writing` and judged by `judging`, which
nobody who wrote rules had read. Since that score was taken, rules are written from both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "evidence"

CONFIDENCES = ("capture", "maintainer", "documentation", "double")
AREAS = (
    "structured_outputs",
    "tools",
    "tool_search",
    "tool_conversation",
    "server_tools",
    "mcp",
    "citations",
    "images",
    "documents",
    "files",
    "count_tokens",
    "batches",
    "thinking",
    "context_management",
    "compaction",
    "caching",
    "sampling",
    "models",
    "betas",
    "service",
    "headers",
    "authentication",
    "sizes",
    "json",
    "messages",
    "skills",
)

_SHARED_MEMBERS = {
    "id": str,
    "area": str,
    "method": str,
    "path": str,
    "headers": dict,
    "source": str,
    "date": str,
    "confidence": str,
}
_OPTIONAL_MEMBERS = {
    "body": object,
    "raw": str,
    "models": list,
    "versions": list,
    "quoted": str,
    "details": dict,
    "contradicts": list,
    "unjudged": str,
    "note": str,
}
_REFUSAL_MEMBERS = {"status": int, "type": str, "message": str}

_FILE_PATH = re.compile(r"(?:^|[\s(])/(?!v\d/)\w+/\S")
"""An absolute path, those of the API left out."""

# --- templates and halves


_LEADING_PATH = re.compile(r"^(?:[A-Za-z_][\w-]*)(?:\.[\w\-\[\]`]+)*: ")
_MODEL = re.compile(r"\b(?:claude|anthropic)-[\w.@-]*\d[\w.-]*")
_IDENTIFIER = re.compile(r"\b(?:toolu|srvtoolu|mcptoolu|msgbatch|file|req|container|msg|sesn|skill)_\w+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_QUOTED_LIST = re.compile(r"(?:'…'(?:, (?:or |and )?| or | and ))+'…'")
_INNER_PATH = re.compile(r"\b\w+(?:\.\d+)+(?:\.\w+)*\b")


def template(message: str) -> str:
    """`message` with its paths, numbers, names and addresses made alike.

    >>> template("tools.3.custom.name: String should have at most 128 characters")
    'PATH: String should have at most N characters'
    """
    text = re.sub(r"https?://\S+", "URL", message)
    text = _LEADING_PATH.sub("PATH: ", text)
    text = _MODEL.sub("MODEL", text)
    text = _IDENTIFIER.sub("ID", text)
    text = _QUOTED.sub("'…'", text)
    text = _QUOTED_LIST.sub("'…'", text)
    text = _INNER_PATH.sub("PATH", text)
    text = re.sub(r"\d[\d,.]*", "N", text)
    return " ".join(text.split())


def half(message: str) -> str:
    """`writing` or `judging`, by a hash of the message's template."""
    digest = hashlib.sha256(template(message).encode()).digest()
    return "judging" if digest[0] & 1 else "writing"


# --- rows


def refusals(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """All rows of refusals, in the order of their files."""
    return list(_rows(folder / "refusals"))


def acceptances(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """All rows of acceptances, in the order of their files."""
    return list(_rows(folder / "acceptances"))


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise SystemExit(f"{path.name}:{number}: {error}") from None
                yield row


def request_body(row: dict[str, Any]) -> bytes:
    """The bytes of a row's request; large values are made from their short forms."""
    if "raw" in row:
        return str(row["raw"]).encode("utf-8", "surrogatepass")
    if "body" not in row:
        return b""
    return json.dumps(expand(row["body"]), ensure_ascii=False).encode("utf-8", "surrogatepass")


def expand(value: Any) -> Any:
    """`value` with every short form (`{"$repeat": …}` and its like) made whole."""
    if isinstance(value, list):
        return [expand(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in _FORMS:
            return _FORMS[name](argument)
    return {name: expand(member) for name, member in value.items()}


def _repeated_text(argument: list[Any]) -> str:
    text, count = argument
    return str(text) * int(count)


def _repeated_items(argument: list[Any]) -> list[Any]:
    item, count = argument
    marked = json.dumps(item)
    return [expand(json.loads(marked.replace("%d", str(index)))) for index in range(int(count))]


def _repeated_members(argument: list[Any]) -> dict[str, Any]:
    member, count = argument
    return {f"p{index}": expand(member) for index in range(int(count))}


def _nested(argument: list[Any]) -> Any:
    """`[{"a": "$inner"}, depth, innermost]`: one value inside the other."""
    outer, depth, innermost = argument
    value = expand(innermost)
    for _ in range(int(depth)):
        value = _replaced(outer, value)
    return value


def _replaced(outer: Any, inner: Any) -> Any:
    if outer == "$inner":
        return inner
    if isinstance(outer, dict):
        return {name: _replaced(member, inner) for name, member in outer.items()}
    if isinstance(outer, list):
        return [_replaced(item, inner) for item in outer]
    return outer


def _png(argument: dict[str, int]) -> str:
    """Base64 of a grey PNG with `width`, `height` and, where given, `padding` bytes more."""
    width, height = argument["width"], argument["height"]

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height, 1)
    padding = chunk(b"paDd", b"\0" * argument.get("padding", 0)) if "padding" in argument else b""
    image = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + padding
    return base64.b64encode(image + chunk(b"IDAT", rows) + chunk(b"IEND", b"")).decode()


def _pdf(argument: dict[str, int]) -> str:
    """Base64 of a PDF with `pages` empty pages."""
    pages = argument["pages"]
    kids = " ".join(f"{index + 3} 0 R" for index in range(pages))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>",
        *["<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>"] * pages,
    ]
    written = "%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj{text}endobj\n"
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    written += "".join(f"{place:010} 00000 n \n" for place in places)
    written += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return base64.b64encode(written.encode()).decode()


_FORMS: dict[str, Any] = {
    "$repeat": _repeated_text,
    "$items": _repeated_items,
    "$members": _repeated_members,
    "$nested": _nested,
    "$png": _png,
    "$pdf": _pdf,
}

# --- the check


def problems(row: dict[str, Any], *, refusal: bool) -> list[str]:
    """What is wrong with the form of a row, in sentences."""
    wanted = _SHARED_MEMBERS | (_REFUSAL_MEMBERS if refusal else {})
    found = [f"`{name}` is missing" for name in wanted if name not in row]
    known = wanted | _OPTIONAL_MEMBERS
    for name, value in row.items():
        if name not in known:
            found.append(f"`{name}` is not a member of rows")
        elif not isinstance(value, known[name]):
            found.append(f"`{name}` has the wrong type")
    if found:
        return found
    if row["area"] not in AREAS:
        found.append(f"the area `{row['area']}` is unknown")
    if row["confidence"] not in CONFIDENCES:
        found.append(f"the confidence `{row['confidence']}` is unknown")
    if not re.fullmatch(r"20\d\d-\d\d(-\d\d)?", row["date"]):
        found.append("`date` is not YYYY-MM or YYYY-MM-DD")
    if not row["source"].startswith("https://"):
        found.append("`source` is not an https address")
    if any(_FILE_PATH.search(str(row.get(name, ""))) for name in ("note", "unjudged")):
        found.append("a remark names a path of somebody's machine")
    if "body" in row and "raw" in row:
        found.append("`body` and `raw` stand beside each other")
    if row["method"] == "POST" and not ("body" in row or "raw" in row or "unjudged" in row):
        found.append("a POST has neither `body` nor `raw`")
    return found


def main(folder: Path = FOLDER) -> int:
    """Check every row of `folder`, print counts; 1 when a row is malformed."""
    refused, taken = refusals(folder), acceptances(folder)
    faults = 0
    seen: Counter[str] = Counter()
    for row in [*refused, *taken]:
        complaints = problems(row, refusal=row in refused)
        seen[str(row.get("id"))] += 1
        if seen[str(row.get("id"))] > 1:
            complaints.append("the id comes twice")
        for complaint in complaints:
            faults += 1
            print(f"{row.get('id')}: {complaint}")
    templates = {template(row["message"]) for row in refused if "message" in row}
    halves = Counter(half(text) for text in templates)
    judged = sum("unjudged" not in row for row in refused)
    print(f"{len(refused)} refusals ({judged} judged) of {len(templates)} templates {dict(halves)}")
    print(f"{len(taken)} acceptances; {faults} faults of form")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
