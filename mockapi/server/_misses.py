"""Why a request was not answered: found out on another thread, within bounds."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi import cassettes, validation
from mockapi.errors import TooSlowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.cassettes import Matching, Miss, Recording
    from mockapi.exchange import Request
    from mockapi.server._console import Console
    from mockapi.sessions import Exchange

_MOST_EXPLAINED = 4 * 1024 * 1024
"""Bytes of a body: a search for patterns in more would hold up every stream for a tenth of a second."""
_UNKNOWN_PATH = (
    "mockapi makes up no replies for this path, and cannot know whether the API has it:"
    " --on-unmatched record or passthrough asks an upstream."
)
_MAX_EXPLAINING = 100  # looked into at once; a client in a loop must not fill the memory


class Explainer:
    """Looks into misses, and tells people.

    Attributes:
        at_work: how many it is looking into.
    """

    def __init__(self) -> None:
        self.at_work = 0

    def explain(self, exchange: Exchange, console: Console) -> asyncio.Future[Miss] | None:
        """Look into a miss on another thread: streams in flight must not wait for it.

        Args:
            exchange: the request that nothing matches.
            console: where people are told.
        """
        request, session = exchange.request, exchange.session
        if self.at_work >= _MAX_EXPLAINING:
            return None
        self.at_work += 1
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(
            None,
            _explained,
            request,
            exchange.plain.path,
            session.index.recordings,
            session.settings.effective_matching,
        )

        def done(finished: asyncio.Future[Miss]) -> None:
            self.at_work -= 1
            if not finished.cancelled():
                console.miss(request, finished.result(), session)

        future.add_done_callback(done)
        return future


def _explained(
    request: Request, plain_path: str, recordings: Sequence[Recording], matching: Matching
) -> Miss:
    if len(request.body) > _MOST_EXPLAINED:
        size = f"{len(request.body):,} bytes"
        return _unexplained(f"The request has {size}, too many to be compared with what is recorded.")
    try:
        miss = cassettes.explain_miss(request, recordings, matching)
    except RecursionError:
        return _unexplained("The request is nested too deeply to be compared with what is recorded.")
    except TooSlowError as error:
        return _unexplained(f"It was not compared with what is recorded: {error}.")
    except Exception:
        # The client has its answer, and no one awaits this future: a defect must not vanish in it.
        logging.getLogger(__name__).exception("A miss could not be explained: a defect of mockapi.")
        return _unexplained("Why could not be found out: see the traceback on the server's stderr.")
    if validation.find_endpoint(plain_path) is None:
        return replace(miss, remedies=(*miss.remedies, _UNKNOWN_PATH))
    return miss


def _unexplained(why: str) -> Miss:
    return cassettes.Miss(None, (), (why,))
