"""The options of a server that is one of several machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockapi import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.nodes import NodeOptions


def nodes_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; they arrive as keyword arguments."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_nodes(values: dict[str, Any]) -> NodeOptions | None:
    """What the options come to, taken out of the values; None where the server stands alone.

    Raises:
        UsageError: with what to write instead.
    """
    return nodes.node_options(values.pop("state"), values.pop("advertise"))


_OPTIONS = (
    click.option(
        "--state",
        metavar="URL",
        envvar="MOCKAPI_STATE",
        show_envvar=True,
        help="The Redis or Valkey in which several servers share what is one for all, such as redis://host/0;"
        " needs messages-mockapi[state]; docs/scale.md.",
    ),
    click.option(
        "--advertise",
        metavar="URL",
        envvar="MOCKAPI_ADVERTISE",
        show_envvar=True,
        help="The address at which clients reach this very server, past any load balancer: the base URL of"
        " sessions that are opened here.",
    ),
)
