"""Citations of what the request brought along: documents and search results with citations on.

A cited text repeats the words it cites, so that the places are true: `cited_text` is what stands at
the indices. Places in a PDF are pages, whose words are not read; they are cited by number alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mockapi.replies._request_view import blocks_of, text_of
from mockapi.replies.synthesis._plan import PlanPart, text_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.replies._request_view import Block, RequestView

_MAX: Final = 3
_ENDS: Final = ".!?\u3002\uff01\uff1f"  # full stops, Latin and CJK
_SENTENCE: Final = re.compile(rf"\S[^{_ENDS}\n]*[{_ENDS}]?")
_LONGEST: Final = 200


def cited_parts(view: RequestView) -> tuple[PlanPart, ...]:
    """Text parts that cite the sources of a request, the first few; () without sources."""
    if view.digest is None and view.canonical and b'"citations":{' not in view.canonical:
        return ()  # as nearly always, and told by the bytes without looking at each block
    citations = [citation for citation in _citations(view) if citation]
    if not citations:
        return ()
    parts = [text_part("The sources say this: ")]
    for number, citation in enumerate(citations[:_MAX]):
        parts.append(text_part(_said(citation), [citation]))
        if number < len(citations[:_MAX]) - 1:
            parts.append(text_part(" And: "))
    return tuple(parts)


def _said(citation: dict[str, Any]) -> str:
    text = str(citation["cited_text"]).strip()
    return text or f"something on page {citation.get('start_page_number', 1)}"


def _citations(view: RequestView) -> Iterator[dict[str, Any]]:
    documents = results = 0
    for block in _sources(view):
        if block["type"] == "document":
            if _is_on(block):
                yield _of_document(block, documents)
            documents += 1
        else:
            if _is_on(block):
                yield _of_result(block, results)
            results += 1


def _sources(view: RequestView) -> Iterator[Block]:
    for turn in view.turns:
        if turn.role != "user":
            continue
        for block in turn.blocks:
            inner = blocks_of(block.get("content")) if block.get("type") == "tool_result" else (block,)
            yield from (item for item in inner if item.get("type") in ("document", "search_result"))


def _is_on(block: Block) -> bool:
    citations = block.get("citations")
    return isinstance(citations, dict) and citations.get("enabled") is True


def _of_document(block: Block, index: int) -> dict[str, Any]:
    source = block.get("source")
    source = source if isinstance(source, dict) else {}
    about = {
        "document_index": index,
        "document_title": block.get("title") if isinstance(block.get("title"), str) else None,
    }
    kind = source.get("type")
    if kind == "text" and isinstance(source.get("data"), str):
        found = _SENTENCE.search(source["data"])
        if found is None:
            return {}
        start, end = found.start(), min(found.end(), found.start() + _LONGEST)
        return {
            "type": "char_location",
            "cited_text": source["data"][start:end],
            **about,
            "start_char_index": start,
            "end_char_index": end,
        }
    if kind == "content":
        blocks = blocks_of(source.get("content"))
        for place, part in enumerate(blocks):
            text = text_of((part,))
            if text.strip():
                return {
                    "type": "content_block_location",
                    "cited_text": text,
                    **about,
                    "start_block_index": place,
                    "end_block_index": place + 1,
                }
        return {}
    return {
        "type": "page_location",
        "cited_text": "",
        **about,
        "start_page_number": 1,
        "end_page_number": 2,
    }


def _of_result(block: Block, index: int) -> dict[str, Any]:
    for place, part in enumerate(blocks_of(block.get("content"))):
        text = text_of((part,))
        if text.strip():
            return {
                "type": "search_result_location",
                "cited_text": text,
                "source": str(block.get("source", "")),
                "title": block.get("title") if isinstance(block.get("title"), str) else None,
                "search_result_index": index,
                "start_block_index": place,
                "end_block_index": place + 1,
            }
    return {}
