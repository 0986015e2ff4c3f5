"""What redaction costs, and that its cost grows with the text and no faster.

    python benchmarks/redaction.py           about two minutes
    python benchmarks/redaction.py --quick   smaller texts

Four times the text may cost at most six times the processor time: for repetitions of every word
and prefix of the table, bare and with what makes them half a credential, and for wide and deep
JSON. A stream of 200 events and the request before it stand for everyday traffic.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks.report import GROWTH, Part, growth_goal, page  # noqa: E402 - a program has to find its package
from benchmarks.workload import interaction  # noqa: E402 - as above
from mockapi.cassettes import (  # noqa: E402 - as above
    DEFAULT,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    redact_interaction,
)
from mockapi.cassettes._commands import OPTIONS  # noqa: E402 - as above
from mockapi.cassettes._forms import FORMS  # noqa: E402 - as above
from mockapi.cassettes._prefixes import PREFIXES  # noqa: E402 - as above
from mockapi.cassettes._secret_table import (  # noqa: E402 - as above
    ENDINGS,
    KEYS,
    SCHEMES,
    SEPARATE_ENDINGS,
    URL_NAMES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE = 8_000
_TAILS = ("", "=", '":"', "a1B2c3D4", "%41", "\\n")


def literals() -> list[str]:
    """Every word and prefix that redaction goes by."""
    words = {*ENDINGS, *SEPARATE_ENDINGS, *(f"{key}_key" for key in KEYS), *SCHEMES}
    words |= {f"?{name}=" for name in URL_NAMES}
    words |= {start for row in PREFIXES for start in row.starts}
    words |= {word for some, _, _ in FORMS for word in some.split()}
    words |= {option for row in OPTIONS for option in row.options}
    words |= {
        "$1$a", "$2b$12$", "echo a | ",
        "kind: Secret\ndata:\n  a: b\n", "apiVersion kind: Secret data:\n  a: |\n    ",
        'kind: Secret "data": {',
        "AKIAABCDEFGHIJKLMNOP ", "code=aaaaaaaa&a=b&", "net use a: \\\\a ", "password=abc-def-ghi-",
        "$ANSIBLE_VAULT;1.1;AES256\n", '("a", ', ", password: ", ":*:a:b:", "TRUE\t/",
        "{SSHA}", "a:1:b:", 'auth=("a", "b', 'cookies={"a": ', "curl -b a=", 'document.cookie = "a=',
        "https://a/hooks/", "mysql -p", "net use ", "pbkdf2_sha256$1$", "sk_a1_", "sqlplus a/",
        '"d": "', "%", "%73%6b-", "&a=", "-----", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "--token ",
        "-eyJ", "-us", ".eyJ", "/webhooks/", ":", "://", "://a:", ":AA", "=", "A", "Authorization: Digest a=",
        "Bearer ", "Cookie: a=", "Q~", "\\", "\\/", "\\u0073", "a1", "a=b, ", "api_key=", "curl -u a:",
        "eyJ", "eyJa.", "hooks.slack.com/", "login a password ", "mysql -u a ", "organization ",
        "redis-cli ", "sk-ant-", "sk-ant-api03-", "wrkspc_01",
    }  # fmt: skip
    return sorted(words)


def growth(make: Callable[[int], str], size: int, mask: Callable[[str], object]) -> tuple[float, float]:
    """Seconds for a text of a size, and how many times as long four times the text takes."""
    small = _seconds(make(size), mask)
    large = _seconds(make(size * GROWTH), mask)
    return small, large / max(small, 1e-3)


def _seconds(text: str, mask: Callable[[str], object]) -> float:
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        mask(text)
        best = min(best, time.process_time() - began)
    return best


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece))


def _shapes() -> Iterator[tuple[str, Callable[[int], str]]]:
    yield (
        "a wide object",
        lambda size: json.dumps({f"api_key_{at}": f"a1B2c3D4e5F6{at}" for at in range(size // 40)}),
    )
    yield "a wide list", lambda size: json.dumps(["token"] * (size // 9))
    yield "deep lists", lambda size: "[" * (size // 2) + "]" * (size // 2)
    yield "deep objects", lambda size: '{"token":' * (size // 10) + "1" + "}" * (size // 10)
    yield "an open string", lambda size: '{"token":"' + "a1B2" * (size // 4)
    yield (
        "JSON within JSON",
        lambda size: json.dumps({"a": json.dumps({"a": json.dumps({"token": "a1B2c3D4" * (size // 8)})})}),
    )
    yield "escapes", lambda size: '{"a":"' + "\\u0073" * (size // 7) + '"}'
    yield (
        "events",
        lambda size: (
            'data: {"type":"content_block_delta","index":0,"delta":{"text":"sk-a"}}\n\n' * (size // 72)
        ),
    )


def _masked_body(text: str) -> object:
    body = text.encode()
    kind = "text/event-stream" if text.startswith("data:") else "application/json"
    reply = RecordedResponse(200, (("content-type", kind),), body)
    return redact_interaction(Interaction(RecordedRequest("POST", "/v1/messages", body=body), reply))


def redaction_part(*, size: int = SIZE) -> Part:
    """Measure everything once."""
    rows = []
    for piece in literals():
        for tail in _TAILS:
            seconds, times = growth(_repeated(piece + tail), size, DEFAULT.mask)
            rows.append((f"`{piece + tail!r}`", seconds, times))
    for name, make in _shapes():
        rows.append((name, *growth(make, size, _masked_body)))
    rows.sort(key=lambda row: -row[2])
    slowest = max(rows, key=lambda row: row[1])
    stream = interaction(1, stream=True)
    took = min(_seconds("", lambda _: redact_interaction(stream)) for _ in range(10))
    return Part(
        "Redaction",
        f"{len(rows):,} texts of {size:,} and {size * GROWTH:,} characters: every word and prefix of the"
        " table, repeated bare and with what makes it half a credential, and JSON wide and deep."
        " Processor time, the better of two.",
        ("", "ms", f"times for {GROWTH} times the text"),
        [(name, f"{seconds * 1000:.1f}", f"{times:.1f}") for name, seconds, times in (*rows[:10], slowest)]
        + [("a stream of 200 events", f"{took * 1000:.1f}", "")],
        [growth_goal("text", rows[0][2])],
    )


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="smaller texts")
    options = parser.parse_args()
    print(page([redaction_part(size=SIZE // 4 if options.quick else SIZE)], "python benchmarks/redaction.py"))


if __name__ == "__main__":
    main()
