"""Who may use the control API. A row more is a line in `CALLERS`, and a line in docs/control-api.md."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import mockapi
from mockapi.errors import UsageError
from tests.support.doors import BRIDGE, LOOPBACK, NEIGHBOUR, UNIX, Caller, asked, other_address
from tests.support.each import each
from tests.support.server import RawClient

if TYPE_CHECKING:
    from starlette.applications import Starlette

TOKEN = "test-token-of-the-control-door"
PAGE = Path(__file__).parents[3] / "docs" / "control-api.md"
PAGE_ROWS = re.compile(r"^\| (?P<who>[^|]+?) \| (?P<opens>opens|needs the token) \|", re.MULTILINE)


def proxied(*names: str) -> tuple[Caller, ...]:
    """One caller for each field by which a proxy may give itself away."""
    return tuple(Caller(fields=((name, "203.0.113.9"),)) for name in names)


def page(**fields: str) -> Caller:
    """A page's request, as its browser sends it."""
    return Caller(fields=tuple((name.replace("_", "-"), value) for name, value in fields.items()))


CALLERS: dict[str, tuple[bool, tuple[Caller, ...]]] = {
    "a program on this machine": (
        True,
        (
            Caller(),
            Caller("::1", "[::1]:4010"),
            Caller("127.8.9.10", "localhost"),
            Caller("::ffff:127.0.0.1", "a.localhost"),
            Caller(fields=(("sec-fetch-mode", "cors"), ("user-agent", "node"))),  # Node's fetch
        ),
    ),
    "a program on this machine, over a Unix socket": (True, (Caller(None, "localhost", at=UNIX),)),
    "a program on this machine, under a name that `--allow-host` allows": (
        True,
        (Caller(host="mock.internal:4010"), Caller(host="Mock.Internal")),
    ),
    "a program on this machine, under another name": (
        False,
        (Caller(host="evil.example"), Caller(host=None), Caller(host="mock.internal.evil.example")),
    ),
    "another machine, whatever Host it writes": (
        False,
        (
            Caller(NEIGHBOUR),
            Caller(NEIGHBOUR, "localhost"),
            Caller(NEIGHBOUR, "[::1]"),
            Caller(NEIGHBOUR, "mock.internal"),
            Caller("fe80::1%eth0", "localhost"),
            Caller("::ffff:192.168.0.7", "localhost"),
            Caller("testclient", "localhost"),
            Caller(None, "localhost"),
        ),
    ),
    "this machine, by its address in the network": (
        False,
        (Caller("192.0.2.2", "192.0.2.2:4010", at=("192.0.2.2", 4010)),),
    ),
    "the host of a container whose port is published": (False, (Caller(BRIDGE, "localhost:4010"),)),
    "a reverse proxy on this machine": (
        False,
        (
            *proxied("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "via"),
            *proxied("x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "x-cluster-client-ip"),
            *proxied("cf-connecting-ip", "cf-ray", "fastly-client-ip", "fly-client-ip", "cdn-loop"),
            *proxied("x-original-forwarded-for", "x-vercel-forwarded-for", "x-remote-addr", "x-forwarded"),
            *proxied("x-azure-clientip", "x-appengine-user-ip", "do-connecting-ip", "wl-proxy-client-ip"),
            *proxied("x-envoy-external-address", "tailscale-user-login", "x-originating-ip"),
            Caller(None, "localhost", (("x-forwarded-for", "203.0.113.9"),), at=UNIX),
        ),
    ),
    "a reverse proxy that speaks HTTP/1.0, as nginx does": (False, (Caller(http="1.0"),)),
    "a page in a browser": (
        False,
        (
            page(origin="http://evil.example"),
            page(origin="null"),
            page(origin=""),
            page(origin="http://localhost:3000"),
            page(sec_fetch_site="cross-site"),
            page(sec_fetch_dest="empty", sec_fetch_mode="no-cors"),
            page(referer="https://evil.example/"),
        ),
    ),
    "a page that mockapi itself serves, such as a recorded one": (
        False,
        (
            page(origin="http://127.0.0.1:4010", sec_fetch_site="same-origin"),
            page(sec_fetch_site="same-origin"),
            page(referer="http://127.0.0.1:4010/v1/page"),
        ),
    ),
    "an address that somebody types into a browser": (
        False,
        (page(sec_fetch_site="none", sec_fetch_mode="navigate"),),
    ),
    "a page whose name was rebound to this machine": (
        False,
        (Caller(host="evil.example:4010"), Caller(host="evil.example", fields=(("origin", "http://x"),))),
    ),
    "a reverse proxy on this machine that adds nothing and speaks HTTP/1.1": (
        True,
        (Caller(fields=(("connection", "close"),)),),
    ),
}
EACH = [
    pytest.param(opens, caller, id=f"{who} {number}")
    for who, (opens, callers) in CALLERS.items()
    for number, caller in enumerate(callers, 1)
]


@pytest.fixture(scope="module")
def app() -> Starlette:
    """An application that knows a name and a token."""
    return mockapi.create_app(allowed_hosts=["Mock.internal"], control_token=TOKEN)


@each(("opens", "caller"), EACH)
def test_who_gets_in_without_the_token(app: Starlette, opens: bool, caller: Caller) -> None:  # noqa: FBT001 - a row
    """A program on this machine; everybody else is told what the token is called and where it comes from."""
    status, body = asked(app, caller)
    assert status == (200 if opens else 403)
    assert opens or (b"x-mockapi-token" in body and TOKEN.encode() not in body)


@each(("opens", "caller"), EACH)
def test_the_token_opens_to_everybody(app: Starlette, opens: bool, caller: Caller) -> None:  # noqa: ARG001, FBT001 - a row
    """Under any Host, past any proxy, from any page."""
    assert asked(app, caller, "/_mockapi/sessions", ("x-mockapi-token", TOKEN))[0] == 200


@each("caller", [Caller(), Caller(NEIGHBOUR)], ids=["this machine", "a neighbour"])
@each("shown", ["", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "\u00e9", "Bearer " + TOKEN])
def test_a_wrong_token_opens_to_nobody(app: Starlette, caller: Caller, shown: str) -> None:
    """Who shows one has it looked at, on this machine too."""
    status, body = asked(app, caller, "/_mockapi/sessions", ("x-mockapi-token", shown))
    assert status == 401
    assert TOKEN.encode() not in body


@pytest.mark.parametrize("probe", ["health", "livez", "readyz"])
def test_probes_answer_everybody(app: Starlette, probe: str) -> None:
    """A balancer asks from anywhere under any Host; what is played is not told."""
    for _, callers in CALLERS.values():
        for caller in callers:
            status, body = asked(app, caller, f"/_mockapi/{probe}")
            assert (status, b'"status":"ok"' in body) == (200, True), caller


@pytest.mark.parametrize(
    "path",
    [
        "/_mockapi/health/",
        "/_mockapi/health/../sessions",
        "/_mockapi//health",
        "/_mockapi/sessions",
        "/_mockapi",
    ],
)
def test_nothing_beside_a_probe_is_one(app: Starlette, path: str) -> None:
    """Paths that only look like one are behind the door."""
    assert asked(app, Caller(NEIGHBOUR), path)[0] in {403, 404, 422}


@each("name", ["host", "origin", "x-mockapi-token"])
@each("path", ["/_mockapi/sessions", "/_mockapi/health", "/v1/messages"])
@each("second", ["127.0.0.1:4010", "evil.example"])
def test_of_two_fields_none_counts(app: Starlette, path: str, name: str, second: str) -> None:
    """A proxy may have judged by the other one: 400, at every door."""
    more = [(name, second)] * (1 if name == "host" else 2)
    assert asked(app, Caller(), path, *more)[0] == 400


def test_two_hosts_on_the_wire_are_refused(server: mockapi.Server) -> None:
    """Over a socket as well; the connection serves the next request."""
    with RawClient(server.base_url) as client:
        for path in ("/_mockapi/sessions", "/v1/messages"):
            client.send(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert client.read().status == 400
        client.ask("GET", "/_mockapi/sessions")
        assert client.read().status == 200


def test_a_neighbour_is_told_by_its_address() -> None:
    """Bound to all addresses, the server lets in who comes over loopback and nobody who only says so."""
    address = other_address()
    with mockapi.Server(host="0.0.0.0") as server:
        port = int(server.base_url.rpartition(":")[2])
        with RawClient(f"http://127.0.0.1:{port}") as client:
            client.ask("GET", "/_mockapi/sessions")
            assert client.read().status == 200
        if address is None:  # a machine without a network has no neighbours
            return
        for host in ("localhost", "127.0.0.1", f"{address}:{port}"):
            with RawClient(f"http://{address}:{port}") as client:
                client.ask("POST", "/_mockapi/sessions", b"{}", ("host", host))
                assert client.read().status == 403
                client.ask("GET", "/_mockapi/sessions", b"", ("x-mockapi-token", server.control_token))
                assert client.read().status == 200
                client.ask("GET", "/_mockapi/livez", b"", ("host", "anything.example"))
                assert client.read().status == 200


def test_a_unix_socket_is_this_machine(tmp_path: Path) -> None:
    """Who may open it is what its folder says; a Host that leads elsewhere is still refused."""
    path = str(tmp_path / "s")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    listening.setblocking(False)
    with (
        mockapi.Server(listening=listening) as server,
        httpx.Client(base_url=server.base_url, transport=httpx.HTTPTransport(uds=path)) as client,
    ):
        assert client.get("/_mockapi/sessions").status_code == 200
        assert client.get("/_mockapi/sessions", headers={"host": "evil.example"}).status_code == 403
        assert client.get("/_mockapi/sessions", headers={"via": "1.1 proxy"}).status_code == 403


def test_every_row_of_the_page_is_tried() -> None:
    """And every caller that is tried stands on the page, with what comes of it."""
    rows = {row["who"]: row["opens"] == "opens" for row in PAGE_ROWS.finditer(PAGE.read_text("utf-8"))}
    assert rows == {who: opens for who, (opens, _) in CALLERS.items()}


@pytest.mark.parametrize("token", ["", " ", "two words", "caf\u00e9", "line\n"])
def test_a_token_that_would_open_to_anybody_or_nobody_is_refused(token: str) -> None:
    """An empty one would match an empty field; the others cannot be sent."""
    with pytest.raises(UsageError, match="control token"):
        mockapi.create_app(control_token=token)


def test_a_made_token_cannot_be_guessed() -> None:
    """Each server has its own, and no text of the server shows it."""
    servers = [mockapi.Server() for _ in range(2)]
    tokens = {server.control_token for server in servers}
    for server in servers:
        server.stop()
    assert len(tokens) == 2
    assert all(len(token) >= 32 for token in tokens)
    assert LOOPBACK not in tokens
