"""`mockapi reply`: a synthesized reply without a server."""

from __future__ import annotations

import sys

import click

from mockapi import jsontext, messages
from mockapi._files import MIB, read_file
from mockapi.errors import UsageError
from mockapi.exchange import Request
from mockapi.replies import synthesis

_MAX_BYTES = 32 * MIB
"""The most that the API takes as the body of such a request."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True), metavar="FILE|-")
@click.option(
    "--stream", is_flag=True, help='Write the events of a stream, whatever the body says in "stream".'
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Replies of different seeds differ."
)
@click.option(
    "--header",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header of the request, such as anthropic-beta.",
)
def command(file: str, *, stream: bool, seed: int, header: tuple[str, ...]) -> None:
    """Write the reply that mockapi makes up for a request body.

    FILE holds the JSON body of a POST /v1/messages. It is not validated; `mockapi validate` does that.
    The reply is not masked.

    Ends with exit code 2 if FILE holds no JSON object.
    """
    body = jsontext.parse(_read(file))
    if not isinstance(body, dict):
        why = body.reason if isinstance(body, jsontext.NotJSON) else "it is not an object"
        raise UsageError(f"{file}: holds no request body: {why}.")
    if stream:
        body["stream"] = True
    fields = []
    for line in header:
        name, colon, value = line.partition(":")
        if not colon:
            raise UsageError(f"--header {line}: write it as 'name: value'.")
        fields.append((name.strip().lower().encode("latin-1"), value.strip().encode("latin-1")))
    request = Request("POST", "/v1/messages", "", tuple(fields), messages.dump(body))
    reply, _ = synthesis.synthesized(request, seed, synthesis.History(), 0.0)
    click.echo(reply.body, nl=not body.get("stream"))


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return read_file(file, _MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
