"""The files of deploy/ as tests see them: documents, nodes' arguments, and mounts as in a cluster."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEPLOY: Final = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
COMPOSE: Final = DEPLOY / "compose.yaml"
TOKEN: Final = "a-test-token-of-a-cluster"
KEY: Final = "sk-ant-test-of-a-cluster"
_VARIABLE: Final = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def kustomization() -> dict[str, Any]:
    """What `kubectl apply -k` reads first."""
    return dict(yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8")))


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource, with the name of its file."""
    for name in kustomization()["resources"]:
        for document in yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8")):
            yield name, document


def resource(kind: str, name: str) -> dict[str, Any]:
    """The one resource of a kind and name."""
    (found,) = [
        document
        for _, document in documents()
        if (document["kind"], document["metadata"]["name"]) == (kind, name)
    ]
    return found


def pod_specs() -> Iterator[dict[str, Any]]:
    """What every pod is made from."""
    for _, document in documents():
        if "template" in document.get("spec", {}):
            yield document["spec"]["template"]["spec"]


def node() -> dict[str, Any]:
    """The container of a node."""
    (container,) = resource("StatefulSet", "mockapi")["spec"]["template"]["spec"]["containers"]
    return dict(container)


def compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """compose.yaml with its variables replaced, as Compose would.

    Raises:
        ValueError: a variable that has to be set is not, with the words of the file.
    """

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return _VARIABLE.sub(lambda match: _value(match, environment), value)
        if isinstance(value, dict):
            return {key: replaced(item) for key, item in value.items()}
        return [replaced(item) for item in value] if isinstance(value, list) else value

    return dict(replaced(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))))


def _value(match: re.Match[str], environment: Mapping[str, str]) -> str:
    value = environment.get(match["name"], "")
    if value or match["kind"] is None:
        return value
    if match["kind"] == "?":
        raise ValueError(f"{match['name']}: {match['rest']}")
    return str(match["rest"])


def mount(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder as a kubelet mounts a ConfigMap or a Secret: links to files in a folder of their version."""
    version = folder / "..2026_11_22_10_15_00.123456789"
    version.mkdir(parents=True)
    (folder / "..data").symlink_to(version.name)
    for name, data in files.items():
        (version / name).write_bytes(data)
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def access(folder: Path) -> Path:
    """The Secret of the nodes, mounted there."""
    return mount(folder, {"control-token": TOKEN.encode(), "api-keys": KEY.encode()})


def cassettes(folder: Path) -> Path:
    """The ConfigMap of the cassettes, mounted there."""
    (made,) = kustomization()["configMapGenerator"]
    files = [KUBERNETES / name for name in made["files"]]
    return mount(folder, {file.name: file.read_bytes() for file in files})
