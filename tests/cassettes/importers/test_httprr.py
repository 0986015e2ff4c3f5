"""Go's httprr: bytes with lengths in front."""

from __future__ import annotations

import pytest

from mockapi.cassettes.importers import Loss, import_recording
from tests.support.foreign import ANSWER, ASKED, STREAM, gzipped, httprr, wire_request, wire_response

CHUNKED = b"Transfer-Encoding: chunked\r\n"
_IN_CHUNKS = (
    b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (ANSWER[:100], ANSWER[100:])) + b"0\r\n\r\n"
)

LOGS = {
    "to the end": httprr((wire_request(), wire_response())),
    "by length": httprr((wire_request(), wire_response(headers=b"Content-Length: %d\r\n" % len(ANSWER)))),
    "in chunks": httprr((wire_request(), wire_response(_IN_CHUNKS, CHUNKED))),
    "gzip": httprr((wire_request(), wire_response(gzipped(ANSWER), b"Content-Encoding: gzip\r\n"))),
    "gzip file": gzipped(httprr((wire_request(), wire_response()))),
    "CRLF in the log's own lines": httprr((wire_request(), wire_response()))
    .replace(b"v1\n", b"v1\r\n")
    .replace(b"%d\n" % len(wire_response()), b"%d\r\n" % len(wire_response())),
    "scrubbed lines have lost their CR": httprr(
        (wire_request(extra=b"User-Agent: langchaingo-httprr\n"), wire_response())
    ),
    "heads in LF, with lengths that are true": httprr(
        (wire_request().replace(b"\r\n", b"\n"), wire_response().replace(b"\r\n", b"\n"))
    ),
    "an absolute path and a host": httprr(
        (wire_request().replace(b"https://api.anthropic.com/", b"/"), wire_response())
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_every_framing_gives_the_same_bytes(name: str) -> None:
    """Lengths, chunks, gzip, line ends of either kind: the request and the reply as the client saw them."""
    imported = import_recording(LOGS[name], "testdata/TestX.httprr.gz")
    assert imported.format == "httprr"
    assert imported.broken == ()
    assert imported.name == "testdata/TestX.yaml"
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.method, interaction.request.path) == ("POST", "/v1/messages")
    assert (interaction.request.body, interaction.response.body) == (ASKED, ANSWER)
    assert ("anthropic-version", "2023-06-01") in [(n.lower(), v) for n, v in interaction.request.headers]
    assert {Loss.HEADER_ORDER, Loss.HEADER_NAMES} <= set(imported.lost)


def test_several_records_keep_their_order() -> None:
    """Two replies to one request are two interactions; a stream keeps its blank lines."""
    log = httprr((wire_request(), wire_response()), (wire_request(), wire_response(STREAM)))
    imported = import_recording(log, "a.httprr")
    assert imported.cassette is not None
    assert [item.response.body for item in imported.cassette.interactions] == [ANSWER, STREAM]


def test_the_answer_to_head_ends_with_its_head() -> None:
    """Its fields speak of the body that GET would get: nothing is missing here."""
    head = wire_request(b"").replace(b"POST", b"HEAD")
    for framing in (b"Content-Length: 233\r\n", CHUNKED):
        imported = import_recording(httprr((head, wire_response(b"", framing))), "a.httprr")
        assert imported.broken == ()
        assert imported.cassette is not None
        (interaction,) = imported.cassette.interactions
        assert (interaction.request.method, interaction.response.body) == ("HEAD", b"")


def test_a_log_may_have_no_records() -> None:
    """The head alone is a recording of nothing."""
    imported = import_recording(httprr(), "a.httprr")
    assert imported.cassette is None
    assert imported.left_out == (("a recording without any interaction", 1),)


_LOG = httprr((wire_request(), wire_response()), (wire_request(), wire_response()))
FAULTY = {
    "line ends converted to LF": (_LOG.replace(b"\r\n", b"\n"), "line ends"),
    "line ends converted to CRLF": (
        httprr((wire_request(), wire_response(STREAM))).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        "line ends",
    ),
    "truncated": (_LOG[:-10], "truncated or was edited"),
    "no lengths": (_LOG + b"hello\n", "truncated or was edited"),
    "a body cut off": (
        httprr((wire_request(), wire_response(headers=b"Content-Length: 9999\r\n"))),
        "of 9999 bytes: truncated",
    ),
    "chunks cut off": (httprr((wire_request(), wire_response(b"ff\r\nabc", CHUNKED))), "chunked body"),
    "malformed chunks": (httprr((wire_request(), wire_response(b"zz\r\nabc", CHUNKED))), "chunked body"),
    "no HTTP": (httprr((wire_request(), b"hello")), "no HTTP in here"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_damaged_log_is_told(name: str) -> None:
    """The cause is told with the record; what came before it is kept."""
    log, words = FAULTY[name]
    imported = import_recording(log, "a.httprr")
    assert len(imported.broken) == 1
    assert imported.broken[0].startswith("records[")
    assert words in imported.broken[0]
