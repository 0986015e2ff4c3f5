"""The tools of `mockapi mcp`, called as functions: on a running server, on files, and on bad input."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi._files import Places
from mockapi.cli.agents import ServerClient, Tools
from mockapi.errors import MockapiError
from mockapi.server import Console
from tests.support.process import mockapi as run
from tests.support.server import ask, control, eventually, interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
FREE_PORT = "http://127.0.0.1:1"
"""Nobody listens there: it is a privileged port."""


@contextmanager
def tools_for(url: str, folder: Path, token: str | None = None) -> Iterator[Tools]:
    """The tools for a server and a folder."""
    with ServerClient(url, token) as client:
        yield Tools(client, Places([folder]))


@pytest.fixture(scope="module")
def console() -> io.StringIO:
    """What a person at the terminal is told."""
    return io.StringIO()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, console: io.StringIO) -> Iterator[mockapi.Server]:
    """A server that plays one recording."""
    folder = tmp_path_factory.mktemp("played")
    write_cassette(folder / "weather.yaml", interaction(message("Is it raining in Paris?")))
    with mockapi.Server([str(folder)], console=Console(console)) as running:
        yield running


@pytest.fixture
def session(server: mockapi.Server) -> str:
    """The id of a session of its own."""
    return str(control(server, "/sessions", {}, method="POST").json()["id"])


@pytest.fixture
def tools(server: mockapi.Server, tmp_path: Path) -> Iterator[Tools]:
    """The tools for that server and this test's folder."""
    with tools_for(server.base_url, tmp_path) as made:
        yield made


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Tools]:
    """The tools where no server runs."""
    with tools_for(FREE_PORT, tmp_path) as made:
        yield made


def posted(server: mockapi.Server, session: str, body: Any) -> int:
    """The status of what a session answers."""
    return ask(f"{server.base_url}/s/{session}", body, headers=KEY).status_code


def test_a_miss_is_explained_as_on_the_console(
    server: mockapi.Server, session: str, tools: Tools, console: io.StringIO
) -> None:
    """The same lines: the nearest recording, what differs, what would repair it."""
    assert posted(server, session, message("Is it raining in Rome?")) == 422
    line, *explained = tools.explain(session=session).splitlines()
    assert line.startswith("1. POST /v1/messages claude-opus-4-6 'Is it raining in Rome?' -> 422 unmatched")
    told = "\n".join(explained)
    assert "weather.yaml#0" in told
    assert "Rome" in told
    eventually(lambda: told in console.getvalue(), "the console tells the same")


def test_a_refusal_is_explained(server: mockapi.Server, session: str, tools: Tools) -> None:
    """With the words, the rule, its source, and the place in the body."""
    assert posted(server, session, message("Hi") | {"max_tokens": -1}) == 400
    explained = tools.explain(1, session)
    assert "400 invalid_request_error: max_tokens" in explained
    assert " at /max_tokens  (docs/rules.md#" in explained
    assert "\n  source: " in explained


def test_what_was_answered_needs_no_explanation(server: mockapi.Server, session: str, tools: Tools) -> None:
    """Without a number it says that nothing missed, with one it tells the exchange."""
    assert posted(server, session, message("Is it raining in Paris?")) == 200
    assert "no miss and no refusal" in tools.explain(session=session)
    assert "200 recorded" in tools.explain(1, session)


def test_the_journal_lists_the_latest(
    server: mockapi.Server, session: str, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest of them first, over more than one page."""
    monkeypatch.setattr("mockapi.cli.agents._server_client._PAGE", 3)
    for number in range(7):
        posted(server, session, message(f"question {number}"))
    assert [line.partition(".")[0] for line in tools.list_journal(session, 2).splitlines()] == ["6", "7"]
    assert [line.partition(".")[0] for line in tools.list_journal(session, 1000).splitlines()] == list(
        "1234567"
    )


def test_an_entry_comes_whole_or_shortened(server: mockapi.Server, session: str, tools: Tools) -> None:
    """JSON in which long texts are cut, unless all of it is wanted; no key is in it."""
    posted(server, session, message("long " * 1000))
    short = json.loads(tools.read_journal_entry(1, session))
    assert short["request"]["json"]["messages"][0]["content"].endswith("… (5,000 characters)")
    whole = tools.read_journal_entry(1, session, full=True)
    assert json.loads(whole)["request"]["json"]["messages"][0]["content"] == "long " * 1000
    assert "sk-ant-test-1" not in whole


def test_sessions_and_cassettes_are_listed(server: mockapi.Server, session: str, tools: Tools) -> None:
    """Each session with its base URL; each cassette, and what nobody has played."""
    assert f"{session}: 0 requests, 0 of 1 recording played" in tools.list_sessions()
    assert f"{server.base_url}/s/{session}" in tools.list_sessions()
    listed = tools.list_cassettes().splitlines()
    assert listed[0].endswith("weather.yaml: 1 interaction")


def test_a_script_is_written_and_watched(server: mockapi.Server, session: str, tools: Tools) -> None:
    """What it says is said, and how often is told."""
    assert tools.show_script(session) == f"session {session} has no script"
    written = tools.write_script(["It rains.", "It snows."], session)
    assert written.startswith(f"session {session}: 2 scripted, given so often: 0, 0")
    assert posted(server, session, message("And now?")) == 200
    assert "given so often: 1, 0" in tools.show_script(session)


@pytest.mark.parametrize("fault", ["529", {"fault": "529"}, {"fault": "error", "status": 529, "times": 1}])
def test_a_fault_is_ordered_for_the_next_request(
    server: mockapi.Server, session: str, tools: Tools, fault: Any
) -> None:
    """Once, if nothing else is said."""
    assert "(1 times), done 0 times" in tools.order_fault(fault, session=session)
    asked = message("Is it raining in Paris?")
    assert [posted(server, session, asked) for _ in range(2)] == [529, 200]


def test_a_cassette_is_shown_as_by_the_command(alone: Tools, tmp_path: Path) -> None:
    """Word for word, without a server."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("Hi")), interaction(message("Bye")))
    assert alone.show_cassette(path) == run("cassettes", "show", path).out.rstrip("\n")
    assert alone.show_cassette(str(tmp_path), 1) == run(
        "cassettes", "show", path, "--interaction", "1"
    ).out.rstrip("\n")
    assert alone.show_cassette(path, size=True) == run("cassettes", "show", path, "--size").out.rstrip("\n")


def test_an_edited_cassette_is_sealed(alone: Tools, tmp_path: Path) -> None:
    """The edit counts from then on, and is marked."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("Hi")))
    text = (tmp_path / "a.yaml").read_text()
    (tmp_path / "a.yaml").write_text(text.replace('{"type":"message"}', '{"type":"edited!"}'))
    assert alone.seal_cassette(path) == f"{path}: sealed anew: interaction 0"
    assert "(edited)" in alone.show_cassette(path)
    assert alone.seal_cassette(path) == f"{path}: every digest is true already"


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
def test_a_body_is_judged_as_by_the_command(alone: Tools, tmp_path: Path, as_text: bool) -> None:  # noqa: FBT001
    """The same lines, for a body that is given and for one in a file."""
    body = message("Hi") | {"max_tokens": -1}
    file = tmp_path / "body"
    file.write_text(json.dumps(body))
    commanded = run("validate", str(file))
    assert "max_tokens" in commanded.out
    assert alone.validate_body(file=str(file)) == commanded.out + commanded.err.rstrip("\n")
    given: Any = json.dumps(body) if as_text else body
    assert alone.validate_body(given) == alone.validate_body(file=str(file)).replace(f"{file}:", "body:")
    assert alone.validate_body(message("Hi")) == "1 body, none would be refused"


@pytest.mark.parametrize(
    "call",
    [
        lambda tools: tools.list_sessions(),
        lambda tools: tools.list_journal(),
        lambda tools: tools.explain(3),
        lambda tools: tools.write_script(["Hi"]),
        lambda tools: tools.order_fault("529"),
        lambda tools: tools.list_cassettes(),
    ],
)
def test_without_a_server_the_answer_says_how_to_start_one(alone: Tools, call: Any) -> None:
    """With the command, and with the option that names another place."""
    with pytest.raises(MockapiError, match=r"(?s)No mockapi server .*mockapi serve --port 1\n.*--url"):
        call(alone)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tools, _: tools.list_journal("nobody"), "Unknown or closed session 'nobody'"),
        (lambda tools, _: tools.list_journal("../sessions"), "is not the id of a session"),
        (lambda tools, _: tools.read_journal_entry(0), "has no entry 0"),
        (lambda tools, _: tools.read_journal_entry(10**9), "has no entry 1000000000"),
        (lambda tools, _: tools.explain(-1), "has no entry -1"),
        (lambda tools, _: tools.write_script([{"txet": "Hi"}]), "txet"),
        (lambda tools, _: tools.order_fault("cutt"), "cut"),
        (lambda tools, _: tools.order_fault("529", 0), "times"),
        (lambda tools, _: tools.order_fault({"fault": 5, "event": {}}), "event"),
        (lambda tools, folder: tools.show_cassette(f"{folder}/none.yaml"), "no such file"),
        (lambda tools, _: tools.show_cassette("/etc/hostname"), "lies outside the folders"),
        (lambda tools, _: tools.seal_cassette("/etc/hostname"), "lies outside the folders"),
        (lambda tools, folder: tools.seal_cassette(f"{folder}/text"), "not a mockapi cassette"),
        (lambda tools, folder: tools.show_cassette(str(folder), 5), "no interaction 5"),
        (lambda tools, _: tools.validate_body(), "either `body` or `file`"),
        (lambda tools, folder: tools.validate_body({}, f"{folder}/text"), "either `body` or `file`"),
        (lambda tools, _: tools.validate_body({}, endpoint="messages"), "write the path alone"),
        (lambda tools, _: tools.validate_body(file="/etc/hostname"), "lies outside the folders"),
        (lambda tools, _: tools.validate_body(file="a\0b"), "cannot be read"),
    ],
)
def test_bad_input_is_answered_in_words(tools: Tools, tmp_path: Path, call: Any, words: str) -> None:
    """An error of mockapi that says what came and what would do."""
    (tmp_path / "text").write_text("no cassette")
    with pytest.raises(MockapiError) as raised:
        call(tools, tmp_path)
    assert words in str(raised.value)


def test_another_server_is_told_from_a_refusal(server: mockapi.Server, tmp_path: Path) -> None:
    """What answers there may be anything."""
    with (
        tools_for(f"{server.base_url}/v1", tmp_path) as tools,
        pytest.raises(MockapiError, match="does not speak mockapi's control API"),
    ):
        tools.list_sessions()


@pytest.mark.parametrize("url", ["127.0.0.1:4010", "ftp://127.0.0.1", "", "http://"])
def test_a_url_that_leads_nowhere_is_refused_at_the_start(url: str) -> None:
    """Before a client has been told that there are tools."""
    with pytest.raises(MockapiError, match="--url"):
        ServerClient(url)


def test_the_token_opens_a_server_that_needs_it(tmp_path: Path) -> None:
    """Under a name that is allowed to nobody else."""
    with mockapi.Server([], control_token="test-token") as running:
        with (
            tools_for(running.base_url, tmp_path, "another-token") as tools,
            pytest.raises(MockapiError, match="x-mockapi-token is not this server's"),
        ):
            tools.list_sessions()
        with tools_for(running.base_url, tmp_path, "test-token") as tools:
            assert tools.list_sessions().startswith("default: 0 requests")


def test_a_server_that_speaks_tls_is_asked_where_its_authority_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variable that `serve --tls` names; without it the answer says why."""
    with mockapi.Server([], tls=True) as running:
        assert running.tls is not None
        with (
            tools_for(running.base_url, tmp_path) as tools,
            pytest.raises(MockapiError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            tools.list_sessions()
        monkeypatch.setenv("SSL_CERT_FILE", str(running.tls.ca_file))
        with tools_for(running.base_url, tmp_path) as tools:
            assert tools.list_sessions().startswith("default: 0 requests")
