"""What the rules see: one request, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.validation import _structured

if TYPE_CHECKING:
    from mockapi.exchange import Headers
    from mockapi.messages.catalogue import Catalogue, Model
    from mockapi.validation._conversation import ConversationFacts
    from mockapi.validation._media import Image, Pdf
    from mockapi.validation._memo import Memo
    from mockapi.validation._settings import ValidationSettings
    from mockapi.validation._toolfacts import ToolFacts


class Credentials(NamedTuple):
    """What the request's headers say.

    Attributes:
        key: value of x-api-key, or the id of the AWS key that signed the request, or None.
        bearer: the token of an authorization header, or None.
        version: value of anthropic-version, or None.
        betas: the values of anthropic-beta, in order.
        other: an authorization of another scheme, or a token without one, or None.
        profile: value of anthropic-user-profile-id, or None.
    """

    key: str | None
    bearer: str | None
    version: str | None
    betas: tuple[str, ...]
    other: str | None = None
    profile: str | None = None

    @property
    def oauth(self) -> bool:
        """Whether an OAuth token is what authenticates the request."""
        return self.key is None and self.bearer is not None and self.bearer.startswith("sk-ant-oat")


_SIGNED: Final = "AWS4-"
_SIGNER: Final = re.compile(r"Credential=([^/\s,]+)")
HEADERS: Final = frozenset(
    {
        b"x-api-key",
        b"authorization",
        b"anthropic-version",
        b"anthropic-beta",
        b"anthropic-user-profile-id",
    }
)
"""The fields of a header that rules look at."""


def access_key_id(authorization: str) -> str | None:
    """The id of the AWS key that made a signature, None for any other authorization.

    Nobody checks the signature: as with keys, whatever is not empty is valid.
    """
    if not authorization.startswith(_SIGNED):
        return None
    found = _SIGNER.search(authorization)
    return None if found is None else found[1]


def read_headers(headers: Headers) -> Credentials:
    """What a request's headers say; of repeated betas and versions all count, of the others the last."""
    key = bearer = version = other = profile = None
    betas: tuple[str, ...] = ()
    for name, value in headers:
        if name not in HEADERS:
            continue
        text = value.decode("latin-1").strip()
        if name == b"x-api-key":
            key = text or key
        elif name == b"anthropic-version":
            version = text if version is None else f"{version}, {text}"  # as HTTP joins repeated fields
        elif name == b"anthropic-beta":
            betas = (*betas, *(part for part in map(str.strip, text.split(",")) if part))
        elif name == b"anthropic-user-profile-id":
            profile = text or None
        elif text[:7].lower() == "bearer ":
            bearer = text[7:].strip() or None
        elif (signer := access_key_id(text)) is not None:
            key = key or signer
        elif text.lower() != "bearer":
            other = text or None
    return Credentials(key, bearer, version, betas, other, profile)


@dataclass(slots=True)
class Context:
    """One request as the rules see it; they do not change it.

    Attributes:
        method: in upper case.
        path: of the URL.
        size: of the body in bytes.
        settings: how requests are judged.
        catalogue: the models that are known.
        headers: credentials, version and betas.
        names: betas and version as one set.
        body: the parsed body, None until it is parsed.
        model: the requested model, once it is found.
        tools: the facts about the tools, once the shape is right.
        conversation: the messages, once the shape is right.
        batch: whether the body is a row of a batch.
        images: verdicts on images seen before.
        pdfs: verdicts on PDFs seen before.
    """

    method: str
    path: str
    size: int
    settings: ValidationSettings
    catalogue: Catalogue
    headers: Credentials
    names: frozenset[str]
    body: Any
    model: Model | None
    tools: ToolFacts
    conversation: ConversationFacts
    batch: bool
    images: Memo[Image | None]
    pdfs: Memo[Pdf]
    _formats: tuple[tuple[str, str, _structured.Report], ...] | None = field(default=None, init=False)

    @property
    def formats(self) -> tuple[tuple[str, str, _structured.Report], ...]:
        """Path, pointer and report of the schema of each output format, read once."""
        if self._formats is None:
            found = []
            config = (self.body.get("output_config") or {}).get("format")
            if config:
                path, pointer = "output_config.format.schema", "/output_config/format/schema"
                found.append((path, pointer, _structured.inspect(config["schema"], in_format=True)))
            old = self.body.get("output_format")
            if old:
                report = _structured.inspect(old["schema"], in_format=True)
                found.append(("output_format.schema", "/output_format/schema", report))
            self._formats = tuple(found)
        return self._formats

    @property
    def format_fields(self) -> tuple[str, ...]:
        """The fields that force the answer into a schema: the new one and the old one, as far as they do."""
        return tuple(path.removesuffix(".schema") for path, _, _ in self.formats)

    @property
    def forces_tool(self) -> bool:
        """Whether the answer has to be a call of a tool."""
        return (self.body.get("tool_choice") or {}).get("type") in ("any", "tool")

    @property
    def known_model(self) -> Model:
        """The requested model; for rules that speak after it was found."""
        if self.model is None:
            raise AssertionError("rules about models speak after the model was found")
        return self.model

    @property
    def thinking(self) -> str | None:
        """The type of thinking that the request asks for, or None."""
        config = self.body.get("thinking")
        return None if config is None else str(config["type"])

    @property
    def thinks(self) -> bool:
        """Whether the request turns thinking on."""
        return self.thinking in ("enabled", "adaptive")
