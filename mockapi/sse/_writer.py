r"""Events to bytes: the inverse of the parser.

Law: `parse(encode(*events)) == list(events)` for every sequence that the format can carry. The
format cannot carry everything, and what it cannot is refused instead of changed:

    a line end (CR, LF) in a type or id     it would end the field
    a CR in the data                        every reader sees it as a line end, so "\r" and
                                            "\r\n" would come back as "\n"
    a NUL in an id                          readers ignore such an id
    an empty type                           readers see "message"
    a lone surrogate                        it has no UTF-8 form

The output is the plainest form: LF line ends, one space after the colon, no field that says
what is so anyway (type "message", an id that has not changed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockapi.sse._parser import Event


def encode(*events: Event) -> bytes:
    r"""The bytes of a stream of events, from its start.

    Data is cut at each "\n" into one `data` line per line. An `id` line is written where the id
    differs from the one before, which is "" at the start.

    Raises:
        ValueError: an event holds what the format cannot carry; the message says which and why.
    """
    lines: list[str] = []
    last_id = ""
    for kind, data, event_id in events:
        _check(kind, data, event_id)
        if kind != "message":
            lines.append(f"event: {kind}\n")
        if "\n" in data:
            lines += [f"data: {line}\n" for line in data.split("\n")]
        else:
            lines.append(f"data: {data}\n")
        if event_id != last_id:
            lines.append(f"id: {event_id}\n")
            last_id = event_id
        lines.append("\n")
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError as error:
        found = error.object[error.start]
        raise ValueError(f"An event stream is UTF-8, which has no lone surrogate: {found!r}.") from None


def _check(kind: str, data: str, event_id: str) -> None:
    if not kind:
        raise ValueError('An event cannot have an empty type: a reader would see "message".')
    for field, value in (("type", kind), ("id", event_id)):
        if "\n" in value or "\r" in value:
            raise ValueError(f"An event's {field} cannot hold a line end: {value!r}.")
    if "\0" in event_id:
        raise ValueError(f"An event's id cannot hold a NUL, readers would ignore it: {event_id!r}.")
    if "\r" in data:
        place = data.index("\r")
        raise ValueError(
            f"An event's data cannot hold a carriage return (here at character {place}): a reader would see "
            "a line feed in its place. Replace it, or carry the data as JSON."
        )
