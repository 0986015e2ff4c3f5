"""Refuse what the API refuses, in its own words, and nothing else.

    validator = Validator(Settings(rules="live"))
    validator.check(request)      the one error the API would give, or None
    validator.check_all(request)  all faults, for people
    validate(body)                the same for a body at hand

`ValidationSettings` and `Refusal` are cheap to import; the rest loads when it is first asked for, and the
schemas with their engines when the first request is judged.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.validation._context import access_key_id
    from mockapi.validation._endpoints import NearMiss, find_endpoint, near_miss, with_version
    from mockapi.validation._engine import Validator
    from mockapi.validation._refusal import Refusal
    from mockapi.validation._rule import Rule
    from mockapi.validation._settings import Evidence, Mode, Profile, ValidationSettings
    from mockapi.validation._validate import all_rules, check_body, first_refusal, rule_ids, validate

__all__ = [
    "Evidence",
    "Mode",
    "NearMiss",
    "Profile",
    "Refusal",
    "Rule",
    "ValidationSettings",
    "Validator",
    "access_key_id",
    "all_rules",
    "check_body",
    "find_endpoint",
    "first_refusal",
    "near_miss",
    "rule_ids",
    "validate",
    "with_version",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_context": "access_key_id",
        "_endpoints": "NearMiss find_endpoint near_miss with_version",
        "_engine": "Validator",
        "_refusal": "Refusal",
        "_rule": "Rule",
        "_settings": "Evidence Mode Profile ValidationSettings",
        "_validate": "all_rules check_body first_refusal rule_ids validate",
    },
    renamed={"Settings": "ValidationSettings"},
)
