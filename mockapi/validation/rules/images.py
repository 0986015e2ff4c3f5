"""Images: their bytes, their size, and URLs that cannot be fetched.

URLs are never fetched. Only those are refused that cannot be fetched from anywhere: names that
RFC 6761 keeps out of the public tree, and addresses that are not global.
"""

from __future__ import annotations

import ipaddress
import urllib.parse
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation import _media
from mockapi.validation._conversation import Block, path_of, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_MANY: Final = 20
_SIDE: Final = 8000
_SIDE_OF_MANY: Final = 2000
_NEVER_PUBLIC: Final = ("invalid", "test", "localhost")


def _embedded(context: Context) -> Iterator[tuple[Block, dict[str, Any]]]:
    """The images given as base64, with their sources."""
    for block in context.conversation.blocks("image"):
        source = block[4]["source"]
        if source["type"] == "base64":
            yield block, source


def _look(context: Context, data: str) -> _media.Image | None:
    def judge() -> _media.Image | None:
        content = _media.decode(data)
        return None if content is None else _media.look_at_image(content)

    return context.images.get(data.encode(errors="surrogatepass"), judge)


def _at(block: Block) -> dict[str, object]:
    return {"path": f"{path_of(block)}.image.source.base64"}


def _where(block: Block) -> str:
    return f"{pointer_of(block)}/source/data"


@rule(
    "image.empty",
    Stage.MESSAGES,
    "block:image",
    message="{path}: image cannot be empty",
    source="recorded in 2025-11",
)
def empty(context: Context) -> Iterator[Violation]:
    """An image has no bytes."""
    yield from (Violation(_where(b), _at(b)) for b, source in _embedded(context) if not source["data"])


@rule(
    "image.too_large",
    Stage.MESSAGES,
    "block:image",
    message="{path}: image exceeds 5 MB maximum: {size} bytes > {limit} bytes",
    source="recorded in 2025-11; the size is that of the base64 text",
)
def too_large(context: Context) -> Iterator[Violation]:
    """An image has more than 5 MB."""
    for block, source in _embedded(context):
        size = len(source["data"])
        if size > _media.MAX_IMAGE_BYTES:
            yield Violation(_where(block), {**_at(block), "size": size, "limit": _media.MAX_IMAGE_BYTES})


@rule(
    "image.not_base64",
    Stage.MESSAGES,
    "block:image",
    message="{path}: invalid base64 data",
    source="quoted in 2024-11",
    hint="A data: URL is not base64; send what comes after the comma.",
)
def not_base64(context: Context) -> Iterator[Violation]:
    """An image's data is not base64."""
    for block, source in _embedded(context):
        if source["data"] and _look(context, source["data"]) is None:
            yield Violation(_where(block), _at(block))


@rule(
    "image.media_type",
    Stage.MESSAGES,
    "block:image",
    message="{path}: The image was specified using the {declared} media type, but "
    "the image appears to be a {actual} image",
    source="recorded in 2025-12 and 2026-03; taken from a model that was retired in 2025-10",
    since=date(2025, 12, 1),
)
def media_type(context: Context) -> Iterator[Violation]:
    """An image is of another type than it says."""
    for block, source in _embedded(context):
        image = _look(context, source["data"])
        if image and image.media_type and image.media_type != source["media_type"]:
            values = {**_at(block), "declared": source["media_type"], "actual": image.media_type}
            yield Violation(_where(block), values)


@rule(
    "image.unreadable",
    Stage.MESSAGES,
    "block:image",
    message="Could not process image",
    source="recorded in 2026-05",
    hint="The bytes are not PNG, JPEG, GIF or WebP, or their header is broken.",
)
def unreadable(context: Context) -> Iterator[Violation]:
    """Image bytes are not PNG, JPEG, GIF or WebP."""
    for block, source in _embedded(context):
        image = _look(context, source["data"])
        if source["data"] and image and (image.media_type is None or not image.width or not image.height):
            yield Violation(_where(block))


@rule(
    "image.dimensions",
    Stage.MESSAGES,
    "block:image",
    message="{path}.data: At least one of the image dimensions exceed max allowed size{many}: {limit} pixels",
    source="recorded in 2025-06, 2025-08 and 2026-03",
)
def dimensions(context: Context) -> Iterator[Violation]:
    """An image has too many pixels on one side: 8,000, or 2,000 among more than 20 images."""
    many = sum(1 for _ in context.conversation.blocks("image")) > _MANY
    limit = _SIDE_OF_MANY if many else _SIDE
    for block, source in _embedded(context):
        image = _look(context, source["data"])
        if image and max(image.width, image.height) > limit:
            values = {**_at(block), "limit": limit, "many": " for many-image requests" if many else ""}
            yield Violation(_where(block), values)


@rule(
    "url.unreachable",
    Stage.MESSAGES,
    "block:image",
    "block:document",
    message="Unable to download the file. Please verify the URL and try again.",
    source="recorded in 2026-02",
    hint="mockapi fetches nothing; this host cannot be reached from outside whatever it answers.",
)
def unreachable(context: Context) -> Iterator[Violation]:
    """An image or a document has a URL that cannot be fetched from anywhere."""
    for block in context.conversation.blocks("image", "document"):
        source = block[4]["source"]
        if source["type"] == "url" and not _could_be_reached(source["url"]):
            yield Violation(f"{pointer_of(block)}/source/url")


def _could_be_reached(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host.rstrip(".").rpartition(".")[2] not in _NEVER_PUBLIC
