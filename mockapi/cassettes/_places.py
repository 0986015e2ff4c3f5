"""What names a string of a JSON text from elsewhere: the label of a field, an option, the head of a column.

{"label": "Password", "value": "…"}             a field of a form; so are `selector` and `text`
["mysql", "--password", "…"]                    an argument behind its option
[["user", "password"], ["bob", "…"]]            a row below the head of a table
{"columns": ["user", "password"], "rows": …}    likewise
{"recovery_codes": [{"code": "…"}]}             an item of a list under a name
{"seed_phrase": ["legal", …]}                   a word of a wallet
["-----BEGIN PRIVATE KEY-----", "…"]            a line of a key, of a file that is a list of lines

Such names also stand before words (a menu has `Password`, `change_password`), so but for rows under
`columns` the value must show itself, by a digit or a mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mockapi.cassettes._jsonscan import Leaf, Role, decoded
from mockapi.cassettes._names import MNEMONIC, WALLET_WORD, ending_of, is_mnemonic_name, item_name
from mockapi.cassettes._values import is_machine_made, shows_itself

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FIELDS: Final = frozenset(
    {"label", "Label", "element", "selector", "field", "fieldName", "field_name", "placeholder", "locator"}
)
"""Members that say which field of a form the value beside them is for."""
_TYPED: Final = frozenset({"value", "Value", "text"})
_HEADS: Final = frozenset({"columns", "fields", "header", "headers", "column_names", "columnNames"})
_ROWS: Final = frozenset({"rows", "data", "values", "records", "results"})
_ITEMS: Final = frozenset({"code", "value"})
_BESIDE: Final = 8  # leaves before a value among which the one stands that names it
_LONGEST: Final = 64
_QUOTED: Final = ('"]', '")')
_OPTION: Final = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{1,60})")
_TITLE: Final = re.compile(r"[^\W\d_][^\W\d]{0,39}(?: [^\W\d]{1,20}){0,3}")
_WHERE: Final = re.compile(r" (?:in|of|on|for|at|within) ")
_AFTER_FIELD: Final = re.compile(r"(?:[\s:*'\"\\)\]]|\b(?i:input|text ?box|field|box|entry)\b){1,20}\Z")
_MARKS: Final = re.compile(r"\w[!#%^&*?~+=|@$]+\w|[!#%^&*?~|@$]$")
_KEY_BEGINS: Final = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]){0,2}"
)
_KEY_LINE: Final = re.compile(r"[A-Za-z0-9+/\\]{16,200}={0,2}(?:\\[nr]){0,2}")
_LISTED: Final = re.compile(r'"([^"\\]{1,64})\\*"[ \t\r\n]*[,\]})]')

_MOST_WORDS: Final = 24

Titles = dict[int, str]


def may_name_elsewhere(text: str) -> bool:
    """Whether an option or a title like a credential's stands in a list or as a value: a quick look."""
    return "PRIVATE KEY" in text or any(_may_be_title(title) for title in set(_LISTED.findall(text)))


def _may_be_title(text: str) -> bool:
    return _is_name(text.lstrip("-")) or _is_name(field_name(text))


def named_elsewhere(text: str, leaves: list[Leaf]) -> dict[int, str]:
    """The strings, by their places in the leaves, that something names which is no member above them."""
    names: dict[int, str] = {}
    tables = _Tables()
    of_a_key: tuple[str | int, ...] = ()  # the list of lines in which a private key has begun
    for at, leaf in enumerate(leaves):
        path = leaf.path
        if leaf.role is Role.KEY or len(path) < 1:
            continue
        value = text[leaf.start : leaf.end] if leaf.role is Role.STRING else None
        name = None
        if isinstance(path[-1], int):
            if value is not None and _KEY_BEGINS.fullmatch(value):
                of_a_key = path[:-1]
            elif of_a_key and (value is None or path[:-1] != of_a_key or not _KEY_LINE.fullmatch(value)):
                of_a_key = ()
            elif of_a_key:
                names[at] = "private_key"
                continue
            if path[-1] == 0 and is_mnemonic_name(leaf.name):
                names.update(dict.fromkeys(_wallet_words(text, leaves, at), WALLET_WORD))
            name = names.get(at) or tables.title(path, value) or _option(text, leaves, at)
        elif value is not None:
            if path[-1] == "name":
                tables.note_field(path, value)
            if path[-1] in _TYPED:
                name = _field(text, leaves, at)
            if name is None and path[-1] in _ITEMS and len(path) > 2 and isinstance(path[-2], int):
                name = item_name(str(path[-3]))
        if name is not None:
            names[at] = name
    return names


def _wallet_words(text: str, leaves: list[Leaf], at: int) -> range:
    """The places of the words of a list that are twelve to twenty-four; none of another list."""
    above = leaves[at].path[:-1]
    end = at
    while end < len(leaves) and end <= at + _MOST_WORDS and leaves[end].path[:-1] == above:
        end += 1
    said = " ".join(text[leaf.start : leaf.end] for leaf in leaves[at:end])
    return range(at, end if MNEMONIC.fullmatch(said) else at)


class _Tables:
    """The heads of the tables that were met: of lists of rows, and of what calls its columns so."""

    def __init__(self) -> None:
        self._first_rows: dict[tuple[str | int, ...], Titles] = {}
        self._columns: dict[tuple[str | int, ...], Titles] = {}

    def title(self, path: tuple[str | int, ...], value: str | None) -> str | None:
        """The title of the column that an item of a list stands in, if it is a credential's."""
        column = path[-1]
        assert isinstance(column, int)  # noqa: S101 - an item of a list
        above = path[-2] if len(path) > 1 else ""
        if above in _HEADS:
            self._note(self._columns, path[:-2], column, value)
        if not isinstance(above, int):
            return None
        if above == 0:
            self._note(self._first_rows, path[:-2], column, value)
        if value is None:
            return None
        if len(path) > 2 and path[-3] in _ROWS:
            title = self._columns.get(path[:-3], {}).get(column, "")
            if _is_name(title) and _may_be(title, value):
                return title
        titles = self._first_rows.get(path[:-2], {}) if above > 0 else {}
        is_head = len(titles) > 1 and all(map(_TITLE.fullmatch, titles.values()))
        title = titles.get(column, "")
        return (
            title if is_head and _is_name(title) and shows_itself(value) and _may_be(title, value) else None
        )

    def note_field(self, path: tuple[str | int, ...], value: str) -> None:
        """Take in `{"fields": [{"name": …}]}`."""
        if len(path) > 2 and path[-3] in _HEADS and isinstance(path[-2], int):
            self._note(self._columns, path[:-3], path[-2], value)

    def _note(
        self,
        heads: dict[tuple[str | int, ...], Titles],
        table: tuple[str | int, ...],
        column: int,
        value: str | None,
    ) -> None:
        if column == 0:
            heads[table] = {}  # another text may come after the first, with a table in the same place
        heads.setdefault(table, {})[column] = _plain("" if value is None else decoded(value))


def _option(text: str, leaves: list[Leaf], at: int) -> str | None:
    """The option before an argument."""
    leaf, before = leaves[at], leaves[at - 1]
    step = leaf.path[-1]
    if leaf.role is not Role.STRING or not isinstance(step, int) or step == 0:
        return None
    if before.role is not Role.STRING or before.path != (*leaf.path[:-1], step - 1):
        return None
    option = _OPTION.fullmatch(text, before.start, before.end)
    if option is None or not _is_name(option["name"]):
        return None
    value = text[leaf.start : leaf.end]
    return option["name"] if value[:1] != "-" and _shows_itself(value) and ",src=" not in value else None


def _field(text: str, leaves: list[Leaf], at: int) -> str | None:
    """What the field is called that a value is typed into."""
    label = beside(leaves, at, FIELDS)
    if label is None:
        return None
    name = field_name(decoded(text[label.start : label.end]).rstrip())
    value = text[leaves[at].start : leaves[at].end]
    return name if _is_name(name) and _shows_itself(value) and _may_be(name, value) else None


def beside(leaves: list[Leaf], at: int, called: AbstractSet[str]) -> Leaf | None:
    """The last string before a value, in the same object, whose member is called like one of some.

    Args:
        leaves: of a text.
        at: where the value stands among them.
        called: names of members.
    """
    owner = leaves[at].owner
    for leaf in reversed(leaves[max(0, at - _BESIDE) : at]):
        if leaf.owner == owner and leaf.role is Role.STRING and leaf.name in called:
            return leaf
    return None


def field_name(text: str) -> str:
    """What a field is called by its label, its description or a selector: `input[name='password']`."""
    if text.endswith(_QUOTED):
        text = text[:-2].rpartition('"')[2]
    return _AFTER_FIELD.sub("", _WHERE.split(_plain(text), maxsplit=1)[0])


def _plain(text: str) -> str:
    """A text that may be a title; nothing of one that is too long, or has quotes in it."""
    return text if len(text) <= _LONGEST and '"' not in text and "\\" not in text else ""


def _is_name(text: str) -> bool:
    return bool(text) and ending_of(text) not in (None, "some key")


def _may_be(title: str, value: str) -> bool:
    """Whether a value may be what its title says: a token alone is also a piece of text."""
    return title.lower() != "token" or is_machine_made(decoded(value))


def _shows_itself(value: str) -> bool:
    return not any(map(str.isspace, value)) and (shows_itself(value) or _MARKS.search(value) is not None)
