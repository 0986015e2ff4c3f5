"""Large payloads of requests are kept as digests, and the request with the payload still matches."""

from __future__ import annotations

import json
from typing import Any

from mockapi.cassettes import Interaction, RedactionRules, as_request, redact_interaction
from tests.support.redaction import exchange, index_of

PAYLOAD = "iVBORw0KGgo" * 600


def _image(data: str) -> dict[str, Any]:
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}


def test_large_payloads_are_kept_as_digests_and_found_again() -> None:
    """An image over the limit leaves its digest and size; the request with the image still matches."""
    interaction = exchange(_image(PAYLOAD))
    redacted = redact_interaction(interaction)
    kept = json.loads(redacted.request.body)["messages"][0]["content"][0]["source"]["data"]
    assert kept.startswith("<payload sha256:")
    assert kept.endswith(f" of {len(PAYLOAD)} bytes>")
    assert redact_interaction(redacted) is redacted
    index = index_of(redacted)
    assert index.find_exact(as_request(interaction)) is not None
    assert index.find_exact(as_request(exchange(_image(PAYLOAD[:-4] + "AAAA")))) is None
    whole = redact_interaction(interaction, RedactionRules(payload_limit=None))
    assert whole is interaction
    assert index_of(whole).find_exact(as_request(redacted)) is not None


def test_large_parts_of_uploads_are_kept_as_digests_and_found_again() -> None:
    """An upload is kept without its content, and found again under another boundary."""

    def upload(boundary: str, content: bytes) -> Interaction:
        edge = boundary.encode()
        body = (
            b"--" + edge + b'\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
            + content + b"\r\n--" + edge + b"--\r\n"
        )  # fmt: skip
        headers = (("content-type", f"multipart/form-data; boundary={boundary}"),)
        return exchange(body, path="/v1/files", headers=headers)

    content = bytes(range(256)) * 40
    redacted = redact_interaction(upload("one", content))
    assert len(redacted.request.body) < 400
    index = index_of(redacted)
    assert index.find_exact(as_request(upload("two", content))) is not None
    assert index.find_exact(as_request(upload("two", content + b"x"))) is None
