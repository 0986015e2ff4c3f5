"""Pydantic AI: an agent's run with a tool, a stream, structured output."""

import asyncio

from pydantic import BaseModel
from pydantic_ai import Agent


class Place(BaseModel):
    """Where something is."""

    name: str


agent = Agent("anthropic:claude-sonnet-4-6")
looked = []


@agent.tool_plain
def look(place: str) -> str:
    """Look at a place."""
    looked.append(place)
    return "a tree"


async def streamed() -> str:
    """The text of a streamed run."""
    async with Agent("anthropic:claude-sonnet-4-6").run_stream("Hello") as result:
        return await result.get_output()


assert agent.run_sync("What is there?").output
assert looked
assert asyncio.run(streamed())
assert Agent("anthropic:claude-sonnet-4-6", output_type=Place).run_sync("Where is it?").output.name
print("tool loop, stream, structured output")
