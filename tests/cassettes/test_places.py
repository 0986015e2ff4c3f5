"""What a value is by the label, the option or the head of a table that names it; and what stays."""

from __future__ import annotations

import json
from typing import Any

from mockapi.cassettes import DEFAULT, redact
from mockapi.messages import accumulate, decode_events, encode_events, events_of
from tests.support.cassettes import STREAM
from tests.support.each import each
from tests.support.redaction import exchange
from tests.support.streams import message, text

TYPED = "tr0ub4dor"
MADE = "aB3dE5gH7jK9mN1pQ3rS5tU7"

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"

NAMED = [
    {"label": "Password", "value": TYPED},
    {"label": "Mot de passe :", "type": "text", "value": TYPED},
    {"element": "Password field of the login form", "ref": "e2", "text": TYPED},
    {"element": "API key input", "ref": "e2", "text": MADE},
    {"selector": "#password", "value": TYPED},
    {"selector": "input[type=password]", "text": TYPED},
    {"selector": 'input[name="password"]', "text": TYPED},
    {"locator": 'getByLabel("Password")', "value": TYPED},
    {"field": "password", "value": "correct&horse"},
    ["mysql", "-u", "root", "--password", TYPED, "shop"],
    ["--api-key", MADE],
    [["user", "password", "role"], ["ana", TYPED, "admin"]],
    [["id", "api_token"], [1, MADE], [2, None]],
    {"columns": ["id", "password"], "rows": [[1, TYPED]]},
    {"headers": ["id", "token"], "rows": [[1, MADE]]},
    {"columns": ["id", "password"], "data": [[1, "sapsapdrugor"]]},
    {"fields": [{"name": "login"}, {"name": "passwd"}], "records": [["bob", TYPED]]},
    {"recovery_codes": [{"code": "74528600", "used": False}]},
    {"seed_phrase": WORDS.split()},
    {"mnemonic": [*WORDS.split(), *WORDS.split()], "path": "m/44"},
]
LINES = [
    {"lines": ["-----BEGIN EC PRIVATE KEY-----", MADE * 2, f"{MADE}==", "-----END EC PRIVATE KEY-----"]},
    {"source": ["# a key\n", "-----BEGIN PRIVATE KEY-----\n", f"{MADE}/{MADE}\n"]},
]
OTHERS = [
    {"label": "Password", "value": "change_password"},
    {"label": "Password", "value": "forgotten"},
    {"label": "Username", "value": TYPED},
    {"label": "Password", "hint": TYPED},
    [{"label": "Password"}, {"value": TYPED}],
    {"element": "Search field", "text": TYPED},
    {"element": "Password field", "text": "the 2 fields of a login form"},
    {"label": f"Password {'x' * 60} password", "value": TYPED},
    ["--password", "--force-2"],
    ["--password-stdin", TYPED],
    ["--password", "prompt"],
    ["--token-file", MADE],
    ["--secret", "id=npmrc1,src=/root/.npmrc"],
    ["password", TYPED],
    [["users", "password"], ["users", "created_at"]],
    [["user", "password1"], ["ana", TYPED]],
    [["user", "max_tokens"], ["ana", TYPED]],
    [["user", ["password"]], ["ana", TYPED]],
    {"columns": ["id", "password"], "rows": [["x-1234567", "varchar(255)"]]},
    {"columns": ["token", "logprob"], "rows": [["2024-11-01", -0.1], ["function", -0.2]]},
    {"columns": ["id", "password"], "totals": [[1, TYPED]]},
    {"lines": ["-----BEGIN CERTIFICATE-----", MADE * 2, "-----END CERTIFICATE-----"]},
    {"lines": ["-----BEGIN PRIVATE KEY-----", "...", MADE * 2]},
    {"lines": ["-----BEGIN PRIVATE KEY-----"], "others": [MADE * 2]},
    {"seed_phrase": WORDS.split()[:11]},
    {"mnemonic": [*WORDS.split(), "m/44"]},
    {"words": WORDS.split()},
    {"page_codes": [{"code": "en"}]},
    {"errors": [{"code": "E1234567"}]},
]


def redacted(value: Any) -> Any:
    """A value as it is written where a request has it as metadata."""
    interaction, signed = redact(exchange({"metadata": value}))
    assert signed == []
    return json.loads(interaction.request.body)["metadata"]


@each("value", [*NAMED, *LINES])
def test_what_something_else_names_is_masked(value: Any) -> None:
    """As long as before, and a mask stays as it is."""
    masked = redacted(value)
    assert masked != value
    assert "****" in json.dumps(masked)
    assert len(json.dumps(masked)) == len(json.dumps(value))
    assert redacted(masked) == masked


@each("value", OTHERS)
def test_what_nothing_names_stays(value: Any) -> None:
    """A label in a menu, an option that takes a file, a table of other things."""
    assert redacted(value) == value


@each("value", NAMED)
def test_what_is_named_in_json_in_a_string_is_masked(value: Any) -> None:
    """As a tool's result has it, or a body that a tool is told to send: up to three strings deep."""
    for levels in range(1, 4):
        nested = value
        for _ in range(levels):
            nested = {"body": json.dumps(nested)}
        masked = redacted(nested)
        assert len(json.dumps(masked)) == len(json.dumps(nested))
        assert redacted(masked) == masked
        for _ in range(levels):
            masked = json.loads(masked["body"])
        assert masked == redacted(value)


@each("value", OTHERS)
def test_what_nothing_names_stays_in_a_string(value: Any) -> None:
    """But for what any text is masked for: names and values side by side."""
    nested = json.dumps(value)
    assert redacted([nested]) == [DEFAULT.mask(nested)]


@each("said", ['see [["user", "password"], ["ana", "tr0ub4dor"]]', '{"columns": ["password"]', "[", "{}", ""])
def test_what_only_begins_as_json_is_text(said: str) -> None:
    """Words around it, an end that is missing."""
    assert redacted([said]) == [said]


@each("size", [1, 5, 1000])
def test_a_reply_of_json_in_a_text_is_masked_as_a_request_has_it(size: int) -> None:
    """In whatever pieces it came: a client hands back what it joined."""
    said = json.dumps({"columns": ["id", "password"], "rows": [[1, TYPED]]})
    events = events_of(message(text(said)), sizes=lambda _: size)
    interaction, _ = redact(exchange({}, reply=encode_events(events), reply_headers=STREAM))
    (block,) = accumulate(decode_events(interaction.response.body))["content"]
    assert block["text"] == redacted([said])[0] != said


@each(
    ("said", "is_masked"),
    [
        ("Recovery codes (keep them safe):\n  1. 6dRk-ZHUs\n  2. Lp71-ENLQ\n", True),
        ("Recovery codes (keep them safe) are\n  1. 6dRk-ZHUs\n", False),
        ("Exit codes (of the tool):\n  1. 6dRk-ZHUs\n", False),
    ],
)
def test_a_note_may_stand_behind_the_name_of_a_list(said: str, *, is_masked: bool) -> None:
    """In brackets, before the colon."""
    assert ("ZHUs" not in redacted([said])[0]) is is_masked


_VARIABLE = 'variable "{}" {{\n  type    = string\n  default = "{}"\n}}\n'


@each(
    ("name", "value", "is_masked"),
    [
        ("db_password", TYPED, True),
        ("api-token", MADE, True),
        ("region", "eu-central-1", False),
        ("db_password", "${var.other_1}", False),
        ("secret_name", "prod/app/db1", False),
    ],
)
def test_what_a_variable_of_terraform_is_by_default(name: str, value: str, *, is_masked: bool) -> None:
    """By the name of the variable, and of no variable before it."""
    others = 'variable "password" {\n  type = string\n}\n'
    for said in (_VARIABLE.format(name, value), others + _VARIABLE.format(name, value)):
        after = said.replace(value, "*" * len(value)) if is_masked else said
        assert redacted([said]) == [after]
