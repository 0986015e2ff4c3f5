"""Getting aimock, the npm package that is compared with, where there is Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "@copilotkit/aimock"
VERSION = "1.43.0"


def installation(work: Path) -> Path | None:
    """The folder that aimock is installed in, after installing it if need be; None without Node."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    folder = work / f"aimock-{VERSION}"
    if installed_version(folder) != VERSION:
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
        subprocess.run([npm, "install", *options, f"{PACKAGE}@{VERSION}"], check=True)
    return folder


def installed_version(folder: Path) -> str | None:
    """The version that is installed in a folder."""
    manifest = folder / "node_modules" / PACKAGE / "package.json"
    return str(json.loads(manifest.read_text())["version"]) if manifest.is_file() else None
