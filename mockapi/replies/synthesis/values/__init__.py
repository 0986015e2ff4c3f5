"""Values that satisfy a JSON Schema: the arguments of tool calls, and structured output."""

from mockapi.replies.synthesis.values._check import satisfying
from mockapi.replies.synthesis.values._limits import Unsatisfiable

__all__ = ["Unsatisfiable", "satisfying"]
