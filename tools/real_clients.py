"""Real clients against mockapi, each in an environment of its own; writes their table in docs/clients.md.

    python tools/real_clients.py                    all that can run here
    python tools/real_clients.py --only vercel curl some
    python tools/real_clients.py --write            and write what came of it into the page

What a client does is a program in examples/clients, run by `mockapi exec` as anybody would run it. A client
whose tool is not on this machine keeps its row of the page, and is named.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAMS = _ROOT / "examples" / "clients"
PAGE = _ROOT / "docs" / "clients.md"
_TABLE = re.compile(r"(?<=<!-- clients -->\n).*?(?=<!-- /clients -->)", re.DOTALL)
_HEAD = "| client | version | what it does | verdict |\n|---|---|---|---|\n"
_WORKS = "works, unmodified"
_INSTALL_SECONDS, _RUN_SECONDS = 900, 180

# No client tells its makers of a run.
_QUIET = {
    "DISABLE_TELEMETRY": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "AWS_EC2_METADATA_DISABLED": "true",
    "ANTHROPIC_FOUNDRY_RESOURCE": "test",  # where one is named, `exec` sets the address of Foundry's client
    "CI": "1",
}


class Client(NamedTuple):
    """A client.

    Attributes:
        title: in the table.
        program: in examples/clients.
        tool: what runs it.
        packages: that it needs, the first one being the client itself; their versions are the newest.
        options: of `mockapi exec`.
        needs: further commands.
    """

    title: str
    program: str
    tool: str
    packages: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


_CLOUDS = ("bedrock", "vertex", "foundry", "aws")
CLIENTS = {
    "python": Client(
        "official SDK for Python, with its cloud classes",
        "official.py",
        "pip",
        ("anthropic[bedrock,vertex,aws]",),
    ),
    "python-0": Client("the same before 1.0", "official.py", "pip", ("anthropic[bedrock,vertex]==0.121.0",)),
    "typescript": Client(
        "official SDK for TypeScript, with its cloud packages",
        "official.mjs",
        "npm",
        ("@anthropic-ai/sdk", *(f"@anthropic-ai/{cloud}-sdk" for cloud in _CLOUDS)),
    ),
    "openai-python": Client("OpenAI's SDK for Python", "openai_sdk.py", "pip", ("openai",)),
    "openai-node": Client("OpenAI's SDK for Node", "openai_sdk.mjs", "npm", ("openai",)),
    "vercel": Client("Vercel's AI SDK", "vercel.mjs", "npm", ("@ai-sdk/anthropic", "ai", "zod")),
    "langchain": Client("LangChain", "langchain_chat.py", "pip", ("langchain-anthropic",)),
    "langchain-js": Client(
        "LangChain.js", "langchain.mjs", "npm", ("@langchain/anthropic", "@langchain/core")
    ),
    "llamaindex-ts": Client(
        "LlamaIndex.TS", "llamaindex.mjs", "npm", ("@llamaindex/anthropic", "llamaindex")
    ),
    "litellm": Client("LiteLLM", "litellm_completion.py", "pip", ("litellm",)),
    "pydantic-ai": Client("Pydantic AI", "pydantic_agent.py", "pip", ("pydantic-ai-slim[anthropic]",)),
    "instructor": Client("Instructor", "instructor_create.py", "pip", ("instructor[anthropic]",)),
    "claude-code": Client("Claude Code", "claude_code.sh", "npm", ("@anthropic-ai/claude-code",)),
    "agent-sdk-ts": Client(
        "agent SDK for TypeScript", "agent_sdk.mjs", "npm", ("@anthropic-ai/claude-agent-sdk", "zod")
    ),
    "agent-sdk-python": Client("agent SDK for Python", "agent_sdk.py", "pip", ("claude-agent-sdk",)),
    "java": Client("Java's `java.net.http`", "Stream.java", "java"),
    "go": Client("Go's `net/http`", "main.go", "go"),
    "curl": Client("curl", "curl.sh", "curl"),
    "browser": Client(
        "official SDK for TypeScript in Chromium",
        "browser.sh",
        "npm",
        ("@anthropic-ai/sdk", "esbuild"),
        options=("--cors", "*"),
        needs=("chromium",),
    ),
}
_VERSIONS = {"java": ("java", "--version"), "go": ("go", "version"), "curl": ("curl", "--version")}
_NUMBER = re.compile(r"\d+(?:\.\d+)+")


class Outcome(NamedTuple):
    """What came of a client: its version, what it did, and whether it worked."""

    version: str
    said: str
    verdict: str


def missing(client: Client) -> list[str]:
    """The commands that this machine lacks for it."""
    tools = {"pip": (), "npm": ("npm", "node")}.get(client.tool, (client.tool,))
    return [tool for tool in (*tools, *client.needs) if shutil.which(tool) is None]


def tried(client: Client, folder: Path) -> Outcome:
    """Install a client in an empty folder, run its program under `mockapi exec`, and say what came of it."""
    program = _PROGRAMS / client.program
    place, version = _installed(client, folder)
    runner = {
        ".py": [str(place / "bin" / "python")],
        ".mjs": ["node"],
        ".java": ["java"],
        ".go": ["go", "run"],
        ".sh": ["sh"],
    }[program.suffix]
    if client.tool == "npm":  # modules are looked for beside the program
        for path in _PROGRAMS.glob(f"{program.stem}.*"):
            shutil.copy(path, folder)
        program = folder / program.name
    environment = {**os.environ, **_QUIET, "HOME": str(folder)}
    environment["PATH"] = f"{folder / 'node_modules' / '.bin'}{os.pathsep}{environment['PATH']}"
    if client.tool == "go":
        environment |= {"GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    command = [sys.executable, "-m", "mockapi", "exec", *client.options, "--", *runner, str(program)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of this project's
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return Outcome(version, "", f"did not end within {_RUN_SECONDS} s")
    if done.returncode == 0:
        return Outcome(version, _in_short(done.stdout), _WORKS)
    print(done.stdout, done.stderr, sep="\n")
    return Outcome(version, _in_short(done.stdout), "**fails**: " + _last_line(done.stderr or done.stdout))


def _installed(client: Client, folder: Path) -> tuple[Path, str]:
    """Where a client was installed, and its version.

    Raises:
        SystemExit: it cannot be installed.
    """
    if client.tool == "pip":
        place = folder / "venv"
        _run([sys.executable, "-m", "venv", str(place)], folder)
        python = str(place / "bin" / "python")
        _run([python, "-m", "pip", "install", "--quiet", *client.packages], folder)
        name = re.split(r"[\[=]", client.packages[0])[0]
        code = f"import importlib.metadata as m; print(m.version({name!r}))"
        return place, _run([python, "-c", code], folder).strip()
    if client.tool == "npm":
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *client.packages], folder)
        listed = json.loads(_run(["npm", "ls", "--json", "--depth=0"], folder))["dependencies"]
        return folder, str(listed[client.packages[0]]["version"])
    found = _NUMBER.search(_run([*_VERSIONS[client.tool]], folder))
    return folder, found[0] if found else "?"


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - package managers, and versions of tools
        command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {_last_line(done.stderr or done.stdout)}")
    return done.stdout


def _in_short(text: str) -> str:
    """What the program said it did, on one line of the table."""
    lines = [line for line in text.splitlines() if line and not line.startswith("mockapi")]
    return "; ".join(lines).replace("|", "/")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line]
    return [*lines[-1:], *errors[-1:], "it says nothing"][1 if errors else 0].replace("|", "/")[:200]


def rows_of(page: str) -> dict[str, str]:
    """The rows of the page's table, by their title."""
    found = _TABLE.search(page)
    rows = [] if found is None else found[0].splitlines()[2:]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows if row.startswith("| ")}


def written(page: str, outcomes: dict[str, Outcome]) -> str:
    """The page with these rows new; the others stay as they are."""
    rows = rows_of(page)
    for name, outcome in outcomes.items():
        title = CLIENTS[name].title
        rows[title] = f"| {title} | {outcome.version} | {outcome.said} | {outcome.verdict} |"
    ordered = [rows[client.title] for client in CLIENTS.values() if client.title in rows]
    return _TABLE.sub(lambda _: _HEAD + "\n".join(ordered) + "\n", page)


def main() -> int:
    """Try clients; 1 when one of them fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=CLIENTS, default=list(CLIENTS), metavar="NAME")
    parser.add_argument("--write", action="store_true", help="write the outcomes into docs/clients.md")
    arguments = parser.parse_args()
    outcomes = {}
    for name in arguments.only:
        client = CLIENTS[name]
        if lacking := missing(client):
            print(f"{name}: left out, this machine has no {' and no '.join(lacking)}", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="mockapi-client-") as folder:
            outcomes[name] = outcome = tried(client, Path(folder))
        print(f"{name} {outcome.version}: {outcome.verdict} ({outcome.said})", flush=True)
    if arguments.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), outcomes), encoding="utf-8")
        print(f"{datetime.now(UTC):%Y-%m-%d}: wrote {PAGE.relative_to(_ROOT)}")
    return int(any(outcome.verdict != _WORKS for outcome in outcomes.values()))


if __name__ == "__main__":
    raise SystemExit(main())
