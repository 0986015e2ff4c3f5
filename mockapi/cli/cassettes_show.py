"""`mockapi cassettes show`: a recording as a person reads it."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from mockapi import cassettes, jsontext, storage
from mockapi._printable import printable
from mockapi.cli._output import Part, Styled, echo
from mockapi.cli._sizes import size_lines
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import Interaction

_WIDTH = 100
_INDENT = 10  # and the longest label
_LONGEST = 2000

_Line: TypeAlias = tuple[Part, ...]
"""A line in its parts, as `echo` takes them."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--interaction", "only", type=click.IntRange(0), help="Only the one at this position, from 0.")
@click.option("--full", is_flag=True, help="Do not shorten long texts.")
@click.option("--size", is_flag=True, help="Only say what takes the room.")
def command(paths: tuple[str, ...], only: int | None, full: bool, size: bool) -> None:  # noqa: FBT001
    """Read a recording: conversation, assembled reply, usage, timing, size.

    Digests are not checked here, so that a damaged file can be looked at; `lint` checks them.
    What is shown is not masked: it is what the file holds.
    """
    shown = 0
    for path, text in storage.iter_texts(paths):
        cassette = cassettes.load(text, path, check_seals=False)
        if size:
            for line in size_lines(cassette, len(text)):
                echo(line)
            shown += 1
            continue
        for position, interaction in enumerate(cassette.interactions):
            if only is None or position == only:
                shown += 1
                echo(Styled(f"{path}#{position}", bold=True))
                for parts in _described(interaction, None if full else _LONGEST):
                    echo(*parts)
                echo()
    if not shown:
        what = "no interaction" if only is None else f"no interaction {only}"
        raise UsageError(f"There is {what} in {', '.join(paths)}.")


def described_lines(interaction: Interaction, *, full: bool) -> Iterator[str]:
    """An interaction as the command shows it, without colours."""
    for parts in _described(interaction, None if full else _LONGEST):
        yield "".join(part if isinstance(part, str) else part.text for part in parts)


def _described(interaction: Interaction, longest: int | None) -> Iterator[_Line]:
    request, response = interaction.request, interaction.response
    query = f"?{request.query}" if request.query else ""
    edited = " (edited)" if interaction.edited else ""
    yield (f"{request.method} {request.path}{query} -> {response.status}{edited}",)
    body = jsontext.parse(request.body)
    if isinstance(body, dict):
        yield from _asked(body, longest)
    elif request.body:
        yield from _text(("  body",), request.body.decode("utf-8", "replace"), longest)
    reply = cassettes.reply_of(interaction)
    if isinstance(reply, dict) and isinstance(reply.get("content"), list):
        yield from _content("  reply", reply["content"], longest, colour="green")
        yield (f"  stop reason: {_told(reply.get('stop_reason'))}",)
        yield (f"  usage: {_usage(reply.get('usage'))}",)
    elif response.body:
        shown = (
            response.body.decode("utf-8", "replace")
            if reply is None
            else jsontext.compact_deep(reply).decode()
        )
        yield from _text(("  reply",), shown, longest)
    yield (f"  {_timing(interaction)}",)


def _asked(body: dict[str, Any], longest: int | None) -> Iterator[_Line]:
    options = {
        key: value
        for key, value in body.items()
        if key not in {"messages", "system", "tools"} and not isinstance(value, (dict, list))
    }
    yield ("  " + ", ".join(f"{key} {value}" for key, value in options.items()),)
    if body.get("system"):
        yield from _content("  system", body["system"], longest, colour="yellow")
    if isinstance(body.get("tools"), list):
        names = (_told(tool.get("name")) for tool in body["tools"] if isinstance(tool, dict))
        yield (f"  tools: {', '.join(names)}",)
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict):
            role = f"  {_told(message.get('role'))}"
            yield from _content(role, message.get("content"), longest, colour="cyan")


def _content(label: str, content: Any, longest: int | None, colour: str) -> Iterator[_Line]:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for block in blocks if isinstance(blocks, list) else []:
        name, text = _block(block if isinstance(block, dict) else {"type": block})
        yield from _text((Styled(label, fg=colour), name), text, longest)


def _block(block: dict[str, Any]) -> tuple[str, str]:
    """What kind of block it is, if it is not text, and what it says."""
    kind = _told(block.get("type"))
    if kind == "text":
        return "", _told(block.get("text", ""))
    if kind == "thinking":
        return " (thinking)", _told(block.get("thinking", ""))
    if "input" in block:
        return f" ({kind} {_told(block.get('name'))})", jsontext.compact_deep(block["input"]).decode()
    rest = {key: value for key, value in block.items() if key not in {"type", "cache_control"}}
    return f" ({kind})", jsontext.compact_deep(rest).decode()


def _told(value: Any) -> str:
    """A member that is a text by right, and what a recording has there."""
    return jsontext.compact_deep(value).decode() if isinstance(value, (dict, list)) else str(value)


def _text(label: _Line, text: str, longest: int | None) -> Iterator[_Line]:
    cut = text if longest is None or len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"
    lines = [
        part
        for line in cut.splitlines() or [""]
        for part in textwrap.wrap(printable(line), _width(), replace_whitespace=False, drop_whitespace=False)
        or [""]
    ]
    yield (*label, f": {lines[0]}")
    yield from ((f"    {line}",) for line in lines[1:])


def _usage(usage: Any) -> str:
    if not isinstance(usage, dict):
        return "not told"
    return ", ".join(f"{key} {value}" for key, value in usage.items() if isinstance(value, int))


def _timing(interaction: Interaction) -> str:
    response = interaction.response
    size = f"{len(interaction.request.body):,} bytes asked, {len(response.body):,} bytes answered"
    if not response.chunks:
        return f"{size}, timing not recorded"
    total = sum(chunk.delay for chunk in response.chunks)
    ending = "" if response.ending == "clean" else f", ends in a {response.ending}"
    return (
        f"{size}, {len(response.chunks)} chunks, first after {response.chunks[0].delay:.2f} s,"
        f" all after {total:.2f} s{ending}"
    )


def _width() -> int:
    """How long a line of text may be: what a pipe gets does not depend on anybody's terminal."""
    columns = shutil.get_terminal_size((_WIDTH + _INDENT, 0)).columns
    return min(_WIDTH, max(_INDENT, columns - _INDENT))
