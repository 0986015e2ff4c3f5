"""The official client classes of the clouds, pointed at a server: credentials fake, nothing else changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anthropic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCESS_KEY: Final = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY: Final = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
"""The pair of AWS's own documentation; it opens nothing."""
SIGNED: Final = {"aws_access_key": ACCESS_KEY, "aws_secret_key": SECRET_KEY, "aws_region": "us-east-1"}
WORKSPACE: Final = "/v1/projects/p-1/locations/global/workspaces/wrkspc_01TestTestTestTestTestTe/invoke"


@dataclass(frozen=True)
class Cloud:
    """A client class as it is used with one kind of credential.

    Attributes:
        client: the name of the class; the asynchronous one has `Async` before.
        place: what the base URL ends in.
        options: how it is made.
        model: what the cloud calls a model.
        message: what the ids of its messages look like.
        request: what its request ids look like.
        key: by which a session lists its credential as invalid.
    """

    client: str
    place: str
    options: Mapping[str, Any]
    model: str = "claude-opus-4-6"
    message: str = r"msg_01\w{22}"
    request: str = r"req_01\w{22}"
    key: str = "test-token"

    def made(self, base_url: str, *, is_async: bool = False, **options: Any) -> Any:
        """A client of a server; what it is not told it must not look for elsewhere."""
        kind: Callable[..., Any] = getattr(anthropic, f"Async{self.client}" if is_async else self.client)
        return kind(base_url=f"{base_url}{self.place}", **self.options, **{"max_retries": 0, **options})


_LONG: Final = "[a-z2-7]{52}"
CLOUDS: Final = {
    "vertex": Cloud(
        "AnthropicVertex",
        "/v1",
        {"region": "us-east5", "project_id": "p-1", "access_token": "test-token"},
        message=r"msg_vrtx_01\w{22}",
        request=r"req_vrtx_01\w{22}",
    ),
    "foundry-key": Cloud("AnthropicFoundry", "/anthropic", {"api_key": "test-token"}),
    "foundry-token": Cloud(
        "AnthropicFoundry", "/anthropic", {"azure_ad_token_provider": lambda: "test-token"}
    ),
    "mantle-key": Cloud(
        "AnthropicBedrockMantle",
        "/anthropic",
        {"api_key": "test-token", "aws_region": "us-east-1"},
        model="anthropic.claude-opus-4-7",
        message=f"msg_bdrk_{_LONG}",
        request=f"req_{_LONG}",
    ),
    "mantle-signed": Cloud(
        "AnthropicBedrockMantle",
        "/anthropic",
        SIGNED,
        model="anthropic.claude-opus-4-7",
        message=f"msg_bdrk_{_LONG}",
        request=f"req_{_LONG}",
        key=ACCESS_KEY,
    ),
    "aws-key": Cloud("AnthropicAWS", "", {"api_key": "test-token", "workspace_id": "wrkspc_01Test"}),
    "aws-signed": Cloud("AnthropicAWS", "", {**SIGNED, "workspace_id": "wrkspc_01Test"}, key=ACCESS_KEY),
    "google-cloud": Cloud(
        "AnthropicGoogleCloud",
        WORKSPACE,
        {"token_provider": lambda: "test-token", "project": "p-1", "workspace_id": "wrkspc_01Test"},
    ),
}
