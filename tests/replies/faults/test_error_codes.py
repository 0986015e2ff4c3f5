"""Error codes: ordered in every place, and what official clients make of them."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import anthropic
import httpx
import pytest

import mockapi
from mockapi.errors import ScriptError, UsageError
from mockapi.messages import ERROR_CODES
from mockapi.replies import faults
from mockapi.replies.scripts import parse_script
from tests.support.faulty import stream

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "errors.md").read_text(encoding="utf-8")
BLANK = faults.blank("req_011CTestTestTestTestTest", 1795348800)
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
ASKED = {"model": "claude-sonnet-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


def client_classes() -> Mapping[tuple[int, str | None], type[Exception]]:
    """The exceptions of the installed client by status and code; versions before 2.5 have no codes."""
    try:
        module = importlib.import_module("anthropic._error_classes")
    except ImportError:
        return {}
    classes: Mapping[tuple[int, str | None], type[Exception]] = module.ERROR_CLASSES
    return classes


def read_nothing(path: str) -> bytes:
    """No script here names a file."""
    raise FileNotFoundError(2, "no file", path)


def test_the_table_has_every_code_of_the_installed_client() -> None:
    """A code that a newer client brings has to be judged: it stands in the table, with its status."""
    known = {(entry.status, code) for code, entry in ERROR_CODES.items()}
    assert {pair for pair in client_classes() if pair[1] is not None} <= known


def test_the_page_lists_every_code() -> None:
    """With its status, its words and the class that it becomes in the installed client."""
    rows = dict(re.findall(r"^\| `(\w+)` \| \d+ \| `(\w+)` \| .+ \|$", PAGE, re.MULTILINE))
    assert rows.keys() == ERROR_CODES.keys()
    for code, entry in ERROR_CODES.items():
        assert f"| `{code}` | {entry.status} | `{rows[code]}` | {entry.message} |" in PAGE
    classes = {code: kind.__name__ for (_, code), kind in client_classes().items() if code is not None}
    assert {code: name for code, name in classes.items() if rows[code] != name} == {}


@pytest.mark.slow
def test_each_code_becomes_the_class_of_the_real_client() -> None:
    """Ordering a code, or a status without one, raises the exception that stands for it."""
    wrong = {}
    with (
        mockapi.Server() as server,
        anthropic.Anthropic(base_url=server.base_url, api_key="sk-ant-test-1", max_retries=0) as client,
    ):
        place = f"{server.base_url}/_mockapi/sessions/default/script"
        pairs = [pair for pair in client_classes() if pair[1] is not None]
        errors = [{"error": code} for _, code in pairs]
        for start in range(0, len(errors), 50):
            assert httpx.post(place, json={"replies": errors[start : start + 50]}).status_code == 201
            for pair in pairs[start : start + 50]:
                with pytest.raises(anthropic.APIStatusError) as caught:
                    client.messages.create(**ASKED)  # type: ignore[call-overload]
                if type(caught.value) is not client_classes()[pair]:
                    wrong[pair] = type(caught.value)
    assert wrong == {}


def test_a_code_brings_its_status_words_and_details() -> None:
    """A code alone says everything; what is said besides takes its place."""
    reply = faults.error(error_code="ramp_limit_exceeded")(BLANK)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["type"]) == (429, "rate_limit_error")
    assert error["message"] == ERROR_CODES["ramp_limit_exceeded"].message
    assert error["details"] == {"error_code": "ramp_limit_exceeded"}
    assert reply.header("retry-after") == "1"
    told = faults.error(
        500, message="No.", error_code="image_dimensions_too_large", details={"paths": ["messages.0"]}
    )(BLANK)
    error = json.loads(told.body)["error"]
    assert (told.status, error["message"]) == (500, "No.")
    assert error["details"] == {"error_code": "image_dimensions_too_large", "paths": ["messages.0"]}
    assert "details" not in json.loads(faults.error(429)(BLANK).body)["error"]


def test_a_code_is_a_name_of_a_fault() -> None:
    """`--fault CODE` is that error, as a status is."""
    (order,) = faults.parse_faults("thread_not_found")
    reply = order.fault(BLANK)
    assert reply.status == 404
    assert json.loads(reply.body)["error"]["details"]["error_code"] == "thread_not_found"
    assert order.replaces


def test_a_code_stands_inside_a_stream_too() -> None:
    """An error event has details where they are ordered, null otherwise."""
    plain = faults.stream_error(2)(stream()).body
    coded = faults.stream_error(2, error_code="compaction_unavailable")(stream()).body
    assert b'"details":null' in plain.replace(b" ", b"")
    assert b'"details":{"error_code":"compaction_unavailable"}' in coded.replace(b" ", b"")


def test_errors_stand_in_the_sequence_of_a_script() -> None:
    """A script over HTTP answers with errors between its messages, and breaks replies on their way out."""
    replies = [
        {"error": 529},
        {"error": "contract_spend_limit_reached"},
        {"error": {"status": 400, "message": "Our own words", "error_code": "user_profile_required"}},
        {"text": "Better now."},
        {"text": "Cut off.", "faults": [{"fault": "broken_json", "byte": 5}]},
    ]
    with mockapi.Server() as server:
        place = f"{server.base_url}/_mockapi/sessions/default/script"
        assert httpx.post(place, json={"replies": replies}).status_code == 201
        answers = [httpx.post(server.base_url + "/v1/messages", json=ASKED, headers=KEY) for _ in replies]
    assert [answer.status_code for answer in answers] == [529, 429, 400, 200, 200]
    assert answers[2].json()["error"]["message"] == "Our own words"
    assert answers[3].json()["content"][0]["text"] == "Better now."
    assert len(answers[4].content) == 5


@pytest.mark.parametrize(
    ("reply", "place", "words"),
    [
        ({"error": True}, "/replies/0/error", "a status, an error code"),
        ({"error": {"code": "x"}}, "/replies/0/error/code", "unknown"),
        ({"error": 200}, "/replies/0/error/status", "400 to 599"),
        ({"error": "Not A Code"}, "/replies/0/error/error_code", "docs/errors.md"),
        ({"error": {"details": []}}, "/replies/0/error/details", "an object"),
        ({"text": "a", "faults": ["cutt"]}, "/replies/0/faults/0", "cut"),
        ({"text": "a", "faults": {"fault": "cut"}}, "/replies/0/faults", "list"),
        ({"text": "a", "error": 529}, "/replies/0", "one of"),
    ],
)
def test_a_mistake_in_an_error_is_told_with_its_place(reply: object, place: str, words: str) -> None:
    """The JSON pointer leads to what does not fit."""
    with pytest.raises(ScriptError) as caught:
        parse_script([reply], read_nothing)
    assert caught.value.pointer == place
    assert words in str(caught.value)


def test_a_test_names_a_code(messages_api: mockapi.Session) -> None:
    """`reply_error` takes a code with or without a status, and wants one of the two."""
    messages_api.reply_error(error_code="ramp_limit_exceeded", details={"limit": 5})
    answer = httpx.post(messages_api.base_url + "/v1/messages", json=ASKED, headers=KEY)
    assert answer.status_code == 429
    assert answer.json()["error"]["details"] == {"error_code": "ramp_limit_exceeded", "limit": 5}
    with pytest.raises(UsageError, match="Which error"):
        messages_api.reply_error()
