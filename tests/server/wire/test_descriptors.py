"""The limit of descriptors: raised as far as the system lets a process raise it."""

from __future__ import annotations

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")
_PROGRAM = """
import resource
from mockapi.server import allow_connections
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
allow_connections()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard"), [(256, 512), (512, 512)])
def test_the_soft_limit_becomes_the_hard_one(soft: int, hard: int) -> None:
    """In the process that serves, and never beyond what it may have."""
    program = _PROGRAM.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(hard), str(hard)]
