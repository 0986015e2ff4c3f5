"""The options of a server, shared by every command that starts one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import click

from mockapi import jsontext, replies, sessions, storage
from mockapi._data import data_dir
from mockapi.cli._doors import door_options, read_access
from mockapi.cli._listener import Listener, listener_options, read_listener
from mockapi.cli._operations import operation_options
from mockapi.cli._paths import FileToWrite
from mockapi.cli._recording import read_recording, recording_options
from mockapi.cli._rule_options import read_named, rule_options
from mockapi.cli._script import read_script
from mockapi.cli._twin import read_twin
from mockapi.errors import UsageError
from mockapi.replies import faults
from mockapi.server import recording
from mockapi.validation import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.replies.scripts import Script
    from mockapi.server import Access, Settings
    from mockapi.server.recording import RecordOptions


class ServerOptions(NamedTuple):
    """What the options of one command line come to."""

    paths: tuple[str, ...]
    settings: Settings
    listener: Listener
    access: Access
    report: str | None
    verbose: bool
    recording: RecordOptions | None
    script: Script | None


def _option(*names: str, **kwargs: Any) -> Callable[[Any], Any]:
    """An option that is also the environment variable MOCKAPI_NAME."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    variable = "MOCKAPI_" + long.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=True, **kwargs)


_OPTIONS = (
    click.argument(
        "cassettes",
        nargs=-1,
        metavar="[CASSETTE|FOLDER]...",
        type=click.Path(),
        envvar="MOCKAPI_CASSETTES",
    ),
    *listener_options(_option),
    _option(
        "--on-unmatched",
        type=click.Choice(["fail", "synthesize", "record", "passthrough"]),
        help="What answers a request that nothing recorded matches: fail (422) where cassettes are named,"
        " else synthesize; or the upstream, whose answer is recorded or only passed on.",
    ),
    _option(
        "--script",
        type=click.Path(dir_okay=False),
        help="A JSON file that says what is replied, in sequence or by condition; docs/scripts.md.",
    ),
    _option(
        "--seed",
        default=0,
        show_default=True,
        type=click.IntRange(0),
        help="Synthesized replies of different seeds differ.",
    ),
    _option(
        "--max-requests",
        type=click.IntRange(0),
        help="Requests that a session answers before it says that the loop does not end; 0 for any number."
        "  [default: 1,000; any number in the default session without a script]",
    ),
    _option(
        "--cors",
        multiple=True,
        metavar="ORIGIN",
        help="An origin whose pages may use the server from a browser, or *.",
    ),
    _option(
        "--validation",
        type=click.Choice(get_args(Mode)),
        default="strict",
        show_default=True,
        help="Refuse what the API refuses; lenient looks at the shape only, off takes everything.",
    ),
    *rule_options(_option),
    _option(
        "--speed",
        metavar="max|FACTOR",
        help="max sends at once; 1 in the recorded chunks and delays, 2 twice as fast."
        "  [default: max; 1 with --twin]",
    ),
    _option(
        "--fault",
        multiple=True,
        metavar="NAME[:KEY=VALUE,...]",
        help="What goes wrong on purpose: 529:times=2, or cut:event=3,probability=0.1; docs/faults.md.",
    ),
    _option(
        "--pace",
        metavar="KEY=SECONDS,...|JSON",
        help="How long replies take: first=0.5,between=0.02 (to the first token, and between two).",
    ),
    _option(
        "--rate-limit",
        metavar="KEY=N,...",
        help="Limits for one minute and key: requests, input_tokens, output_tokens.",
    ),
    _option(
        "--twin",
        type=click.Path(dir_okay=False),
        help="Answer like the traffic that this profile was learned from, errors and times included:"
        " `mockapi twin learn` writes one.",
    ),
    _option(
        "--after-last",
        type=click.Choice(["repeat", "fail"]),
        default="repeat",
        show_default=True,
        help="When every recording of a request has been played: repeat the last, or fail.",
    ),
    _option(
        "--convert",
        is_flag=True,
        help="Let a JSON recording answer a request for a stream, and the other way round.",
    ),
    _option(
        "--substitute",
        multiple=True,
        metavar="NAME|NAME=REGEX",
        help="Text that does not count in matching: date, time, uuid, home, cwd, tmp, or a pattern.",
    ),
    _option(
        "--ignore",
        multiple=True,
        metavar="JSONPATH",
        help="A part of request bodies that does not count in matching, such as $.metadata.",
    ),
    _option(
        "--compare",
        type=click.Choice(["all", "last-turn", "last-text", "stream", "uri"]),
        default="all",
        show_default=True,
        help="Match whole bodies, or only model, tools and the last turn, or the user's last text,"
        " or whether a stream is asked for, or no bodies at all (uri, as VCR.py does).",
    ),
    _option("--rename-tool-ids", is_flag=True, help="Match tool-use ids by their order."),
    *door_options(_option),
    *recording_options(_option),
    _option(
        "--report",
        type=FileToWrite(),
        help="Write what was played, and what was not, to this file at the end.",
    ),
    _option("-v", "--verbose", is_flag=True, help="A line on stderr for every request."),
)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a server; they arrive as keyword arguments."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def standing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a server, and those of one that runs until it is told to stop."""
    for option in reversed(operation_options(_option)):
        command = option(command)
    return server_options(command)


def read_options(values: dict[str, Any]) -> ServerOptions:
    """The options of a command line, checked together.

    Raises:
        UsageError: with what to write instead.
    """
    matching: dict[str, Any] = {
        "substitute": [_substitution(item) for item in values["substitute"]],
        "ignore": list(values["ignore"]),
        "compare": values["compare"],
        "rename_tool_ids": values["rename_tool_ids"],
    }
    options = {
        "matching": matching,
        "speed": values["speed"] or ("max" if values["twin"] is None else 1),
        "after_last": values["after_last"],
        "convert": values["convert"],
        "on_unmatched": values["on_unmatched"],
        "record_mode": values["record_mode"],
        "seed": values["seed"],
        "max_requests": values["max_requests"],
        "cors": list(values["cors"]),
        "validation": values["validation"],
        "rules": values["rules"],
        "disabled_rules": list(values["disable_rule"]),
        "as_of": values["as_of"],
        "evidence": values["evidence"],
    }
    recording.parse_mode(values["record_mode"])
    rules = storage.working_project().rules
    settings = sessions.session_options(
        options, _defaults(values["models"], values["betas"]), storage.folders()
    ).settings
    settings = replace(settings, matching=replace(settings.matching, redaction=rules))
    return ServerOptions(
        paths=tuple(values["cassettes"]) or _unnamed(values),
        settings=replace(settings, **_mishaps(values)),
        listener=read_listener(values),
        access=read_access(values),
        report=values["report"],
        verbose=values["verbose"],
        recording=read_recording(values, rules),
        script=None if values["script"] is None else read_script(values["script"]),
    )


def _unnamed(values: dict[str, Any]) -> tuple[str, ...]:
    """What is played where no cassette is named: the starter ones, unless something else answers."""
    answers = values["script"] is not None or values["twin"] is not None
    return () if answers else (str(data_dir("cassettes")),)


def _defaults(models: str | None, betas: str | None) -> sessions.Settings:
    if models is None and betas is None:
        return sessions.Settings()
    return sessions.Settings(validation=read_named(models, betas))


def _mishaps(values: dict[str, Any]) -> dict[str, Any]:
    """The settings that make things go wrong, as far as they were given."""
    changes: dict[str, Any] = {}
    if values["fault"]:
        changes["faults"] = tuple(faults.parse_fault_text(text) for text in values["fault"])
    if values["pace"] is not None:
        changes["pace"] = replies.parse_pace(_pairs(values["pace"], "--pace"), "--pace")
    if values["rate_limit"] is not None:
        pairs = _pairs(values["rate_limit"], "--rate-limit")
        changes["rate_limits"] = replies.parse_rate_limits(pairs, "--rate-limit")
    if values["twin"] is not None:
        changes["twin"] = read_twin(values["twin"])
    return changes


def _pairs(text: str, option: str) -> Any:
    """`KEY=VALUE,...` with JSON values, or a whole JSON object."""
    if text.lstrip().startswith("{"):
        value = jsontext.parse(text.encode())
        if isinstance(value, jsontext.NotJSON):
            raise UsageError(f"{option} must be JSON where it begins with a brace: {value.reason}.")
        return value
    pairs: dict[str, Any] = {}
    for pair in faults.NEXT_PAIR.split(text):
        key, _, written = (part.strip() for part in pair.partition("="))
        value = jsontext.parse(written.encode())
        if isinstance(value, jsontext.NotJSON):
            raise UsageError(f"{option} takes KEY=NUMBER,KEY=NUMBER; got {pair!r}.")
        pairs[key] = value
    return pairs


def _substitution(text: str) -> str | dict[str, str]:
    name, equals, pattern = text.partition("=")
    if not equals:
        return text
    if not name:
        raise UsageError(f"--substitute {text}: a pattern needs a name before the =.")
    return {"name": name, "pattern": pattern}
