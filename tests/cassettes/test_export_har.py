"""HAR export: what other tools see, and that nothing is lost on the way back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.cassettes._export_har import to_har
from mockapi.cassettes.importers import import_recording
from mockapi.cassettes.importers._formats import format_of, open_document
from mockapi.exchange import Ending
from tests.support.foreign import ANSWER, ASKED, STREAM

_text = st.text(st.characters(codec="utf-8"), max_size=40)
_bodies = (
    st.binary(max_size=60) | _text.map(str.encode) | st.sampled_from([ASKED, ANSWER, STREAM, b"\x1f\x8b\x08"])
)
_names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,15}", fullmatch=True) | st.sampled_from(
    ["content-type", "Content-Encoding", "content-length", "transfer-encoding", "date"]
)
_values = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20) | st.sampled_from(
    ["text/plain; charset=iso-8859-1", "gzip", "application/json", " padded ", ""]
)
_headers = st.lists(st.tuples(_names, _values), max_size=5).map(tuple)


@st.composite
def _responses(draw: st.DrawFn) -> RecordedResponse:
    body = draw(_bodies)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=3)))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)] if cuts else []
    delays = draw(st.lists(st.floats(0, 1e4), min_size=len(sizes), max_size=len(sizes)))
    return RecordedResponse(
        status=draw(st.integers(200, 599)),
        headers=draw(_headers),
        body=body,
        chunks=tuple(map(RecordedChunk, delays, sizes)),
        ending=draw(st.sampled_from(Ending)),
    )


_requests = st.builds(
    RecordedRequest,
    method=st.sampled_from(["GET", "POST", "HEAD", "DELETE"]),
    path=st.sampled_from(["/", "/v1/messages", "/v1/files/a%2Fb", "/v1/%C3%BC", "/a b/<x>"]),
    query=st.sampled_from(["", "beta=true", "a=1&a=%20+&b", "%ff="]),
    headers=_headers,
    body=_bodies,
)
_interactions = st.builds(
    Interaction,
    request=_requests,
    response=_responses(),
    recorded_at=st.none() | st.just("2026-08-02T22:26:41.5+02:00"),
    origin=st.none() | _text,
    edited=st.booleans(),
)


def _read_back(text: bytes) -> list[Interaction]:
    """What the HAR reader makes of a file, before anything is redacted."""
    document = open_document(text, "a.har")
    format_ = format_of(document)
    assert format_ is not None
    return [entry.make().interaction for entry in format_.read(document.value)]


# The first draws of text load Unicode's tables, which Hypothesis takes for a slow strategy.
@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_interactions, max_size=3))
def test_the_export_gives_the_interactions_back(interactions: list[Interaction]) -> None:
    """Any method, target, header, body, chunking and ending: exported and read, it is equal."""
    assert _read_back(to_har(interactions)) == interactions


SAMPLE = Interaction(
    RecordedRequest("POST", "/v1/messages", "beta=true", (("content-type", "application/json"),), ASKED),
    RecordedResponse(
        200,
        (("content-type", "text/event-stream"), ("request-id", "req_1")),
        STREAM,
        (RecordedChunk(0.5, 100), RecordedChunk(0.25, len(STREAM) - 100)),
    ),
    recorded_at="2026-08-02T22:26:41Z",
    origin="VCR.py: a.yaml #0",
)


def test_other_tools_find_everything_where_har_has_it() -> None:
    """Version, times, URL, header lists, post data, decoded content, timings in milliseconds."""
    log = json.loads(to_har([SAMPLE]))["log"]
    assert log["version"] == "1.2"
    assert log["creator"]["name"] == "mockapi"
    (entry,) = log["entries"]
    assert entry["startedDateTime"] == "2026-08-02T22:26:41Z"
    assert entry["time"] == 750
    assert entry["timings"] == {"send": 0, "wait": 500, "receive": 250}
    assert entry["request"]["url"] == "https://api.anthropic.com/v1/messages?beta=true"
    assert entry["request"]["queryString"] == [{"name": "beta", "value": "true"}]
    assert entry["request"]["headers"] == [{"name": "content-type", "value": "application/json"}]
    assert entry["request"]["postData"]["text"] == ASKED.decode()
    assert entry["response"]["content"]["text"] == STREAM.decode()
    assert entry["response"]["content"]["size"] == len(STREAM)
    assert {"cookies", "headersSize", "bodySize", "httpVersion"} <= entry["request"].keys()
    assert {"cookies", "redirectURL", "statusText", "httpVersion"} <= entry["response"].keys()


def test_bytes_that_are_no_text_are_base64() -> None:
    """Of replies as the standard says, of requests in a member of our own."""
    odd = Interaction(
        RecordedRequest("POST", "/v1/files", body=b"\x00\xff"), RecordedResponse(200, body=b"\xff\x00")
    )
    (entry,) = json.loads(to_har([odd]))["log"]["entries"]
    assert entry["response"]["content"]["encoding"] == "base64"
    assert entry["request"]["postData"]["_encoding"] == "base64"


def test_content_edited_after_the_export_drops_the_chunks() -> None:
    """Chunks that do not fit are not invented."""
    log = json.loads(to_har([SAMPLE]))
    log["log"]["entries"][0]["response"]["content"]["text"] = "event: ping\n\n"
    (read,) = _read_back(json.dumps(log).encode())
    assert read.response.chunks == ()
    assert read.response.body == b"event: ping\n\n"


def test_an_import_of_the_export_adds_nothing() -> None:
    """The origin stays that of the first import, and nothing is said to be lost."""
    imported = import_recording(to_har([SAMPLE]), "a.har")
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert interaction.origin == "VCR.py: a.yaml #0"
    assert interaction.response == SAMPLE.response
    assert imported.lost == ()


def test_a_member_that_mockapi_would_not_write_is_told() -> None:
    """Somebody else's `_mockapi` is a fault with its place."""
    for member in ({"ending": "explosion"}, {"chunks": [1]}, {"origin": 7}):
        log = json.loads(to_har([SAMPLE]))
        log["log"]["entries"][0]["_mockapi"] = member
        imported = import_recording(json.dumps(log).encode(), "a.har")
        assert imported.cassette is None
        assert imported.broken[0].startswith("entries[0]._mockapi")
