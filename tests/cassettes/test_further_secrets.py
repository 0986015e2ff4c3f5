"""Kinds of credentials by what they are, and texts that look alike: recording and lint judge them alike."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Interaction, dump, lint, redact
from mockapi.cassettes._prefixes import PREFIXES
from mockapi.cassettes._redaction_rules import DEFAULT
from tests.support.credentials import FORMS, PLACES, made, spellings, written
from tests.support.each import each
from tests.support.everyday_credentials import EVERYDAY
from tests.support.further_credentials import FURTHER
from tests.support.general_credentials import GENERAL
from tests.support.harmless import HARMLESS, MORE_HARMLESS

BY_KIND = {**FURTHER, **EVERYDAY, **GENERAL}
ALL = {**FORMS, **BY_KIND}
WHOLE = (*HARMLESS, *MORE_HARMLESS)


def _is_told(interaction: Interaction) -> bool:
    found = lint(dump(Cassette("a.yaml", (interaction,))), "a.yaml")
    return any(finding.code == "secret" for finding in found)


def test_each_prefix_stands_in_one_row() -> None:
    """What a token is called and how long it must be is said once for each prefix."""
    starts = [start for row in PREFIXES for start in row.starts]
    assert len(starts) == len(set(starts))


@each("kind", BY_KIND)
def test_a_credential_of_a_further_kind_is_masked(kind: str) -> None:
    """Nothing of it is left, its mask is its own mask, and its length stays."""
    text, pieces = made(BY_KIND[kind], random.Random(kind))
    masked = DEFAULT.mask(text)
    assert not any(piece in masked for piece in pieces), masked
    assert len(masked) == len(text)
    assert DEFAULT.mask(masked) == masked


@each(
    "text",
    [
        "CLIENT_SECRET = 'HERE 0'",
        "CLIENT_SECRET = '0 HERE'",
        'api_key: "HERE (the second one)"',
        '{"client_secret": "of staging: HERE"}',
        '{"client_secret": "HERE, of staging"}',
        '{"client_secret": "staging has (HERE), for now."}',
        '{"client_secret": "that of staging is HERE."}',
        "CLIENT_SECRET = 'that of staging: <HERE>; ask before use'",
    ],
)
def test_a_credential_among_words_between_quotes_is_masked(text: str) -> None:
    """All that stands between them is, since nobody can tell what is part of it."""
    secret = "a1Zq7-7kd83hfkd92_hfkd82hdk"
    masked = DEFAULT.mask(text.replace("HERE", secret))
    assert secret not in masked
    assert masked.count("*") >= len(secret)
    assert DEFAULT.mask(masked) == masked


@each("text", MORE_HARMLESS)
def test_a_further_harmless_text_stays_whole(text: str) -> None:
    """Expressions, types, words, ids and gaps of templates are kept."""
    assert DEFAULT.mask(text) == text


@pytest.mark.slow
@pytest.mark.parametrize("kind", BY_KIND)
def test_a_further_kind_is_written_at_no_place(kind: str) -> None:
    """Wherever it stands and however it is cut, encoded or escaped; lint agrees."""
    for place, make in PLACES.items():
        text, pieces = made(BY_KIND[kind], random.Random(f"{kind} {place}"))
        if place == "header" and "\n" in text:
            continue  # a field has one line
        interaction = make(text)
        redacted, signed = redact(interaction)
        if place == "thinking":
            assert signed, text
            continue
        kept = written(redacted)
        assert not any(spelled in kept for piece in pieces for spelled in spellings(piece)), (place, text)
        assert len(redacted.response.body) == len(interaction.response.body)
        assert redact(redacted)[0] is redacted, (place, text)
        assert place == "header" or _is_told(interaction), (place, text)
        assert not _is_told(redacted), (place, text)


@pytest.mark.slow
@pytest.mark.parametrize("text", MORE_HARMLESS)
def test_a_further_harmless_text_stays_whole_at_every_place(text: str) -> None:
    """What stands around it makes no credential of it."""
    for place, make in PLACES.items():
        if place == "header":
            continue  # fields that are not kept go away
        interaction = make(text)
        assert redact(interaction) == (interaction, []), place
        assert not _is_told(interaction), place


_LINES = st.one_of(
    st.tuples(st.sampled_from(sorted(ALL)), st.integers(0, 2**32)).map(
        lambda item: made(ALL[item[0]], random.Random(item[1]))[0]
    ),
    st.sampled_from(WHOLE),
)


@settings(max_examples=25)
@given(
    st.lists(_LINES, min_size=1, max_size=3),
    st.sampled_from(sorted(set(PLACES) - {"thinking", "header", "tool input", "tool input in deltas"})),
    st.sampled_from(["\n", " ", "\t", ", ", "; "]),
)
def test_lint_tells_what_recording_masks_and_nothing_else(lines: list[str], place: str, joint: str) -> None:
    """In both directions, for credentials, harmless texts and any company of them."""
    interaction = PLACES[place](joint.join(lines))
    redacted, _ = redact(interaction)
    assert _is_told(interaction) == (redacted != interaction)
    assert not _is_told(redacted)
