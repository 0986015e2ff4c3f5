"""Answers to plain questions: what most tests and most loads ask, on the shortest way.

A plain question is a conversation of texts that ends with the user's, with no tools, thinking, betas or
caching: nothing is to be decided, and of the request only its texts count. The general way stays the one that
says what a reply is: a test holds the answer that is made here to be its very reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.replies._request_view import shortened
from mockapi.replies.synthesis import _tokens, _words
from mockapi.replies.synthesis._cache import Usage
from mockapi.replies.synthesis._plain_writer import STOPPED, message_text
from mockapi.replies.synthesis._plan import text_part

if TYPE_CHECKING:
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._plain_writer import PlainMessage

_MEMBERS: Final = frozenset(
    {"model", "max_tokens", "messages", "stream", "system", "metadata", "temperature", "top_p", "top_k"}
)
"""What a plain question may have; only model, limit, stream and texts make a difference."""
_SPOKEN: Final = ("user", "assistant")


def is_plain_question(body: Any) -> bool:
    """Whether a body asks a plain question."""
    if body.__class__ is not dict or not body.keys() <= _MEMBERS or body.get("model").__class__ is not str:
        return False
    if "system" in body and body["system"].__class__ is not str:
        return False
    messages = body.get("messages")
    if messages.__class__ is not list or not messages:
        return False
    for message in messages:
        if (
            message.__class__ is not dict
            or message.get("content").__class__ is not str
            or message.get("role") not in _SPOKEN
        ):
            return False
    last = messages[-1]
    return last["role"] == "user" and last["content"] != "" and not last["content"].isspace()


def plain_answer(body: dict[str, Any], dice: SeededChoices, id_: str) -> tuple[PlainMessage, int, int] | None:
    """The message that answers a plain question, its input and its output tokens.

    None where it would be longer than the request allows.
    """
    messages = body["messages"]
    part = text_part(_words.told(shortened(messages[-1]["content"], _words.SUBJECT), dice))
    output = part.tokens
    limit = body.get("max_tokens")
    if limit.__class__ is int and 0 <= limit < output:
        return None
    texts = [message["content"] for message in messages]
    total = _tokens.of_talk(texts, body.get("system"))
    return message_text((part,), body["model"], id_, STOPPED, Usage(total), (output, 0)), total, output
