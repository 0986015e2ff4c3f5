"""Modules joined into one script, or refused."""

from __future__ import annotations

import pytest

from mockapi.inspector import view_sources
from mockapi.report._bundle import bundled


def test_a_module_stands_behind_those_that_it_imports() -> None:
    """Without the words import and export."""
    modules = {
        "main.js": 'import { one } from "./views/a.js";\n\none();\n',
        "views/a.js": 'import { two } from "./b.js";\n\nexport function one() { two(); }\n',
        "views/b.js": "export const two = () => 2;\n",
    }
    assert bundled(modules) == "const two = () => 2;\n\nfunction one() { two(); }\n\none();\n"


def test_the_views_of_the_page_can_be_joined() -> None:
    """All of them, as they are."""
    modules = {name: text for name, text in view_sources().items() if name.endswith(".js")}
    script = bundled(modules)
    assert "function exchangeView(" in script
    assert "\nimport " not in script


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"a.js": 'import { b } from "./b.js";\n'}, "which is not there"),
        ({"a.js": 'import * as b from "./b.js";\n', "b.js": ""}, "cannot be joined"),
        ({"a.js": "export default 5;\n"}, "cannot be joined"),
        ({"a.js": "export { b };\n"}, "cannot be joined"),
        ({"a.js": "const b = 1;\n", "c.js": "function b() {}\n"}, "declares b, and so does"),
    ],
)
def test_what_cannot_be_joined_is_refused(modules: dict[str, str], words: str) -> None:
    """No report is made that would not run."""
    with pytest.raises(ValueError, match=words):
        bundled(modules)
