"""Writing and reading back: files and cache frames give back exactly what went in."""

from __future__ import annotations

import dataclasses
import pickle
import struct
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mockapi import jsontext
from mockapi.cassettes import (
    CACHE_VERSION,
    Cassette,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    Substitution,
    digest_of,
    dump,
    dump_more,
    load,
    pack,
    parse_matching,
    unpack,
)
from mockapi.cassettes._emit import emit
from mockapi.cassettes._encode import as_read
from mockapi.errors import MockapiError, UnwritableError
from mockapi.exchange import Ending
from tests.support.cassettes import as_json, asked, cassette, interaction, interactions, matchings

KEY = b"a secret of the user and the digest of the text"
cassettes = st.builds(Cassette, st.just("a.yaml"), st.lists(interactions, max_size=3).map(tuple), matchings)


@given(cassettes)
def test_what_is_written_reads_back_the_same(given: Cassette) -> None:
    """Binary, CR, U+2028, big integers, deep JSON, chunks, endings, headers in order: all of it.

    Only white space is not part of what is kept of a JSON request body.
    """
    read = load(dump(given), "a.yaml")
    assert read.interactions == tuple(map(as_read, given.interactions))
    assert read.matching == given.matching


@given(cassettes)
def test_writing_what_was_read_changes_nothing(given: Cassette) -> None:
    """So that a file that nobody changed makes no difference in version control."""
    text = dump(given)
    assert dump(load(text, "a.yaml")) == text


@given(st.lists(interactions, min_size=1, max_size=2))
def test_any_yaml_reader_reads_what_is_written(items: list[Interaction]) -> None:
    """A reader of YAML 1.1 that knows nothing of cassettes finds the bytes of text bodies."""
    document = yaml.load(dump(Cassette("a.yaml", tuple(items))), Loader=yaml.CSafeLoader)
    for written, item in zip(document["interactions"], items, strict=True):
        assert written["request"]["path"] == item.request.path
        assert written["response"]["status"] == item.response.status
        assert written["response"]["digest"] == digest_of(item.response.body)
        assert list(map(tuple, written["response"].get("headers", []))) == list(item.response.headers)
        body = written["response"].get("body", {"text": ""})
        if "text" in body:
            assert body["text"].encode() == item.response.body


@given(cassettes)
def test_a_frame_gives_back_the_cassette(given: Cassette) -> None:
    """The cache's form keeps everything but the name, which is that of the file now."""
    assert unpack(pack(given, KEY), "b.yaml", KEY) == dataclasses.replace(given, name="b.yaml")


@pytest.mark.slow
@given(cassettes, st.data())
def test_a_torn_or_damaged_frame_is_no_frame(given: Cassette, data: st.DataObject) -> None:
    """Cut anywhere or with any byte changed, it is not taken for a cassette."""
    frame = pack(given, KEY)
    assert unpack(frame[: data.draw(st.integers(0, len(frame) - 1))], "a.yaml", KEY) is None
    place = data.draw(st.integers(0, len(frame) - 1))
    damaged = bytearray(frame)
    damaged[place] ^= data.draw(st.integers(1, 255))
    assert unpack(bytes(damaged), "a.yaml", KEY) is None


@pytest.mark.slow
@given(cassettes, st.binary(max_size=64))
def test_a_frame_that_another_key_sealed_is_no_frame(given: Cassette, key: bytes) -> None:
    """Who does not know the key cannot make one."""
    assume(key != KEY)
    assert unpack(pack(given, key), "a.yaml", KEY) is None


def test_a_frame_of_another_version_is_no_frame() -> None:
    """Its layout may have changed."""
    frame = pack(cassette({"a": 1}), KEY)
    assert frame.startswith(b"mockapi\x00" + struct.pack(">I", CACHE_VERSION))
    assert (
        unpack(frame.replace(struct.pack(">I", CACHE_VERSION), struct.pack(">I", 9), 1), "a.yaml", KEY)
        is None
    )


def test_equal_header_fields_are_kept_once() -> None:
    """They are most of what a cassette of small replies weighs in memory."""
    fields = (("content-type", "application/json"),)
    given = Cassette("a.yaml", (interaction(headers=fields), interaction(headers=(*fields,))))
    found = unpack(pack(given, KEY), "a.yaml", KEY)
    assert found is not None
    first, second = (item.response.headers[0] for item in found.interactions)
    assert first is second


def test_the_body_is_never_the_last_key() -> None:
    """Editors and hooks trim the end of a file; what stands there is the digest at least."""
    text = dump(cassette({"a": 1}))
    assert text.endswith(b'"\n')
    assert text.rstrip().splitlines()[-1].strip().startswith(b"digest:")


def test_prompts_read_as_prose() -> None:
    """A request body is a structure in which every text stands as its author wrote it."""
    text = dump(cassette({"system": "Be kind.\n\nBe brief.", "messages": [{"content": "Grüezi"}]})).decode()
    assert "        system: |-\n          Be kind.\n\n          Be brief.\n" in text
    assert "        - content: Grüezi\n" in text


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (as_json({"a": 1}), "json"),
        (b"[1]", "json"),
        (b'"a text"', "text"),
        (b"17", "text"),
        (b"", None),
        (b"a=1&b=2", "text"),
        (b'{"a": 1e999}', "text"),
        (b'{"broken": ', "text"),
        (b"\xff\xfe", "base64"),
        (b"[" * 300 + b"]" * 300, "text"),
        (as_json({"k" * 1100: 1}), "text"),
    ],
)
def test_a_request_body_is_kept_in_the_form_that_reads_best(body: bytes, form: str | None) -> None:
    """As a structure where it is a JSON object or list that YAML can hold, else as text, else base64."""
    text = dump(cassette(body))
    written = yaml.load(text, Loader=yaml.CSafeLoader)["interactions"][0]["request"].get("body")
    assert (written and list(written)) == (form and [form])
    assert load(text, "a.yaml").interactions[0].request.body == body


def test_an_own_pattern_keeps_its_name_and_itself() -> None:
    """Though a built-in pattern is called the same; and a built-in one is written by name alone."""
    named = parse_matching({"substitute": ["home", "date"]}, (), {"home": "/h/ada"})
    own = Matching(substitutions=(Substitution("date", r"\d{8}"), *named.substitutions))
    text = dump(cassette(matching=own))
    assert b"/h/ada" not in text
    assert b"- date\n  - home\n" in text
    assert load(text, "a.yaml", folders={"home": "/h/ada"}).matching == own


def test_what_no_cassette_can_hold_is_refused_when_it_is_written() -> None:
    """Better then than when the recording is needed."""
    bad = Interaction(RecordedRequest("get", "/"), interaction().response)
    with pytest.raises(UnwritableError, match="in capitals"):
        dump(Cassette("a.yaml", (bad,)))


def test_half_a_surrogate_pair_is_refused_with_its_line() -> None:
    """UTF-8 has no form of it."""
    bad = Interaction(RecordedRequest("GET", "/", headers=(("x-name", "\ud83d"),)), interaction().response)
    words = r'half a surrogate pair.*x-name, "\\ud83d"'
    with pytest.raises(UnwritableError, match=words):
        dump(Cassette("a.yaml", (bad,)))
    with pytest.raises(UnwritableError, match=words):
        dump_more([bad], "a.yaml", set())


def test_what_does_not_read_back_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the emitter is met before the file is."""
    monkeypatch.setattr("mockapi.cassettes._encode.emit", lambda value: emit(value).replace("Hello", "Hallo"))
    with pytest.raises(MockapiError, match="does not read back as it was written; nothing was saved"):
        dump(cassette({"words": "Hello"}))


def test_a_recorded_request_is_asked_as_it_was_sent() -> None:
    """The builder of these tests makes the same bytes for both sides."""
    assert cassette({"a": "é"}).interactions[0].request.body == asked({"a": "é"}).body


ESCAPED = st.lists(
    st.sampled_from(["\x00", "\x7f", "\x85", "\u2028", "\r", "\n", '"', "\\", " ", "a", "é", "\U0001f600"])
).map("".join)


@given(
    st.one_of(st.binary(max_size=500), ESCAPED.map(str.encode), ESCAPED.map(lambda text: text.encode() * 50))
)
def test_no_body_grows_much_when_it_is_written(body: bytes) -> None:
    """Whatever is in it, it is read again, and takes little more than base64 or its own lines would."""
    text = dump(
        Cassette(
            "a.yaml", (dataclasses.replace(BARE, response=dataclasses.replace(BARE.response, body=body)),)
        )
    )
    assert load(text, "a.yaml").interactions[0].response.body == body
    assert len(text) < 4 / 3 * len(body) * (1 + 1 / 70) + 8 * (body.count(b"\n") + 1) + 1200


BARE = Interaction(RecordedRequest("GET", "/"), interaction().response)


def test_a_value_that_would_be_mostly_margin_is_kept_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists within lists: as block style each level costs two blanks in every line."""
    monkeypatch.setattr("mockapi.cassettes._emit._MOST_MARGIN", 50_000)
    row: Any = 1
    for _ in range(190):
        row = [row]
    body = jsontext.compact([row] * 2)
    asked_for = Interaction(RecordedRequest("POST", "/", body=body), BARE.response)
    text = dump(Cassette("a.yaml", (asked_for,)))
    assert len(text) < 2 * len(body)
    assert load(text, "a.yaml").interactions == (asked_for,)


def test_a_cassette_that_would_be_too_large_to_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of reading is the limit of writing."""
    text = dump(cassette())
    monkeypatch.setattr("mockapi.cassettes._encode.MAX_BYTES", len(text))
    assert dump(cassette()) == text
    monkeypatch.setattr("mockapi.cassettes._encode.MAX_BYTES", len(text) - 1)
    with pytest.raises(UnwritableError, match=f"would have {len(text):,} bytes"):
        dump(cassette())


def test_chunks_go_to_another_process_as_numbers() -> None:
    """Twice eight bytes each: pickled one by one, 250,000 of them would hold the interpreter's lock."""
    chunks = tuple(RecordedChunk(number / 7, number) for number in range(1000))
    response = RecordedResponse(200, (("a", "b"),), b"body", chunks, Ending.CUT)
    sent = pickle.dumps(response)
    assert pickle.loads(sent) == response
    assert len(sent) < 16 * len(chunks) + 1000
