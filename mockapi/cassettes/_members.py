"""What names a string of a JSON text: its member or one beside it; and whether a name is like a secret's."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from mockapi.cassettes._jsonscan import Leaf, Role, decoded
from mockapi.cassettes._keyfiles import WEB_KEY_SECRETS
from mockapi.cassettes._names import COOKIES, is_mnemonic_name, item_name, names_something
from mockapi.cassettes._places import beside, may_name_elsewhere, named_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMING = frozenset({"name", "Name", "key", "Key", "header", "ParameterKey", "parameterKey"})
_VALUES = frozenset({"value", "Value", "ParameterValue", "parameterValue"})
_GENERATED = "random_password"
_RESULTS = frozenset({"result", "bcrypt_hash"})
_COOKIES = frozenset({"cookies", "cookie"})
_TELLING: Final = frozenset({"sensitive", "kty", *_COOKIES, *COOKIES})
"""Members that say what the values beside or below them are."""
_LONGEST_NAME: Final = 200
_NAME_END: Final = re.compile(r'"[ \t\r\n]*:')
_LIST_BEGINS: Final = re.compile(r'"[ \t\r\n]*:[ \t\r\n]*\[')
_NAMED: Final = re.compile(rf'"(?:{"|".join(sorted(_NAMING))})\\*"[ \t\r\n]*:[ \t\r\n]*\\*"([^"]*)"')


def may_name_secret(text: str) -> bool:
    """Whether a string of a JSON text may be masked by what names it: never False where one is.

    It looks at names alone, and at each only once. That a text has escapes, or is several texts in one,
    makes no difference.
    """
    names = _names_before(_NAME_END, text)
    if "username" in names and "key" in names:
        return True
    if _GENERATED in text and not names.isdisjoint(_RESULTS):
        return True
    if not names.isdisjoint(_VALUES):
        names.update(name.rstrip("\\") for name in _NAMED.findall(text))
    return (
        any(map(_is_telling, names))
        or any(map(item_name, _names_before(_LIST_BEGINS, text)))
        or may_name_elsewhere(text)
    )


def _names_before(end: re.Pattern[str], text: str) -> set[str]:
    """What stands in quotes before something."""
    return {piece[piece.rfind('"') + 1 :][-_LONGEST_NAME:].rstrip("\\") for piece in end.split(text)[:-1]}


@functools.lru_cache(maxsize=4096)
def _is_telling(name: str) -> bool:
    return name.lower() in _TELLING or names_something(name) or is_mnemonic_name(name)


def names_before(text: str, leaves: list[Leaf]) -> Iterator[str]:
    """For each leaf what names it: its member, or the member before it in `{"name": …, "value": …}`."""
    web_keys = {leaf.owner for leaf in leaves if leaf.name == "kty"} if '"kty"' in text else set()
    sensitive = _sensitive(text, leaves) if "sensitive" in text else set()
    elsewhere = named_elsewhere(text, leaves)
    is_generated = False
    for at, leaf in enumerate(leaves):
        name = leaf.name
        is_generated = is_generated or text[leaf.start : leaf.end] == _GENERATED
        if leaf.owner in web_keys and name in WEB_KEY_SECRETS:
            yield "private_key"
        elif name == "key" and at >= 2 and leaves[at - 2][2:4] == ((*leaf.path[:-1], "username"), leaf.owner):
            yield "api_key"
        elif (name == "value" and leaf.owner in sensitive) or (
            is_generated and name in _RESULTS and leaf.role is Role.STRING
        ):
            yield "password"
        elif at in elsewhere:
            yield elsewhere[at]
        elif leaf.role is Role.STRING and isinstance(leaf.path[-1:] and leaf.path[-1], int):
            yield item_name(name) or name
        elif leaf.role is Role.STRING and len(leaf.path) > 1 and leaf.path[-2] in _COOKIES:
            yield "cookie_token"
        elif leaf.role is Role.STRING and name in _VALUES and (naming := _naming(leaves, at)):
            yield decoded(text[naming.start : naming.end])
        else:
            yield name


def _naming(leaves: list[Leaf], at: int) -> Leaf | None:
    """The member that names a value: `{"name": …, "type": …, "value": …}`."""
    return beside(leaves, at, _NAMING)


def _sensitive(text: str, leaves: list[Leaf]) -> set[int]:
    """The objects that say of themselves that their value is sensitive."""
    return {
        leaf.owner for leaf in leaves if leaf.name == "sensitive" and text[leaf.start : leaf.end] == "true"
    }
