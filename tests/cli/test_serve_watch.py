"""`--watch`: files that change while the server runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.process import Serving, mockapi
from tests.support.server import ask, interaction, message, write_cassette

pytestmark = pytest.mark.slow  # files are watched by a process of its own

WORKERS = pytest.mark.parametrize(
    "workers",
    ["1", pytest.param("2", marks=pytest.mark.skipif(os.name == "nt", reason="there are no workers"))],
)
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


def _replace(path: Path, text: str) -> None:
    """Put a new file in the place of an old one, as editors do."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    os.replace(fresh, path)  # noqa: PTH105 - what editors call


@WORKERS
def test_a_cassette_in_a_folder_that_changes_is_played_as_it_is_now(tmp_path: Path, workers: str) -> None:
    """Written over or new; what cannot be used is told, and the old one stays. By all workers."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    path = write_cassette(folder / "a.yaml", interaction(message("a"), b"old"))
    with Serving("serve", str(folder), "--watch", "--port", "0", "--workers", workers) as server:
        assert ask(server.url, message("a"), headers=KEY).content == b"old"
        write_cassette(folder / "a.yaml", interaction(message("a"), b"new"))
        assert "reloaded 1 interaction of 1 cassette" in server.told("reloaded")
        assert ask(server.url, message("a"), headers=KEY).content == b"new"
        (folder / "sub").mkdir()
        write_cassette(folder / "sub" / "b.yaml", interaction(message("b"), b"more"))
        server.told("2 interactions of 2 cassettes")
        assert ask(server.url, message("b"), headers=KEY).content == b"more"
        _replace(folder / "a.yaml", "mockapi_cassette: 1\ninteractions: 5\n")
        server.told(path)
        server.told("What was loaded before stays in use.")
        assert ask(server.url, message("a"), headers=KEY).content == b"new"
        assert server.stop().code == 0


def test_a_file_whose_name_is_not_utf8_does_not_end_the_watch(tmp_path: Path) -> None:
    """It is played as it is now, and so is what changes after it; if named, it is refused at the start."""
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.yaml"))
    write_cassette(odd, interaction(message("a"), b"old"))
    with Serving("serve", str(tmp_path), "--watch", "--port", "0") as server:
        for content in (b"new", b"newer"):
            write_cassette(odd, interaction(message("a"), content))
            server.told("reloaded 1 interaction of 1 cassette")
            assert ask(server.url, message("a"), headers=KEY).content == content
        write_cassette(tmp_path / "b.yaml", interaction(message("b"), b"more"))
        server.told("2 interactions of 2 cassettes")
        assert server.stop().code == 0
    outcome = mockapi("serve", str(odd), "--watch", "--port", "0")
    assert (outcome.code, "a\\udcff.yaml has a name that is not UTF-8" in outcome.err) == (2, True)


@WORKERS
def test_a_script_and_models_are_read_again(tmp_path: Path, workers: str) -> None:
    """The script plays from its beginning; a model that is added is known. By all workers."""
    script, models = tmp_path / "script.json", tmp_path / "models.json"
    script.write_text('["old"]')
    models.write_text('{"models": []}')
    options = ("--script", str(script), "--models", str(models), "--on-unmatched", "synthesize")
    with Serving("serve", *options, "--watch", "--port", "0", "--workers", workers) as server:
        _replace(script, '["new"]')
        server.told("reloaded the script: 1 message")
        reply = ask(server.url, message("a"), headers=KEY).json()
        assert reply["content"][0]["text"] == "new"
        unknown = {**message("a"), "model": "our-model"}
        assert ask(server.url, unknown, headers=KEY).status_code == 404
        _replace(models, json.dumps({"models": [{"id": "our-model"}]}))
        server.told("reloaded 1 model")
        assert ask(server.url, unknown, headers=KEY).status_code == 200
        _replace(script, "{")
        server.told("What was loaded before stays in use.")
        assert server.stop().code == 0


def test_betas_are_read_again(tmp_path: Path) -> None:
    """A beta that is added to the file is taken from then on."""
    betas = tmp_path / "betas.json"
    betas.write_text('{"betas": []}')
    options = ("--betas", str(betas), "--on-unmatched", "synthesize")
    with Serving("serve", *options, "--watch", "--port", "0") as server:
        headers = {**KEY, "anthropic-beta": "our-beta-2026-11-01"}
        assert ask(server.url, message("a"), headers=headers).status_code == 400
        _replace(betas, '{"betas": ["our-beta-2026-11-01"]}')
        server.told("reloaded 1 beta;")
        assert ask(server.url, message("a"), headers=headers).status_code == 200
        assert server.stop().code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is nothing to watch"),
        (("a.yaml", "--record-to", "r", "--upstream", "http://127.0.0.1:1"), "does not go with --record-to"),
    ],
)
def test_what_cannot_be_watched_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and why."""
    monkeypatch.chdir(tmp_path)
    write_cassette(tmp_path / "a.yaml", interaction(message("a")))
    outcome = mockapi("serve", "--watch", "--port", "0", *options)
    assert outcome.code == 2
    assert said in outcome.err


def test_without_watchfiles_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install stands in the error."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("a")))
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    outcome = mockapi("serve", "--watch", path, "--port", "0")
    assert outcome.code == 2
    assert "pip install 'messages-mockapi[watch]'" in outcome.err
