"""Every kind of credential at every place of recorded traffic; no harmless text; lint agrees."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Index, Interaction, LintFinding, Recordings, dump, lint, redact
from mockapi.cassettes._key import canonical_size
from mockapi.cassettes._packed import as_request
from mockapi.cassettes._redaction_rules import DEFAULT
from tests.support.credentials import FORMS, PLACES, made, spellings, written
from tests.support.each import each
from tests.support.harmless import HARMLESS


def _secrets(*interactions: Interaction) -> list[LintFinding]:
    found = lint(dump(Cassette("a.yaml", interactions)), "a.yaml")
    return [finding for finding in found if finding.code == "secret"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMS)
def test_no_credential_of_a_known_kind_is_written(kind: str) -> None:
    """Wherever it stands and however it is cut, encoded or escaped; request and reply keep their sizes."""
    for place, make in PLACES.items():
        text, pieces = made(FORMS[kind], random.Random(f"{kind} {place}"))
        interaction = make(text)
        redacted, signed = redact(interaction)
        if place == "thinking":
            assert signed, "what stands in signed content keeps the interaction from being written"
            continue
        kept = written(redacted)
        for piece in pieces:
            assert not any(spelled in kept for spelled in spellings(piece)), (place, text)
        assert len(redacted.response.body) == len(interaction.response.body)
        assert canonical_size(as_request(redacted)) == canonical_size(as_request(interaction))
        recorded = Index(Recordings([Cassette("a.yaml", (redacted,))]))
        assert recorded.find_exact(as_request(interaction)) is not None, (place, text)
        assert redact(redacted)[0] is redacted, (place, text)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMS)
def test_lint_finds_what_recording_masks_and_no_mask(kind: str) -> None:
    """A file with the credential fails at every place, and the same file redacted has no finding."""
    for place, make in PLACES.items():
        if place == "header":
            continue  # of fields that recording would not keep lint says nothing
        text, _ = made(FORMS[kind], random.Random(f"{kind} {place}"))
        assert _secrets(make(text)), (place, text)
        if place != "thinking":
            assert _secrets(redact(make(text))[0]) == [], (place, text)


@pytest.mark.slow
@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("place", [place for place in PLACES if place != "tool input"])
def test_code_words_and_ids_stay_whole(text: str, place: str) -> None:
    """Expressions, types, words, digests, ids and images are not taken for credentials."""
    interaction = PLACES[place](text)
    assert redact(interaction) == (interaction if place != "header" else redact(interaction)[0], [])
    assert written(redact(interaction)[0]).count(b"*") == written(interaction).count(b"*")


@each("text", HARMLESS)
def test_a_tools_input_that_is_harmless_stays_whole(text: str) -> None:
    """Members are known by their names, and a name alone makes no credential."""
    interaction = PLACES["tool input"](text)
    assert redact(interaction) == (interaction, [])


@given(
    st.sampled_from(sorted(FORMS)),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.sampled_from([" ", "\n", "\t", " (", ", ", "\n\n> "]),
)
def test_masking_is_its_own_mask_in_any_company(kind: str, seed: int, cuts: list[int], joint: str) -> None:
    """What is masked is masked once, keeps its length, and never brings a secret back."""
    source = random.Random(seed)
    text = joint.join(
        made(FORMS[name], source)[0] for name in (kind, *source.sample(sorted(FORMS), len(cuts)))
    )
    for at in itertools.accumulate(cuts):
        text = text[:at] + text[at + 1 :]  # a letter lost: half of them are broken now
    masked = DEFAULT.mask(text)
    assert len(masked) == len(text)
    assert len(masked.encode()) == len(text.encode())
    assert DEFAULT.mask(masked) == masked


@pytest.mark.parametrize("quoted", ["'{} '", "' {}'", '"  {}  "'])
def test_a_blank_beside_a_quoted_credential_does_not_hide_it(quoted: str) -> None:
    """It was typed or pasted with it; the blank stays."""
    value = "a1Zq7Kd93kfPq02mxz81Lsd0"
    masked = DEFAULT.mask(f"CLIENT_SECRET = {quoted.format(value)}")
    assert masked == f"CLIENT_SECRET = {quoted.format('*' * len(value))}"
