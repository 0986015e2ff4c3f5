"""What Vertex calls the API's models: NAME@DATE for those with a date in their id, NAME for the others.

The names are those of Anthropic's and of Google's documentation. One model has a name besides the rule.
`@default` is Vertex's own spelling of "whichever version". Without a version the newest is meant.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mockapi.messages.catalogue import shipped
from mockapi.replies.surfaces._translation import not_of

_DATED: Final = re.compile(r"(?P<name>.+)-(?P<date>\d{8})")
_BESIDES: Final = {"claude-3-5-sonnet-20241022": "claude-3-5-sonnet-v2@20241022"}
_ANY_VERSION: Final = "@default"


def vertex_name(id_: str) -> str:
    """What Vertex calls the model of this id."""
    dated = _DATED.fullmatch(id_)
    if id_ in _BESIDES or dated is None:
        return _BESIDES.get(id_, id_)
    return f"{dated['name']}@{dated['date']}"


def plain_model(name: str) -> str:
    """The API's id of a model of Vertex; for another name one that the API does not have either.

    A name with a date that is in no list is spelled as the API would: it may be a newer model's.
    """
    known = _ids().get(name.removesuffix(_ANY_VERSION))
    if known is not None:
        return known
    if "@" in name:
        return name.replace("@", "-")
    return not_of("publishers/anthropic/models", name)


@cache
def _ids() -> dict[str, str]:
    """The id of each name of Vertex, with and without its version."""
    named = {vertex_name(model.id): model.id for model in reversed(shipped().models)}
    return {name.partition("@")[0]: id_ for name, id_ in named.items()} | named
