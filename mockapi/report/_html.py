"""The report as one file: views, styles and the document in it, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockapi import inspector
from mockapi._version import __version__
from mockapi.report._bundle import bundled

if TYPE_CHECKING:
    from mockapi.report._document import ReportDocument

_PLACE: Final = Path(__file__).parent / "page"
_STYLES: Final = "page.css"


def report_html(document: ReportDocument, title: str) -> bytes:
    """The file.

    What was said stands in it as base64 of compressed JSON: no text of an exchange is part of the page, and
    the views make text nodes of it. Should they fail in that, the policy runs no script but the report's own.

    Args:
        document: what it shows.
        title: of the window.
    """
    script, styles = _script(), _styles()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(styles)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    data = base64.b64encode(document.packed()).decode()
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="mockapi {__version__}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{styles}</style>
</head>
<body>
<noscript>This report needs JavaScript.</noscript>
<script type="text/plain" id="document">{data}</script>
<script type="module">{script}</script>
</body>
</html>
""".encode()


@cache
def _script() -> str:
    modules = {name: text for name, text in inspector.view_sources().items() if name.endswith(".js")}
    modules["report.js"] = (_PLACE / "report.js").read_text("utf-8")
    return _embeddable(bundled(modules))


@cache
def _styles() -> str:
    own = (_PLACE / "report.css").read_text("utf-8")
    return _embeddable(f"{inspector.view_sources()[_STYLES]}\n{own}")


def _embeddable(text: str) -> str:
    """A text that may stand in an element of HTML that ends with its first end tag."""
    if "</" in text or "<!--" in text:
        raise ValueError(
            "A script or style of the report holds `</` or `<!--`: it could not stand in a page."
        )
    return f"\n{text}"


def _digest(text: str) -> str:
    """What a policy calls a script or style that it lets through."""
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"
