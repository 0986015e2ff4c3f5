"""The word for a password in many languages, before a value, over a column, as a name; and in sentences."""

from __future__ import annotations

import json

from mockapi.cassettes import DEFAULT, redact
from mockapi.cassettes._secrets import may_hold_secret
from tests.support.each import each
from tests.support.redaction import exchange

TYPED = "tr0ub4dor"
_WORDS = "Пароль пароль 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호"
_MORE = "पासवर्ड পাসওয়ার্ড סיסמה סיסמא รหัสผ่าน Hasło hasło"
WORDS = (*_WORDS.split(), *_MORE.split(), "Mật khẩu", "mật khẩu", "كلمة المرور", "كلمة السر", "رمز عبور")


def kept(text: str) -> str:
    """A text as the body of a request has it when it is written."""
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    interaction, _ = redact(exchange(body))
    if interaction.request.body != body:
        assert may_hold_secret(body)
    return str(json.loads(interaction.request.body)["text"])


@each("word", WORDS)
def test_a_password_is_found_by_its_word_in_any_language(word: str) -> None:
    """Behind a colon, in a column of CSV and of Markdown, as a member's name in JSON."""
    for text in (
        f"bob@example.com\n{word}: {TYPED}\n",
        f"id,{word}\n1,{TYPED}\n",
        f"id;{word};n\n1;{TYPED};2\n",
        f"| id | {word} |\n|---|---|\n| 1 | {TYPED} |\n",
        json.dumps({word: TYPED}, ensure_ascii=False),
        json.dumps({"label": word, "value": TYPED}, ensure_ascii=False),
    ):
        masked = kept(text)
        assert masked == text.replace(TYPED, "*" * len(TYPED))
        assert kept(masked) == masked


@each("word", WORDS)
def test_a_sentence_with_the_word_stays(word: str) -> None:
    """Also where commas part it, and a table of other columns."""
    for text in (
        f"({word}, login) 2024-05-01, v2",
        f"{word}, or token2\nfor login, then2024",
        f"id,login\n{word},bob12345\n",
        f"| {word} |\n|---|\n| - |\n",
    ):
        assert kept(text) == DEFAULT.mask(text) == text
