"""Streams in AWS's frames are masked inside: as those of text are, with the right checksums afterwards."""

from __future__ import annotations

import itertools
from base64 import b64decode, b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import RedactionError, redact_interaction
from mockapi.cassettes.redaction import redact, sightings
from mockapi.errors import FrameError
from mockapi.eventstream import Header, Kind, Message, encode, parse
from mockapi.messages import encode_events, events_of
from tests.support import secrets, streams
from tests.support.each import each
from tests.support.frames import EVENT, SAMPLES, as_frames, flips, frame, header, text, texts_of
from tests.support.redaction import KEY, MASK, exchange

TYPE = (("content-type", "application/vnd.amazon.eventstream"),)


def masked(body: bytes) -> bytes:
    """The body as it would be written, by its type and by its beginning alike."""
    told = redact_interaction(exchange({}, reply=body, reply_headers=TYPE)).response.body
    assert len(told) == len(body)
    return told


def in_deltas(*pieces: str) -> bytes:
    """A stream of text whose deltas are these."""
    return streams.in_deltas("text_delta", "text", list(pieces), streams.text(""))


@settings(max_examples=25)
@given(st.data())
def test_frames_are_masked_as_the_stream_of_text_is(data: st.DataObject) -> None:
    """To mask and to put into frames is the same in either order; every checksum is right."""
    said, secret = data.draw(secrets.around())
    cuts = data.draw(secrets.cuts(len(said)))
    stream = in_deltas(*(said[begin:end] for begin, end in itertools.pairwise(cuts)))
    plain = redact_interaction(exchange({}, reply=stream)).response.body
    assert secret.encode() not in plain
    assert masked(as_frames(stream)) == as_frames(plain)


@each("name", streams.SAMPLES)
def test_what_holds_no_secret_stays_to_the_byte(name: str) -> None:
    """Whatever a message holds, and with any padding."""
    body = as_frames(encode_events(events_of(streams.SAMPLES[name])))
    assert masked(body) == body
    assert masked(encode(*SAMPLES.values())) == encode(*SAMPLES.values())


def test_a_body_of_frames_is_known_without_its_type() -> None:
    """A recording that has lost its header fields is looked into all the same."""
    body = as_frames(in_deltas(KEY))
    assert texts_of(redact_interaction(exchange({}, reply=body)).response.body)[2].count("*") == 42


def test_signed_content_in_frames_is_left_and_reported() -> None:
    """Thinking is searched over its deltas, and the interaction is not to be written."""
    block = {"type": "thinking", "thinking": "", "signature": ""}
    body = as_frames(streams.in_deltas("thinking_delta", "thinking", [KEY[:9], KEY[9:]], block))
    interaction = exchange({}, reply=body, reply_headers=TYPE)
    assert redact_interaction(interaction).response.body == body
    assert len(redact(interaction)[1]) == 1
    assert [item.signed for item in sightings(interaction)] == [True]


def test_an_exceptions_message_and_the_headers_are_masked() -> None:
    """Not only events say something."""
    told = {":exception-type": "validationException", ":error-message": f"the key {KEY}"}
    body = encode(Message.of({**told, ":message-type": "exception"}, f'{{"message":"{KEY}"}}'.encode()))
    (message,) = parse(masked(body))
    assert message.payload == f'{{"message":"{MASK}"}}'.encode()
    assert message.header(":error-message") == f"the key {MASK}"


def test_a_cut_stream_is_masked_as_far_as_it_can_be_read() -> None:
    """At every cut: what frames are whole stay so, and nothing of the secret but its form is left."""
    body = as_frames(in_deltas("the key is ", KEY[:20], KEY[20:], " so"))
    whole = masked(body)
    ends = [len(encode(*parse(body)[: count + 1])) for count in range(len(parse(body)))]
    for cut in range(0, len(body), 29):
        written = redact_interaction(exchange({}, reply=body[:cut], reply_headers=TYPE)).response.body
        assert len(written) == cut
        done = max((end for end in ends if end <= cut), default=0)
        if cut >= ends[4]:  # both halves are there whole
            assert written[:done] == whole[:done]
        parse(written[:done])


def test_a_secret_in_the_frame_that_is_cut_is_masked() -> None:
    """Its base64 is read as far as it came."""
    body = as_frames(encode_events([streams.delta(text=f"the key is {KEY} and more")]))
    written = masked(body[:-20])
    assert b64encode(KEY.encode())[4:-4] not in written
    with pytest.raises(FrameError, match="is cut"):
        parse(written)


def test_a_broken_stream_is_masked_and_stays_as_broken() -> None:
    """A flipped bit before, in or behind the frame that holds a secret hides nothing of it."""
    body = as_frames(encode_events([streams.PING, streams.delta(text=f"key {KEY} so"), streams.STOP]))
    tails = [b64encode(b"x" * shift + KEY.encode())[8:-8] for shift in range(3)]
    assert any(tail in body for tail in tails)
    for place in range(0, len(body), 13):
        damaged = flips(body[place : place + 1])[3]
        broken = body[:place] + damaged + body[place + 1 :]
        written = masked(broken)
        assert not any(tail in written for tail in tails), place
        with pytest.raises(FrameError):
            parse(written)


@pytest.mark.parametrize("lost", range(1, 8))
def test_base64_that_lost_letters_is_masked_as_far_as_it_makes_bytes(lost: int) -> None:
    """The frame is broken, and its stream is recorded all the same."""
    body = as_frames(encode_events([streams.delta(text=f"key {KEY} so")]))
    begin = body.index(b'"bytes":"') + len(b'"bytes":"')
    end = body.index(b'"', begin) - lost
    written = masked(body[:end] + body[end + lost :])
    whole = begin + (end - begin) // 4 * 4
    assert KEY.encode() in b64decode(body[begin:whole])
    assert KEY.encode() not in b64decode(written[begin:whole])


def test_what_cannot_be_written_back_is_refused() -> None:
    """`bytes` in another spelling: nobody could look into them, so nothing is written."""
    for payload in (b'{"bytes":"a\\/b="}', b'{"bytes":7}', b'{"bytes":"abcde"}'):
        with pytest.raises(RedactionError, match="base64"):
            redact_interaction(exchange({}, reply=encode(Message.of(EVENT, payload)), reply_headers=TYPE))


def test_base64_without_its_padding_is_written_back_without_it() -> None:
    """The size never changes."""
    letters = b64encode(f'{{"a":"{KEY}"}}'.encode()).rstrip(b"=")
    body = encode(Message.of(EVENT, b'{"bytes":"' + letters + b'"}'))
    written = masked(body)
    assert (
        parse(written)[0].payload
        == b'{"bytes":"' + b64encode(f'{{"a":"{MASK}"}}'.encode()).rstrip(b"=") + b'"}'
    )


def test_json_over_several_lines_in_a_frame_is_masked() -> None:
    """Its line ends are white space, and stay where nothing is masked."""
    pretty = b64encode(f'{{\n "a": "{KEY}"\n}}'.encode())
    body = encode(Message.of(EVENT, b'{"bytes":"' + pretty + b'"}'))
    assert KEY not in texts_of(masked(body))[0]
    harmless = encode(Message.of(EVENT, b'{"bytes":"' + b64encode(b'{\n "a": 1\n}') + b'"}'))
    assert masked(harmless) == harmless


def test_headers_of_other_kinds_pass() -> None:
    """Only the texts of frames are looked at."""
    body = encode(Message((Header("n", Kind.INT64, 1 << 40), Header("b", Kind.BYTES, bytes(range(9)))), b""))
    assert masked(body + frame(header(b"x", 7, text(b"y")))) == body + frame(header(b"x", 7, text(b"y")))
