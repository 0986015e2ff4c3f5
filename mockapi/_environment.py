"""The variables that clients of the Messages API read, set so that they find mockapi and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEST_KEY = "sk-ant-test-mockapi"
EXEC_URL = "MOCKAPI_EXEC_URL"
"""The variable by which `mockapi exec` marks the environment of its command: the base URL there."""
BASE_URLS = ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "ANTHROPIC_API_BASE")
"""The variables that clients of the API itself read its address from."""
_CREDENTIALS = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_PROFILE")
_CLOUDS = {
    "ANTHROPIC_VERTEX_BASE_URL": "/v1",
    "ANTHROPIC_BEDROCK_BASE_URL": "",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "",
    "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "/anthropic",
    "ANTHROPIC_AWS_BASE_URL": "",
    "ANTHROPIC_GOOGLE_CLOUD_BASE_URL": "/v1/projects/mockapi/locations/global/workspaces/mockapi/invoke",
}
"""What the clouds' clients read, and where on the server each one's paths begin."""
_FOUNDRY = ("ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL", "/anthropic")
"""Its client refuses a base URL beside a resource, so the one is set only in place of the other."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def client_environment(
    environment: Mapping[str, str],
    base_url: str,
    *,
    keep_credentials: bool = False,
    keep_address: bool = False,
) -> dict[str, str]:
    """An environment in which the clients of the Messages API find the server and nothing else.

    Args:
        environment: what it is made from.
        base_url: the server's.
        keep_credentials: leave keys and tokens as they are, because requests go on to the real API. The
            clouds' clients are left alone then: what they send is not for it.
        keep_address: let clients of the API itself ask its own address, where somebody intercepts them.
    """
    changed = dict(environment)
    for name in BASE_URLS:
        changed.pop(name, None)
        if not keep_address:
            changed[name] = base_url
    if not keep_credentials:
        changed.update({name: f"{base_url}{place}" for name, place in _CLOUDS.items()})
        resource, url, place = _FOUNDRY
        if resource in changed or url in changed:
            changed.pop(resource, None)
            changed[url] = f"{base_url}{place}"
        for name in _CREDENTIALS:
            changed.pop(name, None)
        changed["ANTHROPIC_API_KEY"] = TEST_KEY
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in environment.get(name, "").split(",") if host]
        changed[name] = ",".join(hosts + [host for host in _LOOPBACK if host not in hosts])
    return changed
