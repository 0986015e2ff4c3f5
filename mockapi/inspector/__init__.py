"""The page that shows what client and API said to each other: its data, its live feed, its own files.

    entry_view, interaction_view    one exchange as a JSON document (docs/page.md describes it)
    row_of                          the same in one line of a list
    words_of, mentions              whether words stand in the bodies of an exchange
    Feed                            what changes in the journals, for those who look
    page_file, view_sources         the files of the page, and those of its views alone

The views under `page/views` are functions from such a document to elements: whoever writes a report shows
the same document by the same views, and needs no server. No HTTP here: the server has the routes.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.inspector._bodies import MOST_SHOWN, shown_body
    from mockapi.inspector._cassette import cassette_text, interaction_of
    from mockapi.inspector._exchange import entry_view, interaction_view
    from mockapi.inspector._feed import Feed
    from mockapi.inspector._files import PageFile, page_file, view_sources
    from mockapi.inspector._rows import conversation_of, row_of
    from mockapi.inspector._search import mentions, words_of

__all__ = [
    "MOST_SHOWN",
    "Feed",
    "PageFile",
    "cassette_text",
    "conversation_of",
    "entry_view",
    "interaction_of",
    "interaction_view",
    "mentions",
    "page_file",
    "row_of",
    "shown_body",
    "view_sources",
    "words_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_bodies": "MOST_SHOWN shown_body",
        "_cassette": "cassette_text interaction_of",
        "_exchange": "entry_view interaction_view",
        "_feed": "Feed",
        "_files": "PageFile page_file view_sources",
        "_rows": "conversation_of row_of",
        "_search": "mentions words_of",
    },
)
