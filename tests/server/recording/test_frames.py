"""Recording before Bedrock: streams in binary frames, their secrets, their breaks, their replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import pytest

import mockapi
from mockapi.cassettes import lint, reply_of, summarize
from mockapi.errors import FrameError
from mockapi.eventstream import parse
from mockapi.exchange import Ending
from mockapi.messages import accumulate, decode_events, encode_events
from tests.support import streams
from tests.support.cloud_clients import ACCESS_KEY, SECRET_KEY, SIGNED
from tests.support.frames import as_frames
from tests.support.recording import Upstream, recorded, recording, saying
from tests.support.redaction import KEY, MASK
from tests.support.server import serving

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/model/us.anthropic.claude-opus-4-6-v1/invoke-with-response-stream"
BODY = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Hi"}],
}
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
    b"x-amzn-requestid: 10716613-38e9-4763-9295-4015833281dc\r\n"
    b"x-amzn-bedrock-content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
)
CUT_DELTAS = streams.in_deltas(
    "text_delta", "text", ["The key is ", KEY[:20], KEY[20:], "."], streams.text("")
)


def chunk(data: bytes) -> bytes:
    """A piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def ask(base_url: str, **more: Any) -> httpx.Response:
    """The request whose answer is a stream."""
    headers = {"authorization": "Bearer test-token", "x-amz-security-token": "FwoGZXIvYXdzEXAMPLE"}
    return httpx.post(f"{base_url}{PATH}", json={**BODY, **more}, headers=headers)


def test_a_stream_is_recorded_masked_and_replayed_to_the_byte(tmp_path: Path) -> None:
    """The client gets what came; the file has the secret masked over its deltas, and the right checksums."""
    body = as_frames(CUT_DELTAS)
    half = len(body) // 2
    to = tmp_path / "r.yaml"
    with (
        Upstream(saying(HEAD, chunk(body[:half]), chunk(body[half:]), b"0\r\n\r\n")) as upstream,
        recording(upstream.url, to) as server,
    ):
        assert ask(server.base_url).content == body
    (interaction,) = recorded(to).interactions
    masked = interaction.response.body
    assert len(masked) == len(body)
    assert accumulate(decode_events(masked))["content"][0]["text"] == f"The key is {MASK}."
    assert sum(piece.size for piece in interaction.response.chunks) == len(body)
    assert {name for name, _ in interaction.request.headers} <= {"accept", "content-type"}
    text = to.read_text()
    assert KEY not in text
    assert "FwoGZXIvYXdz" not in text
    assert not lint(to.read_bytes(), str(to))
    with serving(str(to)) as player:
        again = ask(player.base_url)
    assert again.content == masked
    assert again.headers["x-mockapi-source"] == "recorded"
    assert again.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert again.headers["x-amzn-requestid"] == "10716613-38e9-4763-9295-4015833281dc"
    assert "request-id" not in again.headers


def test_a_recording_reads_as_a_conversation(tmp_path: Path) -> None:
    """Its summary names the model of the path and what was said; so does what it adds up to."""
    to = tmp_path / "r.yaml"
    body = as_frames(encode_events(streams.WHOLE))
    with (
        Upstream(saying(HEAD, chunk(body), b"0\r\n\r\n")) as upstream,
        recording(upstream.url, to) as server,
    ):
        ask(server.base_url)
    (interaction,) = recorded(to).interactions
    assert summarize(interaction) == "us.anthropic.claude-opus-4-6-v1: Hi -> HiHi (end_turn)"
    assert reply_of(interaction)["content"] == [streams.text("HiHi")]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["cut", "closed", "corrupt"])
def test_a_stream_that_breaks_is_recorded_as_it_came(tmp_path: Path, end: str) -> None:
    """Cut in good order or by a closed connection, or with a wrong bit: all that came is kept."""
    body = as_frames(encode_events(streams.WHOLE))
    sent = body[:-9] if end != "corrupt" else body[:-9] + b"\0" + body[-8:]
    to = tmp_path / "r.yaml"
    with (
        Upstream(saying(HEAD, chunk(sent), b"" if end == "closed" else b"0\r\n\r\n")) as upstream,
        recording(upstream.url, to) as server,
    ):
        if end == "closed":
            with pytest.raises(httpx.RemoteProtocolError):
                ask(server.base_url)
        else:
            ask(server.base_url)
    (interaction,) = recorded(to).interactions
    assert interaction.response.body == sent
    assert interaction.response.ending is (Ending.CUT if end == "closed" else Ending.CLEAN)
    assert reply_of(interaction)["content"] == [streams.text("HiHi")]
    with pytest.raises(FrameError):
        parse(sent)
    codes = [finding.code for finding in lint(to.read_bytes(), str(to))]
    assert codes == ([] if end == "closed" else ["stream"])


@pytest.mark.slow
@pytest.mark.parametrize("credential", ["signed", "key"])
def test_the_official_client_is_recorded_and_replayed(tmp_path: Path, credential: str) -> None:
    """Before a stand-in for Bedrock: what it got live it gets again, and no credential is in the file."""
    options: Any = SIGNED if credential == "signed" else {"api_key": "bedrock-api-key-Zq7", "aws_region": "x"}
    to = tmp_path / "r.yaml"
    asked: Any = {
        "model": "us.anthropic.claude-opus-4-6-v1",
        **{k: v for k, v in BODY.items() if k[0] == "m"},
    }

    def talk(base_url: str) -> list[dict[str, Any]]:
        with anthropic.AnthropicBedrock(base_url=base_url, **options) as client:
            with client.messages.stream(**asked) as stream:
                streamed = stream.get_final_message().to_dict()
            return [streamed, client.messages.create(**asked).to_dict()]

    with mockapi.Server() as bedrock, recording(bedrock.base_url, to) as server:
        live = talk(server.base_url)
    with serving(str(to)) as player:
        assert talk(player.base_url) == live
    text = to.read_text()
    for secret in (ACCESS_KEY, SECRET_KEY, "AWS4-HMAC", "bedrock-api-key"):
        assert secret not in text
