"""Kinds of text that are masked by one pattern: ids that point at a customer, and personal data.

Credentials are found by `_tokens` (what they look like), `_named` (what they are called) and
`_forms` (what stands around them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
STARS = "*"
ZEROS = "0"


class Find(NamedTuple):
    """A secret in a text.

    Attributes:
        start: where it starts.
        end: where it ends.
        kind: what messages call it.
        fill: what its mask is made of.
    """

    start: int
    end: int
    kind: str
    fill: str = STARS


@dataclass(frozen=True, slots=True)
class SecretKind:
    """A kind of text to mask.

    Attributes:
        name: what messages call it.
        pattern: what it looks like, a regular expression; the group `secret`, or all of it, is
            masked. Compiled when first needed: most runs never look for one.
        literals: one of these stands in every text that the pattern matches; none asks always.
        fill: "*", or "0" for ids that must still look like ids to a client.
        flags: how the pattern is read.
    """

    name: str
    pattern: str
    literals: tuple[str, ...] = ()
    fill: str = STARS
    flags: re.RegexFlag = re.ASCII


IDS: tuple[SecretKind, ...] = (
    SecretKind(
        "a workspace or organization id",
        r"\b(?:wrkspc|org)_(?P<secret>01[1-9A-HJ-NP-Za-km-z]{22})\b",
        ("wrkspc_", "org_01"),
        ZEROS,
    ),
    *(
        SecretKind(
            "an organization, workspace or account id",
            stem + r"(?:[ _-]?(?i:u?u?id)|s)?\W{0,3}[ _(\"'/=:<](?P<secret>" + UUID + r")",
            (literal,),
            ZEROS,
        )
        for literal, stem in (
            ("rgani", "rgani[sz]ation"),
            ("RGANI", "RGANI[SZ]ATION"),
            ("orkspace", "orkspace"),
            ("ORKSPACE", "ORKSPACE"),
            ("ccount", "ccount"),
            ("CCOUNT", "CCOUNT"),
        )
    ),
)

EMAIL = SecretKind(
    "an e-mail address", r"(?P<secret>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,253})", ("@",)
)
"""Masked where an address points at a user of the API, in `metadata.user_id`; elsewhere if asked for."""

PERSONAL: tuple[SecretKind, ...] = (
    SecretKind(
        "an e-mail address",
        r"(?<![A-Za-z0-9._%+-])(?P<secret>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})",
        ("@",),
    ),
    SecretKind(
        "a payment card number",
        r"(?<![0-9A-Za-z.-])(?P<secret>"
        r"[3-6][0-9]{3}(?P<joint>[ -]?)[0-9]{4}(?P=joint)[0-9]{4}(?P=joint)[0-9]{1,7}"
        r"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5})(?![0-9A-Za-z-])",
    ),
    SecretKind(
        "a phone number",
        r"(?<![0-9A-Za-z.+-])(?P<secret>\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{2,5}\)?){2,5}"
        r"|\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4})(?![0-9A-Za-z-])",
    ),
)
"""Personal data that has a form. Masked only where a project asks for it: prompts are full of it."""
