"""What leaves the project in a report: masked as a recording of it would be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockapi.cassettes import DEFAULT, RedactionRules
from mockapi.report import happened_view, recorded_view
from tests.support.server import ask, interaction, message

if TYPE_CHECKING:
    import mockapi

SECRET = "sk-ant-test03-" + "A1b2C3d4" * 6


def test_a_recording_is_masked_again() -> None:
    """A rule may be newer than the recording."""
    recorded = interaction(message(SECRET), json.dumps({"type": "message", "text": SECRET}).encode())
    view = recorded_view(recorded, "a.yaml", 3, DEFAULT)
    assert SECRET not in json.dumps(view)
    assert view["recording"]["interaction"] == 3


def test_what_happened_is_masked_wherever_it_stands(server: mockapi.Server) -> None:
    """In headers, in the query, in bodies, in what differs from a recording, and in a session's name."""
    with server.open_session(name=f"key {SECRET}", on_unmatched="synthesize") as session:
        session.reply(f"The key is {SECRET}.")
        headers = {"x-api-key": SECRET, "x-custom": SECRET, "anthropic-version": "2023-06-01"}
        ask(session.base_url, message(f"Use {SECRET}."), f"/v1/messages?key={SECRET}", headers=headers)
        (entry,) = session.entries
        view = happened_view(entry, session.server_session, DEFAULT)
    told = json.dumps(view)
    assert SECRET not in told
    assert "Use sk-ant-" in view["request"]["body"]["text"] or "Use *" in view["request"]["body"]["text"]
    assert view["number"] == 1
    assert view["reply"]["source"] == "scripted"


def test_what_nobody_could_look_at_is_withheld(server: mockapi.Server) -> None:
    """It is said why; the rest of the report is written."""
    rules = RedactionRules(json_paths=("$..private",))
    body = message("Hi") | {"metadata": json.loads('{"a":' * 200 + '{"private":"geheim"}' + "}" * 200)}
    recorded = interaction(body, b"{}")
    with server.open_session(on_unmatched="synthesize") as session:
        ask(session.base_url, body, "/v1/messages?private=geheim", headers={"x-private": "geheim"})
        (entry,) = session.entries
        happened = happened_view(entry, session.server_session, rules)
    for view in (recorded_view(recorded, "a.yaml", 3, rules), happened):
        assert "geheim" not in json.dumps(view)
        shown = view["request"]["body"]["text"]
        assert shown.startswith("(not shown: it is nested too deeply for the JSON path '$..private'")
        assert view["request"]["path"] == "/v1/messages"


def test_a_miss_keeps_its_explanation(server: mockapi.Server) -> None:
    """With what differs and what repairs it."""
    with server.open_session(cassettes=[], on_unmatched="fail") as session:
        ask(session.base_url, message("Hi"))
        (entry,) = session.explained(session.entries)
        view = happened_view(entry, session.server_session, DEFAULT)
    assert view["miss"]["remedies"] == ["Nothing is recorded: name a cassette or a folder of cassettes."]
