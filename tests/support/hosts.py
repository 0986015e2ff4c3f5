"""Several hosts on one machine: network namespaces of the test's own, joined by a bridge in one more.

Nothing of the machine's network is touched: the bridge and both ends of every link lie in namespaces that are
made here, have random names, and go when the test ends, also after a failure. What a run left that was killed
itself is swept by the next one. A thread of the test enters a host to be a client there.
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import pytest

from tests.support.process import READY, command, environment
from tests.support.redis import await_redis, redis_command
from tests.support.server import PATIENCE, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

NETWORK: Final = "192.0.2"
"""Of the hosts: addresses for documentation, which lead nowhere where a namespace should be missing."""
_PREFIX: Final = "mockapi-test"
_OURS: Final = re.compile(rf"{_PREFIX}-(\d+)-[0-9a-f]+-\w+")
_PLACES: Final = Path("/run/netns")
_CLONE_NEWNET: Final = 0x40000000
_START: Final = 60.0
"""Seconds that a process may take until it serves: some read thousands of recordings first."""
_PORT: Final = 4010
_REDIS_PORT: Final = 6379


def need_hosts(*programs: str) -> None:
    """Skip the test where hosts cannot be made, or a program of theirs is missing; says what is wrong."""
    missing = [name for name in ("ip", *programs) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} on the path: Debian has iproute2 and redis-server")
    if os.geteuid() != 0:
        pytest.skip("network namespaces are made by root")
    tried = f"{_PREFIX}-{os.getpid()}-{secrets.token_hex(3)}-try"
    made = subprocess.run(["ip", "netns", "add", tried], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"this system makes no network namespaces: {made.stderr.strip()}")
    _ip("netns", "delete", tried)


class Hosts:
    """Hosts on one network, as a context manager; leaving it ends all that runs there."""

    def __init__(self) -> None:
        self._run = f"{_PREFIX}-{os.getpid()}-{secrets.token_hex(3)}"
        self.switch = f"{self._run}-switch"
        self._made: list[str] = []
        self._hosts: list[Host] = []

    def __enter__(self) -> Self:
        _sweep()
        try:
            self._namespace(self.switch)
            _ip("-n", self.switch, "link", "add", "bridge", "type", "bridge")
            _ip("-n", self.switch, "link", "set", "bridge", "up")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def host(self, name: str) -> Host:
        """One more host."""
        number = len(self._hosts) + 1
        host = Host(name, f"{self._run}-{name}", f"{NETWORK}.{number}", self.switch, f"port{number}")
        self._namespace(host.namespace)
        self._hosts.append(host)
        here = ("-n", host.namespace)
        peer = ("peer", "name", "eth0", "netns", host.namespace)
        _ip("link", "add", host.port, "netns", self.switch, "type", "veth", *peer)
        _ip("-n", self.switch, "link", "set", host.port, "master", "bridge", "up")
        _ip(*here, "address", "add", f"{host.address}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _ip(*here, "link", "set", link, "up")
        return host

    def _namespace(self, name: str) -> None:
        _ip("netns", "add", name)
        self._made.append(name)

    def _remove(self) -> None:
        with ExitStack() as stack:  # each one is tried, whatever happens to the others
            for name in self._made:
                stack.callback(_ip, "netns", "delete", name)
            for host in self._hosts:
                stack.callback(host.kill)


class Host:
    """A host: an address, and processes that have it.

    Attributes:
        name: what the test calls it.
        namespace: its network namespace.
        address: on the network of all hosts.
        port: its port of the switch.
    """

    def __init__(self, name: str, namespace: str, address: str, switch: str, port: str) -> None:
        self.name = name
        self.namespace = namespace
        self.address = address
        self.port = port
        self._switch = switch
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, log: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a process and wait until it is there; its stdout is a pipe, its stderr goes to the log."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, *arguments],  # which becomes the program itself
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            env=environment(),
        )
        self._running.append(process)
        # Before it is there, what is done to the host's processes would pass it by.
        eventually(
            lambda: process.poll() is not None or self._has(process.pid), f"{self.name} runs {arguments}"
        )
        return process

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have this thread be there: the sockets that it makes are this host's."""
        before = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        try:
            there = os.open(_PLACES / self.namespace, os.O_RDONLY)
            try:
                _enter(there)
            finally:
                os.close(there)
            try:
                yield
            finally:
                _enter(before)
        finally:
            os.close(before)

    def silence(self) -> None:
        """Have every packet to and from it vanish, while its link looks as before."""
        _ip("-n", self._switch, "link", "set", self.port, "nomaster")

    def unplug(self) -> None:
        """Pull its cable: it can see that its link is down."""
        _ip("-n", self._switch, "link", "set", self.port, "down")

    def connect(self) -> None:
        """Undo `silence` and `unplug`."""
        _ip("-n", self._switch, "link", "set", self.port, "master", "bridge", "up")

    def pause(self) -> None:
        """Stop its processes in the middle of something; the system goes on answering for their sockets."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let paused processes go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End all its processes at once, as a power cut does but for the sockets: those are reset."""
        self._signal(signal.SIGKILL)
        for process in self._running:
            process.wait(PATIENCE)
            if process.stdout is not None:
                process.stdout.close()
        self._running.clear()
        eventually(lambda: not _pids(self.namespace), f"{self.name} has no process left")

    def workers(self) -> Sequence[int]:
        """The process ids of the workers of `mockapi serve --workers`: its children."""
        parents = {pid: _parent(pid) for pid in _pids(self.namespace)}
        servers = {process.pid for process in self._running}
        return [pid for pid, parent in parents.items() if parent in servers]

    def _has(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/ns/net").samefile(_PLACES / self.namespace)
        except OSError:  # it has just ended
            return False

    def _signal(self, number: signal.Signals) -> None:
        # Those of the namespace: a node's workers are no children of this process.
        for pid in _pids(self.namespace):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def start_redis(host: Host, folder: Path) -> str:
    """Start a Redis there that keeps nothing; its URL."""
    where = ("--bind", host.address, "--port", str(_REDIS_PORT), "--protected-mode", "no")
    await_redis(host.start(*redis_command(folder, *where)))
    return f"redis://{host.address}:{_REDIS_PORT}/0"


def start_node(host: Host, log: Path, *arguments: str) -> str:
    """Start `mockapi serve ARGUMENTS` there; its URL."""
    with log.open("ab") as file:
        serve = command("serve", "--host", host.address, "--port", str(_PORT), *arguments)
        process = host.start(*serve, log=file)
    return _told(process, READY)[1]


def _told(process: subprocess.Popen[bytes], words: re.Pattern[str]) -> re.Match[str]:
    """The line of stdout that fits, once it is there."""
    assert process.stdout is not None
    seen = []
    late = threading.Timer(_START, process.kill)
    late.start()
    try:
        for line in map(bytes.decode, process.stdout):
            if match := words.fullmatch(line):
                return match
            seen.append(line)
    finally:
        late.cancel()
    raise AssertionError(f"{process.args!r} has ended with {process.wait(PATIENCE)}: {''.join(seen)}")


def _sweep() -> None:
    """Remove what runs left that are no more."""
    for place in _PLACES.glob(f"{_PREFIX}-*"):
        match = _OURS.fullmatch(place.name)
        if match is None or Path(f"/proc/{match[1]}").exists():
            continue
        with suppress(OSError, subprocess.CalledProcessError):  # another run may sweep it now
            for pid in _pids(place.name):
                os.kill(pid, signal.SIGKILL)
            _ip("netns", "delete", place.name)


def _pids(namespace: str) -> Sequence[int]:
    return [int(pid) for pid in _ip("netns", "pids", namespace).split()]


def _parent(pid: int) -> int:
    """The process that has started another; 0 for one that has just ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def _enter(namespace: int) -> None:
    """Have this thread be in a network namespace; os.setns is Python 3.12's."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
