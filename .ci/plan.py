"""The parts that `.ci/run` and `.ci/nightly` are made of: environments, Pythons, and the command line."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from steps import CHECKOUT, Step, run_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PYTHON = ".venv/bin/python"  # made by the README's test command
# What another Python, or older dependencies, can change. The rest of the tests asks about our own code.
DIFFERS = (
    "tests/server tests/storage tests/sessions tests/plugin tests/cli tests/testing"
    " tests/validation/test_engines.py tests/cassettes/test_yaml.py tests/cassettes/importers/test_yaml.py"
    " tests/test_exports.py"
)
DIFFERS_SLOWLY = (  # but for what runs in the neighbours' environment
    "tests/plugin tests/server/test_frozen_clocks.py"
    " --ignore tests/plugin/test_neighbours.py --ignore tests/plugin/test_asynchronous.py"
)


BROWSER = f"""
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
{PYTHON} -m pip install -q --editable '.[page]'
npm install --silent --no-fund --no-audit --prefix "$MOCKAPI_AXE" axe-core
"""
"""What the page is tried in: Chromium, what drives it, and axe-core, which judges whether all can use it."""


SERVICES = """
missing=
command -v ip >/dev/null || missing="$missing iproute2"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v nginx >/dev/null || missing="$missing nginx-light"
if [ -n "$missing" ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
"""
"""What tests of several machines start: hosts that are network namespaces, Redis, a balancer."""


def readme_command(name: str) -> str:
    """The command that stands in the README behind a marker."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n```console\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no command behind the marker <!-- {name} -->.")
    return found[1]


def environments(work: Path) -> list[Step]:
    """What some tests need beside the environment of the checkout: other ones, and programs."""
    return [
        Step("services", SERVICES),
        # The older client library judges the older API version.
        install("sdk-0.121", work, sys.executable, "anthropic==0.121.0"),
        # The pytest plugin is tried beside other plugins and frameworks.
        install("neighbours", work, sys.executable, "--editable '.[neighbours]'"),
        # Kubernetes' schemas and the rules of Compose judge deploy/.
        install("deploy", work, sys.executable, "kubernetes-validate==1.37.0 compose-spec==0.2.1"),
    ]


def variables(work: Path) -> dict[str, str]:
    """The environment of all steps."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    shared = Path(kept.get("MOCKAPI_SHARED") or CHECKOUT.parent / "shared")
    if (shared / "corpus").is_dir():
        kept["MOCKAPI_SHARED"] = str(shared)
    return {
        **kept,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "MOCKAPI_CACHE": str(work / "cache"),
        "MOCKAPI_AXE": str(work / "axe"),
        "MOCKAPI_FORBID_SKIPS": "1",
        "MOCKAPI_SDK_0121": str(work / "sdk-0.121" / "bin" / "python"),
        "MOCKAPI_DEPLOY": str(work / "deploy" / "bin" / "python"),
        "MOCKAPI_NEIGHBOURS": str(work / "neighbours" / "bin" / "python"),
    }


def install(name: str, work: Path, python: str, requirements: str) -> Step:
    """Make an environment.

    The pip of the Python that makes it installs into it, and compiles nothing: that takes half of the time.
    """
    place = shlex.quote(str(work / name))
    maker, own = shlex.quote(python), f"{place}/bin/python"
    lines = [
        f"{maker} -m venv --without-pip {place}",
        f"{maker} -m pip --python {own} install -q --no-compile {requirements}",
        f"{own} --version",
    ]
    return Step(name, "\n".join(lines))


def differing(
    name: str, work: Path, python: str, constraints: str = "/dev/null", *, after: str = "test"
) -> list[Step]:
    """Make an environment from nothing, and run in it what can differ there."""
    own = shlex.quote(str(work / name / "bin" / "python"))
    requirements = f"--constraint {shlex.quote(constraints)} --editable '.[test]'"
    cache = shlex.quote(f"cache_dir={work / name}-cache")
    run = f"{own} -m pytest -q -n 2 -o {cache}"
    return [
        install(name, work, python, requirements),
        Step(
            f"test-{name}",
            f"{run} -m 'not slow and not nightly and not corpus' {DIFFERS}\n"
            f"{run} -m 'slow and not nightly' {DIFFERS_SLOWLY}",
            cores=2,
            after=(name, *(step.name for step in environments(work)), after),
        ),
    ]


def _other_python(version: str) -> str | None:
    """Where another version of Python is, if it is there: on the path, or pyenv's."""
    if found := shutil.which(f"python{version}"):
        works = subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0
        if works:
            return found
    if shutil.which("pyenv") is None:
        return None
    latest = subprocess.run(["pyenv", "latest", version], check=False, capture_output=True, text=True)
    prefix = subprocess.run(
        ["pyenv", "prefix", latest.stdout.strip()], check=False, capture_output=True, text=True
    )
    python = Path(prefix.stdout.strip()) / "bin" / "python"
    return str(python) if latest.returncode == prefix.returncode == 0 and python.exists() else None


def newer(work: Path, version: str, *, after: str = "test") -> list[Step]:
    """The steps of another version of Python; none where it is missing."""
    python = _other_python(version)
    if python is None:
        print(f"left out: Python {version} is neither on the path nor pyenv's")
        return []
    return differing(f"python-{version}", work, python, after=after)


def main(about: str, plan: Callable[[Path], Sequence[Step]]) -> None:
    """Run a plan, or the steps of it that are named."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="STEP", help="run these steps, and nothing before them")
    parser.add_argument("--list", action="store_true", help="name the steps and end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mockapi-ci-") as folder:
        work = Path(folder)
        (work / "logs").mkdir()
        steps = plan(work)
        if options.list:
            print(*(step.name for step in steps), sep="\n")
            return
        known = {step.name for step in steps}
        if unknown := sorted(set(options.only or ()) - known):
            parser.error(f"no such step: {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        chosen = [step for step in steps if not options.only or step.name in options.only]
        code = run_steps(chosen, work / "logs", variables(work))
    sys.exit(code)
