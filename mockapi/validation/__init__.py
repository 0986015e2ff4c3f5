"""Refuse what the API refuses, in its own words, and nothing else.

    validator = Validator(Settings(rules="live"))
    validator.check(request)      the one error the API would give, or None
    validator.check_all(request)  all faults, for people
    validate(body)                the same for a body at hand

`Settings` and `Refusal` are cheap to import; the rest loads when it is first asked for, and the
schemas with their engines when the first request is judged.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mockapi.validation._settings import Mode, Profile, Refusal, Settings

if TYPE_CHECKING:
    from mockapi.validation._engine import Validator
    from mockapi.validation._rule import Rule
    from mockapi.validation._validate import all_rules, check_body, rule_ids, validate

_LATE = {
    "Validator": "mockapi.validation._engine",
    "Rule": "mockapi.validation._rule",
    "all_rules": "mockapi.validation._validate",
    "check_body": "mockapi.validation._validate",
    "rule_ids": "mockapi.validation._validate",
    "validate": "mockapi.validation._validate",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATE[name]), name)


__all__ = [
    "Mode",
    "Profile",
    "Refusal",
    "Rule",
    "Settings",
    "Validator",
    "all_rules",
    "check_body",
    "rule_ids",
    "validate",
]
