"""Options of a server in pyproject.toml: `[tool.mockapi]` takes every one of them by its long name.

    [tool.mockapi]
    cassettes = ["tests/cassettes"]
    port = 4011
    fault = ["529:times=1", {fault = "cut", event = 3}]

The command line outranks the environment, and the environment outranks the file. Paths start at the
file's folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from mockapi import storage
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHERS: Final = ("redact", "max_age")
"""What `[tool.mockapi]` has besides; mockapi.storage reads it."""
_PATHS: Final = (
    *("cassettes", "models", "betas", "script", "twin", "record_to", "report"),
    *("allow_folder", "control_token_file", "api_key_file"),
    *("uds", "tls_cert", "tls_key"),
)
_SAID: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


class ServerCommand(click.Command):
    """A command whose options may stand in pyproject.toml too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what the file says where neither the command line nor the environment says anything.

        Raises:
            UsageError: an option there that does not exist, or a value that does not fit it.
        """
        file, options = (None, {}) if ctx.resilient_parsing else self._project_options()
        ctx.default_map = {**(ctx.default_map or {}), **options}
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            name = None if error.param is None else error.param.name
            if name is None or ctx.get_parameter_source(name) is not ParameterSource.DEFAULT_MAP:
                raise
            raise UsageError(f"{file}: tool.mockapi.{name}: {error.message}") from error

    def _project_options(self) -> tuple[Path | None, dict[str, Any]]:
        try:
            found = storage.project_table(Path.cwd())
        except FileNotFoundError:  # the working folder has gone
            found = None
        if found is None:
            return None, {}
        file, table = found
        return file, self._read(file, table)

    def _read(self, file: Path, table: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {parameter.name: parameter for parameter in self.params if parameter.name}
        options: dict[str, Any] = {}
        for key, value in table.items():
            name = key.replace("-", "_")
            if key in _OTHERS:
                continue
            if name not in parameters and name not in _NOT_EVERYWHERE:
                import difflib  # noqa: PLC0415 - only what is misspelled needs it, and start-up time is measured

                near = difflib.get_close_matches(name, [*parameters, *_OTHERS], 1)
                remedy = f" Did you mean {near[0]}?" if near else " It takes the options of `mockapi serve`."
                raise UsageError(f"{file}: tool.mockapi has no {key!r}.{remedy}")
            if name not in parameters:
                continue
            is_list = getattr(parameters[name], "multiple", False) or parameters[name].nargs == -1
            if isinstance(value, list) != is_list:
                raise UsageError(f"{file}: tool.mockapi.{key} is a {'list' if is_list else 'single value'}.")
            items = [_as_option(item, name, file.parent) for item in (value if is_list else [value])]
            options[name] = items if is_list else items[0]
        return options


_NOT_EVERYWHERE: Final = (
    *("advertise", "drain", "log_format", "metrics", "session_lifetime", "sessions_per_owner", "state"),
    *("watch", "workers"),
)
"""Options of `serve` that its kin do not have."""


def was_said(ctx: click.Context, name: str) -> bool:
    """Whether the command line or the environment says an option, and not only the project's file."""
    return ctx.get_parameter_source(name) in _SAID


def _as_option(value: Any, name: str, folder: Path) -> Any:
    """A value of TOML as the command line would have it."""
    if isinstance(value, dict):
        return json.dumps(value)
    if name in _PATHS and isinstance(value, str) and folder != Path.cwd():
        return os.path.relpath(folder / value)
    return str(value) if not isinstance(value, bool | str) else value
