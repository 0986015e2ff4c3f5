"""A long body that comes again is said once in a file."""

from __future__ import annotations

import pytest

from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    dump,
    dump_more,
    load,
    long_bodies,
    reseal,
)
from mockapi.cassettes._bodies import Bodies
from mockapi.cassettes._model import digest_of
from mockapi.errors import CassetteError
from mockapi.options import OptionError

LONG = Interaction(
    RecordedRequest("POST", "/v1/messages", body=b'{"a":"%s"}' % (b"x" * 300)),
    RecordedResponse(200, body=b"y" * 400),
)
SHORT = Interaction(RecordedRequest("POST", "/v1/messages", body=b"{}"), RecordedResponse(200, body=b"z"))


def test_identical_long_bodies_stand_once() -> None:
    """Bodies that come again are references by digest, and read back as what they were."""
    cassette = Cassette("c.yaml", (LONG, SHORT, LONG, SHORT))
    text = dump(cassette)
    assert text.count(b"y" * 400) == text.count(b"x" * 300) == 1
    assert text.count(b"same_as") == 2
    assert load(text, "c.yaml") == cassette


def test_adding_to_a_file_refers_to_what_it_says() -> None:
    """What is added to the end of a file may refer to bodies before it."""
    said = long_bodies([LONG])
    text = dump(Cassette("c.yaml", (LONG,))) + dump_more([LONG, SHORT], "c.yaml", said)[0]
    assert text.count(b"y" * 400) == 1
    assert load(text, "c.yaml").interactions == (LONG, LONG, SHORT)


def test_a_reference_to_nothing_is_an_error_with_its_place() -> None:
    """When the body that was referred to is gone, the file says so instead of playing another."""
    text = dump(Cassette("c.yaml", (LONG, LONG)))
    first, second = text.split(b"- summary", 2)[1:]
    broken = text.replace(b"- summary" + first, b"", 1)
    assert second in broken
    with pytest.raises(
        CassetteError, match=r"c\.yaml:\d+: interaction 0: no body in this file has the digest"
    ):
        load(broken, "c.yaml")


def test_an_edited_body_is_sealed_anew_wherever_it_is_referred_to() -> None:
    """Editing the one place where a body stands and re-sealing changes all that refer to it."""
    text = dump(Cassette("c.yaml", (LONG, LONG))).replace(b"yyyy", b"wwww")
    with pytest.raises(CassetteError, match="digest differs"):
        load(text, "c.yaml")
    sealed, changed = reseal(text, "c.yaml")
    assert changed == [0, 1]
    assert {item.response.body for item in load(sealed, "c.yaml").interactions} == {b"w" * 400}


def test_a_body_that_cannot_be_read_is_said_by_nobody() -> None:
    """Its digest is not that of the body before it."""
    other = "sha256:" + "0" * 64
    items = [
        {
            "request": {"body": {"text": "said"}},
            "response": {"body": {"base64": "?"}, "digest": other},
        },
        {"request": {"body": {"same_as": other}}},
    ]
    bodies = Bodies(items)
    assert bodies.read({"same_as": digest_of(b"said")}, (), json_allowed=True) == b"said"
    with pytest.raises(OptionError, match="no body in this file has the digest"):
        bodies.read({"same_as": other}, (), json_allowed=True)
