"""What is set before modules are collected, and taken back after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_mockapi._fixtures import PLUGIN_SERVER, server_of
from pytest_mockapi._options import OPTIONS

if TYPE_CHECKING:
    import pytest


def begin_run(config: pytest.Config) -> None:
    """Do what was asked for the whole run."""
    if _is_controller(config):
        return
    server, options = server_of(config), config.stash[OPTIONS]
    if options.env == "run":
        server.lead()
    if options.network == "session":
        server.refuse("this run")


def begin(config: pytest.Config) -> None:
    """Lead the clients that modules make when they are imported, if any of them uses a fixture."""
    env = config.stash[OPTIONS].env
    if _is_controller(config):
        return
    if env == "collection":
        server_of(config).lead()
    elif env == "auto":
        from pytest_mockapi._look import look

        seen = look(config)
        if seen.uses:
            server_of(config).lead(spared=seen.credentials)


def end(config: pytest.Config) -> None:
    """Give the environment back."""
    if PLUGIN_SERVER in config.stash:
        config.stash[PLUGIN_SERVER].leave()


def _is_controller(config: pytest.Config) -> bool:
    """Whether workers of xdist do the work."""
    return config.pluginmanager.hasplugin("dsession")
