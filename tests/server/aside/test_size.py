"""Which bodies are worth a process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.server.aside import is_heavy
from mockapi.server.aside._size import SURELY_HEAVY, SURELY_LIGHT


def _with_images(*data: str, text: str = "") -> bytes:
    images = [{"type": "image", "source": {"type": "base64", "data": item}} for item in data]
    return json.dumps({"messages": [{"role": "user", "content": [*images, {"text": text}]}]}).encode()


BASE64 = "iVBORw0KGgo" * 30_000
BODIES: list[tuple[str, Any, bool]] = [
    ("nothing", b"", False),
    ("a long prompt", b"a" * SURELY_LIGHT, False),
    ("a very long prompt", b"a" * (SURELY_LIGHT + 1), True),
    ("an image", _with_images(BASE64), False),
    ("two images", _with_images(BASE64, BASE64), False),
    ("images of megabytes", _with_images(*[BASE64] * 4), True),
    ("a long prompt with an image", _with_images(BASE64, text="a" * SURELY_LIGHT), True),
    ("text where an image is said to be", _with_images("not base64! " * 30_000), True),
    ("an image without an end", _with_images(BASE64)[:-40], True),
    ("a member without a value", b'"data":' + b" " * SURELY_LIGHT, True),
    ("anything of a megabyte", b"a" * (SURELY_HEAVY + 1), True),
]


@pytest.mark.parametrize(("body", "heavy"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_size_decides_and_images_of_medium_size_do_not_count(body: bytes, heavy: bool) -> None:  # noqa: FBT001 - a row of the table
    """A helper process is started for what may take long only."""
    assert is_heavy(body) is heavy
