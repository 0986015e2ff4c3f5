"""The prose of synthesized replies: plain English that says what it is and quotes the request.

A reply must not be mistaken for a model's answer, so the first sentence says who wrote it, and the
rest is about the request's form, not its meaning. Sentences are picked by the dice, so that the
replies of one conversation differ; lengths are those of short answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mockapi.replies._request_view import result_text, shortened

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices

_OPENERS: Final = (
    "This is a synthesized reply from mockapi.",
    "Here is a reply that mockapi made up.",
    "mockapi answers in place of the model.",
    "No model was asked: mockapi wrote this reply.",
)
_REMARKS: Final = (
    "It has the shape of a real answer, with words chosen for testing.",
    "The same request, seed and history give the same words again.",
    "Everything around these words, from ids to usage, looks the way the API sends it.",
    "Record the real API once and the recording will answer here instead.",
    "Give the session a script to choose these words yourself.",
)
_FOLLOWING: Final = (
    "That is all there is to say about it.",
    "Nothing more was asked.",
    "The next turn is yours.",
)
_THOUGHTS: Final = (
    "The user wants to know about this:",
    "Let me look at what was asked:",
    "The question is:",
)
"""What stands before a subject."""
_CONSIDERATIONS: Final = (
    "First I check what the request offers and what it rules out.",
    "A short answer that keeps to the form is best here.",
    "There is nothing to compute, so the answer follows directly.",
    "I go through the parts in order and then put them together.",
)
_BEFORE_QUOTE: Final = tuple(f"{opener} You said: \u201c" for opener in _OPENERS)
_BEHIND_QUOTE: Final = tuple(
    (f"\u201d. {remark}", tuple(f"\u201d. {remark} {following}" for following in _FOLLOWING))
    for remark in _REMARKS
)
"""For each remark, without and with what follows."""
_BEHIND_THOUGHT: Final = tuple(f".\n\n{considered}" for considered in _CONSIDERATIONS)
FILLER: Final = (*_REMARKS, *_CONSIDERATIONS, *_FOLLOWING)
"""What a reply that has to be longer goes on with."""
SUBJECT: Final = 120
THOUGHT_OF: Final = 80
"""The most characters of what the user wrote that an answer repeats."""
_OPTION: Final = re.compile(r"\(([A-Z])\)")
_LONE_KEY: Final = re.compile(r'[{,]\s*"[^"]*"$')
_MEDIA: Final = {"image": "image", "document": "document"}


def answer(view: RequestView, dice: SeededChoices) -> str:
    """The text that answers a request."""
    results = view.tool_results
    if results:
        return _after_tools(view, dice)
    return told(view.subject(SUBJECT), dice, _media(view.opening))


def told(subject: str, dice: SeededChoices, media: str = "") -> str:
    """An answer that says what came."""
    if subject and not media:
        before, behind = around_quote(dice)
        return f"{before}{subject}{behind}"
    sentences = [
        dice.pick(_OPENERS),
        f"You said: “{subject}”." if subject else "There was no text to answer.",
    ]
    if media:
        sentences.append(media)
    sentences.append(dice.pick(_REMARKS))
    if dice.chance(40):
        sentences.append(dice.pick(_FOLLOWING))
    return " ".join(sentences)


def around_quote(dice: SeededChoices) -> tuple[str, str]:
    """What an answer says before and behind the words that it quotes, with the quotation marks."""
    before, (alone, followed) = dice.pick(_BEFORE_QUOTE), dice.pick(_BEHIND_QUOTE)
    return before, dice.pick(followed) if dice.chance(40) else alone


def continuation(view: RequestView, dice: SeededChoices) -> str:
    """The text that follows a prefill: an option's letter, the rest of a JSON text, or a sentence."""
    prefill = view.prefill
    if prefill.endswith("("):
        options = _OPTION.findall(view.last_user_text) or ["A", "B", "C"]
        return f"{dice.pick(options)}) {dice.pick(_FOLLOWING)}"
    closing = _rest_of_json(prefill)
    if closing is not None:
        return closing
    start = "" if prefill[-1:].isspace() else " "
    return f"{start}and this is how mockapi goes on. {dice.pick(_FOLLOWING)}"


def before_tools(names: list[str]) -> str:
    """The line that announces tool calls."""
    if len(names) == 1:
        return f"I'll use {names[0]} for this."
    return f"I'll use {', '.join(names[:-1])} and {names[-1]} for this."


def thoughts(view: RequestView, dice: SeededChoices) -> str:
    """What a thinking block says."""
    answered = "The tools have answered, so I can reply now." if view.tool_results else ""
    return thought(view.subject(THOUGHT_OF), dice, answered)


def thought(subject: str, dice: SeededChoices, considered: str = "") -> str:
    """A thought about what came, and what is considered then; without it, something is."""
    if considered:
        return f"{dice.pick(_THOUGHTS)} {thought_about(subject)}.\n\n{considered}"
    before, behind = around_thought(dice)
    return f"{before} {thought_about(subject)}{behind}"


def thought_about(subject: str) -> str:
    """What a thought says of what came."""
    return subject.rstrip(".?!…") or "a request without text"


def around_thought(dice: SeededChoices) -> tuple[str, str]:
    """What a thought says before a subject, a blank between them, and behind it."""
    return dice.pick(_THOUGHTS), dice.pick(_BEHIND_THOUGHT)


def closing(dice: SeededChoices) -> str:
    """A last sentence."""
    return dice.pick(_FOLLOWING)


def _after_tools(view: RequestView, dice: SeededChoices) -> str:
    names = {
        str(block.get("id")): block.get("name")
        for turn in view.turns
        if turn.role == "assistant"
        for block in turn.blocks
        if block.get("type") == "tool_use"
    }
    sentences = []
    for result in view.tool_results[:5]:
        name = names.get(str(result.get("tool_use_id"))) or "The tool"
        said = shortened(result_text(result), 160)
        verb = "failed" if result.get("is_error") is True else "answered"
        sentences.append(f"{name} {verb}: “{said}”." if said else f"{name} {verb} without a text.")
    sentences.append(dice.pick(_REMARKS))
    return " ".join(sentences)


def _media(blocks: tuple[Block, ...]) -> str:
    kinds = [block.get("type") for block in blocks]
    if "image" not in kinds and "document" not in kinds:
        return ""
    counts = {kind: kinds.count(kind) for kind in _MEDIA}
    parts = [f"{count} {_MEDIA[kind]}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]
    return f"There came {' and '.join(parts)} with it."


def _rest_of_json(prefill: str) -> str | None:
    """What completes a JSON text that the prefill begins; None if the prefill does not begin one."""
    start = min((place for place in (prefill.find("{"), prefill.find("[")) if place >= 0), default=-1)
    if start < 0:
        return None
    before = prefill[:start].strip()
    if before and not before.endswith(("```json", "```", ":")):
        return None
    closers: list[str] = []
    inside = escaped = False
    for character in prefill[start:]:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "{[":
            closers.append("}" if character == "{" else "]")
        elif character in "}]" and (not closers or closers.pop() != character):
            return None
    if not closers:
        return None
    return _fill(prefill.rstrip(), inside=inside, opener=closers[-1]) + "".join(reversed(closers))


def _fill(prefill: str, *, inside: bool, opener: str) -> str:
    """The value or member that is missing before the brackets can close."""
    if inside:
        is_key = opener == "}" and re.search(r'[{,]\s*"[^"]*$', prefill) is not None
        return 'reply": "synthesized"' if is_key else 'synthesized"'
    if prefill.endswith(":"):
        return ' "synthesized"'
    if prefill.endswith(","):
        return ' "reply": "synthesized"' if opener == "}" else ' "synthesized"'
    if prefill.endswith("{"):
        return '"reply": "synthesized"'
    if opener == "}" and _LONE_KEY.search(prefill):
        return ': "synthesized"'
    return ""
