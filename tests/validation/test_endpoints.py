"""Which paths are known, which nearly are, and of which nobody here can judge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.validation import find_endpoint, near_miss
from mockapi.validation._endpoints import ENDPOINTS
from tests.support.each import each

KNOWN = [endpoint.path.replace("{id}", "id_1") for endpoint in ENDPOINTS]


@each("path", KNOWN)
@each(
    ("wrong", "hint"),
    [
        (lambda path: path + "/", "ends in a slash"),
        (lambda path: "/" + path, "Two slashes"),
        (lambda path: path.replace("/v1/", "/v1//"), "Two slashes"),
        (lambda path: "/v1" + path, "ends in /v1, and clients add it themselves"),
        (lambda path: "/v1/v1" + path, "ends in /v1, and clients add it themselves"),
        (lambda path: "/anthropic" + path, "has the path /anthropic"),
        (lambda path: "/api/claude" + path, "has the path /api/claude"),
        (lambda path: path.removeprefix("/v1"), "base URL that ends in /v1: add it"),
        (lambda path: path[:5].upper() + path[5:], "lower case"),
        (lambda path: "//v1" + path + "/", "Two slashes"),
    ],
)
def test_a_base_url_that_is_a_little_wrong_is_told_so(path: str, wrong: object, hint: str) -> None:
    """The hint says what is wrong and which path was meant."""
    assert callable(wrong)
    near = near_miss(wrong(path))
    assert near is not None
    assert near.path == path
    assert hint in near.hint
    assert near.hint.endswith(f"The path is {path}.")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/agents",
        "/v1/messagess",
        "/v1/chat",
        "/v2/messages",
        "/v1/organizations/x/api_keys",
        "/v1/models/a/b",
        "/model/x/invoke",
        "/messages/batches/x/y",
    ],
)
def test_other_paths_are_not_judged(path: str) -> None:
    """The API may have them."""
    assert find_endpoint(path) is None
    assert near_miss(path) is None


@given(st.sampled_from(KNOWN))
def test_a_known_path_is_no_near_miss(path: str) -> None:
    """Nothing is wrong with it."""
    assert near_miss(path) is None


@given(st.text("/v1mesagfil", max_size=30).map(lambda text: "/" + text))
def test_what_is_meant_is_a_known_path(path: str) -> None:
    """Whatever is mended leads to an endpoint."""
    near = near_miss(path)
    if near is not None and near.path:
        assert find_endpoint(near.path) is not None
        assert near.path != path
