"""Foreign YAML: what is read, what is refused, and that nothing is ever run."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes._yaml import YAMLError
from mockapi.cassettes.importers import _yaml
from mockapi.cassettes.importers._yaml import parse
from tests.support.each import each

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


READ: dict[str, tuple[bytes, Any]] = {
    "python 2 text": (b"a: !!python/unicode 'x'\n", {"a": "x"}),
    "python bytes": (b"a: !!python/bytes 'AP8B'\n", {"a": b"\x00\xff\x01"}),
    "python tuple": (b"!!python/tuple [a, 1]\n", ["a", 1]),
    "python long": (b"a: !!python/long 12\n", {"a": 12}),
    "a pickled BytesIO is its state": (
        b"a: !!python/object/new:_io.BytesIO\n  state: !!python/tuple\n  - !!binary |\n    AP8B\n  - 0\n",
        {"a": {"state": [b"\x00\xff\x01", 0]}},
    ),
    "binary over lines": (b"a: !!binary |\n  AP\n  8B\n", {"a": b"\x00\xff\x01"}),
    "ruby's binary": (b"a: !binary |-\n  AP8B\n", {"a": b"\x00\xff\x01"}),
    "a binary key": (b"? !binary |-\n  YWI=\n: 1\n", {"ab": 1}),
    "ruby symbol": (b"a: :post\n", {"a": ":post"}),
    "ruby symbol by tag": (b"a: !ruby/symbol post\n", {"a": "post"}),
    "ruby hash": (b"a: !ruby/hash:ActiveSupport::HashWithIndifferentAccess\n  b: 1\n", {"a": {"b": 1}}),
    "ruby struct of VCR": (b"- !ruby/struct:VCR::HTTPInteraction\n  request: 1\n", [{"request": 1}]),
    "ruby text of a class": (b"a: !ruby/string:Some::Text 12\n", {"a": "12"}),
    "ruby text with variables": (b"- a: !str\n    str: &t x\n    '@v': 1\n- !ruby/string:T {str: y}\n- *t\n",
                                 [{"a": "x"}, "y", "x"]),
    "nothing but ruby text": (b"--- !str\nstr: x\n", "x"),
    "a URL object of aiohttp is its state": (
        b"a: !!python/object/new:yarl.URL\n  state: [!!python/object/new:urllib.parse.SplitResult [h, /p]]\n",
        {"a": {"state": [["h", "/p"]]}},
    ),
    "aliases": (b"a: &x [1]\nb: *x\nc: &y z\nd: *y\n", {"a": [1], "b": [1], "c": "z", "d": "z"}),
    "an alias as a key": (b"- &k name\n- *k : 1\n", ["name", {"name": 1}]),
    "merge": (b"- &b {a: 1, b: 2}\n- <<: *b\n  b: 3\n", [{"a": 1, "b": 2}, {"b": 3, "a": 1}]),
    "words of YAML 1.1 are text": (b"[yes, no, on, y, 1:30, 2026-01-01, .inf]\n",
                                   ["yes", "no", "on", "y", "1:30", "2026-01-01", ".inf"]),
    "numbers": (b"[1, -2, 1.5, 1.0e+3, 0, 0o7, 08, 1e3]\n", [1, -2, 1.5, 1000.0, 0, "0o7", "08", "1e3"]),
    "nothing": (b"[~, null, '']\n", [None, None, ""]),
    "keys are text": (b"{200: a, true: b, ~: c}\n", {"200": "a", "true": "b", "~": "c"}),
    "document marks": (b"---\na: 1\n...\n", {"a": 1}),
    "empty": (b"", None),
}  # fmt: skip


@each("name", READ)
def test_dialects_are_read_as_plain_data(name: str) -> None:
    """What the recorders write is read as dicts, lists, text, bytes and numbers."""
    text, value = READ[name]
    assert parse(text) == value


REFUSED: dict[str, tuple[bytes, str, int | None]] = {
    "apply": (
        b"a: 1\nb: !!python/object/apply:os.system ['touch /tmp/x']\n",
        "!!python/object/apply:os.system",
        2,
    ),
    "name": (b"a: !!python/name:os.system ''\n", "!!python/name:os.system", 1),
    "module": (b"a: !!python/module:os ''\n", "!!python/module:os", 1),
    "object": (b"- !!python/object:requests.Session {}\n", "!!python/object:requests.Session", 1),
    "ruby object": (b"a: !ruby/object:Gem::Installer {}\n", "!ruby/object:Gem::Installer", 1),
    "ruby regexp": (b"a: !ruby/regexp /x/\n", "!ruby/regexp", 1),
    "not base64": (b"a:\n  b: !!binary |\n    &%$\n", "binary that is not base64", 2),
    "base64 cut off": (b"a: !binary QUJ\n", "binary that is not base64", 1),
    "an alias of nothing": (b"a: *x\n", "x", 1),
    "inside itself": (b"a: &x [*x]\n", "x", 1),
    "two documents": (b"a: 1\n---\nb: 2\n", "a second document", 2),
    "a list as a key": (b"? [a]\n: 1\n", "a key that is a collection", 1),
    "not YAML": (b"a: [1\nb: }\n", "malformed YAML", 2),
    "not text": (b"\x00\x01", "not YAML", 1),
    "too deep": (b"[" * 1000 + b"]" * 1000, "nested deeper than 300 levels", 1),
    "deeper than libyaml goes": (b"a:\n " + b"[" * 2000, "nested deeper than 300 levels", 2),
}


@each("name", REFUSED)
def test_what_is_no_data_is_refused_with_its_line(name: str) -> None:
    """A tag that names a class, a broken alias, damaged base64: told with the line, nothing is run."""
    text, words, line = REFUSED[name]
    with pytest.raises(YAMLError) as raised:
        parse(text)
    assert words in raised.value.cause
    assert raised.value.line == line


@pytest.mark.timeout(_PATIENCE)
def test_an_alias_bomb_is_refused_at_once() -> None:
    """Nine lists of nine aliases each would be a billion texts; they are counted, not made."""
    lines = [b"a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [b"a%d: &a%d [%b]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    with pytest.raises(YAMLError, match="aliases that add up to more than"):
        parse(b"\n".join(lines))


def test_a_large_text_may_not_be_repeated_without_end() -> None:
    """Aliases count by the length of what they repeat."""
    text = b"a: &a '" + b"x" * 1_000_000 + b"'\nb:\n" + b"- *a\n" * 100
    with pytest.raises(YAMLError, match="aliases"):
        parse(text)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_what_pyyaml_writes_is_read_as_it_was(value: Any) -> None:
    """Any JSON value comes back from PyYAML's text, aliases and all."""
    twice = {"a": value, "b": value}
    assert parse(yaml.dump(twice).encode()) == twice


def test_both_parsers_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml, PyYAML's own parser gives the same values."""
    texts = {name: (text, parse(text)) for name, (text, _) in READ.items()}
    monkeypatch.setattr(_yaml, "_Parser", yaml.SafeLoader)
    for name, (text, value) in texts.items():
        assert parse(text) == value, name
