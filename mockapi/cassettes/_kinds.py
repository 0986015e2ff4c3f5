"""What a secret looks like: one table for recording, matching and lint.

Most patterns are prefixes that vendors made for this very purpose, so that a scanner can find
them; the rest name an id or a credential by the words before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CREDENTIAL_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "x-api-key", "api-key", "cookie", "set-cookie",
        "x-amz-security-token", "x-goog-api-key", "anthropic-user-profile-id",
    }
)  # fmt: skip
"""Header fields, in lower case, whose value is a credential or points at a person."""

CREDENTIAL_NAMES = (
    "authorization_token", "access_token", "refresh_token", "id_token", "auth_token", "client_secret",
    "secret_access_key", "api_key", "x_api_key", "authorization",
)  # fmt: skip
"""JSON keys and query names whose value is a credential whatever it looks like.

Their words may be joined by `_`, by `-` or by nothing (`accessToken`), in any case.
"""

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
STARS = "*"
ZEROS = "0"


@dataclass(frozen=True, slots=True)
class SecretKind:
    """A kind of secret.

    Attributes:
        name: what messages call it.
        pattern: what it looks like, a regular expression; the group `secret`, or all of it, is
            masked. Compiled when first needed: most runs never look for one.
        literals: one of these stands in every text that the pattern matches; none asks always.
        core: what every JSON text that holds one matches, whatever stands around it: a second
            question, asked where the literals are words of everyday language.
        everyday: whether the literals are in nearly every request: then `core` is what follows one.
        fill: "*", or "0" for ids that must still look like ids to a client.
    """

    name: str
    pattern: str
    literals: tuple[str, ...] = ()
    core: bytes | None = None
    everyday: bool = False
    fill: str = STARS
    flags: re.RegexFlag = re.NOFLAG


def _kind(
    name: str,
    pattern: str,
    *literals: str,
    core: bytes | None = None,
    everyday: bool = False,
    fill: str = STARS,
) -> SecretKind:
    return SecretKind(name, pattern, literals, core, everyday, fill, re.ASCII)


NAME_ENDINGS = (
    "oken", "OKEN", "ecret", "ECRET", "key", "Key", "KEY", "zation", "ZATION",
)  # fmt: skip
_NAME_IN_TEXT = (
    r"(?:(?i:access|refresh|auth|authorization|session|api)[_-]?(?:[tT]oken|TOKEN)"
    r"|(?i:client|api|app)[_-]?(?:[sS]ecret|SECRET)"
    r"|(?i:api|access|secret)[_-]?(?:[kK]ey|KEY)"
    r"|[aA]uthorization|AUTHORIZATION)"
)

# A test key of this project (`sk-ant-test-…`) is no secret.
KINDS: tuple[SecretKind, ...] = (
    _kind(
        "an Anthropic key or token",
        r"sk-ant-(?!test-)(?P<secret>[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{16,})",
        "sk-ant-",
    ),
    _kind(
        "an OpenAI-style key",
        # A slug of plain words (sk-learn-based-feature-extraction-and-more) is none.
        r"\bsk-(?!ant-)(?=[A-Za-z0-9_-]{0,100}?(?:[A-Z]|(?=[a-z0-9]{16})[a-z]{0,15}[0-9]))"
        r"(?P<secret>[A-Za-z0-9_-]{32,})",
        "sk-",
        core=rb"sk-(?!ant-)[A-Za-z0-9_-]{32}",
    ),
    _kind("an AWS access key id", r"\b(?:AKIA|ASIA)(?P<secret>[0-9A-Z]{16})\b", "AKIA", "ASIA"),
    _kind("a Google API key", r"\bAIza(?P<secret>[0-9A-Za-z_-]{35})", "AIza"),
    _kind(
        "a GitHub token",
        r"\b(?:gh[pousr]_(?P<secret>[A-Za-z0-9]{36,})|github_pat_[A-Za-z0-9_]{36,})",
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
    ),
    _kind("a Slack token", r"\bxox[abeoprs]-(?P<secret>[A-Za-z0-9-]{10,})", "xox"),
    _kind(
        "a private key",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?P<secret>[^-]+)",
        "PRIVATE KEY-----",
    ),
    _kind(
        "a JSON web token",
        r"\beyJ(?P<secret>[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
        "eyJ",
        core=rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ",
    ),
    _kind(
        "a bearer token",
        r"\b(?i:bearer)[ \t]+(?P<secret>[A-Za-z0-9._~+/-]{20,}=*)",
        "earer", "EARER",
        core=rb"(?i:bearer)(?: |\t|\\t)+[A-Za-z0-9._~+\\/-]{20}",
    ),
    _kind(
        "a password in a URL",
        r"://[^\s/:@\"'<>{}$?#\\]{0,80}:(?P<secret>[^\s/:@\"'<>{}$?#\\]{1,200})@",
        "://", ":\\/\\/",  # JSON may spell a slash with a backslash
        core=rb":\\?/\\?/[^\s/:@\"]*:[^\s/:@\"]+@",
    ),
    _kind(
        "a credential in a URL",
        r"[?&](?:access_token|refresh_token|id_token|client_secret|api_key|apikey|api-key)="
        r"(?!sk-ant-test-)(?P<secret>[^\s&#\"'<>{}$\\]{8,})",
        "_token=", "client_secret=", "api_key=", "apikey=", "api-key=",
    ),
    _kind(
        "a credential called by its name",
        _NAME_IN_TEXT + r"(?:\\*[\"'])? ?[:=] {0,3}(?:\\*[\"'])?(?:(?i:basic|token) )?(?!sk-ant-test-)"
        r"(?=[A-Za-z._~+/=_-]*[0-9])(?P<secret>[A-Za-z0-9][A-Za-z0-9._~+/=_-]{15,})",
        *NAME_ENDINGS,
        core=rb"(?:\\*[\"'])? ?[:=] {0,3}(?:\\*[\"'])?(?:(?i:basic|token) )?"
        rb"[A-Za-z0-9][A-Za-z0-9._~+\\/=_-]{15}",
        everyday=True,
    ),
    _kind(
        "a cookie",
        r"\b(?P<set>(?i:set-))?(?i:cookie): ?[^\s=;,\"*]{1,80}=(?P<secret>[^\s;,\"]+"
        r"(?:; (?(set)(?!(?i:path|domain|expires|max-age|samesite|priority)=))[^\s=;,\"]{1,80}=[^\s;,\"]+)*)",
        "ookie:", "OOKIE:",
    ),
    _kind(
        "a workspace or organization id",
        r"\b(?:wrkspc|org)_(?P<secret>01[1-9A-HJ-NP-Za-km-z]{22})\b",
        "wrkspc_", "org_01",
        fill=ZEROS,
    ),
    _kind(
        "an organization, workspace or account id",
        r"(?i:organi[sz]ation|workspace|account)(?:[ _-]?(?i:u?u?id)|s)?\W{0,3}[ _(\"'/=:<](?P<secret>"
        + UUID
        + r")",
        "rgani", "orkspace", "ccount",
        core=rb"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-",
        fill=ZEROS,
    ),
)  # fmt: skip

EMAIL = _kind("an e-mail address", r"(?P<secret>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+)", "@")
"""Masked only where an address points at a user of the API: in `metadata.user_id`."""
