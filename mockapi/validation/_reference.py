"""The reference validator: `jsonschema`, which explains what the compiled schema only refuses.

Bodies come from anywhere, so no error quotes the value that it is about (it may have megabytes, or
be nested deeper than `repr` goes), and of a long list only some faulty items are explained.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import jsonschema

    from mockapi.validation._schemas import Schema

MOST_ITEMS: Final = 100
"""Faulty items of one list, or unknown fields of one object, that are explained."""


def reference_validator(bundle: Schema) -> jsonschema.protocols.Validator:
    """The reference validator of a bundle, `$` meaning the very end as it does in the API."""
    return _validator_class()(bundle)


@cache
def _validator_class() -> type[jsonschema.protocols.Validator]:
    import jsonschema  # noqa: PLC0415 - only a refusal needs it, and it is slow to import

    def quiet(passes: Callable[[Any, Any, Any], bool]) -> Any:
        """A keyword's check whose error does not quote the value: it may be huge, or too deep for `repr`."""

        def check(validator: Any, wanted: Any, value: object, _schema: object) -> Iterator[Any]:
            if not passes(validator, wanted, value):
                yield jsonschema.ValidationError("")

        return check

    return _extended(
        jsonschema.Draft202012Validator,
        {
            "type": quiet(_is_one_of),
            "enum": quiet(lambda _, wanted, value: value in wanted),
            "pattern": quiet(lambda _, wanted, value: not isinstance(value, str) or _matches(wanted, value)),
            "minLength": quiet(lambda _, least, value: not isinstance(value, str) or len(value) >= least),
            "maxLength": quiet(lambda _, most, value: not isinstance(value, str) or len(value) <= most),
            "minItems": quiet(lambda _, least, value: not isinstance(value, list) or len(value) >= least),
            "maxItems": quiet(lambda _, most, value: not isinstance(value, list) or len(value) <= most),
        },
    )


def _is_one_of(validator: Any, wanted: str | list[str], value: object) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(validator.is_type(value, name) for name in names)


def _matches(pattern: str, text: str) -> bool:
    return re.search(_absolute_end(pattern), text) is not None


def narrowing_validator(bundle: Schema) -> jsonschema.protocols.Validator:
    """The reference validator, except that the compiled schema picks what to explain of long lists."""
    import jsonschema_rs  # noqa: PLC0415 - as above

    def items(
        validator: Any, schema: Schema, instance: Any, _parent: object
    ) -> Iterator[jsonschema.ValidationError]:
        if not isinstance(instance, list):
            return
        chosen: Iterable[int] = range(len(instance))
        if len(instance) > MOST_ITEMS:
            fast = jsonschema_rs.Draft202012Validator({**schema, "$defs": bundle["$defs"]})
            faulty = (index for index, item in enumerate(instance) if not fast.is_valid(item))
            chosen = itertools.islice(faulty, MOST_ITEMS)
        for index in chosen:
            yield from validator.descend(instance[index], schema, path=index)

    return _extended(_validator_class(), {"items": items})(bundle)


def _extended(base: Any, checks: dict[str, Any]) -> type[jsonschema.protocols.Validator]:
    import jsonschema  # noqa: PLC0415 - as above

    extend: Any = jsonschema.validators.extend  # untyped where it comes from
    made: type[jsonschema.protocols.Validator] = extend(base, checks)
    return made


def _absolute_end(pattern: str) -> str:
    return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
