"""The servers under test: each a process of its own, on a core of its own, watched through /proc."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
_BYTE_CODE = Path(tempfile.gettempdir(), f"mockapi-benchmarks-bytecode-{os.getuid()}")
_CORES = os.sched_getaffinity(0)
SERVER_CORE, LOAD_CORE = min(_CORES), max(_CORES)
"""Where servers run, and where the load is made; the same where there is only one core."""

_READY_SECONDS = 300.0
_STOP_SECONDS = 10.0


class Server:
    """A server that runs from entering to leaving the context.

    Args:
        name: what tables call it.
        command: the program; `{port}` in it becomes the port.
        environment: what is added to this process's own.
        pinned: whether it has to keep to one core.
        scheme: of its URLs.
        ready: what its standard output says when it accepts connections; None: it says nothing,
            and is asked by connecting.

    Attributes:
        start_seconds: from starting the process until it was ready.
        start_cpu_seconds: the time of a processor that took.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        ready: str | None = None,
        pinned: bool = True,
        scheme: str = "http",
    ) -> None:
        self.name = name
        self.scheme = scheme
        self.port = _free_port()
        self.start_seconds = 0.0
        self.start_cpu_seconds = 0.0
        self._command = [part.replace("{port}", str(self.port)) for part in command]
        # Installed packages come compiled: not to keep byte code would measure the compiler.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(_BYTE_CODE)}
        self._environment = {**os.environ, **compiled, **(environment or {})}
        self._ready = ready
        cores = str(SERVER_CORE) if pinned else ",".join(map(str, sorted(_CORES)))
        self._pin = ["taskset", "-c", cores]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [*self._pin, *self._command],
            env=self._environment,
            cwd=tempfile.gettempdir(),  # a project's settings are none of the comparison's
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self._ready else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._wait_until_ready()
        self.start_seconds = time.perf_counter() - started
        self.start_cpu_seconds = self.cpu_seconds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id; of several processes that of the one that started the others."""
        return self._running().pid

    def cpu_seconds(self) -> float:
        """Processor time of all its threads so far."""
        tasks = Path(f"/proc/{self._running().pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def rss_bytes(self) -> int:
        """Memory it holds now."""
        status = Path(f"/proc/{self._running().pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert match is not None
        return int(match[1]) * 1024

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process

    def _wait_until_ready(self) -> None:
        if self._ready is None:
            self._wait_until_listening()
            return
        output: IO[bytes] | None = self._running().stdout
        assert output is not None
        for line in output:
            if self._ready.encode() in line:
                return
        raise self._failure()

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._running().poll() is not None:
                raise self._failure()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.002)  # the server offers nothing to wait for
        raise self._failure()

    def _failure(self) -> RuntimeError:
        process = self._running()
        process.kill()
        _, errors = process.communicate()
        return RuntimeError(f"{self.name} did not start: {errors.decode(errors='replace')[-2000:]}")


def mockapi(name: str, cassettes: Path, cache: Path, *options: str, scheme: str = "http") -> Server:
    """`mockapi serve` as its command runs it; its journal is always on."""
    program = "from mockapi.cli import main; main()"
    return Server(
        name,
        [sys.executable, "-c", program, "serve", str(cassettes), "--port", "{port}", *options],
        environment={"MOCKAPI_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        ready="mockapi ready on",
        scheme=scheme,
    )


def bare(name: str, answers: Sequence[str], *options: str) -> Server:
    """The fixed answer of `bare_server`."""
    return Server(
        name,
        [sys.executable, str(ROOT / "benchmarks" / "bare_server.py"), "{port}", *answers, *options],
        ready="bare ready on",
    )


def aimock(name: str, installation: Path, fixtures: Path) -> Server:
    """Aimock from its npm package, silent, everything else as it comes."""
    program = installation / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    options = ["--port", "{port}", "--fixtures", str(fixtures), "--log-level", "silent"]
    return Server(name, ["node", str(program), *options])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
