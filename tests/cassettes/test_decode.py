"""Loading: every fault of a file is told, with file, line, interaction, cause and remedy."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockapi.cassettes import FORMAT_VERSION, digest_of, load
from mockapi.cassettes._emit import emit
from mockapi.errors import CassetteError, Problem
from mockapi.exchange import Ending
from tests.support.bad_cassettes import BAD, FINE, HEAD, in_request, in_response
from tests.support.cassettes import cassette
from tests.support.each import each

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


@each("case", BAD)
def test_a_bad_file_is_refused_in_words(case: str) -> None:
    """One sentence of what is wrong, one of what to do, and the place of it."""
    text, line, interaction, cause, remedy = BAD[case]
    with pytest.raises(CassetteError) as caught:
        load(text.encode(), "a.yaml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.interaction) == ("a.yaml", line, interaction), problem
    assert cause in problem.cause
    assert remedy in problem.remedy
    assert problem.cause.endswith(".") or ")." in problem.cause
    assert caught.value.exit_code == 2


def test_every_bad_interaction_is_told() -> None:
    """Not the first fault of a file only: who mends it wants to mend it once."""
    text = (
        HEAD + "matching: {}\ninteractions:\n" + FINE + "- {}\n" + FINE + "- request: 1\n  response: 2\n- 3\n"
    )
    with pytest.raises(CassetteError) as caught:
        load(text.encode(), "a.yaml")
    assert [(found.line, found.interaction) for found in caught.value.problems] == [(6, 1), (9, 3), (11, 4)]
    assert str(caught.value).splitlines()[0] == (
        "a.yaml:6: interaction 1: `interactions[1]` needs `request`. docs/cassettes.md describes the format."
    )


@pytest.mark.timeout(_PATIENCE)
def test_a_thousand_faults_cost_no_more_than_a_few_readings() -> None:
    """Lines are looked up in one second reading, not in one for each fault."""
    broken = {
        "request": {"method": "post", "path": "/"},
        "response": {"status": 200, "body": {"text": "x" * 200}},
    }
    text = emit({"mockapi_cassette": 1, "interactions": [broken] * 1000}).encode()
    with pytest.raises(CassetteError) as caught:
        load(text, "a.yaml")
    assert len(caught.value.problems) == 1000


def test_a_problem_leaves_out_what_is_not_known() -> None:
    """File, line and interaction as far as there are any."""
    assert str(Problem("a.yaml", "It is bad.", "Mend it.")) == "a.yaml: It is bad. Mend it."
    assert str(Problem("a.yaml", "Bad.", "Mend it.", line=3, interaction=0)) == (
        "a.yaml:3: interaction 0: Bad. Mend it."
    )


def test_the_least_that_a_cassette_has() -> None:
    """Everything but version, method, path and status has a default."""
    (found,) = load((HEAD + "interactions:\n" + FINE).encode(), "a.yaml").interactions
    assert (found.request.method, found.request.path, found.request.query) == ("POST", "/v1/messages", "")
    assert (found.request.headers, found.request.body) == ((), b"")
    assert (found.response.status, found.response.headers, found.response.body) == (200, (), b"")
    assert (found.response.chunks, found.response.ending) == ((), Ending.CLEAN)
    assert (found.recorded_at, found.origin, found.edited) == (None, None, False)
    assert load(b"mockapi_cassette: 1\ninteractions: []\n", "a.yaml").interactions == ()


def test_keys_of_your_own_are_ignored() -> None:
    """At every level that has named keys, those that begin with `x-`; and whatever a summary says."""
    text = (
        "mockapi_cassette: 1\nx-a: {deep: [1]}\n"
        "matching: {x-b: 1, substitute: [{name: a, pattern: b, x-c: 2}]}\n"
        "interactions:\n- x-d: 1\n  summary: [anything]\n"
        "  request: {method: POST, path: /, x-e: 1}\n  response: {status: 200, x-f: 1}\n"
    )
    assert len(load(text.encode(), "a.yaml").interactions) == 1


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("{text: hello}", b"hello"),
        ("{text: ''}", b""),
        ('{text: "\\r\\n\\u2028"}', "\r\n\u2028".encode()),
        ("\n      text: |\n        a\n         b\n", b"a\n b\n"),
        ("\n      text: |-\n        a\n", b"a"),
        ("\n      text: |+\n        a\n", b"a\n\n"),
        ("{base64: aGVsbG8=}", b"hello"),
        ("{base64: 'aGVs bG8='}", b"hello"),
        ("\n      base64: |\n        aGVs\n        bG8=\n", b"hello"),
        ("", b""),
    ],
)
def test_a_body_is_what_is_written_to_the_byte(written: str, body: bytes) -> None:
    """Text as it stands, base64 without its white space, nothing for none."""
    text = in_response(f"\n    status: 200\n    body: {written}")
    assert load(text.encode(), "a.yaml").interactions[1].response.body == body


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("{b: 1, a: [1.0, null, true]}", b'{"b":1,"a":[1.0,null,true]}'),
        ("[]", b"[]"),
        ("null", b"null"),
        ("Zürich", '"Zürich"'.encode()),
        ("{n: 123456789012345678901234567890}", b'{"n":123456789012345678901234567890}'),
    ],
)
def test_a_json_body_is_compact_in_its_own_order(written: str, body: bytes) -> None:
    """White space is not part of what is recorded of a request; everything else is."""
    text = in_request(f"{{method: POST, path: /, body: {{json: {written}}}}}")
    assert load(text.encode(), "a.yaml").interactions[1].request.body == body


def test_a_cassette_without_seals_is_loaded() -> None:
    """For who writes one by hand; and `check_seals=False` is for who mends one."""
    text = in_response(
        f"{{status: 200, body: {{text: hallo}}, digest: '{digest_of(b'hello')}', chunks: [[0, 1]]}}"
    ).encode()
    found = load(text, "a.yaml", check_seals=False).interactions[1].response
    assert (found.body, found.chunks) == (b"hallo", ())


def test_matching_is_read_with_its_names_resolved() -> None:
    """Own patterns first, then the named ones in their own order; header names in lower case."""
    text = (
        HEAD + "matching:\n  substitute: [home, date, {name: run, pattern: 'run-\\d+'}]\n"
        "  headers: [Anthropic-Beta]\n  ignore: ['$.metadata']\n"
        "  compare: last-turn\n  rename_tool_ids: true\n"
        "interactions: []\n"
    )
    found: Any = load(text.encode(), "a.yaml", folders={"home": "/h/ada"}).matching
    assert [item.name for item in found.substitutions] == ["run", "date", "home"]
    assert re.search(found.substitutions[2].pattern, "in /h/ada")
    assert (found.headers, found.ignore) == (("anthropic-beta",), ("$.metadata",))
    assert (found.compare, found.rename_tool_ids) == ("last-turn", True)


def test_the_version_read_is_the_version_written() -> None:
    """A cassette that this mockapi writes is one that it reads."""
    assert FORMAT_VERSION == 1
    assert cassette().interactions == ()
