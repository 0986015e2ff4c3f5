"""Tokens that show what they are: a vendor's prefix, or a form that nothing else has.

One scan finds the runs of characters that a token could be; nearly all text has none. One
pattern made of all prefixes looks into a run, and only where a prefix stands does a token's own
pattern look on. Each scan passes a character once, and a token that is found is passed over.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._prefixes import PREFIXES
from mockapi.cassettes._secret_table import ID_STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes._words import Words

_SHORTEST = 16
_RUN = re.compile(rf"[A-Za-z0-9_+/=.~:@%|$!-]{{{_SHORTEST},}}")
_DIGIT = re.compile(r"[0-9]")
_LONG = 512
_PAYLOAD = re.compile(rf"[A-Za-z0-9+/]{{{2 * _LONG},}}")
# `\n` may stand in the text as the two characters of an escape.
_BORDER = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))"
# A slug of plain words (sk-learn-based-feature-extraction-and-more) has neither.
_MADE = r"(?=[a-z_./+=~$-]{0,60}[A-Z0-9])"

_OWN: tuple[tuple[str, str, str], ...] = (
    # A test key of this project (`sk-ant-test-…`) may be seen.
    (
        "an Anthropic key or token",
        "sk-ant-",
        r"sk-ant-(?!test-)(?P<secret>[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{16,})",
    ),
    (
        "an OpenAI-style key",
        "sk-",
        (
            r"sk-(?!ant-)(?=[A-Za-z0-9_-]{0,100}?(?:[A-Z]|(?=[a-z0-9]{16})[a-z]{0,15}[0-9]))"
            r"(?P<secret>[A-Za-z0-9_-]{32,})"
        ),
    ),
)
_FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "a JSON web token",
        "eyJ",
        (r"(?<![A-Za-z0-9_-])eyJ(?P<secret>[A-Za-z0-9_-]{10,}+\.(?:(?:eyJ[A-Za-z0-9_-]{10,}+|[A-Za-z0-9_-]{40,}+)\.[A-Za-z0-9_-]{10,}"
        r"|[A-Za-z0-9_-]*+\.[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10,}))"),
    ),
    ("a Telegram token", ":AA", r"(?<![0-9])[0-9]{8,10}:(?P<secret>AA[A-Za-z0-9_-]{32,})"),
    (
        "a Discord token",
        ".",
        r"(?<![A-Za-z0-9_.-])[A-Z](?P<secret>[A-Za-z0-9_-]{22,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})",
    ),
    ("a Mailchimp key", "-us", r"(?<![A-Za-z0-9])(?P<secret>[0-9a-f]{32}-us[0-9]{1,2})(?![A-Za-z0-9])"),
    (
        "an Azure client secret",
        "Q~",
        r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~(?P<secret>[A-Za-z0-9_~.-]{31,})",
    ),
    (
        "a Terraform token",
        ".atlasv1.",
        r"(?P<secret>(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,})",
    ),
    ("an Airtable token", "pat", r"(?<![A-Za-z0-9])pat(?P<secret>[A-Za-z0-9]{14}\.[0-9a-f]{64,})"),
    ("a MaxMind key", "_mmk", r"(?<![A-Za-z0-9])(?P<secret>[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)"),
    ("a 1Password secret key", "A3-", r"(?<![A-Za-z0-9-])A3-(?P<secret>[A-Z0-9]{6}-[A-Z0-9-]{20,})"),
    (
        "a Slack webhook",
        "hooks.slack.com/",
        r"hooks\.slack\.com/[a-z]{5,20}/(?!T0{6,11}/B0{6,11}/X)(?P<secret>[A-Za-z0-9+/_-]{20,})",
    ),
    (
        "a Discord webhook",
        "/webhooks/",
        r"/webhooks/[0-9]{15,22}/(?P<secret>[A-Za-z0-9_-]{30,})",
    ),
    ("a Teams webhook", "/webhookb2/", r"/webhookb2/(?P<secret>[A-Za-z0-9@/_-]{60,})"),
    (
        "a Zapier webhook",
        "hooks.zapier.com/",
        r"hooks\.zapier\.com/hooks/catch/(?P<secret>[A-Za-z0-9/]{10,})",
    ),
    (
        "a user in a URL",
        "://",
        r"://(?P<secret>(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{20,200})@",
    ),
    (
        # What vendors agree on: a word that says it, a joint, and a long run with a digit.
        "a token by its prefix",
        "",
        (r"(?<![A-Za-z0-9_-])(?:[a-z][a-z0-9]{0,11}[_-]){0,2}"
        r"(?:pat|sk|rk|tok|tkn|token|apikey|api|key|secret|live|prod"
        r"|pw|pt|st|sat|oauth)[_-](?:v[0-9]_)?(?=[A-Za-z]{0,40}[0-9])(?=[0-9]{0,40}[A-Za-z])"
        r"(?P<secret>[A-Za-z0-9]{20,}+)(?![_-][A-Za-z])"),
    ),
    (
        # Likewise without the word, where the run has letters of both cases and digits, as no digest has.
        "a token by its form",
        "",
        (rf"(?<![A-Za-z0-9_/+.-])(?!(?:{'|'.join(ID_STARTS)})[_-])(?:[a-z][a-z0-9]{{1,11}}[_-]){{1,3}}"
        r"(?=[A-Z0-9]{0,40}[a-z])(?=[a-z0-9]{0,40}[A-Z])(?=[A-Za-z]{0,40}[0-9])"
        r"(?P<secret>[A-Za-z0-9]{32,}+)(?![_+/=-])"),
    ),
    (
        "a key of a wallet",
        "",
        r"(?<![A-Za-z0-9_/+=.-])[5KL](?P<secret>[1-9A-HJ-NP-Za-km-z]{50,51})(?![A-Za-z0-9_/+=.-])",
    ),
    (
        "an Asana token",
        ":",
        r"(?<![A-Za-z0-9./])[0-9]/[0-9]{10,20}(?:/[0-9]{10,20})?:(?P<secret>[0-9a-f]{32})",
    ),
    (
        "a ClickUp token",
        "pk_",
        r"(?<![A-Za-z0-9])pk_(?P<secret>[0-9]{6,9}_[A-Z0-9]{32}|[0-9a-f]{34})(?![A-Za-z0-9])",
    ),
    (
        "a Twitter token",
        "AAAAAAAAAAAA",
        r"(?<![A-Za-z0-9+/=_-])A{19,30}(?P<secret>[A-Za-z0-9]{8,60}%[A-Za-z0-9%]{30,200})",
    ),
    (
        "a Salesforce token",
        "!",
        r"(?<![A-Za-z0-9])00[A-Za-z0-9]{13}!(?P<secret>[A-Za-z0-9_.]{60,200})",
    ),
)  # fmt: skip


_LEAST = {"a token by its prefix": 23, "a token by its form": 34, "a key of a wallet": 51}
"""Characters of a run at least, where no literal says that a form may be there."""


def prefixed_tokens(text: str, _words: Words) -> Iterator[Find]:
    """Every token that its prefix or its form shows, in order of the runs they stand in."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        if end - start > _LONG:  # the bytes of an image or a document: what is in them is not in clear
            for payload in _PAYLOAD.finditer(text, start, end):
                yield from _in_run(text, start, payload.start() + _LONG)
                start = payload.end()
        yield from _in_run(text, start, end)


def _in_run(text: str, start: int, end: int) -> Iterator[Find]:
    at = start
    prefixes = _any_prefix()
    while (match := prefixes.search(text, at, end)) is not None:
        at = match.end()
        for kind, pattern in _patterns()[match[0]]:
            token = pattern.match(text, match.start(), end)
            if token is not None:
                secret_start, secret_end = token.span("secret")
                while text[secret_end - 1] == ".":
                    secret_end -= 1
                yield Find(secret_start, secret_end, kind)
                at = max(at, secret_end)
                break
    run = text[start:end]
    size = end - start
    if _DIGIT.search(run) is None:  # every form has one, and words with joints between have none
        return
    for kind, literal, form in _FORMS:
        if size >= _LEAST.get(kind, 0) and literal in run:
            for token in _compiled(form).finditer(text, start, end):
                yield Find(*token.span("secret"), kind)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@functools.cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Each prefix, and what may stand there: its own tokens and those of what it begins with."""
    own = [(start, kind, pattern) for kind, start, pattern in _OWN]
    for row in PREFIXES:
        for start in row.starts:
            run = f"-A-Za-z0-9_{row.alphabet}"
            pattern = rf"{re.escape(start)}(?=[{row.alphabet}]{{{row.least}}}){_MADE}(?P<secret>[{run}]+)"
            own.append((start, row.kind, pattern))
    return {
        longest: [
            (kind, _compiled(pattern))
            for start, kind, pattern in sorted(own, key=lambda rule: -len(rule[0]))
            if longest.startswith(start)
        ]
        for longest, _, _ in own
    }


@functools.cache
def _any_prefix() -> re.Pattern[str]:
    """All prefixes as one pattern: a tree of their letters, so that a step rules most of them out."""
    return re.compile(f"sk-ant-|{_BORDER}(?:{_tree(_patterns())})")


def _tree(words: Iterable[str]) -> str:
    branches: dict[str, list[str]] = {}
    ends_here = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends_here = True
    pieces = [re.escape(first) + _tree(rests) for first, rests in sorted(branches.items())]
    if not pieces:
        return ""
    joined = pieces[0] if len(pieces) == 1 and not ends_here else f"(?:{'|'.join(pieces)})"
    return f"(?:{joined})?" if ends_here else joined
