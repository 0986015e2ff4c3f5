"""The agent SDK for Python, which runs its own copy of Claude Code: one query."""

import asyncio

from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, query


async def main() -> None:
    """Ask, and wait for the result."""
    results = [
        message
        async for message in query(
            prompt="Say hello", options=ClaudeAgentOptions(max_turns=2, allowed_tools=[])
        )
        if isinstance(message, ResultMessage)
    ]
    assert results, "no result came"
    assert not results[-1].is_error, results[-1]


asyncio.run(main())
print("a query")
