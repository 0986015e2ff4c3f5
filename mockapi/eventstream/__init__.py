"""The frame codec of AWS's binary event streams, `application/vnd.amazon.eventstream`.

Sans-IO: a `Decoder` is fed the bytes of a body as they come and returns the messages that they
complete, every checksum checked; `parse` does it for a whole body, `read` for as much of one as can be
read; `encode` is the inverse, to the byte. Nothing here knows what a message carries: Bedrock puts one
event of the Messages API in each.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.eventstream._decoder import Decoder, Reading, parse, read
    from mockapi.eventstream._encoder import encode, resealed
    from mockapi.eventstream._message import (
        CONTENT_TYPE,
        MAX_HEADERS_BYTES,
        MAX_PAYLOAD_BYTES,
        Header,
        Kind,
        Message,
        Value,
    )

__all__ = [
    "CONTENT_TYPE",
    "MAX_HEADERS_BYTES",
    "MAX_PAYLOAD_BYTES",
    "Decoder",
    "Header",
    "Kind",
    "Message",
    "Reading",
    "Value",
    "encode",
    "parse",
    "read",
    "resealed",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_decoder": "Decoder Reading parse read",
        "_encoder": "encode resealed",
        "_message": "CONTENT_TYPE MAX_HEADERS_BYTES MAX_PAYLOAD_BYTES Header Kind Message Value",
    },
)
