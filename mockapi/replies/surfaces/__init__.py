"""Other doors to the same model: the clouds' paths and OpenAI's, which stand for Messages requests.

    surface_of(request)          the surface that a request came to; None for the API's own paths
    surface.plain(request)       the Messages request that it stands for, or why it stands for none
    surface.dressed(reply, ...)  the API's reply to that request, as this surface writes it

So validation, scripts, synthesis, faults and limits know the Messages API alone. A surface is a module
here that holds a `Surface`; `_routes.py` says which requests are whose.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.surfaces._bedrock import BEDROCK
    from mockapi.replies.surfaces._foundry import FOUNDRY
    from mockapi.replies.surfaces._google_cloud import GOOGLE_CLOUD
    from mockapi.replies.surfaces._mantle import MANTLE
    from mockapi.replies.surfaces._openai import OPENAI, OPENAI_MODELS
    from mockapi.replies.surfaces._routes import plain_of, read_aside, surface_of
    from mockapi.replies.surfaces._surface import Surface
    from mockapi.replies.surfaces._vertex import VERTEX

__all__ = [
    "BEDROCK",
    "FOUNDRY",
    "GOOGLE_CLOUD",
    "MANTLE",
    "OPENAI",
    "OPENAI_MODELS",
    "VERTEX",
    "Surface",
    "plain_of",
    "read_aside",
    "surface_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_bedrock": "BEDROCK",
        "_foundry": "FOUNDRY",
        "_google_cloud": "GOOGLE_CLOUD",
        "_mantle": "MANTLE",
        "_openai": "OPENAI OPENAI_MODELS",
        "_routes": "plain_of read_aside surface_of",
        "_surface": "Surface",
        "_vertex": "VERTEX",
    },
)
