"""Exchanges as they may leave the project: masked as recording masks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockapi import inspector
from mockapi.cassettes import RedactionError, redact_interaction

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction, RedactionRules
    from mockapi.sessions import JournalEntry, ServerSession


def recorded_view(
    interaction: Interaction, cassette: str, position: int, rules: RedactionRules
) -> dict[str, Any]:
    """A recorded interaction, masked again: a rule may be newer than the recording."""
    return inspector.interaction_view(_safe(interaction, rules), cassette, position)


def happened_view(entry: JournalEntry, session: ServerSession, rules: RedactionRules) -> dict[str, Any]:
    """An entry of a journal, with the headers and bodies that a recording of it would have.

    Args:
        entry: what happened.
        session: where.
        rules: what is masked.
    """
    happened = inspector.interaction_of(entry)
    recorded = inspector.interaction_view(_safe(happened, rules))
    plain = happened.request.body
    if entry.plain is not entry.request:
        request = replace(happened.request, path=entry.plain.path, body=entry.plain.body)
        plain = _safe(replace(happened, request=request), rules).request.body
    view: dict[str, Any] = inspector.entry_view(entry, session)
    masked = _masked({name: view[name] for name in ("session_name", "refusal", "miss", "faults")}, rules)
    for side in ("request", "reply"):
        shown = recorded[side]
        view[side] |= {"headers": shown["headers"], "body": shown["body"]}
    view["request"] |= {"path": recorded["request"]["path"], "query": recorded["request"]["query"]}
    if view["request"]["plain"] is not None:
        view["request"]["plain"] = inspector.shown_body(plain)
    view |= masked
    return view


def _safe(interaction: Interaction, rules: RedactionRules) -> Interaction:
    """An interaction as it may be shown: masked, or withheld if nobody could look at it."""
    try:
        return redact_interaction(interaction, rules)
    except RedactionError as error:
        request, response, why = interaction.request, interaction.response, f"(not shown: {error})".encode()
        return replace(
            interaction,
            request=replace(request, path=rules.shown(request.path), query="", headers=(), body=why),
            response=replace(response, headers=(), body=why, chunks=()),
        )


def _masked(value: Any, rules: RedactionRules) -> Any:
    """A JSON value whose texts are masked, but for names of members."""
    if isinstance(value, str):
        return rules.shown(value)
    if isinstance(value, list):
        return [_masked(item, rules) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item, rules) for name, item in value.items()}
    return value
