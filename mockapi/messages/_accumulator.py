"""Events to the message they add up to.

What each event does to the message:

    message_start           is the message, its content still empty (or, rarely, whole already)
    content_block_start     appends a block
    text_delta              adds to `text`
    thinking_delta          adds to `thinking`
    input_json_delta        adds to the JSON text of `input`, which is read when all has come
    citations_delta         appends to `citations`
    signature_delta         sets `signature`
    compaction_delta        sets the members it has
    message_delta           sets the members of its `delta`; its `usage` is cumulative and replaces
                            the start's key by key; what else it has (`context_management`) is set
                            on the message. A null never replaces a value: it says "not stated".

The keys of the message stand as message_start has them, later ones where the API puts them in a
message that was not streamed. Truncation is never silent: a message is given out only after
message_stop. Deltas and blocks of unknown types are tolerated, as the API's versioning policy
asks of clients; an unknown delta changes nothing.

The JSON of a tool's input: an empty text is `{}`. A text that is broken is an error, unless the
stop reason says that the model was cut off in the middle of writing; then the input is the
complete part of the text, as the API's client libraries have it, because the message is whole as
the API sees it and `stop_reason` tells the reader that this block is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.errors import GrammarError, MockapiError, StreamedError, TruncatedStream
from mockapi.messages import _keyorder
from mockapi.messages._cutjson import complete_part
from mockapi.messages._grammar import GrammarChecker, Severity, State
from mockapi.messages._wire import load
from mockapi.options import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

CUT_OFF: Final = frozenset({"max_tokens", "model_context_window_exceeded", "refusal"})
"""Stop reasons with which the last block may end in the middle."""

_ADDING: Final = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


class Accumulator:
    """Adds up the events of one stream.

    The messages it gives out share nested values with the events: treat both as read-only.
    """

    def __init__(self) -> None:
        self._checker = GrammarChecker()
        self._message: dict[str, Any] = {}
        self._blocks: list[_Block] = []
        self._failure: MockapiError | None = None

    def feed(self, event: dict[str, Any]) -> None:
        """Take the next event.

        Raises:
            GrammarError: the event breaks the grammar; nothing can be fed after that.
            StreamedError: the event is an `error`, which ends the stream.
        """
        if self._failure is not None:
            raise self._failure
        for violation in self._checker.feed(event):
            if violation.severity is Severity.VIOLATION:
                self._failure = GrammarError(str(violation))
                raise self._failure
        match event["type"]:
            case "message_start":
                self._message = event["message"]
                self._blocks = [_Block(block) for block in self._message["content"]]
            case "content_block_start":
                self._blocks.append(_Block(event["content_block"]))
            case "content_block_delta":
                self._blocks[-1].add(event["delta"])
            case "message_delta":
                self._finish(event)
            case "error":
                error = event["error"]
                self._failure = StreamedError(
                    error["type"], str(error.get("message", "")), event.get("request_id")
                )
                raise self._failure

    def message(self) -> dict[str, Any]:
        """The whole message.

        Raises:
            TruncatedStream: message_stop has not come; `partial` gives what has.
            GrammarError: the stream broke the grammar, or a tool's input is broken JSON.
            StreamedError: the stream ended with an error event.
        """
        if self._failure is not None:
            raise self._failure
        if self._checker.state is not State.DONE:
            raise TruncatedStream(self._checker.end()[0].message)
        cut = self._message["stop_reason"] in CUT_OFF
        return self._message | {"content": [block.whole(cut=cut) for block in self._blocks]}

    def partial(self) -> dict[str, Any]:
        """What has come so far, for showing it; {} before message_start.

        The input of an unfinished tool use is the complete part of what came, {} if it is broken.
        """
        if not self._message:
            return {}
        return self._message | {"content": [block.shown() for block in self._blocks]}

    def _finish(self, event: dict[str, Any]) -> None:
        told = {key: event["delta"][key] for key in event["delta"] if key not in ("content", "usage")}
        for key, value in told.items():
            self._message = _set(self._message, key, value, _keyorder.NEWEST.message)
        usage = self._message["usage"]
        for key, value in event["usage"].items():
            usage = _set(usage, key, value, _keyorder.USAGE)
        self._message = self._message | {"usage": usage}
        for key, value in event.items():
            if key not in ("type", "delta", "usage"):
                self._message = _set(self._message, key, value, _keyorder.NEWEST.message)


def accumulate(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The message that a whole stream adds up to.

    Raises:
        TruncatedStream: the stream stops before message_stop.
        GrammarError: the events break the grammar, or a tool's input is broken JSON.
        StreamedError: the stream ends with an error event.
    """
    accumulator = Accumulator()
    for event in events:
        accumulator.feed(event)
    return accumulator.message()


class _Block:
    """A content block and the pieces that came for it, joined only when it is asked for."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._start = start
        self._pieces: dict[str, list[str]] = {}
        self._citations: list[dict[str, Any]] | None = None

    def add(self, delta: dict[str, Any]) -> None:
        """Take a delta; one of an unknown type is ignored."""
        match delta["type"]:
            case "text_delta" | "thinking_delta" | "input_json_delta" as kind:
                field = _ADDING[kind]
                self._pieces.setdefault(field, []).append(delta[field])
            case "citations_delta":
                self._citations_of_its_own().append(delta["citation"])
            case "signature_delta":
                self._start = {**self._start, "signature": delta["signature"]}
            case "compaction_delta":
                self._start = self._start | {key: delta[key] for key in delta if key != "type"}

    def whole(self, *, cut: bool) -> dict[str, Any]:
        """The finished block; `cut` allows an input that stops in the middle."""
        block = self._joined()
        written = "".join(self._pieces.get("partial_json", ()))
        if written:
            block["input"] = self._input(written, cut=cut)
        return block

    def shown(self) -> dict[str, Any]:
        """The block so far."""
        block = self._joined()
        written = "".join(self._pieces.get("partial_json", ()))
        if written:
            try:
                block["input"] = complete_part(written)
            except ValueError:
                block["input"] = {}
        return block

    def _citations_of_its_own(self) -> list[dict[str, Any]]:
        if self._citations is None:
            begun = self._start.get("citations")
            self._citations = list(begun) if isinstance(begun, list) else []
            order = _keyorder.BLOCKS["text"]
            self._start = _keyorder.insert(self._start, "citations", self._citations, order)
        return self._citations

    def _joined(self) -> dict[str, Any]:
        block = dict(self._start)
        if self._citations is not None:
            block["citations"] = list(self._citations)  # a message given out must not grow
        for field, pieces in self._pieces.items():
            if field != "partial_json":
                block[field] = str(block.get(field) or "") + "".join(pieces)
        return block

    def _input(self, written: str, *, cut: bool) -> Any:
        name = shown(self._start.get("name"))
        try:
            value = load(written)
        except ValueError as error:
            if not cut:
                raise GrammarError(
                    f"The input of the tool use {name} is broken JSON: {error}. It is {written[:80]!r}."
                ) from None
            try:
                value = complete_part(written)
            except ValueError:
                raise GrammarError(
                    f"The input of the tool use {name} begins no JSON: {written[:80]!r}."
                ) from None
        if not isinstance(value, dict):
            raise GrammarError(f"The input of the tool use {name} is not a JSON object: {written[:80]!r}.")
        return value


def _set(mapping: dict[str, Any], key: str, value: Any, order: tuple[str, ...]) -> dict[str, Any]:
    if value is None and key in mapping:
        return mapping
    return _keyorder.insert(mapping, key, value, order)
