"""JSON paths that people write themselves, followed so that they cannot stall a server.

A path with a filter, or with `..` twice, may visit every value once for each value. What it visits
is counted, and expressions in its filters run as all expressions of people's own do.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from mockapi._expressions import ExpressionTooSlowError, Patience, expression

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator

_VISITS = 50_000
_VISITS_OF_EACH = 50
"""A path with one `..` visits each value once, one with two once for each level above it."""


class Document:
    """A list or an object, in which JSON paths are followed.

    Args:
        value: a parsed JSON text; it stays as it is.
        paths: that will be followed.

    Attributes:
        root: the value, or a copy: what the matches refer to.
    """

    def __init__(self, value: Any, paths: tuple[str, ...]) -> None:
        self.root = value
        self._budget = _Budget()
        self._is_watched = any(map(_may_be_slow, paths))
        if self._is_watched:
            self.root = _watched(value, self._budget)

    def matches(self, path: str) -> list[Any]:
        """What a path finds, as the library's matches, in order.

        Raises:
            ExpressionTooSlowError: it takes too long.
            RecursionError: the value is nested more deeply than the library goes.
        """
        import jsonpath  # noqa: PLC0415 - costs every start 50 ms, and few people have paths of their own
        from jsonpath import exceptions  # noqa: PLC0415 - as above

        # Before version 1.2 it is Python's own.
        too_deep = getattr(exceptions, "JSONPathRecursionError", RecursionError)

        if not self._is_watched:
            find = jsonpath.finditer
        else:
            self._budget.begin()
            find = _environment(self._budget).finditer
        try:
            return list(find(path, self.root))
        except too_deep as error:
            raise RecursionError(str(error)) from error
        except _Spent:
            raise ExpressionTooSlowError(
                f"the JSON path {path!r} takes too long: it looks at all values again for each value;"
                " name the members on the way instead of the second `..`"
            ) from None
        finally:
            self._budget.end()


def _may_be_slow(path: str) -> bool:
    return "?" in path or path.count("..") > 1


class _Spent(Exception):  # noqa: N818 - becomes an error that names the path
    """More was visited than there is in proportion."""


class _Budget:
    """How many values may still be visited, and how long expressions may take."""

    def __init__(self) -> None:
        self.values = 0
        self._left: float | None = None
        self.patience = Patience()

    def begin(self) -> None:
        self._left = _VISITS + _VISITS_OF_EACH * self.values
        self.patience = Patience()

    def end(self) -> None:
        self._left = None

    def spend(self, visits: int) -> None:
        if self._left is not None:
            self._left -= 1 + visits
            if self._left < 0:
                raise _Spent


class _Object(dict[str, Any]):
    __slots__ = ("budget",)
    budget: _Budget

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # the built-in's own type is final
        self.budget.spend(len(self))
        return super().items()

    def __iter__(self) -> Iterator[str]:
        self.budget.spend(len(self))
        return super().__iter__()


class _Array(list[Any]):
    __slots__ = ("budget",)
    budget: _Budget

    def __iter__(self) -> Iterator[Any]:
        self.budget.spend(len(self))
        return super().__iter__()


def _watched(value: Any, budget: _Budget) -> Any:
    budget.values += 1
    copy: _Object | _Array
    if isinstance(value, dict):
        copy = _Object((key, _watched(item, budget)) for key, item in value.items())
    elif isinstance(value, list):
        copy = _Array(_watched(item, budget) for item in value)
    else:
        return value
    copy.budget = budget
    return copy


def _environment(budget: _Budget) -> Any:
    """The library, with filters whose expressions are bounded."""
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415 - see above
    from jsonpath.function_extensions import ExpressionType, FilterFunction  # noqa: PLC0415 - see above

    class Searching(FilterFunction):  # type: ignore[misc,unused-ignore] # untyped in some releases
        arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - as the library has it
        return_type = ExpressionType.LOGICAL

        def __init__(self, form: str) -> None:
            self._form = form

        def __call__(self, value: object, pattern: object) -> bool:
            if not isinstance(value, str) or not isinstance(pattern, str):
                return False
            source = _as_python(pattern, self._form)
            return source is not None and expression(source).is_in(value, budget.patience)

    class Environment(JSONPathEnvironment):  # type: ignore[misc,unused-ignore] # as above
        def setup_function_extensions(self) -> None:
            super().setup_function_extensions()
            self.function_extensions["search"] = Searching("{}")
            self.function_extensions["match"] = Searching(r"\A(?:{})\Z")

        def compare(self, left: object, operator: str, right: object) -> bool:
            source = getattr(right, "pattern", None)
            if operator == "=~" and isinstance(source, str) and isinstance(left, str):
                return expression(rf"\A(?:{source})\Z").is_in(left, budget.patience)
            return bool(super().compare(left, operator, right))

    return Environment()


@functools.lru_cache(maxsize=256)
def _as_python(pattern: str, form: str) -> str | None:
    r"""An I-Regexp (RFC 9485) as Python writes it: a dot is anything but a line end. None if faulty."""
    dotted = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\.", lambda m: r"[^\n\r]" if m[0] == "." else m[0], pattern)
    source = form.replace("{}", dotted)
    try:
        re.compile(source)
    except (re.error, OverflowError, RecursionError):
        return None
    return source
