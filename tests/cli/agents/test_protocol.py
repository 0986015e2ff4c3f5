"""How the tools meet the protocol: what leaves them, who may call them, and a real client of the SDK."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi._files import Places
from mockapi.cassettes import DEFAULT
from mockapi.cli.agents import ServerClient, Tools, guarded
from mockapi.cli.agents._protocol import _answering
from mockapi.errors import UsageError
from tests.support.docs import blocks
from tests.support.process import CHECKOUT, environment, python_with
from tests.support.process import mockapi as run
from tests.support.server import PATIENCE, interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "sk-ant-test03-" + "A1b2C3d4" * 6
CLIENT = "tests.support.agent_client"


class ToolError(Exception):
    """Stands for the SDK's."""


def answering(tool: Callable[..., str]) -> Callable[..., str]:
    """A tool as the SDK calls it."""
    return _answering(tool, ToolError, DEFAULT)


def test_what_leaves_a_tool_is_masked() -> None:
    """An agent sends on what it reads: no key is in an answer or in an error."""

    def failing() -> str:
        raise UsageError(f"no file {KEY}")

    assert KEY not in answering(lambda: f"x-api-key: {KEY}")()
    with pytest.raises(ToolError, match="no file ") as raised:
        answering(failing)()
    assert KEY not in str(raised.value)


def test_what_leaves_a_tool_steers_no_terminal() -> None:
    """Control characters come as escapes, line ends as they are."""
    assert answering(lambda: "a\x1b[2J\nb")() == "a\\x1b[2J\nb"


def test_what_leaves_a_tool_is_bounded() -> None:
    """What is cut off is told."""
    answer = answering(lambda: "word " * 100_000)()
    assert len(answer) < 101_000
    assert answer.endswith("(cut: 500,000 characters. Ask for one entry or one interaction.)")


def test_the_signature_of_a_tool_is_kept() -> None:
    """The SDK makes the schema from it, of types instead of their names."""

    def tool(number: int, word: str = "a") -> str:
        return word * number

    parameters = inspect.signature(answering(tool)).parameters
    assert [item.annotation for item in parameters.values()] == [int, str]


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra's name, and no traceback."""
    monkeypatch.setitem(sys.modules, "mcp", None)
    outcome = run("mcp")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pip install 'messages-mockapi[mcp]'" in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_page_has_every_tool_and_starts_the_command(tmp_path: Path) -> None:
    """Its table names the tools in their order, and its configuration a command line that is understood."""
    page = CHECKOUT / "docs" / "coding-agents.md"
    with ServerClient("http://127.0.0.1:1") as client:
        names = [tool.__name__ for tool, _ in Tools(client, Places([tmp_path])).all()]
    assert re.findall(r"^\| `(\w+)` \|", page.read_text("utf-8"), re.MULTILINE) == names
    (configured,) = (json.loads(block.content) for block in blocks(page) if block.language == "json")
    started = configured["mcpServers"]["mockapi"]
    assert started["command"] == "mockapi"
    assert run(*started["args"], "--help").code == 0


@pytest.mark.parametrize(
    ("fields", "client", "status"),
    [
        ((), "127.0.0.1", 200),
        (((b"origin", b"http://127.0.0.1:4010"),), "127.0.0.1", 403),
        (((b"sec-fetch-site", b"none"),), "127.0.0.1", 403),
        (((b"x-forwarded-for", b"203.0.113.9"),), "127.0.0.1", 403),
        ((), "192.168.0.7", 403),
        (((b"host", b"rebound.example"),), "127.0.0.1", 403),
    ],
    ids=["program", "page", "typed", "proxy", "neighbour", "rebound"],
)
def test_over_http_only_programs_of_this_machine_are_answered(
    fields: tuple[tuple[bytes, bytes], ...], client: str, status: int
) -> None:
    """No page, whatever its origin, may read files or write scripts."""
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def keep(message: Any) -> None:
        sent.append(message)

    headers = fields if any(name == b"host" for name, _ in fields) else ((b"host", b"localhost"), *fields)
    scope = {"type": "http", "http_version": "1.1", "headers": headers, "client": (client, 5), "path": "/mcp"}
    asyncio.run(guarded(app)(scope, None, keep))  # type: ignore[arg-type] # nothing is received
    assert sent[0]["status"] == status


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_the_official_client_calls_every_tool(transport: str, tmp_path: Path) -> None:
    """It lists the tools, gets answers and errors in words, and nothing but the protocol is on stdout."""
    write_cassette(tmp_path / "a.yaml", interaction(message("Is it raining in Paris?")))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_sessions", {}),
        ("list_journal", {}),
        ("list_cassettes", {}),
        ("explain", {}),
        ("write_script", {"script": ["Hi", {"error": 529}]}),
        ("show_script", {}),
        ("order_fault", {"fault": {"fault": "cut", "event": 3}}),
        ("show_cassette", {"path": "a.yaml"}),
        ("seal_cassette", {"path": "a.yaml"}),
        ("validate_body", {"body": {"model": "claude-opus-4-6"}}),
        ("read_journal_entry", {"number": 7}),
        ("list_journal", {"last": "many"}),
        ("show_cassette", {"path": "/etc/hostname"}),
    ]
    with mockapi.Server([str(tmp_path)]) as server:
        done = subprocess.run(
            [python_with("mcp"), "-m", CLIENT, transport, server.base_url, json.dumps(calls)],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE * 3,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["tools"]) == {name for name, _ in calls}
    answers = [answer["text"] for answer in told["answers"]]
    assert [answer["is_error"] for answer in told["answers"]] == [False] * 10 + [True] * 3, answers
    assert answers[0].startswith("default: 0 requests")
    assert "messages: Field required" in answers[9]
    assert "has no entry 7" in answers[10]
    assert "valid integer" in answers[11]
    assert "lies outside the folders" in answers[12]
    assert not any("Traceback" in answer for answer in answers)
    if transport == "stdio":  # over HTTP the SDK, before version 2, tells of clients that leave by tracebacks
        assert "Traceback" not in done.stderr
