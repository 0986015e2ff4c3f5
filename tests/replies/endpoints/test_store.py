"""The shelf as a value: pages, bounds, expiry, and a store that is full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from mockapi import jsontext
from mockapi.exchange import Reply, Request
from mockapi.messages import dump
from mockapi.replies.endpoints import Blob, EndpointContext, ResourceStore, answer
from mockapi.replies.endpoints import _store as bounds
from mockapi.replies.endpoints._pages import Query, page_by_id, page_by_token

FORM = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\n\r\nhello\r\n'
END = b"--b--\r\n"
EXPIRES = b'--b\r\ncontent-disposition: form-data; name="expires_in_seconds"\r\n\r\n3600\r\n'
ITEMS: list[dict[str, Any]] = [{"id": letter} for letter in "abcde"]


@dataclass
class Bytes:
    """Bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """How many."""
        return len(self.data)

    def read(self) -> bytes:
        """All of them."""
        return self.data


def keep(data: bytes) -> Blob:
    """Keep them."""
    return Bytes(data)


SCENE = EndpointContext(
    at=1.7e9,
    request_id="req_1",
    base_url="http://localhost:1/s/x",
    seed=0,
    lenient=False,
    live=False,
    keep=keep,
    validate=lambda _: None,
)


def ask(
    shelf: ResourceStore,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    scene: EndpointContext = SCENE,
    kind: str = "",
    query: str = "",
) -> tuple[Reply, ResourceStore]:
    """A request to a shelf."""
    headers = ((b"content-type", kind.encode()),) if kind else ()
    return answer(Request(method, path, query, headers, body), shelf, scene)


def upload(
    shelf: ResourceStore, *fields: bytes, scene: EndpointContext = SCENE
) -> tuple[dict[str, Any], ResourceStore]:
    """An upload of one small file."""
    body = FORM + b"".join(fields) + END
    reply, shelf = ask(shelf, "POST", "/v1/files", body, scene=scene, kind="multipart/form-data; boundary=b")
    return dict(jsontext.parse(reply.body)), shelf


@pytest.mark.parametrize(
    ("query", "ids", "more"),
    [
        ("limit=2", "ab", True),
        ("limit=2&after_id=b", "cd", True),
        ("limit=2&after_id=d", "e", False),
        ("limit=2&before_id=d", "bc", True),
        ("before_id=c", "ab", False),
        ("limit=0", "a", True),
        ("limit=x&after_id=unknown", "abcde", False),
        ("limit=%C2%B2", "abcde", False),
        (f"limit={'9' * 5000}", "abcde", False),
    ],
)
def test_pages_by_id(query: str, ids: str, more: bool) -> None:  # noqa: FBT001 - a column of the table
    """First and last id are those of the page."""
    page = page_by_id(ITEMS, Query(query))
    assert "".join(item["id"] for item in page["data"]) == ids
    assert (page["has_more"], page["first_id"], page["last_id"]) == (more, ids[0], ids[-1])


def test_pages_by_token() -> None:
    """Each page names the next until there is none; an empty list is a page."""
    seen = ""
    token: str | None = ""
    while token is not None:
        page = page_by_token(ITEMS, Query(f"limit=2&page={token}"))
        seen += "".join(item["id"] for item in page["data"])
        token = page["next_page"]
    assert seen == "abcde"
    assert page_by_id([], Query("")) == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_a_file_name_is_unescaped_and_a_file_expires() -> None:
    """Its time of expiry is told; after it the file is unknown, and for its content a code says why."""
    file, shelf = upload(ResourceStore(), EXPIRES)
    assert file["filename"] == 'a "b".txt'
    assert file["expires_at"] > file["created_at"]
    path = f"/v1/files/{file['id']}"
    assert ask(shelf, "GET", path)[0].status == 200
    later = replace(SCENE, at=SCENE.at + 3601)
    assert ask(shelf, "GET", path, scene=later)[0].status == 404
    gone = ask(shelf, "GET", f"{path}/content", scene=later)[0]
    assert gone.status == 404
    assert jsontext.parse(gone.body)["error"]["details"] == {"error_code": "file_expired"}
    assert jsontext.parse(ask(shelf, "GET", "/v1/files", scene=later)[0].body)["data"] == []


@pytest.mark.parametrize("seconds", [b"9" * 40, b"1234567890abc", b"", b"-1", "\u00b2".encode()])
def test_a_time_of_expiry_that_is_none_keeps_the_file(seconds: bytes) -> None:
    """No date can be made of it."""
    file, _ = upload(ResourceStore(), EXPIRES.replace(b"3600", seconds))
    assert "expires_at" not in file


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; filename="n.txt"; name="file"', "n.txt"),
        ("form-data; name=file; filename=n.txt", "n.txt"),
        ("form-data; name=\"file\"; filename*=UTF-8''%e2%82%ac.txt", "\u20ac.txt"),
        ('form-data; name="file"; filename*=x\'y', "unnamed"),
        ('form-data; name="file"; filename=""', "unnamed"),
        ('form-data; name="file"; filename="a; name=b.txt"', "a; name=b.txt"),
    ],
)
def test_a_part_is_described_in_any_spelling(disposition: str, name: str) -> None:
    """Parameters come in any order, quoted or bare, and encoded as RFC 5987 has it."""
    body = f"--b\r\nContent-Disposition: {disposition}\r\n\r\nhello\r\n--b--\r\n".encode()
    reply, _ = ask(ResourceStore(), "POST", "/v1/files", body, kind="multipart/form-data; boundary=b")
    assert jsontext.parse(reply.body)["filename"] == name


def test_a_list_works_on_no_more_rows_than_one_look() -> None:
    """However many batches wait."""
    shelf = ResourceStore()
    rows = [{"custom_id": str(number), "params": {"stream": True}} for number in range(600)]
    for _ in range(4):
        _, shelf = ask(shelf, "POST", "/v1/messages/batches", dump({"requests": rows}))
    reply, shelf = ask(shelf, "GET", "/v1/messages/batches")
    states = [batch["processing_status"] for batch in jsontext.parse(reply.body)["data"]]
    assert states == ["in_progress", "in_progress", "ended", "ended"]


def test_the_oldest_files_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound; ids are not used again."""
    monkeypatch.setattr(bounds, "MAX_FILES", 2)
    shelf, made = ResourceStore(), []
    for _ in range(3):
        file, shelf = upload(shelf)
        made.append(file["id"])
    assert len(set(made)) == 3
    assert list(shelf.files) == made[1:]


def test_a_store_is_a_value() -> None:
    """A later state does not change the earlier."""
    before = ResourceStore()
    file, after = upload(before)
    assert (len(before.files), len(after.files)) == (0, 1)
    _, gone = ask(after, "DELETE", f"/v1/files/{file['id']}")
    assert (len(after.files), len(gone.files)) == (1, 0)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/files/file_id"),
        ("GET", "/v1/files/file_id/content"),
        ("DELETE", "/v1/files/file_id"),
        ("GET", "/v1/models/model_id"),
        ("GET", "/v1/messages/batches/batch_id"),
        ("GET", "/v1/messages/batches/batch_id/results"),
        ("POST", "/v1/messages/batches/batch_id/cancel"),
        ("DELETE", "/v1/messages/batches/batch_id"),
    ],
)
def test_placeholder_ids_are_known_in_lenient_mode_alone(method: str, path: str) -> None:
    """Generated tests of client libraries send them; they leave no trace."""
    assert ask(ResourceStore(), method, path)[0].status == 404
    reply, shelf = ask(ResourceStore(), method, path, scene=replace(SCENE, lenient=True))
    assert reply.status == 200
    assert shelf == ResourceStore()


def test_a_placeholder_batch_has_a_results_url_under_the_clients_own_address() -> None:
    """Which is what a client asks next."""
    reply, _ = ask(ResourceStore(), "GET", "/v1/messages/batches/x", scene=replace(SCENE, lenient=True))
    assert jsontext.parse(reply.body)["results_url"] == "http://localhost:1/s/x/v1/messages/batches/x/results"


@pytest.mark.parametrize(
    ("model", "unable"),
    [
        ("claude-3-haiku-20240307", {"citations", "pdf_input"}),
        ("claude-3-opus-20240229", {"pdf_input"}),
        ("claude-2.1", {"image_input", "pdf_input"}),
        ("claude-haiku-4-5", set()),
    ],
)
def test_capabilities_are_those_that_validation_goes_by(model: str, unable: set[str]) -> None:
    """A model says that it takes images, PDFs and citations exactly where they are not refused."""
    told = jsontext.parse(ask(ResourceStore(), "GET", f"/v1/models/{model}")[0].body)["capabilities"]
    inputs = ("citations", "image_input", "pdf_input")
    assert {name for name in inputs if not told[name]["supported"]} == unable


def test_models_of_a_stage() -> None:
    """Retired ones only when they are asked for."""
    listed = {
        stage: [
            model["lifecycle"]
            for model in jsontext.parse(ask(ResourceStore(), "GET", "/v1/models", query=query)[0].body)[
                "data"
            ]
        ]
        for stage, query in (("", "limit=1000"), ("retired", "limit=1000&lifecycle[]=retired"))
    }
    assert "retired" not in listed[""]
    assert set(listed["retired"]) <= {"retired"}


def _looks(*, rows: int, words: int) -> list[int]:
    """How many rows of a batch are done after each look at it, until it has ended."""
    messages = [{"role": "user", "content": "word " * words}]
    params = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": messages}
    requests = [{"custom_id": f"row-{number}", "params": params} for number in range(rows)]
    reply, shelf = ask(ResourceStore(), "POST", "/v1/messages/batches", dump({"requests": requests}))
    path = f"/v1/messages/batches/{jsontext.parse(reply.body)['id']}"
    done: list[int] = []
    while not done or done[-1] < rows:
        reply, shelf = ask(shelf, "GET", path)
        done.append(jsontext.parse(reply.body)["request_counts"]["succeeded"])
    reply, shelf = ask(shelf, "GET", f"{path}/results")
    lines = [jsontext.parse(line)["custom_id"] for line in reply.body.splitlines()]
    assert lines == [row["custom_id"] for row in requests]
    return done


@pytest.mark.parametrize(
    ("rows", "words", "done"),
    [(3, 1, [3]), (7, 80_000, [2, 4, 6, 7]), (3, 300_000, [1, 2, 3])],
    ids=["small rows", "long rows", "rows longer than a look"],
)
def test_a_look_at_a_batch_goes_to_a_megabyte_of_rows(rows: int, words: int, done: list[int]) -> None:
    """Judging more at once would hold up everybody; a row that is longer comes by itself."""
    assert _looks(rows=rows, words=words) == done


@pytest.mark.slow
def test_a_look_at_a_batch_goes_to_a_thousand_rows() -> None:
    """However short they are."""
    assert _looks(rows=1100, words=1) == [1000, 1100]
