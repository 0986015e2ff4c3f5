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
_MOST: Final = 600
_MOST_OF_SHORT: Final = 100
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
    "image.unsupported",
    Stage.MESSAGES,
    "block:image",
    message="'{model}' does not support image input.",
    source="captured in 2024-11",
    models="Claude 2 and Instant; Claude 3.5 Haiku took none in its first months",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot see."""
    if not context.known_model.image_input:
        for block in context.conversation.blocks("image"):
            yield Violation(pointer_of(block), {"model": context.known_model.id})


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
    confidence="maintainer",
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
    """Image bytes are not those of an image, or their header is broken."""
    for block, source in _embedded(context):
        image = _look(context, source["data"])
        if not source["data"] or image is None or image.foreign:
            continue
        if image.media_type is None or not image.width or not image.height:
            yield Violation(_where(block))


@rule(
    "image.format",
    Stage.MESSAGES,
    "block:image",
    message="{path}.data: Image format {declared} not supported",
    source="recorded in 2026-02 and 2026-04, for an icon; the words name the declared type",
    hint="The bytes are an image of another format, such as BMP, TIFF or ICO.",
)
def image_format(context: Context) -> Iterator[Violation]:
    """Image bytes are those of a format that is not taken, whatever they are declared to be."""
    for block, source in _embedded(context):
        image = _look(context, source["data"])
        if image is not None and image.foreign:
            yield Violation(_where(block), {**_at(block), "declared": source["media_type"]})


@rule(
    "image.dimensions",
    Stage.MESSAGES,
    "block:image",
    message="{path}.data: At least one of the image dimensions exceed max allowed size{many}: {limit} pixels",
    source="recorded in 2025-06, 2025-08 and 2026-03; the details are those of the official client",
    code="image_dimensions_too_large",
)
def dimensions(context: Context) -> Iterator[Violation]:
    """An image has too many pixels on one side: 8,000, or 2,000 among more than 20 images."""
    many = sum(1 for _ in context.conversation.blocks("image")) > _MANY
    limit = _SIDE_OF_MANY if many else _SIDE
    found = [
        block
        for block, source in _embedded(context)
        if (image := _look(context, source["data"])) and max(image.width, image.height) > limit
    ]
    paths = [path_of(block).replace(".tool_result.", ".") for block in sorted(found, key=lambda b: b[:3])]
    for block in found:
        values = {**_at(block), "limit": limit, "many": " for many-image requests" if many else ""}
        yield Violation(_where(block), values, {"max_side_length_pixels": limit, "paths": paths})


@rule(
    "image.too_many",
    Stage.MESSAGES,
    "block:image",
    "block:document",
    message="too many images and documents: {images} + {documents} > {limit}",
    source="quoted in 2026-07 from behind gateways; the limits are documented",
    confidence="maintainer",
    models="100 with a context of 200,000 tokens, else 600",
)
def too_many(context: Context) -> Iterator[Violation]:
    """A request has more images and documents than the model takes."""
    images = sum(1 for _ in context.conversation.blocks("image"))
    documents = sum(1 for _ in context.conversation.blocks("document"))
    limit = _MOST if context.known_model.context > 200_000 else _MOST_OF_SHORT
    if images + documents > limit:
        yield Violation("/messages", {"images": images, "documents": documents, "limit": limit})


@rule(
    "image.oversized",
    Stage.MESSAGES,
    "block:image",
    message="messages.{i}.content.{j}: image dimensions {found} exceed the maximum image size of a model "
    "named on this request and would be downsized to {limit}; scale the image to at most {limit} or set the "
    'image\'s oversized_image setting to "downsize"',
    source="documented in 2026-08, measured live in 2026-09",
    models="from Opus 4.7 on 2,576 pixels a side and 4,784 tokens, before 1,568 of both",
)
def oversized(context: Context) -> Iterator[Violation]:
    """An image that must not be made smaller is too large for the model, or for a fallback."""
    models = [context.known_model]
    named = context.body.get("fallbacks")
    for entry in named if isinstance(named, list) else ():
        models += filter(None, [context.catalogue.find(entry["model"])])
    limit = _media.HIGH_RESOLUTION if all(m.high_resolution for m in models) else _media.STANDARD_RESOLUTION
    for block, source in _embedded(context):
        if (block[4].get("transformations") or {}).get("oversized_image") != "error":
            continue
        image = _look(context, source["data"])
        if image is None or not image.width or not image.height:
            continue
        fitting = _media.fitting_size(image.width, image.height, limit)
        if fitting != (image.width, image.height):
            path = path_of(block).removeprefix("messages.")
            i, _, j = path.partition(".content.")
            found = f"{image.width}x{image.height}"
            values: dict[str, object] = {
                "i": i,
                "j": j,
                "found": found,
                "limit": f"{fitting[0]}x{fitting[1]}",
            }
            yield Violation(_where(block), values)


@rule(
    "url.not_https",
    Stage.MESSAGES,
    "block:image",
    "block:document",
    message="Only HTTPS URLs are supported.",
    source="captured in 2026-05 for an image; documents by analogy",
    confidence="maintainer",
)
def not_https(context: Context) -> Iterator[Violation]:
    """An image or a document is to be fetched over HTTP without TLS."""
    for block in context.conversation.blocks("image", "document"):
        source = block[4]["source"]
        if source["type"] == "url" and source["url"][:5].lower() == "http:":
            yield Violation(f"{pointer_of(block)}/source/url")


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
