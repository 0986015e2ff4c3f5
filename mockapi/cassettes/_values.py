"""What stands behind a credential's name: a credential, or a word, an expression, a type.

    api_key=settings.ANTHROPIC_API_KEY_2024     words joined by dots and lines: an expression
    token: str | None                           a type
    {"authorization": "required"}               a word
    password: hunter2hunter2                    a credential

No guess is made from how random a text is. A word is letters in one case or in humps
(`getSecretValue`), a name is words and short numbers with joints, and what is neither was made
by a machine or chosen by a person.
"""

from __future__ import annotations

import enum
import functools
import re

from mockapi.cassettes._secret_table import ENDINGS, PLACEHOLDERS, SCHEMES, WORDS

LONGEST_LOOK = 128
"""Characters of a value that are looked at."""

_LONGEST_WORD = 20
_SHORTEST_MADE = 16
_SPEAKING = frozenset({*ENDINGS, "key"})
_SPOKEN = ("password", "passwd", "passphrase", "secret", "token", "passwor", "credential")
_TOLD = (*_SPOKEN, "key", "auth", "name", "credential", "config")
_JOINTS = re.compile(r"[\W_]+")
_WORD = re.compile(r"([^\W\d_]+)\d{0,2}|\d{1,4}")
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_HUMP = 2.5  # letters; words have four and more on average, random letters in two cases fewer than two
_MANY_HUMPS = 8
_HUMP_OF_MANY = 3.3  # the longer a text, the nearer it comes to the average
_SHORTEST_SCRAMBLED = 12
_SCRAMBLED_HUMPS = 5
_SCRAMBLED_HUMP = 3.5
_GAP = re.compile(
    r"\$\{[^}]*\}?|\$\(.*|\$[A-Za-z_]\w*(?![^\s.,;:)])|%[A-Za-z_]\w*%|%[sd]|%\(\w+\)s"
    r"|\{(?![A-Za-z0-9+/=]{24})\{?[^}]*\}?\}?|<[^>]*>?|\[[^\]]+\]|\(\?|!(?i:ref|sub|getatt|secret|vault|env)\b"
)
_CALL = re.compile(r"([A-Za-z_][\w.]*)[(\[]")
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_PATH = re.compile(
    r"(?:~|\.{1,2})/|/[\w./-]{1,200}\.[a-z]{2,5}\Z|[A-Za-z]:\\\\?\w|(?:file|op)://|(?:vault|arn|ssm|env|ref):[a-z]"
    r"|/(?:home|Users|root|etc|var|usr|opt|tmp|srv|mnt|run|workspaces?)/[\w.-]"
)
_CHOSEN = re.compile(r"\w[!#%^&*?~+=|@$]+\w|[!#%^&*?~|@$]$")
_MASK = re.compile(r"(?:[*\u00b7\u2022\U0001f636]|%2A){4}[/\\]?\Z|\A[*\u00b7\u2022\U0001f636/\\ ]+\Z")
# `required by the user` is a sentence; `Basic dXNlcjpwYXNz` and `Digest username=…` are credentials.
_SENTENCE = re.compile(rf"(?!(?i:{'|'.join(map(re.escape, SCHEMES))})\s+\S{{0,200}}[0-9A-Z=])\S+\s")
_END = ".,;:)]}\"'`"
_AROUND = f"([{{<>!?{_END}"  # what a sentence has beside its words
_AMONG_WORDS = re.compile(r"[A-Za-z0-9_+/=-]{20,}")  # no file, URL or time looks so


class Place(enum.Enum):
    """Where a value stands, which says how much it takes to call it a credential."""

    MEMBER = enum.auto()  # a quoted name and a quoted value: JSON, or what looks like it
    QUOTED = enum.auto()  # a quoted value in code
    BARE = enum.auto()  # after `NAME=` or `name:` in a line
    CODE = enum.auto()  # likewise, where an argument of a call may stand
    ASSIGNED = enum.auto()  # after `NAME=` in a shell, an environment, a URL, a connection string


_LITERALS = frozenset({Place.MEMBER, Place.QUOTED})


@functools.lru_cache(maxsize=4096)
def is_credential(value: str, place: Place, *, chosen: bool = False) -> bool:
    """Whether the value of a credential's name is a credential.

    Args:
        value: as it stands, without its quotes; of a long one the beginning will do.
        place: where it stands.
        chosen: whether the name says that a person chose the value: a password.
    """
    value = value.strip() if place is Place.MEMBER else value.rstrip(_END)
    if len(value) < 8 and not (chosen and len(value) >= 6 and _has_both(value)):
        return False
    head = value[:LONGEST_LOOK]
    if value.startswith("sk-ant-test-") or _MASK.search(head):
        return False
    if is_salt(head):
        return True
    if _GAP.match(head) or _PATH.match(head) or _is_call(head, place) or _is_placeholder(head):
        return False
    if _SENTENCE.match(head):  # words that say something; one with blanks may be a credential, between quotes
        return place in _LITERALS and any(map(_shows_itself_among_words, head.split()))
    if chosen and place in (Place.MEMBER, Place.QUOTED, Place.ASSIGNED):
        return not _is_no_password(head, place)
    if place is Place.MEMBER:
        return not (_is_word(head) or _is_dotted_name(head) or (not chosen and _speaks_of_one(head)))
    if chosen and _CHOSEN.search(head):
        return True
    if head.isdigit():
        return len(head) >= (6 if chosen else 16)
    return not is_name(head, place)


def is_literal(value: str) -> bool:
    """Whether a quoted literal of words is the value of a secret's name: `Tollor-darnoda-3086`.

    Not a reference: a name in capitals or with dots, words that speak of a secret or a state.
    """
    head = value[:LONGEST_LOOK]
    words = [word for word in _JOINTS.split(head.lower()) if word]
    return (
        len(head) >= (16 if any(map(str.isdigit, head)) else 17)
        and len(words) > 1
        and not head.isupper()
        and not any(word in WORDS or any(map(word.__contains__, _TOLD)) for word in words)
        and is_credential(value, Place.MEMBER)
    )


def is_given(value: str) -> bool:
    """Whether a command's argument is the secret itself, rather than a gap, a file or a word for it."""
    head = value[:LONGEST_LOOK].strip()
    lower = head.lower()
    return (
        len(head) >= 4
        and not value.startswith("sk-ant-test-")
        and lower not in WORDS
        and not any(look.match(head) for look in (_GAP, _PATH))
        and _MASK.search(head) is None
        and not (_is_placeholder(head) or _speaks_of_one(head))
    )


_LOWER = re.compile(r"[a-z]{4,}|[A-Z][a-z]{3,}")
_SALT_MARKS = frozenset("!#$%&()*+,:;<=>?@[]^`{|}~")


def is_salt(head: str) -> bool:
    """Whether a value is what a generator draws from all of the keyboard, blanks too."""
    return (
        len(head) >= 40
        and sum(char in _SALT_MARKS for char in head) * 10 >= len(head)
        and sum(map(str.isdigit, head)) >= 2
        and sum(map(len, _LOWER.findall(head))) * 4 <= len(head)
        and not any(mark in head for mark in ("${", "{{", "$("))
    )


_RUN = re.compile(r"[A-Za-z0-9+/=_.:%~|-]{16,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def is_machine_made(value: str) -> bool:
    """Whether a value is one run of letters and digits other than a word, name, number or UUID."""
    head = value[:LONGEST_LOOK]
    return (
        _RUN.fullmatch(head) is not None
        and any(map(str.isalpha, head))
        and _UUID.fullmatch(head) is None
        and is_credential(value, Place.QUOTED)
    )


def _shows_itself_among_words(text: str) -> bool:
    text = text.strip(_AROUND)
    return _AMONG_WORDS.fullmatch(text) is not None and is_machine_made(text)


def _is_no_password(text: str, place: Place) -> bool:
    """Whether what stands where a password would is a word that speaks of one, a type, a label."""
    words = [word for word in _JOINTS.split(text.lower()) if word]
    if not words or any(word in WORDS or word in _SPEAKING for word in words):
        return is_name(text, Place.CODE)
    if not text.isascii() or (_is_dotted_name(text) and not (place in _LITERALS and text[-1].isdigit())):
        return is_name(text, Place.CODE)
    if len(words) == 1 and any(map(words[0].__contains__, _SPOKEN)):
        return _is_word(text)
    return place is Place.MEMBER and text.istitle() and _is_word(text)


def is_name(text: str, place: Place = Place.QUOTED) -> bool:
    """Whether a text is words and short numbers with joints between: an identifier, a path, a slug."""
    parts = [part for part in _JOINTS.split(text) if part]
    if len(parts) == 1 and place is not Place.CODE:
        return _is_word(parts[0])
    return all(map(_is_word_or_number, parts))


def shows_itself(text: str) -> bool:
    """Whether a text alone says that it is not a word: by a digit, or by letters in disorder."""
    if any(map(str.isdigit, text)):
        return True
    humps = len(_HUMPS.findall(text)) if len(text) >= _SHORTEST_SCRAMBLED and text.isalpha() else 0
    return humps >= _SCRAMBLED_HUMPS and len(text) < _SCRAMBLED_HUMP * humps


def _is_word(text: str) -> bool:
    """Letters only, in one case or in humps."""
    return text.isalpha() and _is_word_or_number(text)


def _is_word_or_number(text: str) -> bool:
    match = _WORD.fullmatch(text)
    if match is None:
        return False
    letters = match[1] or ""
    if not letters.isascii() or not letters:
        return True
    humps = len(_HUMPS.findall(letters))
    least = _HUMP if humps < _MANY_HUMPS else _HUMP_OF_MANY
    return len(letters) <= _LONGEST_WORD * humps and (humps == 1 or len(letters) >= least * humps)


def _is_dotted_name(text: str) -> bool:
    return _DOTTED_NAME.fullmatch(text) is not None and is_name(text)


def _is_call(text: str, place: Place) -> bool:
    match = _CALL.match(text)
    if match is None or not is_name(match[1], Place.CODE):
        return False
    return place in (Place.BARE, Place.CODE, Place.ASSIGNED) or text.endswith((")", "]"))


def _is_placeholder(text: str) -> bool:
    words = _JOINTS.split(text.lower())
    return not PLACEHOLDERS.isdisjoint(words) and is_name(text, Place.CODE)


def _speaks_of_one(text: str) -> bool:
    """Whether a text only names a credential: `test-secret-key`, `next_token`."""
    words = set(_JOINTS.split(text.lower()))
    return not words.isdisjoint(_SPEAKING) and is_name(text, Place.CODE)


def _has_both(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def is_made(text: str) -> bool:
    """Whether a piece of a path is what a machine made: long, letters and digits, no name."""
    return len(text) >= _SHORTEST_MADE and _has_both(text) and not is_name(text)
