"""Replies that are JSON, and have no UTF-8, more than 64 bits or many levels: every command reads on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from mockapi.cassettes import Cassette, dump
from tests.support.process import mockapi as called
from tests.support.server import interaction, message
from tests.support.streams import HALVES

if TYPE_CHECKING:
    from pathlib import Path

ODD: Final = {
    "high half": rb'"\ud83d"',
    "low half as a key": rb'{"\ude00":1}',
    "halves the wrong way round": rb'"\ude00\ud83d"',
    "NUL": rb'"\u0000"',
    "deep": b"[" * 980 + b"]" * 980,
    "deep halves": b'{"a":' * 300 + rb'"\ud83d"' + b"}" * 300,
    "too deep": b"[" * 2000 + b"]" * 2000,
    "beyond 64 bits": b"1" + b"0" * 30,
    "five thousand digits": b"9" * 5000,
    "beyond all numbers": b"-1e999",
    "twice": b'{"a":1,"a":2}',
    "no name": b'{"":null,"__proto__":{"":[]}}',
    "a long name": b'{"' + b"k" * 100_000 + b'":1}',
}
MESSAGE: Final = (
    b'{"id":%b,"model":%b,"content":[{"type":"text","text":%b},{"type":%b,"name":%b,"input":{"a":%b}}],'
    b'"stop_reason":%b,"usage":{"input_tokens":%b}}'
)
COMMANDS: Final = [
    "cassettes show C",
    "cassettes show --full C",
    "cassettes show --size C",
    "cassettes lint C",
    "cassettes view -o OUT.html C",
    "cassettes export --har --force --to OUT C",
    "cassettes migrate --replies --model a=b --tool t=u --write C",
    "cassettes reseal C",
    "twin learn C",
]


def _replies(odd: bytes) -> list[bytes]:
    block = (
        b'event: content_block_start\ndata: {"type":"content_block_start","index":%b,"content_block":%b}\n\n'
    )
    return [
        MESSAGE % ((odd,) * 8),
        b'{"type":"error","error":{"type":%b,"message":%b}}' % (odd, odd),
        b'{"input_tokens":%b}' % odd,
        odd,
        HALVES.replace(rb'"\ud83d"', odd),
        block,
    ]


@pytest.fixture(scope="module")
def odd_recordings() -> bytes:
    """A cassette with each of them in every place of a reply, and a plain one."""
    items = [interaction(message(name), body) for name, odd in ODD.items() for body in _replies(odd)]
    deep = b'{"model":"a","tools":5,"messages":%b}' % ODD["deep"]
    items.append(
        interaction(deep, b'{"type":"message","content":5,"usage":{"output_tokens":1},"stop_reason":"x"}')
    )
    return dump(Cassette("c.yaml", (interaction(message("plain"), HALVES), *items)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_what_clients_read(
    command: str, odd_recordings: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds faults or none, and writes text that any terminal or file takes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_bytes(odd_recordings)
    code, out, err = called(*("c.yaml" if word == "C" else word for word in command.split()))
    assert code in (0, 1), err
    assert (out + err).encode()
