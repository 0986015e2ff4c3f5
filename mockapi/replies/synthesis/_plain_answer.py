"""Answers to plain questions: what most tests and most loads ask, on the shortest way.

A plain question is a conversation of texts that ends with the user's, with no betas or caching: what is to be
decided follows from its tools and thinking, and else only its texts count. The general way stays the one that
says what a reply is: a test holds the answer that is made here to be its very reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import IdKind
from mockapi.replies._request_view import shortened
from mockapi.replies.synthesis import _tokens, _words
from mockapi.replies.synthesis._calls import called
from mockapi.replies.synthesis._decide import thought
from mockapi.replies.synthesis._plain_offer import offer_of
from mockapi.replies.synthesis._plain_writer import CALLING, STOPPED, message_text
from mockapi.replies.synthesis._plan import call_tokens

if TYPE_CHECKING:
    from mockapi.messages import IdFactory
    from mockapi.replies._request_view import Block
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._plain_writer import PlainMessage

_MEMBERS: Final = frozenset(
    {"model", "max_tokens", "messages", "stream", "system", "metadata", "temperature", "top_p", "top_k"}
    | {"tools", "tool_choice", "thinking"}
)
"""What a plain question may have; sampling and metadata make no difference."""
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


def plain_answer(
    body: dict[str, Any], dice: SeededChoices, ids: IdFactory, turn: int
) -> tuple[PlainMessage, int, int] | None:
    """The message that answers a plain question, its input and its output tokens.

    None where the general way has to find one: more has to be looked at, or it would be longer than the
    request allows.

    Args:
        body: of the request.
        dice: choose.
        ids: of the message and its calls.
        turn: which reply of its session it is.
    """
    offer = offer_of(body)
    if offer is None:
        return None
    messages = body["messages"]
    asked = messages[-1]["content"]
    blocks, thinking = [], 0
    if offer.thinks:
        block, thinking = _thought(asked, dice, shown=offer.shown)
        blocks.append(block)
    output = thinking
    if offer.tools:
        for part, tokens in offer.said:
            blocks.append(part.block)
            output += tokens
        subject = shortened(asked, _words.SUBJECT)
        for number, (name, label, make) in enumerate(offer.tools, 1):
            value = make(dice.fork(label), subject)
            if value is None:
                return None
            blocks.append(called(name, ids.make(IdKind.TOOL_USE, number), value))
            output += call_tokens(value)
    else:
        text, tokens = _answer(asked, dice)
        blocks.append({"type": "text", "text": text})
        output += tokens
    limit = body.get("max_tokens")
    if limit.__class__ is int and 0 <= limit < output:
        return None
    texts = [message["content"] for message in messages]
    total = _tokens.of_talk(texts, body.get("system")) + offer.tokens
    id_ = ids.make(IdKind.MESSAGE, turn)
    stop = CALLING if offer.tools else STOPPED
    made = message_text(blocks, body["model"], id_, stop, (total, 0, 0, 0), (output, thinking))
    return made, total, output


def _answer(asked: str, dice: SeededChoices) -> tuple[str, int]:
    """The text that answers, and its tokens: counted in three parts, of which only what it quotes is new."""
    subject = shortened(asked, _words.SUBJECT)
    if not subject:
        text = _words.told(subject, dice)
        return text, _tokens.of_prose(text)
    before, behind = _words.around_quote(dice)
    return f"{before}{subject}{behind}", _tokens.of_quoting(before, subject, behind)


def _thought(asked: str, dice: SeededChoices, *, shown: bool) -> tuple[Block, int]:
    """A block of thinking, and its tokens, likewise."""
    subject = _words.thought_about(shortened(asked, _words.THOUGHT_OF))
    before, behind = _words.around_thought(dice)
    tokens = _tokens.of_telling(before, subject, behind)
    return thought(f"{before} {subject}{behind}", dice, shown=shown).block, tokens
