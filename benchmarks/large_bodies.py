"""Bodies of any size, each as hard for a server as its kind allows: a table that others read.

A row is a function of a size in bytes. `benchmarks/linear.py` asks what four times the size costs,
`benchmarks/waiting.py` how long others wait for it.
"""

from __future__ import annotations

import base64
import json
from random import Random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL: Final = "claude-sonnet-4-5"
_HEAD: Final = f'{{"model":"{MODEL}","max_tokens":9'
_USER: Final = '"messages":[{"role":"user","content":"a"}]'
_WORDS: Final = "The quick brown fox, a token of 1234 and no password. "
_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10"
_MOST_OF_AN_IMAGE: Final = 3_900_000


def with_content(content: Any) -> bytes:
    """A request whose only message has this content."""
    messages = [{"role": "user", "content": content}]
    body = {"model": MODEL, "max_tokens": 9, "messages": messages}
    return json.dumps(body, separators=(",", ":")).encode()


def _with_member(name: str, value: str) -> bytes:
    return f'{_HEAD},"{name}":{value},{_USER}}}'.encode()


def _listed(item: str, size: int) -> str:
    return f"[{','.join([item] * (size // (len(item) + 1)))}]"


def _with_messages(messages: str) -> bytes:
    return f'{_HEAD},"messages":{messages}}}'.encode()


def _with_user_content(content: str) -> bytes:
    return _with_messages(f'[{{"role":"user","content":{content}}}]')


def _one_tool(schema: str) -> bytes:
    return _with_member("tools", f'[{{"name":"t","input_schema":{schema}}}]')


def text(size: int) -> bytes:
    """One long text of words."""
    return with_content((_WORDS * (size // len(_WORDS) + 1))[:size])


def quotes(size: int) -> bytes:
    """A text of quotes and backslashes, as code within JSON has them."""
    return with_content('"\\' * (size // 4))


def escapes(size: int) -> bytes:
    """A text whose every character is spelled as an escape."""
    return _with_user_content('"' + "\\u0073" * (size // 6) + '"')


def messages(size: int) -> bytes:
    """A conversation of short messages."""
    pair = '{"role":"user","content":"a"},{"role":"assistant","content":"b"}'
    return _with_messages(_listed(pair, size)[:-1] + ',{"role":"user","content":"a"}]')


def blocks(size: int) -> bytes:
    """A message of short blocks."""
    return _with_user_content(_listed('{"type":"text","text":"a"}', size))


def breakpoints(size: int) -> bytes:
    """Blocks that each want to be cached."""
    block = '{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}'
    return _with_user_content(_listed(block, size))


def tool_results(size: int) -> bytes:
    """A turn of many tool calls, and the turn of their results."""
    count = size // 160
    calls = [{"type": "tool_use", "id": f"toolu_{n}", "name": "t", "input": {}} for n in range(count)]
    results = [{"type": "tool_result", "tool_use_id": f"toolu_{n}", "content": "a"} for n in range(count)]
    turns = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": calls},
        {"role": "user", "content": results},
    ]
    return _with_messages(json.dumps(turns, separators=(",", ":")))


def tool_input(size: int) -> bytes:
    """A tool call whose input is a list of small objects."""
    items = _listed('{"a":1}', size)
    call = f'{{"type":"tool_use","id":"toolu_1","name":"t","input":{{"a":{items}}}}}'
    result = '{"type":"tool_result","tool_use_id":"toolu_1","content":"a"}'
    return _with_messages(
        f'[{{"role":"user","content":"a"}},{{"role":"assistant","content":[{call}]}},'
        f'{{"role":"user","content":[{result}]}}]'
    )


def tools(size: int) -> bytes:
    """Many small tools."""
    schema = '{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}'
    each = [f'{{"name":"t{n}","input_schema":{schema}}}' for n in range(size // 130)]
    return _with_member("tools", f"[{','.join(each)}]")


def required(size: int) -> bytes:
    """A tool that requires each of its many properties."""
    names = [f'"p{n}"' for n in range(size // 38)]
    properties = ",".join(f'{name}:{{"type":"string"}}' for name in names)
    return _one_tool(f'{{"type":"object","properties":{{{properties}}},"required":[{",".join(names)}]}}')


def references(size: int) -> bytes:
    """A tool whose properties each refer to a definition, and that to the next."""
    count = size // 90
    definitions = ",".join(f'"d{n}":{{"$ref":"#/$defs/d{n + 1}"}}' for n in range(count))
    properties = ",".join(f'"p{n}":{{"$ref":"#/$defs/d{n}"}}' for n in range(count))
    return _one_tool(
        f'{{"type":"object","properties":{{{properties}}},'
        f'"$defs":{{{definitions},"d{count}":{{"type":"string"}}}}}}'
    )


def branches(size: int) -> bytes:
    """A tool with a property of many alternatives."""
    each = ",".join(f'{{"type":"object","properties":{{"p{n}":{{}}}}}}' for n in range(size // 45))
    return _one_tool(f'{{"type":"object","properties":{{"a":{{"anyOf":[{each}]}}}},"required":["a"]}}')


def parts(size: int) -> bytes:
    """A tool whose property has to satisfy many schemas at once."""
    each = ",".join(f'{{"properties":{{"p{n}":{{}}}},"required":["p{n}"]}}' for n in range(size // 48))
    return _one_tool(f'{{"type":"object","properties":{{"a":{{"allOf":[{each}]}}}},"required":["a"]}}')


def dependents(size: int) -> bytes:
    """A tool in which each property brings the next one along."""
    count = size // 40
    properties = ",".join(f'"p{n}":{{}}' for n in range(count))
    brought = ",".join(f'"p{n}":["p{n + 1}"]' for n in range(count - 1))
    return _one_tool(
        f'{{"type":"object","properties":{{{properties}}},"required":["p0"],'
        f'"dependentRequired":{{{brought}}}}}'
    )


def enum(size: int) -> bytes:
    """A tool with a property of many values, of which a list wants different ones."""
    values = ",".join(f'"v{n}"' for n in range(size // 10))
    items = f'{{"type":"array","uniqueItems":true,"minItems":100,"items":{{"enum":[{values}]}}}}'
    return _one_tool(f'{{"type":"object","properties":{{"a":{items}}},"required":["a"]}}')


def unknown_fields(size: int) -> bytes:
    """Members that the API does not know."""
    members = ",".join(f'"u{n:07d}":1' for n in range(size // 13))
    return f"{_HEAD},{members},{_USER}}}".encode()


def faulty_blocks(size: int) -> bytes:
    """Blocks that are all wrong."""
    return _with_user_content(_listed('{"type":"text","text":1}', size))


def empty_lists(size: int) -> bytes:
    """A list of empty lists: the most values for a byte."""
    return _with_member("metadata", _listed("[]", size))


def nested_lists(size: int) -> bytes:
    """Lists in lists, as deep as JSON may be, again and again."""
    return _with_member("metadata", _listed("[" * 200 + "]" * 200, size))


def one_deep_list(size: int) -> bytes:
    """One list in the other without end."""
    return _with_member("metadata", "[" * (size // 2) + "]" * (size // 2))


def image(size: int) -> bytes:
    """Images of as many bytes as the API takes each."""
    raw = _PNG + Random(1).randbytes(min(size * 3 // 4, _MOST_OF_AN_IMAGE))
    data = base64.b64encode(raw).decode()
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return with_content([{"type": "image", "source": source}] * max(1, size // len(data)))


def pdf(size: int) -> bytes:
    """One long PDF."""
    data = base64.b64encode(b"%PDF-1.4\n" + Random(1).randbytes(size * 3 // 4)).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": data}
    return with_content([{"type": "document", "source": source}])


def document(size: int) -> bytes:
    """One long text document."""
    data = "Long text with words, and numbers 123.\n" * (size // 40)
    source = {"type": "text", "media_type": "text/plain", "data": data}
    return with_content([{"type": "document", "source": source}])


BODIES: Final[tuple[Callable[[int], bytes], ...]] = (
    text, quotes, escapes, messages, blocks, breakpoints, tool_results, tool_input, tools, required,
    references, branches, parts, dependents, enum, unknown_fields, faulty_blocks, empty_lists, nested_lists,
    one_deep_list, image, pdf, document,
)  # fmt: skip
"""Every kind; a row more is measured as the others are."""

MEDIA: Final = frozenset({text, image, pdf, document})
"""Those that people send in earnest at 32 MB; the others are pathological then."""


def name_of(make: Callable[[int], bytes]) -> str:
    """The name of a kind, in words."""
    return make.__name__.replace("_", " ")
