"""Whether the value behind a credential's name is a credential, by what that name asks of it."""

from __future__ import annotations

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._names import NEEDS_MACHINE_MADE, NEEDS_ONE_RUN, is_fingerprint, is_folder
from mockapi.cassettes._secret_table import PASSWORDS
from mockapi.cassettes._values import Place, is_credential, is_machine_made, is_name


def judge(value: str, start: int, place: Place, name: str, ending: str) -> Find | None:
    chosen = ending in PASSWORDS and not (
        value.isupper() and is_name(value) and value.replace("_", "").isalpha()
    )  # a list of names
    if ending in NEEDS_ONE_RUN:
        if not is_machine_made(value):
            return None
    elif ending in NEEDS_MACHINE_MADE and (len(value) < 16 or is_name(value)):
        return None
    if is_folder(name, value) or not is_credential(value, place, chosen=chosen):
        return None
    return None if is_fingerprint(name, value) else found_at(value, start, name)


def found_at(value: str, start: int, name: str) -> Find:
    return Find(start, start + len(value), f"a credential called {name[-40:].strip()}")
