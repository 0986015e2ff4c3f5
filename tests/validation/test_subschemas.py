"""The schemas within a schema, as the compiler meets them."""

from __future__ import annotations

from operator import itemgetter

from mockapi.validation._subschemas import schemas_in


def test_branches_of_all_of_are_one_schema_with_theirs() -> None:
    """Properties and required names of all branches add up; of every other keyword the first stays."""
    schema = {
        "properties": {"a": {"title": "own"}},
        "allOf": [
            {"properties": {"a": {"title": "other"}, "b": {"title": "b"}}, "items": {"title": "first"}},
            {"allOf": [{"properties": {"c": {"title": "c"}}}], "items": {"title": "second", "type": "null"}},
        ],
    }
    parts = [part for part in schemas_in(schema, merging=True) if "title" in part]
    assert sorted(parts, key=itemgetter("title")) == [
        {"title": "b"},
        {"title": "c"},
        {"title": "first"},
        {"title": "own"},
    ]
