"""The official SDK's own request types, as JSON Schemas: a judge that nobody here wrote.

The types are read by a program of their own, so that one test run can ask two versions of the
SDK. They become closed (no unknown fields), and lose what travels in headers. They know no
ranges, lengths or patterns, and no rule.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
import anthropic, pydantic
from anthropic.types import message_create_params as ga
from anthropic.types.beta import message_create_params as beta

def closed(node):
    if isinstance(node, dict):
        made = {key: closed(value) for key, value in node.items()}
        if "properties" in made and made.get("type") == "object":
            made["additionalProperties"] = False
        return made
    return [closed(item) for item in node] if isinstance(node, list) else node

def schema(types):
    streamed = types.MessageCreateParamsStreaming, types.MessageCreateParamsNonStreaming
    schemas = [closed(pydantic.TypeAdapter(kind).json_schema()) for kind in streamed]
    for made in schemas:
        for name in ("betas", "user_profile_id", "workspace_id"):
            made["properties"].pop(name, None)
    return schemas

json.dump({"version": anthropic.__version__, "ga": schema(ga), "beta": schema(beta)}, sys.stdout)
"""


def python_of(version: str) -> str:
    """The interpreter that has this version of the SDK; skips the test where there is none."""
    if version != "0.121.0":
        return sys.executable
    named = os.environ.get("MOCKAPI_SDK_0121")
    if not named:
        pytest.skip("MOCKAPI_SDK_0121 names no Python with anthropic 0.121.0")
    return named


@cache
def _schemas(python: str) -> dict[str, Any]:
    done = subprocess.run([python, "-c", _PROGRAM], check=True, capture_output=True, timeout=100)
    made: dict[str, Any] = json.loads(done.stdout)
    return made


_TEXTS = {"country": "US", "inference_geo": "us", "fallbacks": "default"}
"""Text where not every text will do; ids suit all patterns."""


class Judge:
    """What one version of the SDK takes, with and without betas."""

    def __init__(self, version: str) -> None:
        schemas = _schemas(python_of(version))
        self.version = schemas["version"]
        self._beta = schemas["beta"][1]
        self._judges = {
            kind: [jsonschema_rs.Draft202012Validator(schema) for schema in schemas[kind]]
            for kind in ("ga", "beta")
        }

    def takes(self, body: Any, *, beta: bool = False) -> bool:
        """Whether the SDK's types allow the body."""
        return any(judge.is_valid(body) for judge in self._judges["beta" if beta else "ga"])

    def examples(self) -> Iterator[tuple[str, Any]]:
        """A body for each tool, each content block and each parameter that the SDK types, all fields set.

        Yields the name of the type and the body.
        """
        properties, base = self._beta["properties"], {"model": "m", "max_tokens": 2000}
        hello = [{"role": "user", "content": "Hi"}]
        for name, node in properties.items():
            if name not in ("model", "messages", "max_tokens", "tools", "stream"):
                for kind, value in self._values(node, name):
                    yield f"{name}: {kind}", {**base, "messages": hello, name: value}
        for kind, value in self._values(properties["tools"]["items"]):
            yield f"tools: {kind}", {**base, "messages": hello, "tools": [value]}
        for kind, value in self._values(properties["messages"]["items"]):
            if isinstance(value["content"], str):
                yield f"messages: {kind}", {**base, "messages": [value]}
        message = self._beta["$defs"].get("BetaUserMessageParam") or self._beta["$defs"]["BetaMessageParam"]
        blocks = message["properties"]["content"]["anyOf"][1]["items"]
        for kind, value in self._values(blocks):
            yield f"blocks: {kind}", {**base, "messages": [{"role": "user", "content": [value]}]}

    def _values(self, node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
        """Type name and example for each branch of a schema."""
        for branch in node.get("anyOf") or node.get("oneOf") or [node]:
            yield branch.get("$ref", branch.get("type", "")).rpartition("/")[2], self._example(branch, name)

    def _example(self, node: Any, name: str) -> Any:
        if "$ref" in node:
            return self._example(self._beta["$defs"][node["$ref"].rpartition("/")[2]], name)
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                return self._example(node[keyword][0], name)
        if "const" in node or "enum" in node:
            return node.get("const", node.get("enum", [None])[0])
        match node.get("type"):
            case "object":
                return {key: self._example(value, key) for key, value in node.get("properties", {}).items()}
            case "array":
                return [self._example(node.get("items", {}), name)]
            case "integer" | "number":
                return 1 if name in ("temperature", "top_p") else 2000
            case "boolean":
                return True
            case "string":
                return _TEXTS.get(name, "srvtoolu_1")
        return None
