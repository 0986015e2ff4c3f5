"""WireMock's stubs: joined with their replies, and refused where a cassette would answer something else."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.cassettes import Matching
from mockapi.cassettes.importers import Imported, Loss, import_mappings, import_recording
from tests.support.each import each
from tests.support.foreign import ANSWER, ASKED, ASKED_STREAM, STREAM, as_json, text64
from tests.support.stubs import wiremock_folder, wiremock_stub


def taken(*stubs: dict[str, Any], **files: bytes) -> Imported:
    """A file with several stubs, imported; `files` are its replies."""
    return import_recording(as_json({"mappings": list(stubs)}), "a.json", beside=files.get)


def replies(imported: Imported) -> list[bytes]:
    """The bodies of what was imported, nothing else being wrong."""
    assert imported.broken == ()
    assert imported.cassette is not None
    return [interaction.response.body for interaction in imported.cassette.interactions]


def test_a_folder_is_one_cassette_with_its_replies() -> None:
    """Stubs of several files, a reply in a file, one in base64, one in the stub."""
    files = wiremock_folder()
    parts = {
        name.removeprefix("mappings/"): data for name, data in files.items() if name.startswith("mappings/")
    }
    imported, others = import_mappings(parts, "wire/mappings", beside=files.get)
    assert imported is not None
    assert (imported.name, imported.format, imported.kept, imported.streams) == (
        "wire/mappings.yaml",
        "WireMock",
        3,
        1,
    )
    assert others == ()
    assert replies(imported) == [ANSWER, STREAM, b'{"data":[]}']
    assert imported.cassette is not None
    assert [interaction.request.body for interaction in imported.cassette.interactions] == [
        ASKED,
        ASKED_STREAM,
        b"",
    ]
    assert imported.cassette.matching == Matching()


def test_nothing_is_imported_of_a_folder_whose_reply_is_missing() -> None:
    """Another stub would answer in its place: the cause names the file."""
    lost = wiremock_stub(ASKED_STREAM.decode(), response={"status": 200, "bodyFileName": "gone.txt"})
    imported = taken(wiremock_stub(), lost)
    assert (imported.cassette, imported.kept) == (None, 0)
    (told,) = imported.broken
    assert told.startswith("mappings[1].response: its body __files/gone.txt is not there.")


def test_a_damaged_file_of_a_folder_costs_the_folder() -> None:
    """What it would have answered, another stub would answer."""
    imported, _ = import_mappings(
        {"a.json": as_json(wiremock_stub()), "b.json": b'{"request": {'}, "mappings"
    )
    assert imported is not None
    assert imported.cassette is None
    assert imported.broken[0].startswith("b.json: malformed JSON")


def test_files_without_stubs_are_named_as_others() -> None:
    """A folder may be called `mappings` and have something else in it."""
    assert import_mappings({"a.json": b"{}"}, "mappings") == (None, ("a.json",))
    _, others = import_mappings({"a.json": b"{}", "b.json": as_json(wiremock_stub())}, "mappings")
    assert others == ("a.json",)


BODIES: dict[str, tuple[dict[str, Any], bytes]] = {
    "text": ({"body": "Grüße"}, "Grüße".encode()),
    "base64": ({"base64Body": text64(b"\x00\xff")}, b"\x00\xff"),
    "JSON": ({"jsonBody": {"a": [1, "ü"]}}, '{"a":[1,"ü"]}'.encode()),
    "none": ({}, b""),
    "a template that has none": ({"body": "x", "transformers": ["response-template"]}, b"x"),
}


@pytest.mark.parametrize("form", BODIES)
def test_every_form_of_a_reply_is_read(form: str) -> None:
    """To the byte; JSON is written compactly, and told to have lost its blanks."""
    body, expected = BODIES[form]
    imported = taken(wiremock_stub(response={"status": 201} | body))
    assert replies(imported) == [expected]
    assert (Loss.PADDING in imported.lost) == (form == "JSON")


def test_the_stub_of_the_first_priority_answers() -> None:
    """The lower number, as in WireMock, whose default is 5; the hidden one is counted."""
    first = wiremock_stub(response={"body": "first"}, priority=1)
    imported = taken(
        wiremock_stub(response={"body": "default"}), first, wiremock_stub(response={"body": "9"}, priority=9)
    )
    assert replies(imported) == [b"first"]
    assert imported.left_out == (("a stub that another one answers before", 2),)


def test_stubs_that_take_any_body_compare_method_and_url_only() -> None:
    """That is what they look at."""
    imported = taken(wiremock_stub(None))
    assert imported.cassette is not None
    assert imported.cassette.matching == Matching(compare="uri")


def test_a_scenario_of_one_request_is_a_sequence() -> None:
    """In the order of its states, whatever the order of the files."""
    states = ["Started", "two", "three"]
    chain = [
        wiremock_stub(
            response={"body": state},
            scenarioName="s",
            requiredScenarioState=state,
            **({"newScenarioState": states[at + 1]} if at < 2 else {}),
        )
        for at, state in enumerate(states)
    ]
    assert replies(taken(chain[2], chain[0], chain[1])) == [b"Started", b"two", b"three"]


def _scenario(asked: bytes, state: str | None, new: str | None) -> dict[str, Any]:
    states = {"requiredScenarioState": state, "newScenarioState": new}
    return wiremock_stub(
        asked.decode(), scenarioName="s", **{key: value for key, value in states.items() if value}
    )


def _looking_at(**request: Any) -> dict[str, Any]:
    stub = wiremock_stub()
    stub["request"].update(request)
    return stub


def _without_url(**request: Any) -> dict[str, Any]:
    stub = wiremock_stub()
    del stub["request"]["url"]
    stub["request"].update(request)
    return stub


REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a scenario of two requests": (
        [_scenario(ASKED, "Started", "two"), _scenario(ASKED_STREAM, "two", None)],
        "is not one request that is answered step by step",
    ),
    "a scenario that goes round": (
        [_scenario(ASKED, "Started", "two"), _scenario(ASKED, "two", "Started")],
        "is not one request that is answered step by step",
    ),
    "a scenario that ends in silence": ([_scenario(ASKED, "Started", "over")], "is not one request"),
    "a scenario of any state": ([_scenario(ASKED, None, None)], "is not one request"),
    "any body beside a body": ([wiremock_stub(), wiremock_stub(None)], "it answers any body"),
    "one request, two replies": (
        [wiremock_stub(), wiremock_stub(response={"body": "other"})],
        "it answers the same request as another one",
    ),
    "part of a body": (
        [_looking_at(bodyPatterns=[{"contains": "hello"}])],
        "it looks at a part of the request",
    ),
    "a JSON path": ([_looking_at(bodyPatterns=[{"matchesJsonPath": "$.stream"}])], "it looks at a part"),
    "two patterns": ([_looking_at(bodyPatterns=[{"equalTo": "a"}, {"contains": "b"}])], "several patterns"),
    "a placeholder": ([wiremock_stub('{"a":"${json-unit.any-string}"}')], "it has placeholders"),
    "malformed JSON": ([wiremock_stub("{")], "`equalToJson` is not JSON"),
    "part of a header": ([_looking_at(headers={"accept": {"contains": "json"}})], "it looks at a part"),
    "a header of one": (
        [_looking_at(headers={"accept": {"equalTo": "a"}}), wiremock_stub(ASKED_STREAM.decode())],
        "it looks at the header accept, and others beside it do not",
    ),
    "a cookie": ([_looking_at(cookies={"a": {"equalTo": "b"}})], "it looks at cookies"),
    "a pattern of URLs": ([_without_url(urlPathPattern="/v1/.*")], "it looks for urlPathPattern '/v1/.*'"),
    "every URL": ([_without_url(bodyPatterns=[{"equalTo": "a"}])], "it answers every URL"),
    "a fault": ([wiremock_stub(response={"fault": "EMPTY_RESPONSE"})], "it breaks the connection"),
    "a template": (
        [wiremock_stub(response={"body": "{{request.id}}", "transformers": ["response-template"]})],
        "its reply is computed by response-template",
    ),
    "a malformed host in a scenario": (
        [_looking_at(host={"equalTo": "[]"}) | {"scenarioName": "s", "requiredScenarioState": "Started"}],
        "is not a URL",
    ),
    "not base64": ([wiremock_stub(response={"base64Body": "%"})], "a body that is not base64"),
}


@each("case", REFUSED)
def test_what_a_cassette_would_answer_otherwise_is_refused(case: str) -> None:
    """With its cause, and the stubs beside it too: one of them would answer in its place."""
    stubs, words = REFUSED[case]
    imported = taken(*stubs)
    assert imported.cassette is None
    assert words in imported.broken[0]


@pytest.mark.parametrize("rule", [{"equalTo": "a b"}, {"hasExactly": [{"equalTo": "a b"}]}])
def test_parameters_of_a_query_are_read(rule: dict[str, Any]) -> None:
    """As people write them, and as the recorder does."""
    imported = taken(_without_url(urlPath="/v1/messages", queryParameters={"beta": rule}))
    assert replies(imported) == [ANSWER]
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].request.query == "beta=a%20b"


def test_stubs_of_other_paths_and_proxies_are_left_out() -> None:
    """They are not about the API, and need not be sound."""
    other = wiremock_stub("{", url="/login")
    pattern = _without_url(urlPattern="/static/.*")
    proxy = wiremock_stub(None, response={"proxyBaseUrl": "https://api.anthropic.com"}, priority=10)
    imported = taken(wiremock_stub(), other, pattern, proxy)
    assert replies(imported) == [ANSWER]
    assert sum(count for _, count in imported.left_out) == 3
    assert ("a stub that asks another server", 1) in imported.left_out


@pytest.mark.parametrize(("url", "kept"), [("/v1/messages", 0), ("/v1/models", 1)])
def test_a_proxy_in_front_of_a_reply_is_told(url: str, kept: int) -> None:
    """Its answer was never recorded; where it stands before other paths only, it hides nothing."""
    proxy = wiremock_stub(None, response={"proxyBaseUrl": "https://api.anthropic.com"}, priority=1)
    proxy["request"]["url"] = url
    imported = import_recording(as_json({"mappings": [proxy, wiremock_stub()]}), "a.json")
    assert imported.kept == kept
    assert any("in front of one" in cause for cause in imported.broken) == (not kept)


@pytest.mark.parametrize("key", ["url", "urlPath", "urlPattern", "urlPathPattern"])
def test_every_way_to_name_a_url_is_read(key: str) -> None:
    """A pattern without anything to vary is a URL, too."""
    imported = taken(_without_url(**{key: "/v1/messages"}))
    assert replies(imported) == [ANSWER]
