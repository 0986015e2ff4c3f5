"""What a session remembers, as plain JSON: another process that has the same cassettes goes on from there.

Left out are the journal's entries, files and batches, and the fingerprints that diagnose a missed prompt
cache. Settings, ordered faults and the script are no memory: they are ordered again before it is recalled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.replies.scripts import ScriptState
from mockapi.replies.synthesis import History

if TYPE_CHECKING:
    from mockapi.sessions._session import ServerSession


def memory_of(session: ServerSession) -> dict[str, Any]:
    """What a session remembers."""
    script = session.generator.script
    return {
        "answered": session.answered,
        "played": [recording.number for recording in session.played],
        "renewed": sorted(recording.number for recording in session.renewed),
        "faults": [list(counts) for counts in session.fault_counts],
        "account": session.account.as_json(),
        "history": session.generator.history.as_json(),
        "script": [list(script.used), script.last, script.turn] if isinstance(script, ScriptState) else None,
        "journal": [session.journal.count, session.journal.cleared],
        "library": [recording.number for recording in session.library.played],
    }


def recall(session: ServerSession, memory: dict[str, Any]) -> None:
    """Have a session remember what another one remembered that has its cassettes, settings and script."""
    recordings = session.library.recordings
    session.answered = memory["answered"]
    session.played = {recordings[number]: None for number in memory["played"]}
    session.renewed = {recordings[number] for number in memory["renewed"]}
    session.fault_counts = tuple((fitting, done) for fitting, done in memory["faults"])
    session.account.recall(memory["account"])
    generator = session.generator
    generator.history = History.from_json(memory["history"])
    if memory["script"] is not None and isinstance(generator.script, ScriptState):
        used, last, turn = memory["script"]
        generator.play(ScriptState(generator.script.script, tuple(used), last, turn))
    count, cleared = memory["journal"]
    session.journal.begin_anew(count, cleared)
    session.library.played.update(recordings[number] for number in memory["library"])
