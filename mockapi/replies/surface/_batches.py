"""Message batches, as a state machine without a clock of its own.

    created:    in_progress --- looked at ---> in_progress, 1,000 rows further
                in_progress --- last row ----> ended
                in_progress --- cancel ------> canceling
    cancelling: canceling   --- looked at ---> ended, the rows left are "canceled"
    ended:      results can be read, it can be deleted

A look is a GET of the batch, of its results, or of the list, which looks at no more rows in all. So a
client that polls sees what it sees
of the API, without waiting: a small batch has ended when it is first looked at. Rows are judged when
their turn comes, as the API does: what is wrong with one is its result, not an error of the batch. A
row's reply is synthesized without a history, under the service tier "batch".

Source: recorded batches of 2026-08, and the API's measured errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import IdFactory, Kind, dump
from mockapi.replies.surface._pages import Query, page_by_id
from mockapi.replies.synthesis import History, Material, decide, message_for, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockapi.exchange import Headers, Reply
    from mockapi.replies.surface._shelf import Blob, Scene, Shelf

ROWS_PER_LOOK: Final = 1_000
_OUTCOMES: Final = ("processing", "succeeded", "errored", "canceled", "expired")
_STREAM: Final = '"stream=True" is not supported in the Message Batches API'
_RETRY_AFTER: Final = (b"retry-after", b"10")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch.

    Attributes:
        id: of it.
        created: when it came.
        headers: of the request that it came with, under which its rows are judged.
        rows: the rows that are still to be worked on, in slices of `ROWS_PER_LOOK`.
        results: the lines that are done.
        counts: of the rows by outcome.
        cancelled: when it was cancelled.
        ended: when it ended.
    """

    id: str
    created: datetime
    headers: Headers
    rows: tuple[Blob, ...]
    results: tuple[Blob, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cancelled: datetime | None = None
    ended: datetime | None = None

    @property
    def status(self) -> str:
        """Where it is: in_progress, canceling or ended."""
        if self.ended is not None:
            return "ended"
        return "in_progress" if self.cancelled is None else "canceling"

    def described(self, scene: Scene) -> dict[str, Any]:
        """The batch as the API tells it."""
        url = f"{scene.base_url}/v1/messages/batches/{self.id}/results"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": {outcome: self.counts.get(outcome, 0) for outcome in _OUTCOMES},
            "ended_at": _time(self.ended),
            "created_at": _time(self.created),
            "expires_at": _time(self.created + timedelta(days=1)),
            "archived_at": None,
            "cancel_initiated_at": _time(self.cancelled),
            "results_url": url if self.ended is not None else None,
        }


def create(request: Request, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """Take a batch. Its rows are not looked at yet."""
    body = request.parsed
    rows = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        return scene.error(400, "invalid_request_error", "requests: Field required"), shelf
    slices = [rows[start : start + ROWS_PER_LOOK] for start in range(0, len(rows), ROWS_PER_LOOK)]
    batch = Batch(
        id=IdFactory(scene.seed).make(Kind.BATCH, shelf.made),
        created=scene.time(),
        headers=request.headers,
        rows=tuple(scene.keep(dump(part)) for part in slices),
        counts={"processing": len(rows)},
    )
    return scene.json(batch.described(scene)), shelf.with_batch(batch)


def list_batches(request: Request, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """The batches, newest first. The look goes to the oldest, as many as have `ROWS_PER_LOOK` together."""
    rows = 0
    for batch in shelf.batches.values():
        looked = _looked_at(batch, scene)
        shelf = shelf.changed(looked)
        rows += batch.counts.get("processing", 0) - looked.counts.get("processing", 0)
        if rows >= ROWS_PER_LOOK:
            break
    found = [batch.described(scene) for batch in list(shelf.batches.values())[::-1]]
    return scene.json(page_by_id(found, Query(request.query))), shelf


def get(id_: str, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """One batch, a look further."""
    batch = _find(id_, shelf, scene)
    if batch is None:
        return _unknown(id_, scene), shelf
    batch = _looked_at(batch, scene)
    waiting = () if batch.ended else (_RETRY_AFTER,)
    return scene.json(batch.described(scene), *waiting), _kept(batch, shelf)


def cancel(id_: str, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """Stop a batch; one that has ended stays as it is."""
    batch = _find(id_, shelf, scene)
    if batch is None:
        return _unknown(id_, scene), shelf
    if batch.ended is None and batch.cancelled is None:
        batch = replace(batch, cancelled=scene.time())
    return scene.json(batch.described(scene)), _kept(batch, shelf)


def delete(id_: str, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """Drop a batch that has ended."""
    batch = _find(id_, shelf, scene)
    if batch is None:
        return _unknown(id_, scene), shelf
    if batch.ended is None:
        message = "In progress batches cannot be deleted. Consider canceling the batch instead."
        return scene.error(400, "invalid_request_error", message), shelf
    return scene.json({"id": id_, "type": "message_batch_deleted"}), shelf.without_batch(id_)


def results(id_: str, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """The results as JSON lines, in the order of the rows."""
    batch = _find(id_, shelf, scene)
    if batch is None:
        return _unknown(id_, scene), shelf
    batch = _looked_at(batch, scene)
    if batch.ended is None:
        message = f"Message Batch {id_} has no available results."
        return scene.not_found(message), _kept(batch, shelf)
    name = f"attachment; filename*=utf-8''{id_}_results.jsonl"
    lines = b"".join(part.read() for part in batch.results)
    reply = scene.body(lines, "application/x-jsonl", (b"content-disposition", name.encode()))
    return reply, _kept(batch, shelf)


def _looked_at(batch: Batch, scene: Scene) -> Batch:
    """The batch after a look: some rows further, or ended."""
    if batch.ended is not None:
        return batch
    if not batch.rows:
        return replace(batch, ended=scene.time())
    done = batch.rows if batch.cancelled else batch.rows[:1]
    counts = dict(batch.counts)
    lines = []
    for part in done:
        for row in jsontext.parse(part.read()):
            row = row if isinstance(row, dict) else {}  # noqa: PLW2901 - what is no object has no members
            result = {"type": "canceled"} if batch.cancelled else _result(row, batch, scene)
            counts["processing"] -= 1
            counts[result["type"]] = counts.get(result["type"], 0) + 1
            lines.append(dump({"custom_id": str(row.get("custom_id", "")), "result": result}) + b"\n")
    left = batch.rows[len(done) :]
    return replace(
        batch,
        rows=left,
        results=(*batch.results, scene.keep(b"".join(lines))),
        counts=counts,
        ended=None if left else scene.time(),
    )


def _result(row: dict[str, Any], batch: Batch, scene: Scene) -> dict[str, Any]:
    params = row.get("params")
    request = Request("POST", "/v1/messages", "", tuple(_own_headers(batch.headers)), dump(params))
    if isinstance(params, dict) and params.get("stream") is True:
        return _errored("invalid_request_error", _STREAM)
    if isinstance(params, dict) and params.get("max_tokens") == 0:
        return _errored("invalid_request_error", "max_tokens: must be greater than or equal to 1")
    refusal = scene.judge(request)
    if refusal is not None:
        return _errored(refusal.type, refusal.message)
    material = Material(view_of(request), scene.seed)
    plan = decide(material.view, material.dice, material.ids)
    message, *_ = message_for(plan, material, History(), scene.at)
    message["usage"]["service_tier"] = "batch"
    return {"type": "succeeded", "message": message}


def _errored(kind: str, message: str) -> dict[str, Any]:
    details = {"error_visibility": "user_facing"}
    error = {"details": details, "type": kind, "message": message}
    return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}


def _own_headers(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    """The fields that say how to read a row; what described the batch's body does not."""
    return (item for item in headers if item[0] not in (b"content-length", b"content-encoding"))


def _find(id_: str, shelf: Shelf, scene: Scene) -> Batch | None:
    batch = shelf.batches.get(id_)
    if batch is None and scene.lenient:
        now = datetime.fromtimestamp(scene.at, UTC)
        return Batch(id_, now, (), (), ended=now)
    return batch


def _kept(batch: Batch, shelf: Shelf) -> Shelf:
    """The shelf with a batch it knows; a placeholder that was taken for one leaves no trace."""
    return shelf.changed(batch) if batch.id in shelf.batches else shelf


def _unknown(id_: str, scene: Scene) -> Reply:
    return scene.not_found(f"Message Batch {id_} not found.")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00"
