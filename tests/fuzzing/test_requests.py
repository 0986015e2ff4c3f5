"""Generated requests: the valid ones are taken, one change makes each of them refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.fuzzing import requests
from tests.support.examples import examples
from tests.support.validation import DOCUMENTED, LIVE, post

if TYPE_CHECKING:
    from mockapi.fuzzing.requests import Version

_settings = settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
_VERSIONS = st.sampled_from(["2023-06-01", "2026-10-21"])


@_settings
@given(st.data(), _VERSIONS)
def test_valid(data: st.DataObject, version: Version) -> None:
    """A valid request is taken under both profiles, and no fault is found in it for people either."""
    request = post(data.draw(requests.bodies(version)), {"anthropic-version": version})
    assert LIVE.check(request) is None
    assert DOCUMENTED.check_all(request) == []


@_settings
@given(st.data(), _VERSIONS)
def test_mutated(data: st.DataObject, version: Version) -> None:
    """A valid request with one fault is refused with 400 and the path of that fault."""
    mutation = data.draw(requests.mutations(data.draw(requests.bodies(version))))
    refusal = LIVE.check(post(mutation.body, {"anthropic-version": version}))
    assert refusal is not None
    assert (refusal.status, refusal.type) == (400, "invalid_request_error")
    assert refusal.message.startswith(f"{mutation.path}: ")
