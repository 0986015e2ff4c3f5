"""The small things that all importers share: header fields, URLs, time stamps."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Loss, Message
from mockapi.cassettes.importers._fields import as_bytes, fields, moment, split_url
from tests.support.each import each

FIELDS: dict[str, tuple[Any, tuple[tuple[str, str], ...]]] = {
    "a mapping of lists": ({"A": ["1", "2"], "b": ["3"]}, (("A", "1"), ("A", "2"), ("b", "3"))),
    "a mapping of values": ({"a": "1", "n": 7, "none": None}, (("a", "1"), ("n", "7"), ("none", ""))),
    "names and values": ([{"name": "A", "value": "1"}], (("A", "1"),)),
    "pairs": ([["A", "1"], ["b", "2"]], (("A", "1"), ("b", "2"))),
    "pairs of other values": ([["n", 7], ["A", ["1", "2"]]], (("n", "7"), ("A", "1"), ("A", "2"))),
    "a set of pairs": ([[["A", "1"], ["b", "2"]]], (("A", "1"), ("b", "2"))),
    "lines": (["A: 1\r\n", "b:2"], (("A", "1"), ("b", "2"))),
    "bytes": ({"a": b"\xe4"}, (("a", "ä"),)),
    "HTTP/2's own": ([{"name": ":status", "value": "200"}, {"name": "a", "value": "1"}], (("a", "1"),)),
    "several in one": ([{"name": "vary", "value": "a\nb"}], (("vary", "a"), ("vary", "b"))),
    "control characters": ({"a": "1\x00\x1f2"}, (("a", "12"),)),
    "no names": ({"": "1", "a b": "2", "ä": "3"}, ()),
    "nothing": (None, ()),
}  # fmt: skip


@each("name", FIELDS)
def test_header_fields_of_every_form(name: str) -> None:
    """Each form that recorders keep header fields in becomes pairs that HTTP can carry."""
    value, expected = FIELDS[name]
    assert fields(value) == expected


MOMENTS = {
    "2026-08-02T22:26:41Z": "2026-08-02T22:26:41Z",
    "2026-08-02T22:26:41.123456+00:00": "2026-08-02T22:26:41.123456+00:00",
    "2026-08-02T22:26:41.120+0200": "2026-08-02T22:26:41.120+02:00",
    "2026-08-02 22:26:41": "2026-08-02T22:26:41Z",
    "2026-08-02 22:26:41 GMT": "2026-08-02T22:26:41Z",
    "Wed, 19 Aug 2026 14:34:12 GMT": "2026-08-19T14:34:12Z",
    "Wed, 19 Aug 2026 16:34:12 +0200": "2026-08-19T14:34:12Z",
    "yesterday": None,
    "": None,
    None: None,
    7: None,
}


@pytest.mark.parametrize("value", MOMENTS)
def test_time_stamps_become_rfc_3339(value: Any) -> None:
    """ISO forms keep their zone, HTTP dates become UTC, anything else is not known."""
    assert moment(value) == MOMENTS[value]


URLS = {
    "https://api.anthropic.com/v1/messages?beta=true#x": ("api.anthropic.com", "/v1/messages", "beta=true"),
    "https://API.anthropic.com:443/v1/files/a%2Fb": ("api.anthropic.com", "/v1/files/a%2Fb", ""),
    "https://u:p@api.anthropic.com": ("api.anthropic.com", "/", ""),
    "https://<HOST>/v1/messages": ("<host>", "/v1/messages", ""),
    "/v1/messages": ("", "/v1/messages", ""),
    "https://h/a b/ü": ("h", "/a%20b/%C3%BC", ""),
}


@pytest.mark.parametrize("url", URLS)
def test_urls_are_taken_apart(url: str) -> None:
    """Host in lower case, path with its percent-encoding, query without the question mark."""
    assert split_url(url) == URLS[url]


def test_what_is_no_url_is_a_fault() -> None:
    """A broken address is told, with where it stood."""
    with pytest.raises(FormatError, match="not a URL"):
        split_url("https://[::1/v1/messages", ("interactions", 3))


def test_half_a_surrogate_pair_has_no_bytes() -> None:
    """Text that UTF-8 cannot say is an error, not a question mark."""
    with pytest.raises(ValueError, match="surrogate"):
        as_bytes("\ud83d")


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "not a URL": ({"url": None}, "no method and URL"),
    "no method": ({"method": None}, "no method and URL"),
    "not a method": ({"method": "P OST"}, "not an HTTP method"),
    "no status": ({"status": None}, "not the status of a finished reply"),
    "status 0": ({"status": 0}, "not the status of a finished reply"),
    "no body": ({"response": Message((), None)}, "no body"),
    "gzip cut off": (
        {"response": Message((("content-encoding", "gzip"),), b"\x1f\x8b\x08")},
        "gzip data is truncated",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_exchange_that_is_not_whole_is_a_fault(name: str) -> None:
    """A method, a URL, a status and a body that can be decoded: without them there is nothing to play."""
    changes, words = FAULTS[name]
    values: dict[str, Any] = {
        "path": ("interactions", 0),
        "method": "post",
        "url": "https://api.anthropic.com/v1/messages",
        "status": "200 OK",
        "request": Message((), b""),
        "response": Message((), b"{}"),
    }
    assert Draft(**values).finished().interaction.response.status == 200
    with pytest.raises(FormatError, match=words) as raised:
        Draft(**(values | changes)).finished()
    assert raised.value.path[:2] == ("interactions", 0)


def test_losses_are_seen_in_the_exchange_itself() -> None:
    """Sorted fields, missing fields, a missing body and a stream without padding say what was lost."""
    stream = b"".join(b'event: ping\ndata: {"n":%d}\n\n' % n for n in range(9))
    sorted_fields = (("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))

    def lost(request: Message, response: Message) -> frozenset[Loss]:
        return Draft((), "POST", "https://h/", 200, request, response).finished().lost

    everything = lost(Message((), None), Message((), stream))
    assert everything == {
        Loss.CHUNKS,
        Loss.REQUEST,
        Loss.REQUEST_HEADERS,
        Loss.RESPONSE_HEADERS,
        Loss.PADDING,
    }
    little = lost(
        Message((("a", "1"),), b""), Message((*sorted_fields, ("a", "0")), stream.replace(b"}", b" }"))
    )
    assert little == {Loss.CHUNKS, Loss.HEADER_ORDER}
    unsorted = lost(Message((("a", "1"),), b""), Message((("e", "0"), *sorted_fields), b"{}"))
    assert unsorted == {Loss.CHUNKS}


CUT_SHORT: dict[str, tuple[dict[str, Any], bool]] = {
    "fewer bytes than announced": ({}, True),
    "some replaced by U+FFFD": ({"body": b"x" * 897 + "\ufffd".encode() * 3}, True),
    "as many, U+FFFD one of them": ({"body": b"x" * 897 + "\ufffd".encode()}, False),
    "a few fewer": ({"fields": (("content-length", "404"),)}, True),
    "as many": ({"body": b"x" * 900}, False),
    "more: decoded": ({"body": b"x" * 1200}, False),
    "no number": ({"fields": (("content-length", "900, 900"),)}, False),
    "encoded": ({"fields": (("content-length", "900"), ("content-encoding", "gzip"))}, False),
    "decoded, and hardly smaller before": ({"fields": (("content-length", "420"),)}, False),
    "the answer to HEAD": ({"method": "head", "body": None}, False),
    "not modified": ({"status": 304, "body": None}, False),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT_SHORT)
def test_a_reply_with_fewer_bytes_than_it_announced_is_told(name: str) -> None:
    """A recorder that dropped bytes shows in content-length, where that counts this body at all."""
    changes, cut = CUT_SHORT[name]
    incompressible = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(13))[:400]
    exchange = Draft(
        path=(),
        method=changes.get("method", "POST"),
        url="https://h/",
        status=changes.get("status", 200),
        request=Message((), b""),
        response=Message(
            changes.get("fields", (("Content-Length", "900"),)), changes.get("body", incompressible)
        ),
    ).finished()
    assert (Loss.REST in exchange.lost) is cut
