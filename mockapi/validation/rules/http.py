"""The network edge: size, path and method. It answers before anybody looks at a key.

The engine checks these with the table of endpoints; here they only have their words.
"""

from __future__ import annotations

from mockapi.validation._rule import Rule, Stage, declare

TOO_LARGE = declare(
    Rule(
        "http.too_large",
        Stage.SIZE,
        "The body is larger than the endpoint takes: 32 MB, batches 256 MB, files 500 MB.",
        "Request exceeds the maximum size",
        "recorded in 2025-12 and 2026-03; the limits are documented",
        hint="The edge answers this one: the body has neither an outer type nor a request id.",
        status=413,
        type="request_too_large",
    )
)

NOT_FOUND = declare(
    Rule(
        "http.unknown_path",
        Stage.ROUTE,
        "The path is nearly one of the API: a base URL with or without /v1, a slash too many.",
        "Not Found",
        "quoted without its body; the type is our inference",
        status=404,
        type="not_found_error",
        confidence="maintainer",
    )
)

METHOD = declare(
    Rule(
        "http.method",
        Stage.ROUTE,
        "The endpoint does not take this method.",
        "Method Not Allowed",
        "recorded in 2026-09, without a key",
        status=405,
    )
)
