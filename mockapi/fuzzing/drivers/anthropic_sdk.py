"""The Python SDK of the API: `raw` and `raw-async` show events, `helper` and `helper-async` a message."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import anthropic

from mockapi.fuzzing.drivers._lines import BODY, KEY, serve

_MODES = ("raw", "raw-async", "helper", "helper-async")


def _options(base_url: str, patience: float) -> dict[str, Any]:
    return {"base_url": base_url, "api_key": KEY, "max_retries": 0, "timeout": patience}


def _raw(base_url: str, patience: float, shown: list[Any]) -> None:
    with (
        anthropic.Anthropic(**_options(base_url, patience)) as client,
        client.messages.create(**BODY, stream=True) as stream,  # type: ignore[call-overload] # a dict of options
    ):
        for event in stream:
            shown.append(_value(event))  # noqa: PERF401 - what came before an error counts


async def _raw_async(base_url: str, patience: float, shown: list[Any]) -> None:
    async with anthropic.AsyncAnthropic(**_options(base_url, patience)) as client:
        stream = await client.messages.create(**BODY, stream=True)  # type: ignore[call-overload] # as above
        async with stream:
            async for event in stream:
                shown.append(_value(event))  # noqa: PERF401 - what came before an error counts


def _helper(base_url: str, patience: float, _shown: list[Any]) -> Any:
    with (
        anthropic.Anthropic(**_options(base_url, patience)) as client,
        client.messages.stream(**BODY) as stream,  # type: ignore[arg-type] # as above
    ):
        return _value(stream.get_final_message())


async def _helper_async(base_url: str, patience: float, _shown: list[Any]) -> Any:
    async with (
        anthropic.AsyncAnthropic(**_options(base_url, patience)) as client,
        client.messages.stream(**BODY) as stream,  # type: ignore[arg-type] # as above
    ):
        return _value(await stream.get_final_message())


def _value(shown: Any) -> Any:
    if not hasattr(shown, "to_dict"):
        return shown
    return shown.to_dict(mode="json") if _is_text(shown) else shown.to_dict()


def _is_text(shown: Any) -> bool:
    """Whether the SDK can write it as JSON itself: it cannot with lone surrogates."""
    try:
        shown.to_json()
    except ValueError:
        return False
    return True


def main(mode: str) -> None:
    """Serve in a mode."""
    looks: dict[str, Any] = {
        "raw": _raw,
        "raw-async": lambda *arguments: asyncio.run(_raw_async(*arguments)),
        "helper": _helper,
        "helper-async": lambda *arguments: asyncio.run(_helper_async(*arguments)),
    }
    if mode not in looks:
        sys.exit(f"the modes are {', '.join(_MODES)}")
    sees = "stream" if mode.startswith("raw") else "message"
    serve(f"anthropic {anthropic.__version__}, {mode}", sees, looks[mode], (anthropic.AnthropicError,))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "helper")
