"""LangChain's ChatAnthropic: a message, a stream, a tool call, structured output."""

from langchain_anthropic import ChatAnthropic
from pydantic import BaseModel


class Place(BaseModel):
    """Where something is."""

    name: str


model = ChatAnthropic(model="claude-sonnet-4-6", max_tokens=256)
assert model.invoke("Hello").text
assert "".join(chunk.text for chunk in model.stream("Hello"))
assert model.bind_tools([Place]).invoke("Where is it?").tool_calls[0]["name"] == "Place"
assert isinstance(model.with_structured_output(Place).invoke("Where is it?"), Place)
print("message, stream, tool call, structured output")
