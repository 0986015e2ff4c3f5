"""The file of a report: what it lets run, and what stands in it."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

from mockapi.cassettes import DEFAULT
from mockapi.report import ReportDocument, recorded_view, report_html
from tests.support.server import interaction, message

_ELEMENTS = re.compile(r"<(script type=\"module\"|style)>(.*?)</(?:script|style)>", re.DOTALL)
_POLICY = re.compile(r'Content-Security-Policy" content="([^"]*)"')
_HOSTILE = "</script><script>alert(1)</script><!--"


def page_of(text: str, title: str = "t") -> str:
    """A report of one interaction."""
    document = ReportDocument(title)
    document.add(text, [recorded_view(interaction(message(text)), "a.yaml", 0, DEFAULT)])
    return report_html(document, title).decode()


def test_only_its_own_script_and_styles_are_let_through() -> None:
    """By their digests; nothing is loaded from anywhere."""
    page = page_of("Hi")
    found = _POLICY.search(page)
    assert found is not None
    parts = dict(part.split(" ", 1) for part in found[1].split("; "))
    digests = [
        f"'sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}'"
        for _, content in _ELEMENTS.findall(page)
    ]
    assert [parts["style-src"], parts["script-src"]] == digests
    assert parts["default-src"] == "'none'"
    assert "unsafe" not in found[1]


def test_no_text_of_an_exchange_is_part_of_the_page() -> None:
    """A title is escaped, all else is compressed."""
    page = page_of(_HOSTILE, _HOSTILE)
    assert "alert(1)" not in page.replace("&lt;script&gt;alert(1)", "")
    assert page.count("<script") == 2
    assert "<title>&lt;/script&gt;" in page


def test_the_page_itself_is_small() -> None:
    """Views and styles; the exchanges come on top."""
    assert len(page_of("Hi")) < 120_000
