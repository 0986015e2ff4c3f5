"""Loading cassettes while the server runs: the last good set stays, and nobody has to wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from mockapi.cassettes import Matching
from mockapi.server import Console
from mockapi.server._service import Service
from mockapi.sessions._library import CassetteSet
from tests.support.server import (
    Play,
    RawClient,
    ask,
    control,
    interaction,
    message,
    open_session,
    paced,
    serving,
    write_cassette,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

ASKED = message("hi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one cassette, `a.yaml`, that answers with "one"."""
    place = tmp_path / "cassettes"
    place.mkdir()
    write_cassette(place / "a.yaml", interaction(ASKED, b"one"))
    return place


@pytest.fixture
def loaded(folder: Path) -> Iterator[mockapi.Server]:
    """A server that plays the folder."""
    with serving(str(folder)) as server:
        yield server


def reload(server: mockapi.Server) -> Any:
    """Ask for the same files again."""
    return control(server, "/cassettes/reload", method="POST")


def load(server: mockapi.Server, *paths: str) -> Any:
    """Ask for other files."""
    return control(server, "/cassettes", {"paths": list(paths)}, method="PUT")


def test_what_is_loaded_is_told(loaded: mockapi.Server, folder: Path) -> None:
    """The list names paths, cassettes, and what nobody has played yet."""
    before = control(loaded, "/cassettes").json()
    name = str(folder / "a.yaml")
    assert before["paths"] == [str(folder)]
    assert before["cassettes"] == [{"name": name, "interactions": 1}]
    assert before["not_played"] == [{"cassette": name, "interaction": 0}]
    ask(loaded.base_url, ASKED)
    assert control(loaded, "/cassettes").json()["not_played"] == []
    health = control(loaded, "/health").json()
    assert (health["status"], health["cassettes"], health["interactions"]) == ("ok", 1, 1)


def test_a_changed_file_counts_after_a_reload(loaded: mockapi.Server, folder: Path) -> None:
    """Until then the old answer stands; then the changed, new and deleted files count."""
    write_cassette(folder / "a.yaml", interaction(ASKED, b"two"))
    write_cassette(folder / "b.yaml", interaction(message("more"), b"more"))
    assert ask(loaded.base_url, ASKED).content == b"one"
    assert reload(loaded).status_code == 200
    assert ask(loaded.base_url, ASKED).content == b"two"
    assert ask(loaded.base_url, message("more")).content == b"more"
    (folder / "a.yaml").unlink()
    reload(loaded)
    assert ask(loaded.base_url, ASKED).status_code == 422


def test_other_cassettes_replace_the_loaded_ones(loaded: mockapi.Server, tmp_path: Path) -> None:
    """And the next reload reads the new paths."""
    other = write_cassette(tmp_path / "other.yaml", interaction(ASKED, b"other"))
    assert load(loaded, other).json()["paths"] == [other]
    assert ask(loaded.base_url, ASKED).content == b"other"
    write_cassette(tmp_path / "other.yaml", interaction(ASKED, b"again"))
    reload(loaded)
    assert ask(loaded.base_url, ASKED).content == b"again"


@pytest.mark.parametrize("how", ["reload", "load", "session"])
def test_a_set_with_any_bad_file_changes_nothing(loaded: mockapi.Server, folder: Path, how: str) -> None:
    """422 lists every problem of every file with place and remedy; the last good set stays in use."""
    (folder / "bad.yaml").write_text("mockapi_cassette: 1\ninteractions: [oops]\n")
    (folder / "worse.yaml").write_text("{")
    if how == "session":
        reply = control(loaded, "/sessions", {"cassettes": [str(folder)]}, method="POST")
    else:
        reply = reload(loaded) if how == "reload" else load(loaded, str(folder), str(folder / "none.yaml"))
    assert reply.status_code == 422
    problems = reply.json()["error"]["problems"]
    expected = {"bad.yaml", "worse.yaml"} | ({"none.yaml"} if how == "load" else set())
    assert {problem["file"].rpartition("/")[2] for problem in problems} == expected
    assert all(problem["cause"] and problem["remedy"] for problem in problems)
    (bad,) = (problem for problem in problems if problem["file"].endswith("bad.yaml"))
    assert (bad["line"], bad["interaction"]) == (2, 0)
    assert ask(loaded.base_url, ASKED).content == b"one"
    assert len(control(loaded, "/sessions").json()["sessions"]) == 1
    assert control(loaded, "/cassettes").json()["paths"] == [str(folder)]


@pytest.mark.parametrize("body", [{}, [], {"paths": "a"}, {"paths": [1]}, {"paths": None}, 3])
def test_a_load_without_paths_is_refused(loaded: mockapi.Server, body: object) -> None:
    """400 says what the body must be."""
    reply = control(loaded, "/cassettes", body, method="PUT")
    assert reply.status_code == 400
    assert '{"paths"' in reply.json()["error"]["message"]
    assert ask(loaded.base_url, ASKED).content == b"one"


def test_sessions_that_play_the_servers_cassettes_start_over_with_the_new_ones(
    loaded: mockapi.Server, folder: Path
) -> None:
    """Their positions are forgotten; a session with cassettes of its own goes on where it was."""
    own = write_cassette(
        folder.parent / "own.yaml", interaction(ASKED, b"own 1"), interaction(ASKED, b"own 2")
    )
    follower = open_session(loaded)["base_url"]
    loner = open_session(loaded, cassettes=[own])["base_url"]
    assert ask(follower, ASKED).content == b"one"
    assert ask(loner, ASKED).content == b"own 1"
    write_cassette(folder / "a.yaml", interaction(ASKED, b"new 1"), interaction(ASKED, b"new 2"))
    reload(loaded)
    assert [ask(follower, ASKED).content for _ in range(2)] == [b"new 1", b"new 2"]
    assert ask(loaded.base_url, ASKED).content == b"new 1"
    assert ask(loner, ASKED).content == b"own 2"


def test_a_stream_in_flight_ends_as_it_began(tmp_path: Path) -> None:
    """A reload in mid-stream changes nothing about the reply that is being played."""
    path = tmp_path / "a.yaml"
    cassette = write_cassette(path, paced(ASKED, [(0.0, b"data: 1\n\n"), (0.3, b"data: 2\n\n")]))
    with serving(cassette, speed=1) as server, RawClient(server.base_url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        client.read_head()
        assert client.read_piece() == b"data: 1\n\n"
        write_cassette(path, interaction(ASKED, b"new"))
        assert reload(server).status_code == 200
        assert ask(server.base_url, ASKED).content == b"new"
        assert client.read_piece() == b"data: 2\n\n"


@pytest.mark.parametrize("how", ["load", "session"])
def test_requests_are_answered_while_cassettes_load(
    server: mockapi.Server, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Reading and indexing happen on another thread; the old set answers until they are done."""
    base_url = play(interaction(ASKED, b"ok"))
    cassette = write_cassette(tmp_path / "a.yaml", interaction(ASKED, b"new"))
    reading, release = threading.Event(), threading.Event()
    read_all = server.service.reader.read_all

    def slow(*args: Any, **options: Any) -> Any:
        reading.set()
        assert release.wait(20)
        return read_all(*args, **options)

    monkeypatch.setattr(server.service.reader, "read_all", slow)
    done = []

    def ask_for_it() -> None:
        if how == "load":
            done.append(load(server, cassette).status_code)
        else:
            done.append(control(server, "/sessions", {"cassettes": [cassette]}, method="POST").status_code)

    asking = threading.Thread(target=ask_for_it)
    asking.start()
    assert reading.wait(20)
    assert ask(base_url, ASKED).content == b"ok"
    assert control(server, "/health").status_code == 200
    assert done == []
    release.set()
    asking.join(20)
    assert done == [200 if how == "load" else 201]
    monkeypatch.undo()
    assert load(server).json()["paths"] == []


@one_process
def test_indexes_are_made_before_the_new_set_is_used(
    loaded: mockapi.Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions with rules of their own find their index ready: making one stops everything else."""
    open_session(loaded, matching={"substitute": ["date"]})
    threads: list[str] = []
    index = CassetteSet.index

    def watched(self: CassetteSet, extra: Any) -> Any:
        if extra not in self._indexes:
            threads.append(threading.current_thread().name)
        return index(self, extra)

    monkeypatch.setattr(CassetteSet, "index", watched)
    write_cassette(folder / "b.yaml", interaction(message("b")))
    assert reload(loaded).status_code == 200
    assert len(threads) == 2
    assert "mockapi" not in threads, "the thread of the event loop"


def test_loads_at_once_take_their_turns(loaded: mockapi.Server, tmp_path: Path) -> None:
    """Of many loads one is the last, whole: paths, cassettes and answers belong together."""
    paths = [
        write_cassette(tmp_path / f"{number}.yaml", interaction(ASKED, str(number).encode()))
        for number in range(5)
    ]
    threads = [threading.Thread(target=load, args=(loaded, path)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    listed = control(loaded, "/cassettes").json()
    (path,) = listed["paths"]
    assert listed["cassettes"][0]["name"] == path
    assert ask(loaded.base_url, ASKED).content.decode() == path.rpartition("/")[2].removesuffix(".yaml")


def test_an_index_that_nobody_used_for_long_is_dropped(folder: Path) -> None:
    """Sessions may ask for any number of rules; only so many indexes are kept."""
    library = Service([str(folder)], mockapi.Settings(), Console(quiet=True)).library
    for number in range(40):
        library.index(Matching(headers=(f"x-{number}",)))
    assert len(library._indexes) == 16
