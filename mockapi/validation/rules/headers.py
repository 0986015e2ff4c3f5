"""Credentials, version and betas, and the body's being JSON at all.

Any credential that is not empty is valid unless a session lists it. Version 2023-06-01 knows
keys in x-api-key and OAuth tokens as bearer; version 2026-10-21 takes keys as bearer too, and so does
the OpenAI-compatible endpoint, which asks for no version. When both headers are there, x-api-key wins.
The mode "lenient" takes either in any version; so does mockapi's own test key, which tests hold as a
token where skip conditions ask for a key.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from mockapi._data import data_dir
from mockapi._environment import TEST_KEY
from mockapi.jsontext import NotJSON
from mockapi.validation._endpoints import CHAT
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

VERSIONS: Final = ("2023-01-01", "2023-06-01", "2026-10-21")
"""The values of anthropic-version that are served, oldest first."""


@cache
def known_betas() -> frozenset[str]:
    """Every value of anthropic-beta that the API is known to take."""
    content = json.loads((data_dir("schemas") / "betas.json").read_text("utf-8"))
    return frozenset(content["betas"])


def _bearer_is_key(context: Context) -> bool:
    headers = context.headers
    if headers.version == "2026-10-21" or context.path == CHAT:
        return True
    return context.settings.mode == "lenient" or headers.bearer == TEST_KEY


@rule(
    "auth.missing",
    Stage.AUTH,
    message="x-api-key header is required",
    source="recorded in 2026-09",
    status=401,
    type="authentication_error",
    hint="Send x-api-key, or under version 2026-10-21 authorization: Bearer; "
    "any value that is not empty will do.",
)
def missing(context: Context) -> Iterator[Violation]:
    """The request carries no credential."""
    headers = context.headers
    other = headers.other if context.settings.mode == "lenient" else None
    if not headers.key and not headers.bearer and not other:
        yield Violation(None)


@rule(
    "auth.invalid_key",
    Stage.AUTH,
    message="API key is invalid.",
    source="quoted in 2026-09; until 2026-04 it read: invalid x-api-key",
    confidence="maintainer",
    status=401,
    type="authentication_error",
    hint="This session lists the key as invalid.",
)
def invalid_key(context: Context) -> Iterator[Violation]:
    """The key is one that the session lists as invalid."""
    headers, listed = context.headers, context.settings.invalid_keys
    if listed and (
        headers.key in listed or (not headers.key and _bearer_is_key(context) and headers.bearer in listed)
    ):
        yield Violation(None)


@rule(
    "auth.invalid_token",
    Stage.AUTH,
    message="Invalid authentication credentials",
    source="recorded in 2026-07",
    status=401,
    type="authentication_error",
    hint="This session lists the token as invalid.",
)
def invalid_token(context: Context) -> Iterator[Violation]:
    """The OAuth token is one that the session lists as invalid."""
    if context.headers.oauth and context.headers.bearer in context.settings.invalid_keys:
        yield Violation(None)


@rule(
    "auth.oauth_malformed",
    Stage.AUTH,
    message="Invalid OAuth token. The provided token was not found or is malformed.",
    source="recorded in 2025-11; in 2025-08 it read: OAuth authentication is currently not supported.",
    versions=("2023-06-01",),
    status=401,
    type="authentication_error",
    hint="An OAuth token needs the header anthropic-beta: oauth-2025-04-20.",
)
def oauth_malformed(context: Context) -> Iterator[Violation]:
    """An OAuth token comes without the beta that makes it one."""
    if (
        context.headers.oauth
        and not _bearer_is_key(context)
        and "oauth-2025-04-20" not in context.headers.betas
    ):
        yield Violation(None)


@rule(
    "auth.bearer",
    Stage.AUTH,
    message="Invalid bearer token",
    source="quoted in 2026-03 and 2026-08",
    confidence="maintainer",
    versions=("2023-06-01",),
    status=401,
    type="authentication_error",
    hint="Under version 2023-06-01 an API key goes into x-api-key; as bearer it works from 2026-10-21 on.",
)
def bearer(context: Context) -> Iterator[Violation]:
    """A bearer token under the old version is not an OAuth token."""
    headers = context.headers
    if not headers.key and headers.bearer and not headers.oauth and not _bearer_is_key(context):
        yield Violation(None)


@rule(
    "version.missing",
    Stage.VERSION,
    message="anthropic-version: header is required",
    source="recorded in 2026-04",
    hint="Send anthropic-version: 2023-06-01 or 2026-10-21.",
)
def version_missing(context: Context) -> Iterator[Violation]:
    """The header anthropic-version is missing."""
    if context.headers.version is None and context.settings.mode != "lenient" and context.path != CHAT:
        yield Violation(None)


@rule(
    "version.unknown",
    Stage.VERSION,
    message='anthropic-version: "{version}" is not a valid version',
    source="recorded in 2026-07",
    hint="The versions are 2023-01-01, 2023-06-01 and 2026-10-21.",
)
def version_unknown(context: Context) -> Iterator[Violation]:
    """The header anthropic-version names no version."""
    version = context.headers.version
    if version is not None and version not in VERSIONS and context.settings.mode != "lenient":
        yield Violation(None, {"version": version})


@rule(
    "beta.unknown",
    Stage.BETA,
    message="Unexpected value(s) {values} for the `anthropic-beta` header. Please consult our documentation "
    "at platform.claude.com/docs or try again without the header.",
    source="recorded in 2026-06, the address documented in 2026-08",
    hint="If the API takes it: name it in a file for --betas or MOCKAPI_BETAS, or disable beta.unknown.",
)
def beta_unknown(context: Context) -> Iterator[Violation]:
    """The header anthropic-beta names an unknown beta."""
    if context.settings.mode == "lenient":
        return
    known = known_betas() | context.settings.betas
    unknown = [beta for beta in context.headers.betas if beta not in known]
    if unknown:
        yield Violation(None, {"values": ", ".join(f"`{beta}`" for beta in unknown)})


@rule(
    "beta.long_context_oauth",
    Stage.BETA,
    message="This authentication style is incompatible with the long context beta header.",
    source="recorded in 2026-02",
)
def long_context_oauth(context: Context) -> Iterator[Violation]:
    """An OAuth token asks for the long context beta."""
    if context.headers.oauth and "context-1m-2025-08-07" in context.headers.betas:
        yield Violation(None)


@rule(
    "json.invalid",
    Stage.JSON,
    message="The request body is not valid JSON: {reason}",
    source="recorded in 2026-03, 2026-04 and 2026-07; the reason is orjson's own text",
)
def not_json(context: Context) -> Iterator[Violation]:
    """The body is not JSON: NaN, lone surrogates and too many levels included."""
    if isinstance(context.body, NotJSON):
        # Newer releases of orjson say more here than the API does.
        reason = context.body.reason.replace(
            "unexpected character, expected a JSON value", "unexpected character"
        )
        yield Violation(None, {"reason": reason})
