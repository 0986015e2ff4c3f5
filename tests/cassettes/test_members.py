"""What a value is by the members beside it, and by what its encoding means; both sides of each border."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote, unquote

from mockapi.cassettes import DEFAULT, redact
from mockapi.messages import accumulate, decode_events, encode_events, events_of
from tests.support.cassettes import STREAM
from tests.support.each import each
from tests.support.redaction import KEY, exchange
from tests.support.streams import message, tool_use

TYPED = "tr0ub4dor"
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
MADE = "aB3dE5gH7jK9mN1pQ3rS5tU7"


def redacted(value: Any) -> Any:
    """A value as it is written where a request has it as metadata."""
    interaction, signed = redact(exchange({"metadata": value}))
    assert signed == []
    return json.loads(interaction.request.body)["metadata"]


@each(
    ("value", "secret", "is_masked"),
    [
        ([{"name": "DB_PASSWORD", "value": TYPED}], TYPED, True),
        ([{"name": "DB_PASSWORD", "type": "env", "value": TYPED}], TYPED, True),
        ([{"name": "DB_PASSWORD"}, {"value": TYPED}], TYPED, False),
        ([{"name": "DB_NAME", "value": TYPED}], TYPED, False),
        ({"value": TYPED}, TYPED, False),
        ({"sensitive": True, "value": TYPED}, TYPED, True),
        ({"sensitive": False, "value": TYPED}, TYPED, False),
        ([{"sensitive": True}, {"value": TYPED}], TYPED, False),
        ({"pwd": TYPED}, TYPED, True),
        ({"pwd": "/home/bob/src"}, "/home/bob/src", False),
        ({"oldpwd": "/home/bob/src"}, "/home/bob/src", False),
        ({"cookie": f"sid={MADE}; path=/"}, MADE, True),
        ({"cookie": "theme=dark; path=/"}, "theme=dark; path=/", False),
        ({"set-cookie": f"a={MADE}"}, MADE, True),
        ({"seed_phrase": WORDS}, "winner", True),
        ({"seedPhrase": WORDS}, "winner", True),
        ({"mnemonic": f"{WORDS} {WORDS}"}, "winner", True),
        ({"recovery-phrase": WORDS}, "winner", True),
        ({"phrase": WORDS}, "winner", False),
        ({"seed_phrase": WORDS.rpartition(" ")[0]}, "winner", False),
        ({"seed_phrase": WORDS.upper()}, "WINNER", False),
        ({"mnemonic": f" {WORDS}"}, "winner", True),
        ({"api_key": [MADE]}, MADE, True),
        ({"passwords": [TYPED]}, TYPED, True),
        ({"max_tokens": TYPED}, TYPED, False),
        ({"密码": f" {TYPED}"}, TYPED, True),
        ([{"name": "wachtwoord", "value": TYPED}], TYPED, True),
        ([{"key": "haslo", "type": "env", "value": TYPED}], TYPED, True),
        ([{"sensitive": True, "value": f"\n{TYPED}"}], TYPED, True),
        ([{"username": "bob", "key": MADE}], MADE, True),
        ({"cookies": {"sid": MADE}}, MADE, True),
        ({f"{'x' * 300}_api_key": MADE}, MADE, True),
        ({f"api_key_{'x' * 300}": "a plain text"}, "a plain text", False),
        ({"api_key\nof staging": "a plain text"}, "a plain text", False),
    ],
)
def test_a_value_is_a_secret_by_what_stands_beside_it(value: Any, secret: str, *, is_masked: bool) -> None:
    """Nothing else changes, and a mask is as long as what it hides."""
    before, after = json.dumps(value), json.dumps(redacted(value))
    assert (secret not in after) is is_masked
    assert len(before) == len(after)
    assert (before == after) is not is_masked


def encoded(text: str, levels: int) -> str:
    """A text of which nothing shows, percent-encoded so many times."""
    text = "".join(f"%{ord(character):02x}" for character in text)
    for _ in range(levels - 1):
        text = quote(text, safe="")
    return text


@each("levels", range(1, 6))
def test_a_secret_that_only_decoding_shows_is_masked(levels: int) -> None:
    """Up to four levels deep, in the spelling of the text and of its length; what is deeper stays."""
    text = f"ü {encoded(KEY, levels)} é 100%"
    masked = redacted([text])[0]
    assert len(masked) == len(text)
    assert masked.startswith("ü %")
    assert masked.endswith(" é 100%")
    shown = masked
    for _ in range(levels):
        shown = unquote(shown)
    assert (KEY not in shown) is (levels <= 4)
    assert (masked == text) is (levels > 4)
    assert re.fullmatch(r"(%[0-9A-Fa-f]{2}|[0-9A-Fa-f*-])+", masked[2:-7])


@each(
    "text", ["\\u0073" + KEY[1:], json.dumps({"a": KEY}).replace("s", "\\u0073"), KEY.replace("-", "\\u002d")]
)
def test_a_secret_that_only_escapes_hide_is_masked(text: str) -> None:
    """As JSON within a string has them; the text keeps its length."""
    (masked,) = redacted([text])
    assert "Zq7Zq7" not in masked
    assert len(masked) == len(text)


@each("reply", [b'{"text":"see\\n%s"}', b'{"pin":"1","ParameterValue":12345678,"text":"%s"}', b"see %s"])
def test_a_byte_order_mark_is_no_part_of_what_it_stands_before(reply: bytes) -> None:
    """Behind it JSON is JSON, whose escapes are no letters."""
    token = b".".join(
        b64encode(part).rstrip(b"=") for part in (b'{"alg":"HS256"}', b'{"sub":"1"}', b"x" * 30)
    )
    plain = redact(exchange({}, reply=reply % token))[0].response.body
    marked = redact(exchange({}, reply=b"\xef\xbb\xbf" + reply % token))[0].response.body
    assert token not in plain
    assert marked == b"\xef\xbb\xbf" + plain


@each("text", ["100% of it", "%zz", "a%20b", "é%C3%A9", "\\u00e9", "C:\\\\users", "\\/", "%", "\\"])
def test_what_hides_nothing_keeps_its_spelling(text: str) -> None:
    """Capital or small, encoded or not."""
    assert redacted([text]) == [text]


@each("size", [1, 7, 1000])
def test_what_a_tool_is_told_in_pieces_is_not_signed(size: int) -> None:
    """Though it looks like thinking: a client reads it, and nobody checks it."""
    told = {"type": "thinking", "thinking": f"the key is {KEY}", "signature": "c2lnbmVk"}
    whole = message(tool_use(told), stop_reason="tool_use")
    stream = encode_events(events_of(whole, sizes=lambda _: size))
    interaction, signed = redact(exchange({}, reply=stream, reply_headers=STREAM))
    (block,) = accumulate(decode_events(interaction.response.body))["content"]
    assert signed == []
    assert block["input"]["thinking"].startswith("the key is sk-ant-***")
    assert block["input"] == {**told, "thinking": block["input"]["thinking"]}


@each(
    ("value", "is_masked"),
    [
        ("Tollor-darnoda-3086", True),
        ("tollor-darnoda-1", True),
        ("tollor-darnod-1", False),
        ("tollor-darnodabcd", True),
        ("tollor-darnodabc", False),
        ("tollordarnodabcdef", False),
        ("TOLLOR-DARNODA-3086", False),
    ],
)
def test_words_that_are_the_value_of_a_secret_have_a_length(value: str, *, is_masked: bool) -> None:
    """Two words of sixteen characters with a digit, of seventeen without; what is in capitals is a name."""
    for text in (f"CLIENT_SECRET = '{value}'", f'client_secret: "{value}"', f"JWT_SECRET='{value}'"):
        assert (DEFAULT.mask(text) != text) is is_masked


def drawn(length: int = 40, marks: int = 4, digits: int = 2, word: int = 10) -> str:
    """What a generator draws from all of the keyboard: so many characters, some of each sort, with blanks."""
    units = [*(f"q{mark}" for mark in "!@#%&"[:marks]), *"7391"[:digits], "abcdefghijklmnop"[:word]]
    text = "".join(units)
    return (text + " z q" * length)[: length - 1] + "x"


@each(
    ("more", "is_masked"),
    [
        ({}, True),
        ({"length": 39}, False),
        ({"marks": 3}, False),
        ({"digits": 1}, False),
        ({"word": 11}, False),
        ({"word": 11, "length": 44, "marks": 5}, True),
    ],
)
def test_what_is_drawn_from_all_of_the_keyboard_shows_itself(
    more: dict[str, int], *, is_masked: bool
) -> None:
    """By its length, marks and digits, and because it has few words; one of each less is a sentence."""
    value = drawn(**more)
    assert len(value) == more.get("length", 40)
    for text in (f"SALT = '{value}'", f'"auth_key": "{value}"'):
        assert (DEFAULT.mask(text) != text) is is_masked
