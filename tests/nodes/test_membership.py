"""What makes a process one of a node: its names, and ids that nobody else makes."""

from __future__ import annotations

import io

from mockapi.nodes import Membership, NodeOptions
from mockapi.server import Console, Service
from mockapi.sessions import Settings


def test_no_two_processes_make_the_same_request_id() -> None:
    """Nor two workers of a node, at once or in turn: an id that a user reports leads to one reply."""
    made = []
    processes = (("a-1", None, 0), ("b-2", None, 0), ("b-2", 0, 0), ("b-2", 1, 0), ("b-2", 1, 1))
    for name, worker, generation in processes:
        service = Service((), Settings(), Console(io.StringIO()))
        options = NodeOptions(None, f"http://{name}:4010", name)
        Membership(options, service, worker=worker, generation=generation)
        made += [service.next_request_id() for _ in range(3)]
    assert len(set(made)) == len(made)


def test_sessions_have_the_nodes_name_and_address() -> None:
    """Both stand in what a session's opening answers."""
    service = Service((), Settings(), Console(io.StringIO()))
    Membership(NodeOptions(None, "http://a-1:4010", "a-1"), service)
    assert (service.node, service.advertised) == ("a-1", "http://a-1:4010")
