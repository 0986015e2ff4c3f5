"""`mockapi twin learn` and `mockapi serve --twin`: from recordings to a file, and from that to a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi.cassettes import Cassette, dump, to_har
from mockapi.replies.twin import parse_twin
from tests.support.process import Serving, mockapi
from tests.support.twins import SECRET, body, failed, message, streamed, traffic, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mockapi.cassettes import Interaction

HEADERS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


def kept(path: Path, interactions: Iterable[Interaction]) -> Path:
    """A cassette with these."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump(Cassette(path.name, tuple(interactions))))
    return path


def test_a_folder_becomes_a_profile(tmp_path: Path) -> None:
    """In a file, or on stdout; the same bytes, and nothing that was said."""
    kept(tmp_path / "in" / "one.yaml", traffic(20))
    kept(tmp_path / "in" / "deep" / "two.yaml", traffic(10, seed=2))
    profile = tmp_path / "profile.json"
    learned = mockapi("twin", "learn", str(tmp_path / "in"), "--output", str(profile))
    assert (learned.code, learned.out) == (0, "")
    assert "learned from 30 exchanges" in learned.err
    assert "that is little to learn from" in learned.err
    assert f"mockapi serve --twin {profile}" in learned.err
    printed = mockapi("twin", "learn", str(tmp_path / "in"))
    assert printed.out == profile.read_text()
    assert parse_twin(json.loads(printed.out)).exchanges == 30
    assert SECRET not in printed.out


def test_recordings_of_other_tools_are_read(tmp_path: Path) -> None:
    """By the importers, with a gateway's host named; the rest is left out and told."""
    (tmp_path / "other.har").write_bytes(to_har([whole(body(), message(10)), whole(body(), message(30))]))
    (tmp_path / "broken.yaml").write_text("mockapi_cassette: 1\ninteractions: 7\n")
    learned = mockapi("twin", "learn", str(tmp_path))
    assert learned.code == 0
    assert json.loads(learned.out)["exchanges"] == 2
    assert "left out: " in learned.err
    assert "broken.yaml" in learned.err


def test_recordings_without_times_are_told(tmp_path: Path) -> None:
    """Their twin answers at once."""
    kept(tmp_path / "a.yaml", [whole(body(), message(10), 0.0)])
    assert "nothing was timed" in mockapi("twin", "learn", str(tmp_path)).err


@pytest.mark.parametrize(
    ("interactions", "said"),
    [
        ([], "no such exchange was found"),
        ([failed(body(), 529, "overloaded_error")], "They have the status 529 (1 times)"),
    ],
)
def test_what_cannot_be_learned_from_is_told(
    interactions: list[Interaction], said: str, tmp_path: Path
) -> None:
    """No exchange, or errors only: exit code 2, and nothing is written."""
    kept(tmp_path / "a.yaml", interactions)
    result = mockapi("twin", "learn", str(tmp_path), "--output", str(tmp_path / "profile.json"))
    assert result.code == 2
    assert said in result.err
    assert not (tmp_path / "profile.json").exists()


def test_folders_that_hold_nothing_are_told(tmp_path: Path) -> None:
    """An empty one, and one that does not exist."""
    empty = mockapi("twin", "learn", str(tmp_path))
    assert (empty.code, empty.err) == (
        2,
        f"mockapi: There is no recording in {tmp_path}: a twin is learned from cassettes.\n",
    )
    missing = mockapi("twin", "learn", str(tmp_path / "missing"))
    assert missing.code == 2
    assert "there is no such file or folder" in missing.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a profile, an object with `mockapi_twin`"),
        ('{"mockapi_twin": 9}', "is a profile of version 9, and this mockapi reads version 1"),
        ('{"mockapi_twin": 1}', "needs `exchanges`"),
    ],
)
def test_serve_tells_what_is_wrong_with_a_profile(text: str, said: str, tmp_path: Path) -> None:
    """Before it listens; with the file and the place in it."""
    profile = tmp_path / "profile.json"
    profile.write_text(text)
    result = mockapi("serve", "--twin", str(profile), "--port", "0")
    assert result.code == 2
    assert f"The profile {profile}" in result.err
    assert said in result.err
    missing = mockapi("serve", "--twin", str(tmp_path / "missing.json"), "--port", "0")
    assert (missing.code, "cannot be read: No such file" in missing.err) == (2, True)


@pytest.mark.slow
def test_a_server_answers_like_the_profile(tmp_path: Path) -> None:
    """To a client without a session too; no starter cassette is played."""
    kept(tmp_path / "in" / "a.yaml", [streamed(body(), message(60), 0.01, [0.001] * 99)])
    profile = tmp_path / "profile.json"
    assert mockapi("twin", "learn", str(tmp_path / "in"), "--output", str(profile)).code == 0
    with Serving("serve", "--twin", str(profile), "--port", "0") as serving:
        reply = httpx.post(f"{serving.url}/v1/messages", json=body(stream=True), headers=HEADERS)
        told = serving.stop().err
    assert reply.headers["x-mockapi-source"] == "synthesized"
    assert '"output_tokens":60' in reply.text
    assert "playing 0 interactions of 0 cassettes" in told
    assert "answering like 1 recorded exchange, at a speed of 1" in told
