"""The options of a server that is one of several machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mockapi import nodes, server
from mockapi.errors import UsageError

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
    state, advertise = values.pop("state"), values.pop("advertise")
    return None if state is None and advertise is None else nodes.node_options(state, advertise)


def check_prefix(node: NodeOptions | None, root_path: str) -> None:
    """Refuse an address with a path at which the node would not answer.

    Args:
        node: what makes the server one of several machines, if anything.
        root_path: the prefix under which a proxy shows it; "" for none.

    Raises:
        UsageError: with what to write instead.
    """
    if node is None or node.advertise is None:
        return
    path = urlsplit(node.advertise).path
    if path and path != root_path:
        known = f"--root-path says {root_path}" if root_path else "there is no --root-path"
        raise UsageError(
            f"--advertise {node.advertise} has the path {path}, and {known}: write --root-path {path}, or"
            " leave the path out where clients reach this node past any proxy."
        )
    if path and not server.is_prefix(path):
        raise UsageError(f"--advertise {node.advertise}: the path is a prefix such as /mock, not {path!r}.")


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
