"""Several machines that are one server: what they share in Redis, and what each of them does by itself.

    options    where Redis is, what this node is called, under which address its clients reach it
    store      the connections to Redis, with errors that say where it is and what is wrong

A node is one `mockapi serve`, whatever the number of its workers.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.nodes._default import DefaultSession
    from mockapi.nodes._default_replies import Free, Ordered
    from mockapi.nodes._liveness import Liveness
    from mockapi.nodes._membership import Membership
    from mockapi.nodes._names import beginning_of, node_of
    from mockapi.nodes._node import Node
    from mockapi.nodes._options import NodeOptions, StateAddress, node_options, state_address
    from mockapi.nodes._redis import Store, StoreAwayError, StoreDoubtError

__all__ = [
    "DefaultSession",
    "Free",
    "Liveness",
    "Membership",
    "Node",
    "NodeOptions",
    "Ordered",
    "StateAddress",
    "Store",
    "StoreAwayError",
    "StoreDoubtError",
    "beginning_of",
    "node_of",
    "node_options",
    "state_address",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_default": "DefaultSession",
        "_default_replies": "Free Ordered",
        "_liveness": "Liveness",
        "_membership": "Membership",
        "_names": "beginning_of node_of",
        "_node": "Node",
        "_options": "NodeOptions StateAddress node_options state_address",
        "_redis": "Store StoreAwayError StoreDoubtError",
    },
)
