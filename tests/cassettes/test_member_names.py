"""The quick look at the names of a JSON text overlooks none that its masking goes by."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import DEFAULT
from mockapi.cassettes._maskedbody import mask_body
from mockapi.cassettes._masking import Masking
from mockapi.cassettes._secret_table import (
    ENDINGS,
    FOREIGN_PASSWORDS,
    KEYS,
    PASS_OWNERS,
    SEPARATE_ENDINGS,
    URL_NAMES,
)
from mockapi.cassettes._secrets import may_hold_secret
from tests.support.examples import examples

_ENDS = (
    *ENDINGS,
    *SEPARATE_ENDINGS,
    *FOREIGN_PASSWORDS,
    *(f"{owner}key" for owner in KEYS),
    *(f"{owner}pass" for owner in PASS_OWNERS),
    *URL_NAMES,
    *(
        "mnemonic",
        "seed_phrase",
        "recovery-phrase",
        "cookie",
        "Set-Cookie",
        "pwd",
        "passwords",
        "backup_codes",
    ),
)
_DRESSES = ("{}", "my_{}", "x-{}-2", "DB_{}", "the {}", "{}_old", "a\tb\n{}")
_names = st.builds(
    lambda dress, end, case: case(dress.format(end)),
    st.sampled_from(_DRESSES),
    st.sampled_from(_ENDS),
    st.sampled_from([str, str.upper, str.title]),
)
_cores = st.one_of(
    st.text("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNP23456789", min_size=6, max_size=40),
    st.sampled_from(
        [
            "tr0ub4dor",
            "hunter2!",
            "correct horse battery",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "sid=aB3dE5gH7jK9mN1pQ3rS5tU7; path=/",
            "Bearer aB3dE5gH7jK9mN1pQ3rS5tU7wX9",
        ]
    ),
)
_MARKS = st.text(" \t\n\"'{[<,;=é", max_size=2)
_values = st.builds("{}{}{}".format, _MARKS, _cores, _MARKS)


def _shapes(name: str, value: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(
        [
            {name: value},
            {"metadata": {name: value}},
            {name: [value]},
            {name: [[], ["x", value]]},
            {"name": name, "value": value},
            [{"key": name, "type": "env", "n": 1, "Value": value}],
            {"sensitive": True, "value": value},
            {"kty": "oct", "k": value},
            {"username": name, "key": value},
            {"cookies": {name: value}},
            {"kind": "random_password", "result": value},
            {"text": f"{name}: {value}"},
            {"input": {"said": json.dumps({name: [value]}, ensure_ascii=False)}},
            {"label": name, "value": value},
            {"element": f"{name} field in a form", "ref": "e1", "text": value},
            {"selector": f'input[name="{name}"]', "text": value},
            ["run", f"--{name}", value],
            [["user", name], ["bob", value]],
            {"columns": ["id", name], "rows": [[1, value]]},
            {"fields": [{"name": "id"}, {"name": name}], "records": [["a", value]]},
            {name: [{"code": value}]},
            {"input": {"said": json.dumps({"label": name, "value": value}, ensure_ascii=False)}},
            {"said": json.dumps({"said": json.dumps([["a", name], ["b", value]])})},
            {"said": json.dumps({"said": json.dumps({"name": name, "value": value})})},
        ]
    )


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    shape = draw(_shapes(draw(_names), draw(_values)))
    separators = draw(st.sampled_from([(",", ":"), (", ", " : ")]))
    return json.dumps(shape, ensure_ascii=draw(st.booleans()), separators=separators).encode()


@settings(max_examples=examples(300))
@given(_bodies())
def test_what_is_masked_by_its_name_is_never_overlooked(body: bytes) -> None:
    """Whatever the masking of a body changes, the question whether there is anything to mask sees."""
    if mask_body(body, "application/json", Masking(DEFAULT.mask, DEFAULT.json_paths, ())) != body:
        assert b"\\u00" in body or may_hold_secret(body)
