"""Inflating gzip, zlib and raw deflate: what was deflated comes back, within a limit, or is refused."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.inflate import InflateError, Inflater, TooLargeError, inflated

WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "zlib": zlib.MAX_WBITS, "raw": -zlib.MAX_WBITS}
DATA = st.binary(max_size=300)


def deflated(data: bytes, form: str) -> bytes:
    """The data in one of the three forms."""
    encoder = zlib.compressobj(wbits=WINDOWS[form])
    return encoder.compress(data) + encoder.flush()


@given(DATA, st.sampled_from(list(WINDOWS)), st.booleans())
def test_what_was_deflated_comes_back(data: bytes, form: str, members: bool) -> None:  # noqa: FBT001 - drawn
    """In every form, whole, up to exactly the limit."""
    assert inflated(deflated(data, form), len(data), raw_too=form == "raw", members=members) == data


@given(DATA, st.sampled_from(list(WINDOWS)), st.integers(2, 50))
def test_pieces_give_the_whole(data: bytes, form: str, size: int) -> None:
    """However the data is cut, the pieces add up; only the last of them ends it."""
    packed = deflated(data, form)
    inflater = Inflater(raw_too=form == "raw")
    pieces = []
    for at in range(0, len(packed), size):
        pieces.append(inflater.feed(packed[at : at + size]))
        assert inflater.is_cut == (at + size < len(packed))
    assert b"".join(pieces) == data


@given(st.binary(min_size=1, max_size=300), st.sampled_from(list(WINDOWS)))
def test_one_byte_above_the_limit_is_too_much(data: bytes, form: str) -> None:
    """The limit is told."""
    with pytest.raises(TooLargeError, match=f"more than {len(data) - 1} bytes"):
        inflated(deflated(data, form), len(data) - 1, raw_too=form == "raw")


@given(DATA, st.sampled_from(["gzip", "zlib"]), st.data())
def test_a_cut_is_noticed(data: bytes, form: str, draw: st.DataObject) -> None:
    """Wherever it is, raw deflate allowed or not."""
    packed = deflated(data, form)
    end = draw.draw(st.integers(1, len(packed) - 1))
    for raw_too in (False, True):
        with pytest.raises(InflateError, match="truncated"):
            inflated(packed[:end], 1000, raw_too=raw_too)


def test_what_follows_the_end_is_told() -> None:
    """A request's body is one stream; a recording's may be several, with padding behind them."""
    packed = gzip.compress(b"a")
    with pytest.raises(InflateError, match="goes on behind its end"):
        inflated(packed + packed, 10)
    assert inflated(packed + packed + b"\0\0", 10, members=True) == b"aa"
    with pytest.raises(TooLargeError):
        inflated(packed + packed, 1, members=True)


def test_noise_is_damaged_data() -> None:
    """As a whole and piece by piece."""
    with pytest.raises(InflateError, match="is damaged"):
        inflated(b"no such thing", 10, raw_too=True)
    with pytest.raises(InflateError, match="is damaged"):
        Inflater().feed(b"no such thing")
    assert Inflater().is_cut is False
