"""The rest of the API: token counts, models, batches, files, and the older text completions.

Each endpoint is a function from a request and the session's resource store to a reply and the next
store; `answer` knows which path is whose. Bytes that are kept lie in blobs, which the caller puts into
memory or onto disk.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.endpoints._context import Blob, EndpointContext, Keep, Validate
    from mockapi.replies.endpoints._router import answer
    from mockapi.replies.endpoints._store import ResourceStore

__all__ = [
    "Blob",
    "EndpointContext",
    "Keep",
    "ResourceStore",
    "Validate",
    "answer",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_context": "Blob EndpointContext Keep Validate",
        "_router": "answer",
        "_store": "ResourceStore",
    },
)
