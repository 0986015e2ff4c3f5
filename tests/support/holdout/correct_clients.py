"""Correct clients over HTTP as drivers: `python -m tests.support.holdout.correct_clients NAME`."""

import asyncio
import http.client
import importlib
import selectors
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.support.holdout.decoding import Decoder
from tests.support.holdout.driving import drive, events_by, failure, message_by, stream_by
from tests.support.holdout.http_reply import HttpReply, request
from tests.support.holdout.messages import MessageReader, StreamBrokenError

_BODY = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 64,
    "stream": True,
    "messages": [{"role": "user", "content": "Hi"}],
}
_HEADERS = {
    "x-api-key": "sk-ant-test-holdout",
    "anthropic-version": "2023-06-01",
    "accept-encoding": "identity",
}


def blocking_socket(base_url: str, timeout: float) -> Iterator[bytes]:
    """`recv` on a socket."""
    address, sent = request(base_url)
    reply = HttpReply()
    with socket.create_connection(address, timeout) as connection:
        connection.sendall(sent)
        while not reply.ended and (data := connection.recv(65_536)):
            yield from reply.feed(data)
    if not reply.ended:
        reply.end()


def socket_as_file(base_url: str, timeout: float) -> Iterator[bytes]:
    """A socket read as a buffered file."""
    address, sent = request(base_url)
    reply = HttpReply()
    with socket.create_connection(address, timeout) as connection, connection.makefile("rb") as file:
        connection.sendall(sent)
        while not reply.ended and (data := file.read1(8192)):
            yield from reply.feed(data)
    if not reply.ended:
        reply.end()


def selected_socket(base_url: str, timeout: float) -> Iterator[bytes]:
    """A socket that does not block, and a selector that waits for it."""
    address, sent = request(base_url)
    reply = HttpReply()
    with socket.create_connection(address, timeout) as connection, selectors.DefaultSelector() as selector:
        connection.sendall(sent)
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ)
        while not reply.ended:
            if not selector.select(timeout):
                raise StreamBrokenError("the connection fell silent")
            data = connection.recv(65_536)
            if not data:
                reply.end()
                break
            yield from reply.feed(data)


async def _asyncio_chunks(base_url: str, silence: float) -> AsyncIterator[bytes]:
    (host, port), sent = request(base_url)
    reply = HttpReply()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(sent)
        while not reply.ended:
            data = await asyncio.wait_for(reader.read(65_536), silence)
            if not data:
                reply.end()
                break
            for piece in reply.feed(data):
                yield piece
    finally:
        writer.close()


def asyncio_streams(base_url: str, timeout: float) -> dict[str, Any]:
    """The streams of asyncio, and a final message."""

    async def read() -> dict[str, Any]:
        decoder, reader = Decoder(), MessageReader()
        chunks = _asyncio_chunks(base_url, timeout)
        try:
            async for chunk in chunks:
                for line in decoder.lines(chunk):
                    for name, data, *_ in decoder.line(line):
                        reader.take(name, data)
                        if reader.done:
                            return reader.finish()
            return reader.finish()
        finally:
            await chunks.aclose()  # type: ignore[attr-defined]

    try:
        return {"message": asyncio.run(read()), "error": None}
    except (StreamBrokenError, OSError, TimeoutError) as error:
        return {"message": None, "error": failure(error)}


def _checked(status: int, kind: str) -> None:
    if status != 200 or kind.partition(";")[0].strip().lower() != "text/event-stream":
        raise StreamBrokenError(f"status {status} with {kind}")


def http_client(base_url: str, timeout: float) -> Iterator[bytes]:
    """The standard library's HTTP client."""
    url = urlsplit(base_url)
    connection = http.client.HTTPConnection(url.netloc, timeout=timeout)
    try:
        connection.request("POST", url.path.rstrip("/") + "/v1/messages", b"{}", _HEADERS)
        with connection.getresponse() as response:
            _checked(response.status, response.getheader("content-type") or "")
            while data := response.read1(65_536):
                yield data
            if response.length:
                raise StreamBrokenError("the connection was closed in the middle of a reply")
    finally:
        connection.close()


def url_open(base_url: str, timeout: float) -> Iterator[bytes]:
    """`urllib.request.urlopen`, read line by line."""
    asked = urllib.request.Request(base_url.rstrip("/") + "/v1/messages", b"{}", _HEADERS)
    with urllib.request.urlopen(asked, timeout=timeout) as response:
        _checked(response.status, response.headers.get("content-type", ""))
        while data := response.read1(4096):
            yield data


def httpx_bytes(base_url: str, timeout: float) -> Iterator[bytes]:
    """A client of httpx."""
    httpx = importlib.import_module("httpx")
    with (
        httpx.Client(timeout=timeout) as client,
        client.stream(
            "POST", base_url.rstrip("/") + "/v1/messages", json=_BODY, headers=_HEADERS
        ) as response,
    ):
        _checked(response.status_code, response.headers.get("content-type", ""))
        yield from response.iter_bytes()


def anthropic_bytes(base_url: str, timeout: float) -> Iterator[bytes]:
    """The transport of the official SDK, and a decoder of one's own."""
    anthropic = importlib.import_module("anthropic")
    client = anthropic.Anthropic(
        base_url=base_url, api_key="sk-ant-test-holdout", timeout=timeout, max_retries=0
    )
    with client.messages.with_streaming_response.create(**_BODY) as response:
        _checked(response.status_code, response.headers.get("content-type", ""))
        yield from response.iter_bytes()


def openai_bytes(base_url: str, timeout: float) -> Iterator[bytes]:
    """The transport of OpenAI's SDK, asked for the Messages API."""
    openai = importlib.import_module("openai")
    client = openai.OpenAI(base_url=base_url, api_key="sk-ant-test-holdout", timeout=timeout, max_retries=0)
    raw = client.with_streaming_response
    with raw.responses.create(model="claude-sonnet-4-5", input="Hi", stream=True) as response:
        _checked(response.status_code, response.headers.get("content-type", ""))
        yield from response.iter_bytes()


def aiohttp_message(base_url: str, timeout: float) -> dict[str, Any]:
    """aiohttp, and a final message."""
    aiohttp = importlib.import_module("aiohttp")

    async def read() -> dict[str, Any]:
        decoder, reader = Decoder(), MessageReader()
        limits = aiohttp.ClientTimeout(total=None, sock_read=timeout)
        url = base_url.rstrip("/") + "/v1/messages"
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            session.post(url, json=_BODY, headers=_HEADERS) as response,
        ):
            _checked(response.status, response.headers.get("content-type", ""))
            async for chunk in response.content.iter_any():
                for line in decoder.lines(chunk):
                    for name, data, *_ in decoder.line(line):
                        reader.take(name, data)
                        if reader.done:
                            return reader.finish()
        return reader.finish()

    try:
        return {"message": asyncio.run(read()), "error": None}
    except (StreamBrokenError, OSError, TimeoutError, aiohttp.ClientError) as error:
        return {"message": None, "error": failure(error)}


def _errors(*names: str) -> tuple[type[Exception], ...]:
    """Exceptions by their full names; modules that are not installed have none."""
    found = []
    for name in names:
        module, _, member = name.rpartition(".")
        try:
            found.append(getattr(importlib.import_module(module), member))
        except ImportError:
            continue
    return tuple(found)


def _drivers() -> dict[str, tuple[str, Callable[[str, float], dict[str, Any]]]]:
    http_errors = (http.client.HTTPException,)
    httpx_errors = _errors("httpx.HTTPError", "httpx2.HTTPError")
    return {
        "blocking-socket": ("message", message_by(blocking_socket)),
        "socket-as-file": ("stream", stream_by(socket_as_file)),
        "selected-socket": ("events", events_by(selected_socket)),
        "asyncio-streams": ("message", asyncio_streams),
        "http-client": ("stream", stream_by(http_client, http_errors)),
        "url-open": ("message", message_by(url_open, (*http_errors, urllib.error.URLError))),
        "httpx-bytes": ("events", events_by(httpx_bytes, httpx_errors)),
        "anthropic-bytes": (
            "stream",
            stream_by(anthropic_bytes, (*_errors("anthropic.AnthropicError"), *httpx_errors)),
        ),
        "openai-bytes": (
            "message",
            message_by(openai_bytes, (*_errors("openai.OpenAIError"), *httpx_errors)),
        ),
        "aiohttp-message": ("message", aiohttp_message),
    }


if __name__ == "__main__":
    sees, answer = _drivers()[sys.argv[1]]
    drive({"name": sys.argv[1], "sees": sees}, answer)
