"""What all nodes of a server must have alike: version, cassettes, settings, script; each as a digest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi._version import __version__

if TYPE_CHECKING:
    from mockapi.replies.scripts import Script
    from mockapi.sessions import CassetteSet, Settings

_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")


def plan_digest(library: CassetteSet, settings: Settings, script: Script | None) -> dict[str, str]:
    """What a node plays and how, by what people call the parts.

    Args:
        library: what it plays at its start.
        settings: of the default session.
        script: of the default session.
    """
    digests = {
        "version": __version__,
        "cassettes": digest_of(library),
        "script": "none" if script is None else _digest(script),
    }
    for item in fields(settings):
        digests[f"settings.{item.name}"] = _digest(getattr(settings, item.name))
    return digests


def digest_of(library: CassetteSet) -> str:
    """What is recorded, whatever the files are called; that takes a while with many recordings."""
    digest = blake2b(digest_size=16, person=b"mockapi nodes")
    for cassette, position in library.recordings.places():
        interaction = cassette.interactions[position]
        request, response = interaction.request, interaction.response
        said = (request.method, request.path, request.query, request.headers, response.status)
        told = repr((said, response.headers, len(request.body), len(response.body)))
        digest.update(told.encode("utf-8", "surrogatepass"))
        digest.update(request.body)
        digest.update(response.body)
    return digest.hexdigest()


def _digest(value: Any) -> str:
    return blake2b(orjson.dumps(_plain(value)), digest_size=8, person=b"mockapi nodes").hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON in which equal ones are equal in every process."""
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return sorted(([_plain(key), _plain(item)] for key, item in value.items()), key=repr)
    if isinstance(value, AbstractSet):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Callable):  # type: ignore[arg-type] # a class of collections.abc
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
    return _ADDRESS.sub("", repr(value))
