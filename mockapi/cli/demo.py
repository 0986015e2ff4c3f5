"""`mockapi demo`: a first reply, from a server that lives as long as it takes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockapi import cassettes, jsontext, replies, sessions, sse, storage, testing
from mockapi._data import data_dir
from mockapi.cli._output import Styled, echo, echo_lines
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction

_CASSETTE = "stream.yaml"


@click.command()
@click.option(
    "--speed",
    default="1",
    show_default=True,
    metavar="max|FACTOR",
    help="1 streams as recorded, 2 twice as fast, max at once.",
)
def command(speed: str) -> None:
    """See a first reply, streamed from a starter cassette.

    Starts a server on a free port, asks it what the starter cassette was asked, prints the answer
    as it streams in, and stops. Needs no key and no network.
    """
    folder = data_dir("cassettes")
    settings = sessions.Settings(speed=sessions.parse_speed(speed))
    with testing.Server([str(folder)], settings=settings) as running:
        echo(f"mockapi ready on {running.base_url}")
        _ask(running.base_url, _first_stream(str(folder / _CASSETTE)))
    serve, run = f"{_own_name()} serve", f"{_own_name()} exec -- python your.py"
    echo_lines(
        "\nTry it with your own client:\n"
        f"  {serve:{len(run)}}   # then set the client's base URL to what it prints\n"
        f"  {run}   # or let mockapi set it\n"
        f"The recordings are in {folder}: read one, they are made for it."
    )


def _own_name() -> str:
    """What calls this program again: its virtual environment may not be activated."""
    called = sys.argv[0]
    if Path(called).stem != "mockapi":
        return "python -m mockapi"
    return "mockapi" if shutil.which("mockapi") in {called, str(Path(called).absolute())} else called


def _first_stream(path: str) -> Interaction:
    for interaction in cassettes.load(storage.read_text(path), path).interactions:
        if replies.wants_stream(_parsed(interaction)):
            return interaction
    raise MockapiError(f"{path} has no stream to show; install mockapi again.")


def _parsed(interaction: Interaction) -> Any:
    return jsontext.parse(interaction.request.body)


def _ask(base_url: str, interaction: Interaction) -> None:
    import httpx  # noqa: PLC0415 - slow to import: the server is up before it is needed

    asked = _parsed(interaction)
    url = base_url + interaction.request.path
    echo()
    echo(Styled(f"> POST {url}", dim=True))
    echo(f"> {asked['messages'][-1]['content']}")
    echo()
    headers = {"x-api-key": "sk-ant-test-demo", "anthropic-version": "2023-06-01"}
    parser = sse.Parser()
    counts: dict[str, Any] = {}
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        client.stream("POST", url, json=asked, headers=headers) as reply,
    ):
        for data in reply.iter_raw():
            for event in parser.feed(data):
                value = jsontext.parse(event.data.encode())
                click.echo(value.get("delta", {}).get("text", ""), nl=False)
                counts |= value.get("usage", {})
        source = reply.headers["x-mockapi-source"]
    echo()
    echo()
    echo(Styled(f"< {reply.status_code}, {source}, {counts.get('output_tokens')} output tokens", dim=True))
