"""The options that say which rules a request is judged by, shared by servers and `mockapi validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from mockapi import messages, storage, validation
from mockapi.validation import Evidence, Profile

if TYPE_CHECKING:
    from collections.abc import Callable


def rule_options(option: Callable[..., Callable[[Any], Any]]) -> tuple[Callable[[Any], Any], ...]:
    """The options; `option` makes one."""
    return (
        option(
            "--rules",
            type=click.Choice(get_args(Profile)),
            default="documented",
            show_default=True,
            help="Where the API takes more than its documentation says, follow the one or the other.",
        ),
        option(
            "--disable-rule",
            multiple=True,
            metavar="ID",
            help="A rule that does not count; `mockapi rules` lists them.",
        ),
        option("--as-of", metavar="DATE", help="Models that were retired by this day are unknown."),
        option(
            "--models",
            type=click.Path(dir_okay=False),
            help='A JSON file of models to know besides: {"models": [{"id": ...}]}.',
        ),
        option(
            "--betas",
            type=click.Path(dir_okay=False),
            help='A JSON file of betas to take besides: {"betas": ["name"]}.',
        ),
        option(
            "--evidence",
            type=click.Choice(get_args(Evidence)),
            default="any",
            show_default=True,
            help="captured leaves out rules that only another project's test double speaks for.",
        ),
    )


def read_named(models: str | None, betas: str | None) -> validation.ValidationSettings:
    """Settings that know what the named files hold besides.

    Raises:
        UsageError: a file cannot be read, or holds something else.
    """
    return validation.ValidationSettings(
        models=() if models is None else messages.catalogue.read_models(Path(models)),
        betas=frozenset() if betas is None else storage.read_betas(Path(betas)),
    )
