"""What people check about the requests of an agent, with a message that shows what came instead.

All raise AssertionError, and look only at the requests to POST /v1/messages, and at what stands for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.testing._received import ReceivedRequest


class Assertions:
    """Assertions over the requests of a session."""

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests in order."""
        raise NotImplementedError  # the session's

    @property
    def _calls(self) -> list[ReceivedRequest]:
        return [item for item in self.requests if item.asks_for_message]

    def assert_turns(self, count: int) -> None:
        """The model was asked exactly so often.

        messages_api.assert_turns(2)
        """
        calls = self._calls
        if len(calls) != count:
            _fail(f"the model was asked {len(calls)} times, not {count}", calls)

    def assert_tools_offered(self, *names: str, exactly: bool = False) -> None:
        """The last request offers these tools; `exactly`: and no others.

        messages_api.assert_tools_offered("get_weather", "get_time")
        """
        tools = self._last().tools
        missing = [name for name in names if name not in tools]
        more = [name for name in tools if name not in names] if exactly else []
        if missing or more:
            wrong = [f"{', '.join(missing)} missing"] if missing else []
            wrong += [f"{', '.join(more)} not expected"] if more else []
            raise AssertionError(
                f"the last request offers the tools {', '.join(tools) or '(none)'}: {'; '.join(wrong)}"
            )

    def assert_tool_result_sent(
        self, tool: str, containing: str | None = None, *, is_error: bool | None = None
    ) -> None:
        """Some request hands back a result of this tool, with this text in it.

        messages_api.assert_tool_result_sent("get_weather", "7 degrees")
        """
        seen: list[str] = []
        for call in self._calls:
            names = call.called_tools
            for result in call._view.tool_results:  # noqa: SLF001 - the request's own view of itself
                id_ = str(result.get("tool_use_id"))
                text, failed = call.tool_results[id_], result.get("is_error") is True
                fits = names.get(id_) == tool and (containing is None or containing in text)
                if fits and is_error in (None, failed):
                    return
                seen.append(f"{names.get(id_, id_)}{' (error)' if failed else ''}: {text[:200]!r}")
        wanted = tool if containing is None else f"{tool} with {containing!r}"
        if is_error is not None:
            wanted += f" that tells of {'an' if is_error else 'no'} error"
        raise AssertionError(f"no result of {wanted} was sent back; sent were: {'; '.join(seen) or 'none'}")

    def assert_system_contains(self, text: str) -> None:
        """The last request has this text in its system prompt.

        messages_api.assert_system_contains("You are a weather bot")
        """
        system = self._last().system
        if text not in system:
            raise AssertionError(f"the system prompt of the last request lacks {text!r}; it is {system!r}")

    def assert_cache_breakpoints(self, places: int | Sequence[str]) -> None:
        """The last request has so many cache breakpoints, or has them in these places.

        messages_api.assert_cache_breakpoints(["/tools/3", "/system/0"])
        """
        found = self._last().cache_breakpoints
        if (len(found) if isinstance(places, int) else found) != (
            places if isinstance(places, int) else list(places)
        ):
            raise AssertionError(f"the last request has cache breakpoints at {found}, not {places!r}")

    def _last(self) -> ReceivedRequest:
        calls = self._calls
        if not calls:
            _fail("no request has come", self.requests)
        return calls[-1]


def _fail(words: str, requests: Sequence[ReceivedRequest]) -> None:
    lines = [f"  {item!r} {item.last_user_text[:60]!r}" for item in requests]
    raise AssertionError("\n".join([f"{words}:" if lines else words, *lines]))
