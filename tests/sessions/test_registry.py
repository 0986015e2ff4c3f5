"""The registry: which session goes when there is no room, which end by themselves, what is said."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import QuotaError, UsageError
from mockapi.exchange import Reply, Request, Source
from mockapi.sessions import CassetteSet, ServerSession, SessionLimits, SessionRegistry, Settings

LIBRARY = CassetteSet(())
OWNERS = st.sampled_from(["", "a", "b", "c"])


def made(id_: str, **more: Any) -> ServerSession:
    """A session."""
    return ServerSession(id_, Settings(), LIBRARY, **more)


def registry(**limits: Any) -> SessionRegistry:
    """A registry with nothing but its default session."""
    return SessionRegistry(made("default"), SessionLimits(**limits))


def ids(sessions: SessionRegistry) -> list[str]:
    """The open sessions but the default one."""
    return [session.id for session in sessions][1:]


def test_when_all_places_are_taken_the_longest_unused_session_goes() -> None:
    """The default session never goes; of a session that went id and name are remembered, and why it went."""
    sessions = registry(most=3)
    first, second = made("s1", name="name 1"), made("s2", name="name 2")
    sessions.add(first)
    sessions.add(second)
    sessions.use(sessions.default, 1.0)
    sessions.use(first, 2.0)
    sessions.add(made("s3"))
    assert ids(sessions) == ["s1", "s3"]
    assert sessions.why_gone("s2") == (
        "The session s2 (name 2) was closed, because the server was full and it was unused for longest; its"
        " base URL has ended with it."
    )
    assert sessions.why_gone("s4") is None


def test_a_closed_session_that_still_answers_does_not_come_back() -> None:
    """A request may outlive its session."""
    sessions = registry()
    session = made("s1", owner="a")
    sessions.add(session)
    sessions.close(session)
    sessions.use(session, 1.0)
    sessions.close(session)
    assert ids(sessions) == []
    assert sessions.owned("a") == (0, None)


@given(
    most=st.integers(2, 8),
    steps=st.lists(st.tuples(st.sampled_from(["open", "use", "close"]), OWNERS, st.integers(0, 99))),
)
def test_one_owners_flood_never_closes_the_session_of_another(
    most: int, steps: list[tuple[str, str, int]]
) -> None:
    """What goes is the longest unused session of the owner that has most, or of the one who opens."""
    sessions = registry(most=most)
    used: dict[str, list[str]] = {owner: [] for owner in ("", "a", "b", "c")}
    for number, (step, owner, which) in enumerate(steps):
        own = used[owner]
        if step == "open":
            is_full = len(sessions) == most
            before = Counter({name: len(theirs) for name, theirs in used.items()})
            sessions.add(made(f"s{number}", owner=owner))
            (*gone,) = {id_ for theirs in used.values() for id_ in theirs} - set(ids(sessions))
            assert len(gone) == is_full
            for id_ in gone:
                (loser,) = (name for name, theirs in used.items() if id_ in theirs)
                assert used[loser].pop(0) == id_, "it was not the longest unused of its owner"
                assert loser == owner or before[loser] == max(before.values())
                assert loser == owner or before[loser] > before[owner] + 1 or before[owner] == 0
            own.append(f"s{number}")
        elif own:
            id_ = own.pop(which % len(own))
            session = sessions.get(id_)
            assert session is not None
            if step == "use":
                sessions.use(session, float(number))
                own.append(id_)
            else:
                sessions.close(session)
        assert {name: sessions.owned(name)[0] for name in used} == {
            name: len(theirs) for name, theirs in used.items()
        }


def test_who_has_more_than_the_others_makes_room() -> None:
    """The session of whoever has one stays, though it was unused for longer than any other."""
    sessions = registry(most=4)
    sessions.add(made("b1", owner="b"))
    for number in range(10):
        sessions.add(made(f"a{number}", owner="a"))
    assert ids(sessions) == ["b1", "a8", "a9"]
    assert "because the server was full and 'a' had most of them" in str(sessions.why_gone("a0"))


def test_an_owner_with_as_many_as_allowed_is_told_what_to_do() -> None:
    """The refusal counts, and says when the first of them ends; another owner is let in."""
    sessions = registry(per_owner=2)
    for number, lifetime in enumerate((100.0, None)):
        session = made(f"s{number}", owner="team-a", lifetime=lifetime)
        session.last_used = 50.0
        sessions.add(session)
    sessions.admit("team-b", 90.5)
    sessions.admit("", 90.5)
    with pytest.raises(QuotaError) as refused:
        sessions.admit("team-a", 90.5)
    assert str(refused.value) == (
        "The owner 'team-a' has 2 open sessions, and 2 are allowed (--sessions-per-owner). Close some with"
        " DELETE /_mockapi/sessions/ID, or wait: the longest unused ends in 60 seconds."
    )
    assert refused.value.retry_after == 60


def test_sessions_without_an_owner_count_together() -> None:
    """To leave the owner out is no way past the quota; without a lifetime nothing is said of waiting."""
    sessions = registry(per_owner=1)
    sessions.add(made("s1"))
    with pytest.raises(QuotaError, match=r"Sessions without an owner: 1 open session, .*/sessions/ID\.$"):
        sessions.admit("", 0.0)


def test_a_session_ends_when_nobody_has_used_it_for_its_lifetime() -> None:
    """Use moves the end; one without a lifetime stays."""
    sessions = registry()
    lasting, brief, used = made("s1"), made("s2", lifetime=3600), made("s3", lifetime=3600)
    for session in (lasting, brief, used):
        session.last_used = 0.0
        sessions.add(session)
    assert sessions.next_date == 3600.0
    sessions.use(used, 100.0)
    sessions.expire(3599.9)
    assert ids(sessions) == ["s1", "s2", "s3"]
    sessions.expire(3600.0)
    assert ids(sessions) == ["s1", "s3"]
    assert sessions.why_gone("s2") == (
        "The session s2 ended because nobody used it for 3,600 s; its base URL has ended with it."
    )
    assert sessions.next_date == 3700.0
    sessions.expire(9999.0)
    assert ids(sessions) == ["s1"]
    assert sessions.next_date is None


def test_a_reply_that_is_being_sent_keeps_its_session() -> None:
    """A stream may take longer than the lifetime; one that has not ended for an hour is not waited for."""
    sessions = registry()
    session = made("s1", lifetime=60)
    session.last_used = 0.0
    sessions.add(session)
    entry = session.journal.add(
        0.0, Request("GET", "/", "", (), b""), Reply(200, (), (), Source.SCRIPTED), None, None
    )
    sessions.expire(100.0)
    assert ids(sessions) == ["s1"]
    entry.seconds = 100.0
    sessions.expire(159.0)
    assert ids(sessions) == ["s1"]
    entry.seconds = None
    sessions.expire(3600.0)
    assert ids(sessions) == []


def test_dates_of_closed_sessions_are_forgotten() -> None:
    """Who opens and closes all day leaves nothing behind."""
    sessions = registry()
    for number in range(1000):
        session = made(f"s{number}", lifetime=3600)
        sessions.add(session)
        sessions.close(session)
    assert len(sessions._dates) < 100


@pytest.mark.parametrize("limits", [{"lifetime": 0}, {"lifetime": float("nan")}, {"per_owner": 0}])
def test_limits_that_let_no_session_be_are_refused(limits: dict[str, Any]) -> None:
    """They are told at the start, and not by every opening."""
    with pytest.raises(UsageError, match=r"not |got "):
        SessionLimits(**limits)
