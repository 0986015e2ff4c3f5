"""The schemas for each situation, compiled once: endpoint, betas and version, mode, profile."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation import _reference, _schemas, _shape

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

    from mockapi.validation._settings import Mode, Profile

_TOOLS: Final = frozenset({"tools"})
_CHAT: Final = "requests/chat-completion"


class Variant:
    """The schema of one endpoint in one situation; it is never changed once it is made.

    The tools are compiled apart from the rest, because their verdict is remembered.

    Attributes:
        bundle: the whole schema.
        knows_tools: whether the endpoint takes tools as the Messages API has them.
    """

    __slots__ = ("_explaining", "_rest", "_tools", "bundle", "knows_tools")

    def __init__(self, schema: str, names: frozenset[str], mode: Mode, profile: Profile) -> None:
        import jsonschema_rs  # noqa: PLC0415 - start-up time is measured

        self.bundle = _schemas.bundle(schema, names, mode, profile)
        self.knows_tools = "tools" in self.bundle["properties"] and schema != _CHAT
        apart = _TOOLS if self.knows_tools else frozenset[str]()
        rest = _schemas.bundle(schema, names, mode, profile, without=apart)
        self._rest = jsonschema_rs.Draft202012Validator(rest)
        self._explaining: jsonschema.protocols.Validator | None = None
        self._tools: jsonschema_rs.Draft202012Validator | None = None
        if self.knows_tools:
            tools = {**self.bundle["properties"]["tools"], "$defs": self.bundle["$defs"]}
            self._tools = jsonschema_rs.Draft202012Validator(tools)

    def accepts(self, body: Any) -> bool:
        """Whether the shape is right, that of single tools left out."""
        if not self._verdict(self._rest, body):
            return False
        return not self.knows_tools or isinstance(body.get("tools", []), list)

    def accepts_tools(self, tools: list[Any]) -> bool:
        """Whether the shape of the tools is right."""
        return self._tools is None or self._verdict(self._tools, tools)

    def _verdict(self, compiled: jsonschema_rs.Draft202012Validator, value: Any) -> bool:
        try:
            return compiled.is_valid(value)
        except (
            UnicodeEncodeError
        ):  # a lone surrogate, which no JSON text leads to but a Python value may hold
            part = self.bundle if compiled is self._rest else self.bundle["properties"]["tools"]
            return _reference.reference_validator({**part, "$defs": self.bundle["$defs"]}).is_valid(value)

    def explain(self, body: Any) -> list[_shape.ShapeFault]:
        """All faults of shape, the one that the API reports first."""
        if self._explaining is None:  # a class of its own: 1.7 ms, and garbage that waits for a collection
            self._explaining = _reference.narrowing_validator(self.bundle)
        return _shape.explain(self.bundle, self._explaining, body)


@lru_cache(maxsize=128)  # clients combine few betas; strangers may try them all
def variant(schema: str, names: frozenset[str], mode: Mode, profile: Profile) -> Variant:
    """The variant for a schema and those betas and versions that it asks for."""
    return Variant(schema, names, mode, profile)


def relevant(names: frozenset[str]) -> frozenset[str]:
    """Those of the betas and versions in a request's headers that some schema asks for."""
    return names & _schemas.gates()
