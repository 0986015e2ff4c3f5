"""deploy/ in the eyes of judges that nobody here wrote: Kubernetes' schemas, Compose's rules, kustomize."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.manifests import KUBERNETES, compose, documents, resource

pytestmark = pytest.mark.slow
RELEASES = 6
JUDGE = Path(__file__).resolve().parents[1] / "support" / "judge_manifests.py"


def judged(kind: str, *given: dict[str, Any]) -> dict[str, Any]:
    """What a judge says; the test is skipped where MOCKAPI_DEPLOY names no Python with the judges."""
    python = os.environ.get("MOCKAPI_DEPLOY")
    if not python:
        pytest.skip("MOCKAPI_DEPLOY names no Python with kubernetes-validate and compose-spec")
    # -P: what lies beside the program is not the judges'.
    command = [python, "-P", str(JUDGE), kind]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_every_manifest_fits_the_schemas_of_six_releases() -> None:
    """Strictly: a name that Kubernetes does not know is a finding."""
    given = [document for _, document in documents()]
    assert judged("kubernetes", *given) == {"judgements": RELEASES * len(given), "findings": []}


def test_the_judge_of_manifests_finds_a_wrong_name_and_a_wrong_type() -> None:
    """In each release."""
    nodes = resource("StatefulSet", "mockapi")
    nodes["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    budget = resource("PodDisruptionBudget", "mockapi")
    budget["spec"]["maxUnavailable"] = [1]
    assert len(judged("kubernetes", nodes, budget)["findings"]) == 2 * RELEASES


def test_the_compose_file_fits_the_specification() -> None:
    """With its variables replaced."""
    assert judged("compose", compose({"MOCKAPI_CONTROL_TOKEN": "x"})) == {"judgements": 1, "findings": []}


def test_the_judge_of_compose_files_finds_a_wrong_name() -> None:
    """Of a key of a service."""
    read = compose({"MOCKAPI_CONTROL_TOKEN": "x"})
    read["services"]["redis"]["healthchek"] = {}
    (finding,) = judged("compose", read)["findings"]
    assert "healthchek" in finding


def test_kubectl_renders_what_the_files_say() -> None:
    """With the name and the digest of the ConfigMap where it is mounted, and the image's place."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not on the path")
    done = subprocess.run(
        [kubectl, "kustomize", str(KUBERNETES)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    rendered = list(yaml.safe_load_all(done.stdout))
    (configured,) = [document for document in rendered if document["kind"] == "ConfigMap"]
    (nodes,) = [document for document in rendered if document["kind"] == "StatefulSet"]
    pod = nodes["spec"]["template"]["spec"]
    assert configured["metadata"]["name"] in {
        volume.get("configMap", {}).get("name") for volume in pod["volumes"]
    }
    assert pod["containers"][0]["image"].endswith("/mockapi:0.1.0")
    assert len(rendered) == len(list(documents())) + 1
