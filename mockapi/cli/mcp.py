"""`mockapi mcp`: what a coding agent uses to look into a server and its recordings."""

from __future__ import annotations

import click

from mockapi._files import Places
from mockapi.cli import agents
from mockapi.cli._doors import read_token
from mockapi.cli._listener import DEFAULT_PORT


@click.command()
@click.option(
    "--url",
    default=f"http://127.0.0.1:{DEFAULT_PORT}",
    show_default=True,
    envvar="MOCKAPI_URL",
    show_envvar=True,
    help="The running `mockapi serve` that the tools ask.",
)
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Speak streamable HTTP at this port of 127.0.0.1 instead of stdio; 0 picks a free one.",
)
@click.option(
    "--allow-folder",
    "folders",
    multiple=True,
    type=click.Path(),
    help="A folder, besides the working folder, whose cassettes and bodies the tools may read and seal.",
)
@click.option(
    "--control-token-file",
    type=click.Path(dir_okay=False),
    help="A file whose only line is the control token of the server, where it needs one; or say it in"
    " MOCKAPI_CONTROL_TOKEN.",
)
def command(url: str, port: int | None, folders: tuple[str, ...], control_token_file: str | None) -> None:
    """Give a coding agent the tools to look into a running server and its recordings.

    Speaks the Model Context Protocol on stdin and stdout: a client starts it with the command
    `mockapi mcp`. Tools: explain a miss or a refusal, list and read the journal, write a script, order
    a fault, show and seal cassettes, validate a body. Those on files need no running server.

    Needs `pip install 'messages-mockapi[mcp]'`.
    """
    with agents.ServerClient(url, read_token(control_token_file)) as client:
        made = agents.protocol_server(agents.Tools(client, Places([".", *folders])))
        if port is None:
            agents.run_stdio(made)
        else:
            agents.run_http(made, port)
