"""The long judges, from a bare checkout and a bare Python 3.11 or newer: an hour and more.

Run it before a change to what they judge is called done. docs/testing.md says what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import BROWSER, PYTHON, environments, main, newer, readme_command
from steps import Step

if TYPE_CHECKING:
    from pathlib import Path

_ORDERS = {
    "1": ("-n 2", {}),
    "2": ("-n 0", {}),
    "3": ("-n 2", {"PYTHONDONTWRITEBYTECODE": "1", "MOCKAPI_SHARED": "/nowhere"}),
}
"""Three seeds: on two workers, on one, and without recorded traffic and compiled modules."""

_SEVERAL = {
    "workers": {"MOCKAPI_TEST_WORKERS": "2"},
    "state": {"MOCKAPI_TEST_STATE": "1"},
    "nodes": {"MOCKAPI_TEST_NODES": "3"},
}
"""The server's tests with two workers, with two workers and Redis, and with three nodes."""
_RECORDERS = f"""
apt-get update -qq
command -v java >/dev/null || apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null
apt-get install -y -qq --no-install-recommends \\
    ruby ruby-vcr ruby-webmock ruby-multi-json ruby-rspec >/dev/null
{PYTHON} tools/recorders.py --ruby --python "$MOCKAPI_NEIGHBOURS"
if command -v npm >/dev/null; then
    mkdir -p "$MOCKAPI_CACHE/recorders"
    npm install --silent --prefix "$MOCKAPI_CACHE/recorders" \\
        nock@14 @pollyjs/core @pollyjs/adapter-node-http @pollyjs/persister-fs msw msw-snapshot \\
        wiremock @mockoon/cli
    {PYTHON} tools/recorders.py --node "$MOCKAPI_CACHE/recorders/node_modules"
fi
"""
_SUITES = f"""
if [ -n "${{MOCKAPI_SUITES:-}}" ]; then
    {PYTHON} tools/suites.py "$MOCKAPI_SUITES"
else
    echo "No suites were compared: MOCKAPI_SUITES names no folder of clones."
fi
"""
_BENCHMARKS = f"""
apt-get update -qq
apt-get install -y -qq --no-install-recommends wrk util-linux >/dev/null
{PYTHON} benchmarks/run.py --quick
"""
"""Only that they run: the machine of a nightly run is too busy for the numbers."""


def plan(work: Path) -> list[Step]:
    """What is run, in this order."""
    made = environments(work)
    install = readme_command("test").partition(" && .venv/bin/python -m pytest")[0]
    first = ("install", "browser", *(step.name for step in made))
    return [
        Step("install", install),
        *made,
        Step("browser", BROWSER, after=("install", "services")),  # each may run apt-get
        *newer(work, "3.12", after="install"),  # `.ci/run` has 3.11 and 3.13
        *(_order(seed, first) for seed in _ORDERS),
        Step(
            "nightly",
            f"{PYTHON} -m pytest -q -n 2 -m 'nightly or hypothesis' --timeout=3600 --ignore tests/page",
            cores=2,
            after=first,
            environment={"MOCKAPI_EXAMPLES": "many"},
        ),
        *(_several(name, first) for name in _SEVERAL),
        Step("pictures", f"{PYTHON} -m pytest -q -m nightly tests/page", after=first),
        Step("real-clients", f"{PYTHON} tools/real_clients.py", cores=2, after=first),
        Step("recorders", _RECORDERS, after=first),
        Step("suites", _SUITES, cores=2, after=first),
        Step("benchmarks", _BENCHMARKS, cores=2, after=(*first, "recorders")),  # each runs apt-get
        Step(
            "mutations",
            f"{PYTHON} -m tools.mutate --draw 200 --seed 1 --at-least 90",
            cores=2,
            after=first,
        ),
    ]


def _several(name: str, after: tuple[str, ...]) -> Step:
    return Step(
        name,
        f"{PYTHON} -m pytest -q -n 2 tests/server -m 'not corpus and not nightly'",
        cores=2,
        after=after,
        environment={**_SEVERAL[name], "MOCKAPI_FORBID_SKIPS": ""},
    )


def _order(seed: str, after: tuple[str, ...]) -> Step:
    arguments, environment = _ORDERS[seed]
    return Step(
        f"order-{seed}",
        f"{PYTHON} -m pytest -q {arguments} --shuffle {seed}",
        cores=2,
        after=after,
        environment=environment,
    )


if __name__ == "__main__":
    main(__doc__ or "", plan)
