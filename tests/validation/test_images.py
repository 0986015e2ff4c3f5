"""Images: the size they are made smaller to, and the addresses that nobody can fetch."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockapi.validation import validate
from mockapi.validation._media import HIGH_RESOLUTION, STANDARD_RESOLUTION, Resolution, fitting_size
from tests.support.each import each
from tests.support.refused._case import ask, image, user
from tests.support.refused.content import png

LIMITS = [STANDARD_RESOLUTION, HIGH_RESOLUTION, Resolution(56, 3)]
SIDES = st.integers(1, 9000)
PATCH = 28


def fits(width: int, height: int, limit: Resolution) -> bool:
    """Whether an image is within a limit, whole patches counted."""
    across, down = (width + PATCH - 1) // PATCH, (height + PATCH - 1) // PATCH
    return max(across, down) * PATCH <= limit.side and across * down <= limit.patches


@given(SIDES, SIDES, st.sampled_from(LIMITS))
def test_an_image_is_made_no_smaller_than_it_has_to_be(width: int, height: int, limit: Resolution) -> None:
    """It fits then, keeps its proportion, and with a longer side of one pixel more it would not fit."""
    made = fitting_size(width, height, limit)
    assert fits(*made, limit)
    assert (made == (width, height)) == fits(width, height, limit)
    if made != (width, height):
        long, short = max(made), min(made)
        of = min(width, height) / max(width, height)
        assert short == max(round(long * of), 1)
        assert (made[0] >= made[1]) == (width >= height) or made[0] == made[1]
        assert not fits(long + 1, max(round((long + 1) * of), 1), limit)


@each(
    ("width", "height", "limit", "size"),
    [
        (1568, 1568, STANDARD_RESOLUTION, (1092, 1092)),
        (1568, 784, STANDARD_RESOLUTION, (1568, 784)),
        (1569, 100, STANDARD_RESOLUTION, (1568, 100)),
        (2576, 1449, HIGH_RESOLUTION, (2576, 1449)),
        (100, 9000, HIGH_RESOLUTION, (29, 2576)),
        (9000, 1, STANDARD_RESOLUTION, (1568, 1)),
    ],
)
def test_sizes_that_images_are_made_smaller_to(
    width: int, height: int, limit: Resolution, size: tuple[int, int]
) -> None:
    """A side of one pixel stays."""
    assert fitting_size(width, height, limit) == size


def rules_of(*blocks: Any, **fields: Any) -> set[str]:
    """The rules that a request with these blocks breaks."""
    return {refusal.rule for refusal in validate(ask(user(*blocks), **fields))}


def strict(data: str, media_type: str = "image/png") -> dict[str, Any]:
    """An image that must not be made smaller."""
    return {**image(data, media_type), "transformations": {"oversized_image": "error"}}


def test_only_who_asks_for_it_is_told_that_an_image_is_too_large() -> None:
    """Others have it made smaller; one that says nothing of its size is not judged by it."""
    large, small = png(1920, 1080), png(100, 100)
    assert "image.oversized" in rules_of(strict(large))
    for block in (
        image(large),
        {**image(large), "transformations": None},
        {**image(large), "transformations": {"oversized_image": "downsize"}},
        strict(small),
    ):
        assert "image.oversized" not in rules_of(block)
    silent = [(b"GIF89a", "gif"), (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png")]
    for content, kind in silent:
        assert "image.oversized" not in rules_of(strict(base64.b64encode(content).decode(), f"image/{kind}"))


@each(
    ("url", "can_be"),
    [
        ("https://example.com/a.png", True),
        ("http://example.com/a.png", True),
        ("https://93.184.216.34/a.png", True),
        ("https://[2606:2800:220:1::1]/a.png", True),
        ("https://localhost.example.com/a.png", True),
        ("ftp://example.com/a.png", False),
        ("file:///a.png", False),
        ("a.png", False),
        ("https:///a.png", False),
        ("https://[::1/a.png", False),
        ("https://127.0.0.1/a.png", False),
        ("https://192.168.0.7/a.png", False),
        ("https://[::1]/a.png", False),
        ("https://localhost/a.png", False),
        ("https://localhost./a.png", False),
        ("https://a.test/a.png", False),
        ("https://a.invalid/a.png", False),
    ],
)
def test_an_address_can_be_fetched_or_not(url: str, *, can_be: bool) -> None:
    """Those of this machine, of a network behind it, and of no network at all cannot."""
    block = {"type": "image", "source": {"type": "url", "url": url}}
    assert ("url.unreachable" not in rules_of(block)) is can_be
