"""Print the lowest version of each runtime dependency as an exact requirement, one a line."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in project["dependencies"]:
    name, version, marker = re.fullmatch(r"([\w-]+)>=([\w.]+)(;.*)?", requirement).groups()
    print(f"{name}=={version}{marker or ''}")
