"""Ids: the API's shapes, and the same ones each time."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from mockapi.messages import ALPHABET, IdFactory, IdKind

PROGRAM = """
from mockapi.messages import IdFactory, IdKind
print(*[IdFactory(7).make(kind, 3) for kind in (IdKind.MESSAGE, IdKind.TOOL_USE)])
"""
PINNED = ["msg_011CfaXtM1gqkkDXAECzfowA", "toolu_019KhPFXPKLyRQASG8tu13fB"]


@pytest.mark.parametrize("kind", IdKind)
def test_shape(kind: IdKind) -> None:
    """An id is its prefix, 01 and 22 digits of base 58; the ordered kinds begin 011C, as in 2026."""
    ids = [IdFactory(1).make(kind, number) for number in range(200)]
    shape = r"01[1-9A-HJ-NP-Za-km-z]{22}"
    if kind in {IdKind.MESSAGE, IdKind.REQUEST, IdKind.FILE, IdKind.CONTAINER}:
        shape = r"011C[1-9A-HJ-NP-Za-km-z]{20}"
        assert ids == sorted(ids, key=lambda text: [ALPHABET.index(digit) for digit in text[len(kind) + 3 :]])
    assert all(re.fullmatch(f"{kind}_{shape}", text) for text in ids)
    assert len(set(ids)) == 200


@pytest.mark.parametrize(("kind", "version"), [(IdKind.MESSAGE, 7), (IdKind.REQUEST, 7), (IdKind.BATCH, 4)])
def test_uuid_version(kind: IdKind, version: int) -> None:
    """The number behind an id is a UUID of the version that recorded ids of the kind have."""
    number = 0
    for digit in IdFactory(3).make(kind, 5).partition("_01")[2]:
        number = number * 58 + ALPHABET.index(digit)
    assert number < 1 << 128
    assert (number >> 76 & 0xF, number >> 62 & 0b11) == (version, 0b10)


def test_seed_kind_and_number_all_count() -> None:
    """Another seed, kind or number is another id, in all of its random digits."""
    make = IdFactory(1).make
    others = [make(IdKind.TOOL_USE, 1), make(IdKind.TOOL_USE, 11), make(IdKind.SERVER_TOOL_USE, 1)]
    others += [IdFactory(11).make(IdKind.TOOL_USE, 1), IdFactory(-1).make(IdKind.TOOL_USE, 1)]
    assert len({text.partition("_")[2] for text in others}) == len(others)


def test_the_same_in_every_process() -> None:
    """An id does not depend on the process, nor on Python's hash seed; these are its digits for good."""
    expected = [IdFactory(7).make(kind, 3) for kind in (IdKind.MESSAGE, IdKind.TOOL_USE)]
    printed = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == expected
    assert expected == PINNED
