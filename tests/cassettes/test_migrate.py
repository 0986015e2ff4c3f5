"""Renames carried through recordings: what changes, what must not, and that it matches then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.cassettes import (
    Cassette,
    Index,
    Interaction,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    Recordings,
    dump,
    load,
)
from mockapi.cassettes._migrate import Renames, migrate
from mockapi.errors import UsageError
from mockapi.exchange import Request

CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"name": "get_weather"}}
ASKED: dict[str, Any] = {
    "model": "claude-old",
    "max_tokens": 9,
    "metadata": {"user": "u1", "x": 1},
    "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}, {"name": "other"}],
    "tool_choice": {"type": "tool", "name": "get_weather"},
    "messages": [
        {"role": "user", "content": "get_weather in claude-old"},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [
            {"type": "tool_reference", "tool_name": "get_weather"},
        ]}]},
    ],
}  # fmt: skip
REPLY = (
    b'{"model":"claude-old","id":"msg_1","type":"message","content":[{"type":"text","text":"\\"model\\":\\"claude-old\\""},'
    b'{"type":"tool_use","id":"toolu_2","name":"get_weather","input":{"name":"get_weather","type":"tool_use"}}]}'
)
STREAM = (
    b'event: message_start\ndata: {"type":"message_start","message":'
    b'{"model":"claude-old","id":"msg_1","type":"message"}}      }\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{}}   }\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"    }\n\n'
)


def cassette(
    body: Any = ASKED, reply: bytes = REPLY, *, path: str = "/v1/messages", sizes: tuple[int, ...] = ()
) -> Cassette:
    """A cassette of one interaction."""
    request = RecordedRequest("POST", path, body=json.dumps(body, separators=(",", ":")).encode())
    response = RecordedResponse(200, (), reply, tuple(RecordedChunk(0.1, size) for size in sizes))
    return Cassette("a.yaml", (Interaction(request, response),))


def renamed(
    value: Any, models: Any = None, tools: Any = None, members: Any = None, *, replies: bool = False
) -> Interaction:
    """The one interaction of a cassette after a migration that must have changed it."""
    migrated, changes = migrate(value, Renames(models or {}, tools or {}, members or {}, in_replies=replies))
    assert [change.position for change in changes] == [0]
    (interaction,) = migrated.interactions
    assert interaction.edited
    assert load(dump(migrated), "a.yaml").interactions == migrated.interactions
    return interaction


def test_a_model_is_renamed_in_the_request_alone() -> None:
    """Its place is `model`; the same word in a prompt is a prompt. The reply keeps its bytes."""
    interaction = renamed(cassette(), {"claude-old": "claude-new"})
    assert json.loads(interaction.request.body) == ASKED | {"model": "claude-new"}
    assert list(json.loads(interaction.request.body)) == list(ASKED)
    assert interaction.response == cassette().interactions[0].response


def test_a_tool_is_renamed_wherever_its_name_stands() -> None:
    """Offered, chosen, used, referred to; not in an input or a text."""
    body = json.loads(renamed(cassette(), tools={"get_weather": "weather"}).request.body)
    assert [tool["name"] for tool in body["tools"]] == ["weather", "other"]
    assert body["tool_choice"]["name"] == "weather"
    assert body["messages"][1]["content"][0] == CALL | {"name": "weather"}
    assert body["messages"][2]["content"][0]["content"][0]["tool_name"] == "weather"
    assert body["messages"][0]["content"] == "get_weather in claude-old"


def test_a_member_is_renamed_in_its_place() -> None:
    """What a JSON path selects gets the name; the order of keys stays."""
    body = json.loads(renamed(cassette(), members={"$.metadata.user": "user_id"}).request.body)
    assert list(body["metadata"].items()) == [("user_id", "u1"), ("x", 1)]
    everywhere = json.loads(renamed(cassette(), members={"$..name": "title"}).request.body)
    assert [tool["title"] for tool in everywhere["tools"]] == ["get_weather", "other"]
    assert everywhere["messages"][1]["content"][0]["input"] == {"title": "get_weather"}


def test_batches_and_models_are_requests_too() -> None:
    """Every row of a batch, and the path of a model."""
    batch = {"requests": [{"custom_id": "a", "params": ASKED}, {"custom_id": "b", "params": {"model": "x"}}]}
    body = json.loads(renamed(cassette(batch), {"claude-old": "claude-new"}).request.body)
    assert [row["params"]["model"] for row in body["requests"]] == ["claude-new", "x"]
    model = renamed(cassette({}, path="/v1/models/claude-old"), {"claude-old": "claude-new"})
    assert model.request.path == "/v1/models/claude-new"


def test_the_renamed_request_matches() -> None:
    """Keys are made of what is recorded: the new request finds the recording, the old does not."""
    migrated, _ = migrate(cassette(), Renames({"claude-old": "claude-new"}, {}, {}))
    index = Index(Recordings([migrated]))

    def found(body: Any) -> bool:
        return (
            index.find_exact(Request("POST", "/v1/messages", "", (), json.dumps(body).encode())) is not None
        )

    assert found(ASKED | {"model": "claude-new"})
    assert not found(ASKED)


def test_what_has_nothing_to_rename_is_the_same_object() -> None:
    """No change, no mark."""
    before = cassette()
    migrated, changes = migrate(before, Renames({"x": "y"}, {"z": "w"}, {"$.nothing": "n"}, in_replies=True))
    assert changes == []
    assert migrated.interactions[0] is before.interactions[0]


_RENAMED = REPLY.replace(b'{"model":"claude-old"', b'{"model":"claude-neu-\xc3\xbc"').replace(
    b'"name":"get_weather","input"', b'"name":"w","input"'
)
REPLIES = {
    "JSON": (REPLY, _RENAMED),
    "batch results": (
        b'{"custom_id":"a","result":{"type":"succeeded","message":' + REPLY + b"}}\n",
        b'{"custom_id":"a","result":{"type":"succeeded","message":' + _RENAMED + b"}}\n",
    ),
    "stream": (STREAM, STREAM.replace(b"claude-old", b"claude-neu-\xc3\xbc").replace(b"get_weather", b"w")),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_replies_are_changed_byte_by_byte_when_asked(name: str) -> None:
    """The names change where they are names; padding and every other byte stay."""
    before, after = REPLIES[name]
    models, tools = {"claude-old": "claude-neu-ü"}, {"get_weather": "w"}
    assert renamed(cassette(reply=before), models, tools).response.body == before
    assert renamed(cassette(reply=before), models, tools, replies=True).response.body == after


def test_chunks_follow_the_bytes() -> None:
    """Each chunk grows by what was renamed in it; delays stay."""
    first = STREAM.index(b"\n\n") + 2
    sizes = (first, 0, len(STREAM) - first)
    interaction = renamed(
        cassette(reply=STREAM, sizes=sizes),
        {"claude-old": "claude-newer"},
        {"get_weather": "w"},
        replies=True,
    )
    assert [chunk.size for chunk in interaction.response.chunks] == [first + 2, 0, sizes[2] - 10]
    assert {chunk.delay for chunk in interaction.response.chunks} == {0.1}


def test_a_reply_that_is_no_text_is_left_alone() -> None:
    """A file's content has no names in it."""
    interaction = renamed(cassette(reply=b"\xff\xfe"), {"claude-old": "x"}, replies=True)
    assert interaction.response.body == b"\xff\xfe"


def test_what_changed_is_told_place_by_place() -> None:
    """A JSON path, what was recorded, what stands there now; names in the reply as pairs."""
    _, (change,) = migrate(
        cassette(), Renames({"claude-old": "new"}, {"get_weather": "w"}, {}, in_replies=True)
    )
    assert ("$.model", "[claude-old]", "[new]") in [
        (d.path, d.recorded, d.received) for d in change.differences
    ]
    assert change.reply == (("claude-old", "new"), ("get_weather", "w"))


REFUSED = {
    "$.messages[0]": "not a member of an object",
    "$.metadata.user": "beside it already",
    "$": "not a member of an object",
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_member_that_cannot_be_renamed_is_told(path: str) -> None:
    """Items of lists have no names, and two members may not get one."""
    with pytest.raises(UsageError, match=REFUSED[path]):
        migrate(cassette(), Renames({}, {}, {path: "x"}))
