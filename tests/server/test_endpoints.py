"""The rest of the API through the official client: models, tokens, batches, files, and their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import pytest

import mockapi
from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.sessions._journal import Journal
from tests.support.server import ask, open_session
from tests.support.shapes import NEW, SHAPES, body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server without cassettes."""
    with mockapi.Server([]) as running:
        yield running


@pytest.fixture
def connect(server: mockapi.Server) -> Iterator[Callable[..., anthropic.Anthropic]]:
    """Makes clients in sessions of their own, opened with these options."""
    made = []

    def connect(**options: Any) -> anthropic.Anthropic:
        base_url = open_session(server, **options)["base_url"]
        made.append(anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def client(connect: Callable[..., anthropic.Anthropic]) -> anthropic.Anthropic:
    """A client in a session of its own."""
    return connect()


def row(name: str, **params: Any) -> Any:
    """A row of a batch."""
    return {"custom_id": name, "params": {**body("Hello"), **params}}


def _counts(batch: Any) -> dict[str, int]:
    """Which outcomes a batch has rows of, and how many."""
    return {name: count for name, count in batch.request_counts.model_dump().items() if count}


def test_models_are_listed_in_pages(client: anthropic.Anthropic) -> None:
    """Cursors lead through all of them, without gap or repeat."""
    names = [model.id for model in client.models.list(limit=3)]
    assert len(names) == len(set(names)) > 10
    assert NEW in names
    first = client.models.list(limit=3)
    assert first.has_more
    back = client.models.list(limit=2, before_id=names[4])
    assert [model.id for model in back.data] == names[2:4]


def test_a_model_by_its_alias_and_an_unknown_one(client: anthropic.Anthropic) -> None:
    """The dated id comes back; an unknown name gets the API's 404."""
    assert client.models.retrieve("claude-haiku-4-5").id == "claude-haiku-4-5-20251001"
    model = client.models.retrieve(NEW)
    assert model.capabilities is not None
    assert not model.capabilities.thinking.types.enabled.supported
    with pytest.raises(anthropic.NotFoundError, match="model: claude-nothing"):
        client.models.retrieve("claude-nothing")


@pytest.mark.parametrize("name", ["text", "tools in parallel", "image", "thinking", "cache at the end"])
def test_count_tokens_agrees_with_usage(client: anthropic.Anthropic, name: str) -> None:
    """The count is what the reply's usage adds up to."""
    options = SHAPES[name]
    kept = {key: value for key, value in options.items() if key != "max_tokens"}
    counted = client.messages.count_tokens(**kept).input_tokens
    usage = client.messages.create(**options).usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    assert counted == usage.input_tokens + cached


def test_a_batch_from_its_creation_to_its_end(client: anthropic.Anthropic) -> None:
    """Created, looked at, read: each row has its own result, judged late."""
    rows = [row("good"), row("model", model="nope"), row("stream", stream=True), row("none", max_tokens=0)]
    batch = client.messages.batches.create(requests=rows)
    assert batch.processing_status == "in_progress"
    assert _counts(batch) == {"processing": 4}
    with pytest.raises(anthropic.BadRequestError, match="In progress batches cannot be deleted"):
        client.messages.batches.delete(batch.id)
    batch = client.messages.batches.retrieve(batch.id)
    assert batch.processing_status == "ended"
    assert _counts(batch) == {"succeeded": 1, "errored": 3}
    results = {line.custom_id: line.result for line in client.messages.batches.results(batch.id)}
    good = results["good"]
    assert good.type == "succeeded"
    assert good.message.usage.service_tier == "batch"
    said = {name: result.error.error.message for name, result in results.items() if result.type == "errored"}
    assert said == {
        "model": "model: nope",
        "stream": '"stream=True" is not supported in the Message Batches API',
        "none": "max_tokens: must be greater than or equal to 1",
    }
    assert [listed.id for listed in client.messages.batches.list()] == [batch.id]
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError, match=f"Message Batch {batch.id} not found."):
        client.messages.batches.retrieve(batch.id)


def test_a_cancelled_batch_has_cancelled_rows(client: anthropic.Anthropic) -> None:
    """Cancelling before the first look leaves nothing processed."""
    batch = client.messages.batches.create(requests=[row("a"), row("b")])
    assert client.messages.batches.cancel(batch.id).processing_status == "canceling"
    ended = client.messages.batches.retrieve(batch.id)
    assert (ended.processing_status, _counts(ended)) == ("ended", {"canceled": 2})
    assert {line.result.type for line in client.messages.batches.results(batch.id)} == {"canceled"}


@pytest.mark.slow
def test_a_large_batch_takes_several_looks(client: anthropic.Anthropic) -> None:
    """A thousand rows a look, results only at the end, in the order of the rows."""
    batch = client.messages.batches.create(requests=[row(str(number)) for number in range(1500)])
    assert client.messages.batches.retrieve(batch.id).request_counts.processing == 500
    assert client.messages.batches.retrieve(batch.id).processing_status == "ended"
    names = [line.custom_id for line in client.messages.batches.results(batch.id)]
    assert names == [str(number) for number in range(1500)]


@pytest.mark.slow
def test_a_list_looks_at_as_many_batches_as_have_a_thousand_rows(client: anthropic.Anthropic) -> None:
    """The oldest gets the look; the next one's turn comes with the next list."""
    sizes = (1000, 1, 1)
    made = [
        client.messages.batches.create(requests=[row(str(number), max_tokens=-1) for number in range(size)])
        for size in sizes
    ]
    ended = []
    for _ in range(2):
        listed = {batch.id: batch.processing_status for batch in client.messages.batches.list()}
        ended.append([listed[batch.id] == "ended" for batch in made])
    assert ended == [[True, False, False], [True, True, True]]


@pytest.mark.slow
def test_results_before_the_end_are_not_there(server: mockapi.Server) -> None:
    """The API's 404, and when to ask again."""
    base_url = open_session(server)["base_url"]
    created = ask(
        base_url,
        {"requests": [row(str(number)) for number in range(2500)]},
        "/v1/messages/batches",
        headers=KEY,
    )
    id_ = created.json()["id"]
    early = httpx.get(f"{base_url}/v1/messages/batches/{id_}/results", headers=KEY)
    assert early.status_code == 404
    assert early.json()["error"]["message"] == f"Message Batch {id_} has no available results."
    waiting = httpx.get(f"{base_url}/v1/messages/batches/{id_}", headers=KEY)
    assert waiting.headers["retry-after"] == "10"


def test_a_file_from_its_upload_to_its_end(client: anthropic.Anthropic) -> None:
    """Uploaded, listed, described, read back, deleted; unknown after that."""
    file = client.files.upload(file=("notes.txt", b"hello", "text/plain"))
    assert (file.filename, file.mime_type, file.size_bytes) == ("notes.txt", "text/plain", 5)
    large = client.files.upload(file=b"x" * 300_000)
    assert (large.filename, large.size_bytes) == ("unnamed", 300_000)
    assert [listed.id for listed in client.files.list()] == [large.id, file.id]
    assert [listed.id for listed in client.files.list(limit=1)] == [large.id, file.id]
    assert client.files.retrieve_metadata(file.id) == file
    assert client.files.download(file.id).read() == b"hello"
    assert client.files.download(large.id).read() == b"x" * 300_000
    assert client.files.delete(file.id).type == "file_deleted"
    with pytest.raises(anthropic.NotFoundError, match=f"File `{file.id}` not found"):
        client.files.download(file.id)


def test_the_live_api_lets_nobody_download_uploads(connect: Callable[..., anthropic.Anthropic]) -> None:
    """With the rules set to live, the recorded 400 and the code by which clients tell it."""
    client = connect(rules="live")
    file = client.files.upload(file=b"hello")
    assert file.downloadable is False
    with pytest.raises(anthropic.BadRequestError, match="is not downloadable") as caught:
        client.files.download(file.id)
    assert "file_not_downloadable" in caught.value.response.text


def test_sessions_do_not_see_each_others_files(connect: Callable[..., anthropic.Anthropic]) -> None:
    """State lives per session."""
    one, other = connect(), connect()
    file = one.files.upload(file=b"hello")
    with pytest.raises(anthropic.NotFoundError):
        other.files.retrieve_metadata(file.id)


def test_an_upload_without_a_file_is_refused(server: mockapi.Server) -> None:
    """A form that lacks the part, and a body that is no form."""
    base_url = open_session(server)["base_url"]
    for sent in ({"files": {"other": b"x"}}, {"content": b"x"}):
        reply = httpx.post(f"{base_url}/v1/files", headers=KEY, **sent)
        assert reply.status_code == 400
        assert reply.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 422),
        ("POST", "/v1/agents", 422),
        ("GET", "/favicon.ico", 404),
        ("GET", "/v1/models/", 404),
        ("GET", "/v1/messages", 405),
        ("PUT", "/v1/models/x", 405),
        ("DELETE", "/v1/files", 405),
        ("GET", "/v1/messages/batches/x/y", 422),
    ],
)
@pytest.mark.parametrize("validation", ["strict", "off"])
def test_unknown_paths_and_methods(
    server: mockapi.Server, method: str, path: str, status: int, validation: str
) -> None:
    """A JSON error with the request's id: what the API may have is a miss, what it nearly has a 404."""
    base_url = open_session(server, validation=validation)["base_url"]
    reply = httpx.request(method, base_url + path, headers=KEY)
    assert reply.status_code == status
    assert reply.json()["request_id"] == reply.headers["request-id"]


def test_the_probe_of_agents_is_answered(server: mockapi.Server) -> None:
    """HEAD / gets a 404 without a body."""
    reply = httpx.head(server.base_url + "/")
    assert (reply.status_code, reply.content) == (404, b"")


def test_the_older_completions(server: mockapi.Server) -> None:
    """JSON, and a stream whose lines end in CR LF."""
    base_url = open_session(server, validation="lenient")["base_url"]
    prompt = {"model": "claude-2.1", "max_tokens_to_sample": 9, "prompt": "\n\nHuman: Hi\n\nAssistant:"}
    whole = ask(base_url, prompt, "/v1/complete", headers=KEY).json()
    assert whole["completion"].startswith(" ")
    assert whole["stop"] == "\n\nHuman:"
    stream = ask(base_url, {**prompt, "stream": True}, "/v1/complete", headers=KEY).text
    assert stream.startswith("event: completion\r\ndata: {")
    assert stream.endswith("}\r\n\r\n")


def test_the_journal_does_not_hold_what_files_hold() -> None:
    """Replies that were made count towards its bounds, so large downloads do not pile up in it."""
    download = Reply(200, (), (Chunk(0.0, b"x" * 600),), Source.SYNTHESIZED)
    journal = Journal(max_bytes=1000)
    for _ in range(5):
        journal.add(0.0, Request("GET", "/v1/files/x/content"), download, None, None)
    assert (len(journal), journal.dropped) == (1, 4)
