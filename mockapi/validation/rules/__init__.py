"""The rules, one subject a module. Importing this package declares them all.

The order of the modules is the order in which rules of one stage speak: it is written down here and
does not follow from their names.
"""

# isort: off
from mockapi.validation.rules import advisor
from mockapi.validation.rules import batches
from mockapi.validation.rules import caching
from mockapi.validation.rules import chat
from mockapi.validation.rules import citations
from mockapi.validation.rules import compaction
from mockapi.validation.rules import context
from mockapi.validation.rules import conversation
from mockapi.validation.rules import documents
from mockapi.validation.rules import effort
from mockapi.validation.rules import fallbacks
from mockapi.validation.rules import headers
from mockapi.validation.rules import http
from mockapi.validation.rules import images
from mockapi.validation.rules import models
from mockapi.validation.rules import tool_results
from mockapi.validation.rules import placement
from mockapi.validation.rules import sampling
from mockapi.validation.rules import server_tools
from mockapi.validation.rules import structured
from mockapi.validation.rules import system_prompts
from mockapi.validation.rules import thinking
from mockapi.validation.rules import thinking_blocks
from mockapi.validation.rules import threads
from mockapi.validation.rules import tool_choice
from mockapi.validation.rules import tools
# isort: on

__all__ = [
    "advisor",
    "batches",
    "caching",
    "chat",
    "citations",
    "compaction",
    "context",
    "conversation",
    "documents",
    "effort",
    "fallbacks",
    "headers",
    "http",
    "images",
    "models",
    "placement",
    "sampling",
    "server_tools",
    "structured",
    "system_prompts",
    "thinking",
    "thinking_blocks",
    "threads",
    "tool_choice",
    "tool_results",
    "tools",
]
