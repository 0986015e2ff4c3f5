"""The schemas for each situation, compiled once: endpoint, betas and version, mode, profile."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation import _schemas, _shape

if TYPE_CHECKING:
    import jsonschema_rs

    from mockapi.validation._settings import Settings

_MOST: Final = 64
_TOOLS: Final = frozenset({"tools"})


class Variant:
    """The schema of one endpoint in one situation.

    The tools are compiled apart from the rest, because their verdict is remembered.

    Attributes:
        number: tells variants apart.
        knows_tools: whether the endpoint takes tools.
    """

    __slots__ = ("_bundle", "_rest", "_tools", "knows_tools", "number")

    def __init__(self, number: int, schema: str, names: frozenset[str], settings: Settings) -> None:
        import jsonschema_rs  # noqa: PLC0415 - start-up time is measured

        self.number = number
        self._bundle = _schemas.bundle(schema, names, settings.mode, settings.rules)
        self.knows_tools = "tools" in self._bundle["properties"]
        rest = _schemas.bundle(schema, names, settings.mode, settings.rules, without=_TOOLS)
        self._rest = jsonschema_rs.Draft202012Validator(rest if self.knows_tools else self._bundle)
        self._tools: jsonschema_rs.Draft202012Validator | None = None
        if self.knows_tools:
            tools = {**self._bundle["properties"]["tools"], "$defs": self._bundle["$defs"]}
            self._tools = jsonschema_rs.Draft202012Validator(tools)

    def accepts(self, body: Any) -> bool:
        """Whether the shape is right, tools left out."""
        return _verdict(self._rest, body) and (
            not self.knows_tools or "tools" not in body or isinstance(body["tools"], list)
        )

    def accepts_tools(self, tools: list[Any]) -> bool:
        """Whether the shape of the tools is right."""
        return self._tools is None or _verdict(self._tools, tools)

    def explain(self, body: Any) -> list[_shape.ShapeFault]:
        """All faults of shape, the one that the API reports first."""
        return _shape.explain(self._bundle, body)

    @property
    def bundle(self) -> _schemas.Schema:
        """The whole schema."""
        return self._bundle


def _verdict(validator: jsonschema_rs.Draft202012Validator, value: Any) -> bool:
    return bool(validator.is_valid(value))


class Variants:
    """The variants of one `Settings`, made when first asked for."""

    __slots__ = ("_count", "_made", "_settings")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[tuple[str, frozenset[str]], Variant] = {}
        self._count = itertools.count()

    def get(self, schema: str, names: frozenset[str]) -> Variant:
        """The variant for a schema and the betas and version of the headers."""
        relevant = names & _schemas.gates()
        key = (schema, relevant)
        variant = self._made.get(key)
        if variant is None:
            if len(self._made) >= _MOST:  # clients combine few betas; strangers may try them all
                self._made.clear()
            variant = self._made[key] = Variant(next(self._count), schema, relevant, self._settings)
        return variant
