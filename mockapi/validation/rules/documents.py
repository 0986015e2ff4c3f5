"""PDFs. Their paths say `pdf` where the block says `document`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockapi.validation import _media
from mockapi.validation._conversation import Block, path_of, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


def _pdfs(context: Context) -> Iterator[tuple[Block, _media.Pdf]]:
    for block in context.conversation.blocks("document"):
        source = block[4]["source"]
        if source["type"] == "base64" and source["data"]:
            data: str = source["data"]
            yield block, context.pdfs.get(data.encode(errors="surrogatepass"), partial(_judge, data))


def _judge(data: str) -> _media.Pdf:
    content = _media.decode(data)
    return _media.Pdf(valid=False) if content is None else _media.look_at_pdf(content)


def _fault(block: Block, **values: object) -> Violation:
    return Violation(
        f"{pointer_of(block)}/source/data", {"path": f"{path_of(block)}.pdf.source.base64.data", **values}
    )


@rule(
    "pdf.unsupported",
    Stage.MESSAGES,
    "block:document",
    message="'{model}' does not support PDF input.",
    source="captured in 2025-11 for Claude 3 Haiku; the others documented",
    models="Claude 3, 2 and Instant",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot read PDFs."""
    if context.known_model.pdf_input:
        return
    for block in context.conversation.blocks("document"):
        if block[4]["source"]["type"] in ("base64", "url"):
            yield Violation(f"{pointer_of(block)}/source", {"model": context.known_model.id})


@rule(
    "pdf.empty",
    Stage.MESSAGES,
    "block:document",
    message="{path}.document.source.base64: PDF cannot be empty",
    source="captured in 2026-09",
)
def empty(context: Context) -> Iterator[Violation]:
    """A PDF has no bytes."""
    for block in context.conversation.blocks("document"):
        source = block[4]["source"]
        if source["type"] == "base64" and not source["data"]:
            yield Violation(f"{pointer_of(block)}/source/data", {"path": path_of(block)})


@rule(
    "pdf.invalid",
    Stage.MESSAGES,
    "block:document",
    message="{path}: The PDF specified was not valid.",
    source="recorded in 2025-08",
)
def invalid(context: Context) -> Iterator[Violation]:
    """Document bytes are not a PDF."""
    yield from (_fault(block) for block, pdf in _pdfs(context) if not pdf.valid)


@rule(
    "pdf.password",
    Stage.MESSAGES,
    "block:document",
    message="{path}: The PDF specified is password protected.",
    source="quoted in 2026-09",
    confidence="maintainer",
)
def password(context: Context) -> Iterator[Violation]:
    """A PDF is encrypted."""
    yield from (_fault(block) for block, pdf in _pdfs(context) if pdf.encrypted)


@rule(
    "pdf.pages",
    Stage.MESSAGES,
    "block:document",
    message="{path}: A maximum of {limit} PDF pages may be provided.",
    source="recorded in 2025-11 (100 pages) and 2026-09 (600)",
    models="100 pages with a context of 200,000 tokens, else 600",
)
def pages(context: Context) -> Iterator[Violation]:
    """A PDF has too many pages, as far as its page tree can be read."""
    limit = 100 if context.known_model.context <= 200_000 else _media.MAX_PDF_PAGES
    yield from (_fault(block, limit=limit) for block, pdf in _pdfs(context) if pdf.pages > limit)
