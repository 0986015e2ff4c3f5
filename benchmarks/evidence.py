"""How much of the public record the validator agrees with.

    python benchmarks/evidence.py [--half writing|judging|all] [--show] [--rules live|documented]

Asks the validator about every row of `evidence/` that a request alone decides, and prints by area
how many refusals came with the same status, type and exact words, how many with other words, how
many were taken, and how many acceptances were refused. `--show` lists the rows that differ.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockapi.exchange import Request
from mockapi.validation import ValidationSettings, Validator

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from tools import evidence  # noqa: E402 - a program that is run by its path has to find its package

if TYPE_CHECKING:
    from mockapi.validation import Refusal

_HEADERS = {
    "x-api-key": "sk-ant-test-evidence",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
_COLUMNS = ("exact", "other words", "taken", "refusals")


def request_of(row: dict[str, Any]) -> Request:
    """The request of a row, with a key, a version and a content type where it names none."""
    fields = _HEADERS | {name.lower(): value for name, value in row["headers"].items()}
    headers = tuple((name.encode(), value.encode()) for name, value in fields.items() if value is not None)
    path, _, query = row["path"].partition("?")
    return Request(row["method"], path, query, headers, evidence.request_body(row))


def verdict(row: dict[str, Any], refusal: Refusal | None) -> str:
    """`exact`, `other words` or `taken`: what the validator made of a refusal."""
    if refusal is None:
        return "taken"
    same = (refusal.status, refusal.type, refusal.message) == (row["status"], row["type"], row["message"])
    return "exact" if same else "other words"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--half", choices=("writing", "judging", "all"), default="all")
    parser.add_argument("--rules", choices=("live", "documented"), default="live")
    parser.add_argument("--area")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    validator = Validator(ValidationSettings(rules=options.rules))

    tables: dict[str, Counter[str]] = {}
    for row in evidence.refusals():
        if "unjudged" in row or options.half not in ("all", evidence.half(row["message"])):
            continue
        if options.area not in (None, row["area"]):
            continue
        refusal = validator.check(request_of(row))
        said = verdict(row, refusal)
        tables.setdefault(row["area"], Counter()).update([said, "refusals"])
        if options.show and said != "exact":
            answer = "taken" if refusal is None else f"{refusal.status} {refusal.message}  [{refusal.rule}]"
            print(f"{row['id']}\n  wanted {row['status']} {row['message']}\n  got    {answer}")

    _print_table(options.half, tables)
    _print_acceptances(validator, show=options.show)
    return 0


def _print_table(half: str, tables: dict[str, Counter[str]]) -> None:
    print(f"\n{'half: ' + half:<22}" + "".join(f"{column:>13}" for column in _COLUMNS))
    total: Counter[str] = Counter()
    for area, counts in sorted(tables.items()):
        total += counts
        print(f"{area:<22}" + "".join(f"{counts[column]:>13}" for column in _COLUMNS))
    print(f"{'all':<22}" + "".join(f"{total[column]:>13}" for column in _COLUMNS))
    if total["refusals"]:
        print(f"word for word: {total['exact'] / total['refusals']:.1%}")


def _print_acceptances(validator: Validator, *, show: bool) -> None:
    rows = [row for row in evidence.acceptances() if "unjudged" not in row]
    refused = 0
    for row in rows:
        refusal = validator.check(request_of(row))
        if refusal is not None:
            refused += 1
            if show:
                print(f"{row['id']}\n  was taken, is refused: {refusal.message}  [{refusal.rule}]")
    print(f"acceptances: {len(rows) - refused} of {len(rows)} taken")


if __name__ == "__main__":
    sys.exit(main())
