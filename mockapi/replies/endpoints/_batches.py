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
row's reply is scripted or synthesized without a history, under the service tier "batch".

Source: recorded batches of 2026-08, and the API's measured errors.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.exchange import Reply, Request
from mockapi.messages import IdFactory, IdKind, dump
from mockapi.replies.endpoints._pages import Query, page_by_id
from mockapi.replies.endpoints._records import Batch
from mockapi.replies.synthesis import GenerationInput, History, decide, message_for, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.exchange import Headers
    from mockapi.replies.endpoints._context import EndpointContext
    from mockapi.replies.endpoints._store import ResourceStore

ROWS_PER_LOOK: Final = 1_000
BYTES_PER_LOOK: Final = 1_000_000
"""Judging them takes a tenth of a second, in which nobody else is served. A longer row comes by itself."""
_STREAM: Final = '"stream=True" is not supported in the Message Batches API'
_RETRY_AFTER: Final = (b"retry-after", b"10")


def create(request: Request, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """Take a batch. Its rows are not looked at yet."""
    body = request.parsed
    rows = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        return context.error(400, "invalid_request_error", "requests: Field required"), store
    batch = Batch(
        id=IdFactory(context.seed).make(IdKind.BATCH, store.made),
        created=context.time(),
        headers=request.headers,
        rows=tuple(map(context.keep, _slices(map(jsontext.compact_deep, rows)))),
        counts={"processing": len(rows)},
    )
    return context.json(batch.described(context)), store.with_batch(batch)


def _slices(rows: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a batch as JSON arrays, each as much as one look goes to."""
    part: list[bytes] = []
    size = 0
    for row in rows:
        if part and (len(part) == ROWS_PER_LOOK or size + len(row) > BYTES_PER_LOOK):
            yield _array(part)
            part, size = [], 0
        part.append(row)
        size += len(row)
    if part:
        yield _array(part)


def _array(items: list[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def list_batches(
    request: Request, store: ResourceStore, context: EndpointContext
) -> tuple[Reply, ResourceStore]:
    """The batches, newest first. The look goes to the oldest, as many as one look goes to."""
    rows = size = 0
    for batch in store.batches.values():
        looked = _looked_at(batch, context)
        store = store.changed(looked)
        rows += batch.counts.get("processing", 0) - looked.counts.get("processing", 0)
        size += sum(part.size for part in batch.rows) - sum(part.size for part in looked.rows)
        if rows >= ROWS_PER_LOOK or size >= BYTES_PER_LOOK:
            break
    found = [batch.described(context) for batch in list(store.batches.values())[::-1]]
    return context.json(page_by_id(found, Query(request.query))), store


def get(id_: str, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """One batch, a look further."""
    batch = _find(id_, store, context)
    if batch is None:
        return _unknown(id_, context), store
    batch = _looked_at(batch, context)
    waiting = () if batch.ended else (_RETRY_AFTER,)
    return context.json(batch.described(context), *waiting), _kept(batch, store)


def cancel(id_: str, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """Stop a batch; one that has ended stays as it is."""
    batch = _find(id_, store, context)
    if batch is None:
        return _unknown(id_, context), store
    if batch.ended is None and batch.cancelled is None:
        batch = replace(batch, cancelled=context.time())
    return context.json(batch.described(context)), _kept(batch, store)


def delete(id_: str, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """Drop a batch that has ended."""
    batch = _find(id_, store, context)
    if batch is None:
        return _unknown(id_, context), store
    if batch.ended is None:
        message = "In progress batches cannot be deleted. Consider canceling the batch instead."
        return context.error(400, "invalid_request_error", message), store
    return context.json({"id": id_, "type": "message_batch_deleted"}), store.without_batch(id_)


def results(id_: str, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """The results as JSON lines, in the order of the rows."""
    batch = _find(id_, store, context)
    if batch is None:
        return _unknown(id_, context), store
    batch = _looked_at(batch, context)
    if batch.ended is None:
        message = f"Message Batch {id_} has no available results."
        return context.not_found(message), _kept(batch, store)
    name = f"attachment; filename*=utf-8''{id_}_results.jsonl"
    lines = b"".join(part.read() for part in batch.results)
    reply = context.body(lines, "application/x-jsonl", (b"content-disposition", name.encode()))
    return reply, _kept(batch, store)


def _looked_at(batch: Batch, context: EndpointContext) -> Batch:
    """The batch after a look: some rows further, or ended."""
    if batch.ended is not None:
        return batch
    if not batch.rows:
        return replace(batch, ended=context.time())
    done = batch.rows if batch.cancelled else batch.rows[:1]
    counts = dict(batch.counts)
    lines = []
    for part in done:
        for row in jsontext.parse(part.read()):
            row = row if isinstance(row, dict) else {}  # noqa: PLW2901 - only objects have members
            result = {"type": "canceled"} if batch.cancelled else _result(row, batch, context)
            counts["processing"] -= 1
            counts[result["type"]] = counts.get(result["type"], 0) + 1
            lines.append(dump({"custom_id": _custom_id(row), "result": result}) + b"\n")
    left = batch.rows[len(done) :]
    return replace(
        batch,
        rows=left,
        results=(*batch.results, context.keep(b"".join(lines))),
        counts=counts,
        ended=None if left else context.time(),
    )


def _result(row: dict[str, Any], batch: Batch, context: EndpointContext) -> dict[str, Any]:
    params = row.get("params")
    body = jsontext.compact_deep(params)
    request = Request("POST", "/v1/messages", "", tuple(_own_headers(batch.headers)), body)
    if isinstance(params, dict) and params.get("stream") is True:
        return _errored("invalid_request_error", _STREAM)
    if isinstance(params, dict) and params.get("max_tokens") == 0:
        return _errored("invalid_request_error", "max_tokens: must be greater than or equal to 1")
    refusal = context.validate(request)
    if refusal is not None:
        return _errored(refusal.type, refusal.message)
    material = GenerationInput(view_of(request), context.seed)
    scripted = context.scripted(material, _custom_id(row))
    if isinstance(scripted, Reply):
        return _errored(*_error_of(scripted))
    plan = scripted or decide(material.view, material.dice, material.ids)
    message, *_ = message_for(plan, material, History(), context.at)
    message["usage"]["service_tier"] = "batch"
    return {"type": "succeeded", "message": message}


def _custom_id(row: dict[str, Any]) -> str:
    """The row's name; a list or an object, which only a session without validation takes, names nothing."""
    given = row.get("custom_id", "")
    return "" if isinstance(given, (dict, list)) else str(given)


def _error_of(reply: Reply) -> tuple[str, str]:
    """Type and message of a reply that is an error, whoever wrote it."""
    body = jsontext.parse(reply.body)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):  # a page of HTML, which no row's result could be
        return "api_error", "Internal server error"
    return str(error.get("type")), str(error.get("message"))


def _errored(kind: str, message: str) -> dict[str, Any]:
    details = {"error_visibility": "user_facing"}
    error = {"details": details, "type": kind, "message": message}
    return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}


def _own_headers(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    """The fields that say how to read a row; what described the batch's body does not."""
    return (item for item in headers if item[0] not in (b"content-length", b"content-encoding"))


def _find(id_: str, store: ResourceStore, context: EndpointContext) -> Batch | None:
    batch = store.batches.get(id_)
    if batch is None and context.lenient:
        now = datetime.fromtimestamp(context.at, UTC)
        return Batch(id_, now, (), (), ended=now)
    return batch


def _kept(batch: Batch, store: ResourceStore) -> ResourceStore:
    """The store with a batch it knows; a placeholder that was taken for one leaves no trace."""
    return store.changed(batch) if batch.id in store.batches else store


def _unknown(id_: str, context: EndpointContext) -> Reply:
    return context.not_found(f"Message Batch {id_} not found.")
