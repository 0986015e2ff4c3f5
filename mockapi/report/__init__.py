"""A report: exchanges of cassettes or of a test run, as one HTML file that needs no server and no network.

ReportDocument    what it shows, collected while a run goes on, and joined from several processes
report_html       the file: the views of the page `/_mockapi/ui`, and the document, compressed
recorded_view     a recorded interaction as it may leave the project
happened_view     an entry of a journal, masked as it would be recorded
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.report._document import ReportDocument
    from mockapi.report._html import report_html
    from mockapi.report._masked_views import happened_view, recorded_view

__all__ = ["ReportDocument", "happened_view", "recorded_view", "report_html"]

__getattr__ = lazy_exports(
    __name__,
    {
        "_document": "ReportDocument",
        "_html": "report_html",
        "_masked_views": "happened_view recorded_view",
    },
)
