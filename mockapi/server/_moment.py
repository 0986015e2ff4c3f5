"""When a request is answered, and with which ids, where several processes have to answer it alike."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - `NamedTuple` looks at its fields' types
from typing import NamedTuple


class Moment(NamedTuple):
    """What an answer depends on besides the request and the session, where others say what that is.

    Attributes:
        at: when the request came, in seconds since 1970.
        next_request_id: makes the id of a reply that mockapi has to write itself.
        tells: whether people are told here what there is to tell, and the upstream is asked to compare.
    """

    at: float
    next_request_id: Callable[[], str]
    tells: bool
