"""The lowest version of each runtime dependency as an exact requirement."""

from __future__ import annotations

import re
import tomllib

from steps import CHECKOUT


def lowest_versions() -> list[str]:
    """One requirement for each dependency of `pyproject.toml`."""
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    found = []
    for requirement in tomllib.loads(text)["project"]["dependencies"]:
        parts = re.fullmatch(r"([\w-]+)>=([\w.]+)(;.*)?", requirement)
        if parts is None:
            raise SystemExit(f"pyproject.toml: {requirement!r} has no lower bound that can be tried.")
        name, version, marker = parts.groups()
        found.append(f"{name}=={version}{marker or ''}")
    return found
