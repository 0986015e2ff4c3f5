"""deploy/kubernetes: what holds between the manifests themselves, and between them and the command line."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from mockapi.nodes import state_address
from tests.support.commands import parsed
from tests.support.manifests import KUBERNETES, documents, kustomization, node, pod_specs, resource


def pod() -> dict[str, Any]:
    """What a node's pod is made from."""
    return dict(resource("StatefulSet", "mockapi")["spec"]["template"]["spec"])


def options() -> dict[str, Any]:
    """The node's arguments as the command line reads them."""
    return parsed(node()["args"])


def test_every_file_is_applied() -> None:
    """The kustomization names each manifest and each cassette that lies there."""
    (cassettes,) = kustomization()["configMapGenerator"]
    named = {"kustomization.yaml", *kustomization()["resources"], *cassettes["files"]}
    assert named == {str(file.relative_to(KUBERNETES)) for file in KUBERNETES.rglob("*.yaml")}


def test_the_command_line_takes_every_argument_of_a_node() -> None:
    """They are parsed by the command itself, which refuses what it does not know."""
    given = options()
    assert given["cassettes"] == ("/cassettes",)
    assert given["metrics"] is True
    assert given["session_lifetime"] == 3600
    assert given["log_format"] == "json"


def test_a_node_may_drain_before_it_is_killed() -> None:
    """The grace period covers the pause of preStop, the drain, and the end of the process."""
    (_, pause) = node()["lifecycle"]["preStop"]["exec"]["command"]
    assert options()["drain"] > 0
    assert pod()["terminationGracePeriodSeconds"] >= float(pause) + options()["drain"] + 5


def test_a_nodes_address_is_the_name_that_the_headless_service_gives_its_pod() -> None:
    """Pod, Service, namespace and port are those of the manifests."""
    (advertised,) = [argument for argument in node()["args"] if argument.startswith("--advertise=")]
    service = resource("StatefulSet", "mockapi")["spec"]["serviceName"]
    headless = resource("Service", service)["spec"]
    (port,) = headless["ports"]
    names = {entry["name"]: entry.get("valueFrom", {}).get("fieldRef", {}) for entry in node()["env"]}
    assert advertised == f"--advertise=http://$(POD_NAME).{service}.$(POD_NAMESPACE).svc:{port['port']}"
    assert names["POD_NAME"] == {"fieldPath": "metadata.name"}
    assert names["POD_NAMESPACE"] == {"fieldPath": "metadata.namespace"}
    assert headless["clusterIP"] == "None"
    assert headless["publishNotReadyAddresses"] is True, "sessions of a node that drains lose their name"
    (listening,) = node()["ports"]
    assert port["port"] == listening["containerPort"] == options()["port"]
    assert options()["host"] == "0.0.0.0"


def test_the_state_is_the_redis_of_the_manifests() -> None:
    """Its name and port are those of the Service, and the prefix of all keys is the revision's."""
    (state,) = [argument for argument in node()["args"] if argument.startswith("--state=")]
    service = resource("Service", "mockapi-redis")
    (port,) = service["spec"]["ports"]
    name = service["metadata"]["name"]
    assert state == f"--state=redis://{name}:{port['port']}/0?prefix=$(REVISION)"
    (revision,) = [entry["valueFrom"] for entry in node()["env"] if entry["name"] == "REVISION"]
    assert revision == {"fieldRef": {"fieldPath": "metadata.labels['controller-revision-hash']"}}
    for label in ("mockapi-5d4f8b9c77", 63 * "a", "a_b.c-D9"):  # what the value of a label may be
        assert state_address(state.removeprefix("--state=").replace("$(REVISION)", label)).prefix == label


def test_redis_writes_nothing_down() -> None:
    """Request bodies pass through it; and it forgets nothing by itself."""
    (container,) = resource("Deployment", "mockapi-redis")["spec"]["template"]["spec"]["containers"]
    args = container["args"]
    settings = dict(zip(args[1::2], args[2::2], strict=True))
    assert settings["--save"] == ""
    assert settings["--appendonly"] == "no"
    assert settings["--maxmemory-policy"] == "noeviction"
    assert not [mount for mount in container.get("volumeMounts", ()) if mount]


def test_no_variable_of_a_service_becomes_an_option() -> None:
    """Kubernetes tells pods where the Service `mockapi` is, in MOCKAPI_PORT."""
    assert resource("Service", "mockapi")
    assert all(spec["enableServiceLinks"] is False for spec in pod_specs())


def test_every_selector_finds_what_it_is_for() -> None:
    """Services, workloads, the budget and the policy select the labels of a pod that is there."""
    pods = [
        document["spec"]["template"]["metadata"]["labels"]
        for _, document in documents()
        if "template" in document["spec"]
    ]
    for _, document in documents():
        spec = document["spec"]
        found = spec.get("selector") or spec["podSelector"]
        assert found.get("matchLabels", found) in pods, document["metadata"]


def test_every_secret_is_a_reference() -> None:
    """No manifest holds a value of one, and the files that the options name are those of the volume."""
    assert not [document for _, document in documents() if document["kind"] == "Secret"]
    (volume,) = [volume for volume in pod()["volumes"] if "secret" in volume]
    (mounted,) = [mount for mount in node()["volumeMounts"] if mount["name"] == volume["name"]]
    files = {f"{mounted['mountPath']}/{item['path']}" for item in volume["secret"]["items"]}
    assert files == {options()["control_token_file"], options()["api_key_file"]}


def test_every_volume_is_mounted_and_every_mount_has_one() -> None:
    """By name."""
    for spec in pod_specs():
        mounted = {mount["name"] for box in spec["containers"] for mount in box.get("volumeMounts", ())}
        assert mounted == {volume["name"] for volume in spec.get("volumes", ())}


def test_every_container_is_confined() -> None:
    """No root, no writable file system, no capability, no token of the cluster; memory is bounded."""
    for spec in pod_specs():
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]


def test_the_sample_cassette_is_the_starter_one() -> None:
    """Kustomize reads no file outside its folder, so it is a copy."""
    copy = KUBERNETES / "cassettes" / "hello.yaml"
    assert copy.read_bytes() == (KUBERNETES.parents[1] / "cassettes" / "hello.yaml").read_bytes()


@pytest.mark.parametrize("name", kustomization()["resources"])
def test_no_name_stands_twice(name: str) -> None:
    """A key that is written twice silently counts once, so no key may be."""
    text = (KUBERNETES / name).read_text(encoding="utf-8")
    for node_ in yaml.compose_all(text):
        _no_doubled_keys(node_)


def _no_doubled_keys(node_: Any) -> None:
    if isinstance(node_, yaml.MappingNode):
        keys = [key.value for key, _ in node_.value]
        assert len(keys) == len(set(keys)), keys
        for _, value in node_.value:
            _no_doubled_keys(value)
    elif isinstance(node_, yaml.SequenceNode):
        for value in node_.value:
            _no_doubled_keys(value)
