"""Getting the servers of npm that are compared with, where there is Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Package(NamedTuple):
    """A package of npm.

    Attributes:
        name: of the package.
        version: that is compared with.
        title: what tables call it.
    """

    name: str
    version: str
    title: str

    def manifest(self, folder: Path) -> Path:
        """The file that says which version is installed in a folder."""
        return folder / "node_modules" / self.name / "package.json"


AIMOCK: Final = Package("@copilotkit/aimock", "1.43.0", "aimock")
WIREMOCK: Final = Package("wiremock", "3.13.2", "WireMock")
"""A program of Java, handed out by npm, too."""


def installation(work: Path, package: Package) -> Path | None:
    """The folder that a package is installed in, after installing it if need be; None without Node."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    folder = work / f"{package.title}-{package.version}"
    if _installed_version(folder, package) != package.version:
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
        subprocess.run([npm, "install", *options, f"{package.name}@{package.version}"], check=True)
    return folder


def _installed_version(folder: Path, package: Package) -> str | None:
    manifest = package.manifest(folder)
    return str(json.loads(manifest.read_text())["version"]) if manifest.is_file() else None
