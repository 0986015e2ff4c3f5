"""How languages part a credential's name from its quoted value, where no `=` or `:` does it.

    storePassword "VALUE"               a blank
    client.setApiKey('VALUE')           a call
    {password, "VALUE"}                 a comma
    1) "requirepass" / 2) "VALUE"       the next line of a numbered list
    ('#password').type('VALUE')         what is typed into a field of that name

A blank or a call alone also stands before words: the value must have a digit there, and of other
names than a password's be what a machine made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._judge import judge
from mockapi.cassettes._runs import QUOTE, quoted
from mockapi.cassettes._secret_table import PASSWORDS, SCHEMES
from mockapi.cassettes._values import Place, is_machine_made, shows_itself

if TYPE_CHECKING:
    from mockapi.cassettes._kinds import Find

BEFORE_QUOTE = (
    rf"(?P<call>\([ ]?)(?={QUOTE})"
    rf"|(?P<typed>\\{{0,7}}[\"']?\)?\.(?:type|fill|send_keys|sendKeys|setValue|val|input|enter)\((?={QUOTE})"
    rf"|{QUOTE},[ ]?(?={QUOTE})|,[ ]with:[ ](?={QUOTE}))"
    rf"|(?P<arrow>[ \t]{{0,4}}->[ \t]{{0,4}}(?={QUOTE}))"
    rf"|(?P<pair>,[ \t]{{0,4}}(?={QUOTE}))"
    rf"|(?P<numbered>(?:\r?\n|\\{{1,7}}n)[ ]{{0,4}}[0-9]{{1,3}}\)[ ](?={QUOTE}))"
)
"""What stands between a name and a quote, besides what any value may stand behind."""

_SHORTEST = 16  # characters of what a machine made
_QUOTE = re.compile(QUOTE)
_HAS_SCHEME = re.compile(rf"(?i:{'|'.join(map(re.escape, SCHEMES))})[ ]")
_FINDS_FIELD = re.compile(  # `type(screen.getByLabelText('Password'), 'VALUE')`
    r"(?:[lL]abel\w{0,10}|[pP]laceholder\w{0,10}|[tT]estId|[lL]ocator|[eE]lement)\([^()\n]{0,40}\Z"
)
_ASKS = re.compile(
    r"(?:get|fetch|find|load|read|has|is|check|validate|verify|hash|encode|decode|encrypt|decrypt|reset|delete"
    r"|remove|parse|from|create|new|need|require|show|hide|prompt|ask|expect|on)(?=[A-Z_]|\Z)"
)


def quoted_behind(
    text: str, at: int, match: re.Match[str], name: str, before: str, ending: str
) -> Find | None:
    """The quoted value that stands at a place behind a name, if it is a credential.

    Args:
        text: all of it.
        at: where the quote is.
        match: what stands behind the name; its groups say which of the syntaxes it is.
        name: of the credential.
        before: what stands before the name.
        ending: of the name.
    """
    opens = _QUOTE.match(text, at)
    if opens is None:
        return None
    closed = quoted(opens[0]).match(text, opens.end())
    if closed is None or not text.startswith(opens[0], closed.end()):
        return None
    if match["pair"] and not before.endswith(("{", "{:")):
        is_field = text.startswith(")", match.end("close")) and _FINDS_FIELD.search(before)
        if not (match["close"] and is_field):
            return None
    if match["typed"] and not (match["close"] or text.startswith("]", match.end("close"))):
        return None
    if match["call"] and _ASKS.match(name.rpartition(".")[2]):
        return None
    value = closed[0]
    if match["typed"] or match["arrow"] or match["numbered"] or match["pair"]:
        return judge(value, opens.end(), Place.QUOTED, name, ending)
    if ending == "authorization" and _HAS_SCHEME.match(value):  # `proxy_set_header Authorization "Basic …"`
        return judge(value, opens.end(), Place.QUOTED, name, ending)
    if not shows_itself(value):
        return None
    if ending not in PASSWORDS and not (len(value) >= _SHORTEST and is_machine_made(value)):
        return None
    return judge(value, opens.end(), Place.QUOTED, name, ending)
