"""Instructor: a model's reply as a Pydantic model."""

import instructor
from pydantic import BaseModel


class Place(BaseModel):
    """Where something is."""

    name: str


client = instructor.from_provider("anthropic/claude-sonnet-4-6", max_tokens=256)
place = client.chat.completions.create(
    response_model=Place, messages=[{"role": "user", "content": "Where is it?"}], max_tokens=256
)
assert isinstance(place, Place)
print("structured output")
