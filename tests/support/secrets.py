"""Secrets to plant: random ones of every kind, none of them real."""

from __future__ import annotations

import random
import string
from urllib.parse import quote

from hypothesis import assume
from hypothesis import strategies as st

from tests.support.credentials import FORMS, made

_ALNUM = string.ascii_letters + string.digits
_TOKEN = _ALNUM + "-_"
_BASE58 = "".join(char for char in _ALNUM if char not in "0OIl")


def _of(alphabet: str, size: int, to: int | None = None) -> st.SearchStrategy[str]:
    """Random text that begins as no mask does, so that finding it means something."""
    start = "Zq7" if "q" in alphabet else "ZQ7"
    rest = st.text(st.sampled_from(alphabet), min_size=size - 3, max_size=(to or size) - 3)
    return rest.map(lambda text: start + text)


def _uuid() -> st.SearchStrategy[str]:
    return st.uuids(version=4).map(str)


KINDS: dict[str, st.SearchStrategy[tuple[str, str]]] = {
    "API key": _of(_TOKEN, 40, 96).map(lambda rest: (f"sk-ant-api03-{rest}", rest)),
    "OAuth access token": _of(_TOKEN, 40, 96).map(lambda rest: (f"sk-ant-oat01-{rest}", rest)),
    "OAuth refresh token": _of(_TOKEN, 40, 96).map(lambda rest: (f"sk-ant-ort01-{rest}", rest)),
    "bearer token": _of(_ALNUM + "._~+/", 24, 60).map(lambda rest: (f"Authorization: Bearer a{rest}", rest)),
    "other vendor's key": _of(_ALNUM, 40).map(lambda rest: (f"sk-proj-{rest}", rest)),
    "AWS key": _of(string.ascii_uppercase + string.digits, 16).map(lambda rest: (f"AKIA{rest}", rest)),
    "Google key": _of(_ALNUM, 35).map(lambda rest: (f"AIza{rest}", rest)),
    "GitHub token": _of(_ALNUM, 36).map(lambda rest: (f"ghp_{rest}", rest)),
    "Slack token": _of(_ALNUM, 24).map(lambda rest: (f"xoxb-{rest}", rest)),
    "JSON web token": _of(_ALNUM, 12).map(lambda rest: (f"eyJ{rest}.eyJ{rest}.{rest}", rest)),
    "private key": _of(_ALNUM + "+\n", 64).map(
        lambda rest: (f"-----BEGIN PRIVATE KEY-----\na{rest}\n-----END PRIVATE KEY-----", rest)
    ),
    "cookie": _of(_ALNUM, 24).map(lambda rest: (f"Cookie: session={rest}; other={rest}", rest)),
    "shouted bearer token": _of(_ALNUM, 24).map(lambda rest: (f"BEARER  a{rest}", rest)),
    "password in a URL": _of(_ALNUM, 24).map(lambda rest: (f"https://bob:{rest}@mcp.example/sse", rest)),
    "token in a URL": _of(_ALNUM, 24).map(lambda rest: (f"https://a.example/?access_token={rest}&v=1", rest)),
    "token in JSON in a text": _of(_ALNUM, 24).map(lambda rest: (f'{{"accessToken": "a1{rest}"}}', rest)),
    "secret in a text": _of(_TOKEN, 24).map(lambda rest: (f"CLIENT_SECRET = 'a1{rest}", rest)),
    "key in a header": _of(_ALNUM, 24).map(lambda rest: (f"X-API-Key: 1{rest}", rest)),
    "workspace id": _of(_BASE58, 22).map(lambda rest: (f"wrkspc_01{rest}", rest)),
    "organization id": _uuid().map(lambda uuid: (f"your organization ({uuid})", uuid)),
}
"""Name to a strategy of pairs: the text to plant, and the part of it that must be seen nowhere."""


def _made(form: str) -> st.SearchStrategy[tuple[str, str]]:
    def of(seed: int) -> tuple[str, str]:
        text, pieces = made(form, random.Random(seed))
        return text, max(pieces, key=len)

    return st.integers(0, 2**32).map(of)


KINDS.update((f"{name} (by its form)", _made(form)) for name, form in FORMS.items())

planted: st.SearchStrategy[tuple[str, str]] = st.one_of(list(KINDS.values()))
"""Any of them."""


@st.composite
def around(draw: st.DrawFn) -> tuple[str, str]:
    """A text with a secret somewhere in it, and the secret part."""
    text, secret = draw(planted)
    before, after = draw(_words), draw(_words)
    assume(secret not in before + after)
    return f"{before} {text} {after}", secret


_words = st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def cuts(draw: st.DrawFn, size: int, most: int = 6) -> list[int]:
    """Places to cut something of a size in: its start, its end, and some between."""
    inside = draw(st.lists(st.integers(0, size), max_size=most))
    return sorted({0, size, *inside})


def quoted(text: str) -> str:
    """A text as it stands in a query."""
    return quote(text, safe="")
