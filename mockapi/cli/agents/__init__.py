"""What coding agents use: the tools of `mockapi mcp`, and the protocol they are called by.

The tools are plain functions from arguments to text; what is specific to the SDK stands in `_protocol`.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.cli.agents._protocol import protocol_server
    from mockapi.cli.agents._server_client import ServerClient
    from mockapi.cli.agents._tools import Tools
    from mockapi.cli.agents._transports import guarded, run_http, run_stdio

__all__ = ["ServerClient", "Tools", "guarded", "protocol_server", "run_http", "run_stdio"]

__getattr__ = lazy_exports(
    __name__,
    {
        "_protocol": "protocol_server",
        "_server_client": "ServerClient",
        "_tools": "Tools",
        "_transports": "guarded run_http run_stdio",
    },
)
