"""The options that say who may use which door, as the command line takes them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.process import Serving, mockapi
from tests.support.server import message

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "test-token-of-the-command-line"
PAGE = {"origin": "http://localhost:5173"}
SERVE = ("serve", "--port", "0")


def status(url: str, path: str = "/_mockapi/sessions", **fields: str) -> int:
    """What a page is answered, with some fields besides."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return httpx.get(url + path, headers=PAGE | named, trust_env=False).status_code


@pytest.mark.slow  # starts servers
def test_a_made_token_is_printed_where_somebody_needs_it() -> None:
    """On stderr, behind the ready line; it opens."""
    with Serving(*SERVE, "--host", "0.0.0.0") as server:
        assert server.before == "", "the ready line comes first"
        found = re.search(r"x-mockapi-token: (\S{32,})$", server.told("x-mockapi-token"))
        assert found is not None
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert status(url) == 403
        assert status(url, x_mockapi_token=found[1]) == 200
        assert server.stop().out == f"see what happens: {url}/_mockapi/ui#token={found[1]}\n"


@pytest.mark.slow  # starts servers
def test_a_token_that_nobody_needs_is_not_printed(tmp_path: Path) -> None:
    """On loopback it stands in the page's address alone, and one that was given nowhere: many read logs."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    file = ("--control-token-file", str(tmp_path / "token"))
    for options in ((), ("--host", "0.0.0.0", *file)):
        with Serving(*SERVE, *options) as server:
            outcome = server.stop()
        assert "token" not in outcome.err
        assert outcome.out.startswith("see what happens: ")
        assert ("#token=" in outcome.out) == (not options)
        assert TOKEN not in outcome.out + outcome.err


@pytest.mark.slow  # starts servers
def test_a_token_comes_from_a_file_or_from_the_environment(tmp_path: Path) -> None:
    """Line ends around it do not count."""
    (tmp_path / "token").write_text(f"\n{TOKEN}\r\n")
    for options, env in (
        (("--control-token-file", str(tmp_path / "token")), {}),
        ((), {"MOCKAPI_CONTROL_TOKEN_FILE": str(tmp_path / "token")}),
        ((), {"MOCKAPI_CONTROL_TOKEN": TOKEN}),
    ):
        with Serving(*SERVE, *options, env=env) as server:
            assert status(server.url, x_mockapi_token=TOKEN) == 200
            assert status(server.url, x_mockapi_token=f"{TOKEN}x") == 401


@pytest.mark.slow  # starts servers
def test_keys_come_from_a_file(tmp_path: Path) -> None:
    """One a line; others are refused."""
    (tmp_path / "keys").write_text("sk-ant-test-1\n\nsk-ant-test-2\n")
    with Serving(*SERVE, "--api-key-file", str(tmp_path / "keys")) as server:
        for key, expected in (("sk-ant-test-2", 200), ("sk-ant-test-3", 401)):
            fields = {"x-api-key": key, "anthropic-version": "2023-06-01"}
            reply = httpx.post(
                f"{server.url}/v1/messages", json=message("hi"), headers=fields, trust_env=False
            )
            assert reply.status_code == expected


def test_exec_gives_its_command_a_listed_key(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The test key would be refused."""
    (tmp_path / "keys").write_text("sk-ant-test-1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKAPI_API_KEY_FILE", str(tmp_path / "keys"))
        outcome = mockapi("exec", "--", "sh", "-c", "echo $ANTHROPIC_API_KEY")
    assert outcome.code == 0
    assert capfd.readouterr().out == "sk-ant-test-1\n"


@pytest.mark.parametrize("option", ["--control-token-file", "--api-key-file"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"two words-that-are-secret", "line 1 has blanks"),
        (b"fine\nnot\x07fine-secret", "line 2 has blanks or characters that are not visible"),
        (b"secret-\xff", "is not ASCII text"),
        (b"secret" * 20_000, "cannot be read: it has 120,000 bytes"),
        (None, "cannot be read: No such file"),
        (os.mkfifo, "cannot be read: it is a pipe"),
    ],
)
def test_a_file_that_holds_something_else_is_told_without_quoting_it(
    tmp_path: Path, option: str, content: object, words: str
) -> None:
    """Exit 2 before anything listens."""
    path = tmp_path / "file"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is os.mkfifo:
        os.mkfifo(path)
    outcome = mockapi("serve", "--port", "0", option, str(path))
    assert outcome.code == 2
    assert words in outcome.err
    assert "secret" not in outcome.err


def test_two_tokens_are_one_too_many(tmp_path: Path) -> None:
    """In one file, or in a file and in the environment."""
    (tmp_path / "token").write_text("one\ntwo\n")
    outcome = mockapi(*SERVE, "--control-token-file", str(tmp_path / "token"))
    assert outcome.code == 2
    assert "holds one token" in outcome.err
    (tmp_path / "token").write_text("one\n")
    env = {"MOCKAPI_CONTROL_TOKEN": TOKEN}
    outcome = mockapi(*SERVE, "--control-token-file", str(tmp_path / "token"), env=env)
    assert outcome.code == 2
    assert "Say one of them" in outcome.err
    assert TOKEN not in outcome.err


@pytest.mark.parametrize("said", ["", "two words", "\u00e9"])
def test_a_variable_that_cannot_be_sent_is_told(said: str) -> None:
    """Without quoting it."""
    outcome = mockapi(*SERVE, env={"MOCKAPI_CONTROL_TOKEN": said})
    assert outcome.code == 2
    assert "must hold a token" in outcome.err


def test_a_token_is_no_option() -> None:
    """Everybody on a machine can read its command lines."""
    help_text = mockapi("serve", "--help").out
    assert not re.search(r"--control-token(?!-file)|--api-key(?!-file)", help_text)


def test_a_project_names_them_from_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As all paths in pyproject.toml."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.mockapi]\ncontrol_token_file = "missing.txt"\n')
    monkeypatch.chdir(tmp_path / "inner")
    assert "../missing.txt cannot be read" in mockapi(*SERVE).err
