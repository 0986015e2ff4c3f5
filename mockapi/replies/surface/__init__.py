"""The rest of the API: token counts, models, batches, files, and the older text completions.

Each part is a function from a request and a state to a reply and the next state; `answer` knows
which path is whose. Bytes that are kept lie in blobs, which the server puts into memory or onto disk.
"""

from mockapi.replies.surface._answer import answer
from mockapi.replies.surface._shelf import Blob, Judge, Keep, Scene, Shelf

__all__ = ["Blob", "Judge", "Keep", "Scene", "Shelf", "answer"]
