"""Modes, profiles, switched-off rules, dates, keys and models of one's own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mockapi.errors import UsageError
from mockapi.messages.catalogue import Model
from mockapi.validation import ValidationSettings, Validator, all_rules, rule_ids, validate
from tests.support.refused import CASES, Case
from tests.support.refused._case import SONNET, ask, assistant, image, system, tool, user
from tests.support.refused.content import png
from tests.support.validation import DOCUMENTED, LIVE, post, refused

LENIENT = Validator(ValidationSettings(mode="lenient"))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_off(case: Case) -> None:
    """Mode off takes everything."""
    assert refused(case, Validator(ValidationSettings(mode="off"))) is None


@pytest.mark.parametrize(
    "body",
    [
        ask(model="my-model"),
        ask(
            speed="fast",
            context_management={"edits": []},
            output_format={"type": "json_schema", "schema": {}},
        ),
        ask(user("a"), assistant("b"), temperature=0.5, top_p=0.7, model=SONNET),
        ask(inference_geo="inference_geo", container="container"),
        ask(user("a"), assistant({"type": "server_tool_use", "id": "id", "name": "web_search", "input": {}})),
        ask(tools=[tool(schema={"type": "object", "properties": {"location": "bar"}}, strict=True)]),
    ],
)
def test_lenient(body: Any) -> None:
    """Mode lenient takes unknown models, betas, placeholder ids, and what only rules refuse."""
    headers = {"anthropic-version": None, "anthropic-beta": "anything-2020-01-01"}
    assert LENIENT.check(post(body, headers)) is None
    assert LENIENT.check(post(body, {**headers, "x-api-key": None, "authorization": "Bearer k"})) is None


@pytest.mark.parametrize(
    ("body", "headers", "rule"),
    [
        (ask(max_tokens="x"), {}, "shape.type"),
        (ask(zzz=1), {}, "shape.unknown_field"),
        (ask(), {"x-api-key": None}, "auth.missing"),
        (b"{", {}, "json.invalid"),
    ],
)
def test_lenient_refuses(body: Any, headers: dict[str, str | None], rule: str) -> None:
    """Mode lenient still refuses what has no shape, no key or no JSON."""
    refusal = LENIENT.check(post(body, headers))
    assert refusal is not None
    assert refusal.rule == rule


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_disabled(case: Case) -> None:
    """A rule that is switched off does not refuse, and nothing falls over for lack of it."""
    refusal = refused(case, Validator(ValidationSettings(disabled=frozenset({case.rule}))))
    assert refusal is None or refusal.rule != case.rule


def test_unknown_rule_id() -> None:
    """An id that no rule has is an error that names the nearest."""
    with pytest.raises(UsageError, match=r"Unknown rule image\.emty\. The nearest is image\.empty"):
        rule_ids(["image.emty"])


def test_as_of() -> None:
    """A model is unknown from the day it retires, and says so; without a date it is known."""
    request = post(ask(model="claude-3-opus-20240229"))
    assert LIVE.check(request) is None
    assert Validator(ValidationSettings(as_of=date(2026, 1, 4))).check(request) is None
    refusal = Validator(ValidationSettings(as_of=date(2026, 1, 5))).check(request)
    assert refusal is not None
    assert (refusal.status, refusal.message) == (404, "model: claude-3-opus-20240229")
    assert refusal.hint is not None
    assert "retired on 2026-01-05" in refusal.hint


def test_unknown_model_hint() -> None:
    """The refusal of an unknown model has the catalogue's date and the nearest name, outside its body."""
    refusal = LIVE.check(post(ask(model="claude-haiku-5-6")))
    assert refusal is not None
    assert refusal.message == "model: claude-haiku-5-6"
    assert refusal.hint is not None
    assert "catalogue of 20" in refusal.hint
    assert "claude-haiku-5-5" in refusal.hint


def test_models_of_ones_own() -> None:
    """A model that the user adds is known, with the limits it was given."""
    validator = Validator(ValidationSettings(models=(Model("mine", "Mine", max_output=100),)))
    assert validator.check(post(ask(model="mine", max_tokens=100))) is None
    refusal = validator.check(post(ask(model="mine", max_tokens=101)))
    assert refusal is not None
    assert refusal.rule == "max_tokens.model_limit"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x-api-key": "sk-ant-test-bad"}, "API key is invalid."),
        (
            {"x-api-key": None, "authorization": "Bearer sk-ant-test-bad", "anthropic-version": "2026-10-21"},
            "API key is invalid.",
        ),
        (
            {
                "x-api-key": None,
                "authorization": "Bearer sk-ant-oat-bad",
                "anthropic-beta": "oauth-2025-04-20",
            },
            "Invalid authentication credentials",
        ),
    ],
)
def test_invalid_keys(headers: dict[str, str | None], message: str) -> None:
    """A credential that the session lists is refused with 401, in each header it can come in."""
    validator = Validator(ValidationSettings(invalid_keys=frozenset({"sk-ant-test-bad", "sk-ant-oat-bad"})))
    refusal = validator.check(post(ask(), headers))
    assert refusal is not None
    assert (refusal.status, refusal.type, refusal.message) == (401, "authentication_error", message)
    assert validator.check(post(ask())) is None


def test_all_faults() -> None:
    """For people all faults come at once, the one that the API names first, with pointers."""
    body = ask(user("a"), system("s"), zzz=1, temperature=0.5, top_p=0.5, max_tokens=100_000)
    faults = DOCUMENTED.check_all(post(body))
    assert [(fault.rule, fault.pointer) for fault in faults] == [
        ("shape.unknown_field", "/zzz"),
        ("system_message.unsupported", "/messages/1"),
        ("max_tokens.model_limit", "/max_tokens"),
        ("sampling.one_of", "/top_p"),
    ]
    assert DOCUMENTED.check(post(body)) == faults[0]


def test_faults_with_an_unknown_model() -> None:
    """An unknown model hides no fault that has nothing to do with it."""
    faults = DOCUMENTED.check_all(post(ask(user(""), model="who", max_tokens=10**9)))
    assert [fault.rule for fault in faults] == ["model.not_found", "user.empty"]


def test_validate() -> None:
    """Without a server: a body as value, text or bytes, a key and a version added."""
    assert validate(ask()) == []
    assert [refusal.message for refusal in validate(ask(max_tokens=...))] == ["max_tokens: Field required"]
    assert [refusal.rule for refusal in validate("{")] == ["json.invalid"]
    assert [refusal.rule for refusal in validate(b"[]")] == ["shape.type"]
    assert [refusal.rule for refusal in validate(ask(user("\ud800")))] == ["json.invalid"]
    assert [refusal.rule for refusal in validate(ask(max_tokens=10**30))] == ["max_tokens.model_limit"]


def test_validate_headers() -> None:
    """The headers given replace those that are added; names count in any case."""
    body = ask(temperature=1)
    assert [r.rule for r in validate(body, {"Anthropic-Version": "2026-10-21"})] == ["shape.needs_beta"]
    assert [r.rule for r in validate(body, {"Authorization": "Bearer sk-ant-test-key"})] == ["auth.bearer"]
    assert [r.rule for r in validate(ask(), endpoint="/v1/messages/count_tokens")] == ["shape.unknown_field"]


def test_rules_are_listed_in_order() -> None:
    """The rules are listed in the order in which they speak."""
    stages = [rule.stage for rule in all_rules()]
    assert stages == sorted(stages)


def test_hint_names_the_beta() -> None:
    """A field that needs another header says which."""
    refusal = LIVE.check(post(ask(context_management={"edits": []})))
    assert refusal is not None
    assert refusal.hint == (
        "The field context_management needs the header anthropic-beta: context-management-2025-06-27 or "
        "compact-2026-01-12."
    )


def test_get_needs_only_headers() -> None:
    """A GET is judged by its headers alone."""
    assert LIVE.check(post(b"", endpoint="/v1/models", method="GET")) is None
    assert LIVE.check(post(b"", endpoint="/v1/messages/batches/msgbatch_1/results", method="GET")) is None
    refusal = LIVE.check(post(b"", {"x-api-key": None}, endpoint="/v1/models/claude-opus-5", method="GET"))
    assert refusal is not None
    assert refusal.rule == "auth.missing"


def test_betas_of_a_users_own() -> None:
    """A beta that the settings name is taken like a known one."""
    request = post(ask(), {"anthropic-beta": "mine-2026-12-01"})
    refusal = LIVE.check(request)
    assert refusal is not None
    assert "--betas" in (refusal.hint or "")
    assert Validator(ValidationSettings(betas=frozenset({"mine-2026-12-01"}))).check(request) is None


def test_evidence_leaves_out_what_only_a_double_says() -> None:
    """With `captured` a rule counts only if the API, its makers or people who saw it speak for it."""
    doubted = [rule for rule in all_rules() if rule.confidence == "double"]
    assert "thinking.between_tools_unsupported" in [rule.id for rule in doubted]
    request = post(ask(thinking={"type": "between_tools"}))
    assert LIVE.check(request) is not None
    assert Validator(ValidationSettings(evidence="captured")).check(request) is None


def test_a_signature_of_aws_is_a_credential() -> None:
    """The platform on AWS takes one; a session lists the id of the key that made it."""
    signature = "AWS4-HMAC-SHA256 Credential=AKIATEST/20261129/us-east-1/x/aws4_request, Signature=0"
    request = post(ask(), {"x-api-key": None, "authorization": signature})
    assert LIVE.check(request) is None
    refusal = Validator(ValidationSettings(invalid_keys=frozenset({"AKIATEST"}))).check(request)
    assert refusal is not None
    assert refusal.rule == "auth.invalid_key"


@pytest.mark.parametrize("value", ["AWS4-HMAC-SHA256 Signature=a", "Basic YTpi", "a-raw-token"])
def test_lenient_takes_credentials_of_any_scheme(value: str) -> None:
    """A client of another platform signs or encodes; lenient mode looks at none of it, strict mode does."""
    request = post(ask(), {"x-api-key": None, "authorization": value})
    assert Validator(ValidationSettings(mode="lenient")).check(request) is None
    refusal = LIVE.check(request)
    assert refusal is not None
    assert refusal.rule == "auth.missing"


def test_too_large_images_are_named_together() -> None:
    """The details name each image that is too large, in the order of the request, and the limit."""
    shown = user(image(png(8001, 1)), image(), image(png(1, 9000)))
    refusal = LIVE.check(post(ask(user("Hi"), shown), {}))
    assert refusal is not None
    assert refusal.details == {
        "error_code": "image_dimensions_too_large",
        "max_side_length_pixels": 8000,
        "paths": ["messages.1.content.0", "messages.1.content.2"],
    }
