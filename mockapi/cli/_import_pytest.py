"""`mockapi cassettes import --pytest`: each recording to its test, and what to change in the tests.

Tests are read, never run: a recording is a test's because its folder and name say so, as
pytest-recording and pytest-vcr name them, or because the test names it in `use_cassette`.
"""

from __future__ import annotations

import ast
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockapi._files import read_file
from mockapi.cli._import_sources import ImportSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MOST_BYTES: Final = 4 * 1024 * 1024
_LEVELS: Final = 3
"""How far above a recording its test module may lie: cassettes/MODULE/TEST.yaml and one folder more."""

_MOST_NAMES: Final = 8
_NAMING: Final = frozenset({"use_cassette", "vcr", "default_cassette"})
_ENDINGS: Final = (".gz", ".yaml", ".yml", ".json", ".toml")


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """A test function, and how it asks for its recording.

    Attributes:
        name: as pytest names it, behind its class and a dot.
        line: of its definition.
        is_marked: whether it, its class or its module has the marker `vcr`.
        cassettes: the names that it gives `use_cassette`, or a marker.
        has_fixture: whether it takes the fixture `vcr`.
    """

    module: Path
    name: str
    line: int
    is_marked: bool
    cassettes: tuple[str, ...]
    has_fixture: bool


@dataclass(slots=True)
class Layout:
    """Which recording goes where, and whose it is.

    Attributes:
        sources: with names such that the cassettes lie as the plugin looks for them.
        tests: who plays a cassette, by the name that it will have.
        further: who plays it besides the one of its own name.
    """

    sources: list[ImportSource] = field(default_factory=list)
    tests: dict[str, RecordedTest] = field(default_factory=dict)
    further: dict[str, list[RecordedTest]] = field(default_factory=dict)


def laid_out(sources: Iterable[ImportSource]) -> Layout:
    """The sources, each under the name MODULE/TEST of every test that plays it."""
    layout = Layout()
    tests = _Tests()
    for source in sources:
        found = [] if source.parts or source.is_reply else tests.of(source.path)
        placed = False
        for test in found:
            name = Path(test.module.stem, _file_name(test, source.path))
            cassette = _cassette(name)
            if cassette in layout.tests:  # a test that plays several: the others stay where they are
                layout.further.setdefault(_cassette(Path(source.name)), []).append(test)
                continue
            layout.sources.append(ImportSource(source.path, str(name), source.named))
            layout.tests[cassette] = test
            placed = True
        if not placed:
            layout.sources.append(source)
    return layout


def _cassette(name: Path) -> str:
    return str(name.with_name(f"{_plain(name)}.yaml"))


def advice(
    layout: Layout, written: Mapping[str, Path], elsewhere: Mapping[str, list[str]], folder: str
) -> Iterator[str]:
    """What to change in the tests whose cassettes were written, a line each.

    Args:
        layout: whose they are.
        written: where each came from.
        elsewhere: the other hosts that their recordings have, which were left out.
        folder: where they lie.
    """
    modules: dict[Path, list[RecordedTest]] = {}
    for name in written:
        test = layout.tests.get(name)
        if test is not None and test not in modules.setdefault(test.module, []):
            modules[test.module].append(test)
    if modules:
        yield "What to change, for the pytest plugin to play them:"
        yield f"  in the ini file of pytest: mockapi_cassettes = {folder}, and mockapi_matching = uri"
    for module, tests in modules.items():
        marked = [test.name for test in tests if test.is_marked]
        if marked:
            tell = f"{len(marked)} tests" if len(marked) > _MOST_NAMES else ", ".join(marked)
            yield f"  {module}: @pytest.mark.vcr -> @pytest.mark.messages_api: {tell}"
        unmarked = sum(not test.is_marked and not test.cassettes for test in tests)
        if unmarked:
            yield (
                f"  {module}: {unmarked} tests whose marker stands elsewhere, perhaps in a hook:"
                " mark them @pytest.mark.messages_api there"
            )
        for test in tests:
            place = f"  {module}:{test.line}: {test.name}:"
            for name in test.cassettes:
                yield f"{place} take the name {name!r} out, mark the test @pytest.mark.messages_api"
            if test.has_fixture:
                yield f"{place} the fixture vcr -> messages_api, or as docs/pytest.md has it"
    mixed = [
        (layout.tests[name], hosts) for name, hosts in elsewhere.items() if hosts and name in layout.tests
    ]
    for test, hosts in mixed:
        yield (
            f"  {test.module}:{test.line}: {test.name}: keep its recorder too, for {', '.join(hosts)}"
            " (docs/pytest.md, Moving from VCR.py)"
        )
    if modules and mixed:
        yield f"  then: pytest --allowed-hosts=127.0.0.1 {shlex.join(map(str, modules))}"
    elif modules:
        yield f"  then: pytest --disable-recording {shlex.join(map(str, modules))}"
    for name, path in written.items():
        for test in layout.further.get(name, ()):
            own = next(cassette for cassette, owner in layout.tests.items() if owner == test)
            both = f"@pytest.mark.messages_api(cassette={[own, name]!r})"
            yield f"  {test.module}:{test.line}: {test.name}: it plays {path} too: {both}"
        if name not in layout.tests and name not in layout.further:
            yield f"  {path}: no test was found that plays it: @pytest.mark.messages_api(cassette={name!r})"


def _file_name(test: RecordedTest, path: Path) -> str:
    """The name of a test's file: the recording's own, which has the parameters, or the test's."""
    name = _plain(path)
    return path.name if name.partition("[")[0] == test.name else f"{test.name}.yaml"


def _plain(path: Path) -> str:
    name = path.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


class _Tests:
    """The tests of the modules around recordings, read once for each folder."""

    def __init__(self) -> None:
        self._folders: dict[Path, list[RecordedTest]] = {}

    def of(self, path: Path) -> list[RecordedTest]:
        """The tests that play a recording: those that name it, else those that it is named after."""
        around = [
            test for folder in list(path.absolute().parents)[1 : _LEVELS + 1] for test in self._in(folder)
        ]
        name = _plain(path)
        named = [test for test in around if any(_is_at(cassette, path) for cassette in test.cassettes)]
        alike = [test for test in around if test.name == name.partition("[")[0]]
        of_module = [test for test in alike if test.module.stem == path.absolute().parent.name]
        if named or of_module:
            return list(dict.fromkeys((*named, *of_module)))
        # A name that several modules have says nothing: the plugin would find neither.
        return alike if len({test.module for test in alike}) == 1 else []

    def _in(self, folder: Path) -> list[RecordedTest]:
        if folder not in self._folders:
            self._folders[folder] = [
                test for module in sorted(folder.glob("*.py")) for test in _tests_of(module)
            ]
        return self._folders[folder]


def _is_at(cassette: str, path: Path) -> bool:
    """Whether a name that a test gives is a file's: the last parts of its path, perhaps without an ending."""
    wanted = Path(cassette).parts
    have = path.absolute().parts
    whole = (*have[-len(wanted) :][:-1], have[-1])
    return bool(wanted) and (whole == wanted or (*whole[:-1], _plain(path)) == wanted)


def _tests_of(module: Path) -> Iterator[RecordedTest]:
    """The test functions of a module that plays recordings; none of what Python cannot read."""
    try:
        text = read_file(module, _MOST_BYTES)
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return
    is_marked = any(_is_vcr(node.value) for node in tree.body if isinstance(node, ast.Assign))
    yield from _tests_in(tree.body, _shown(module), "", is_marked=is_marked)


def _shown(module: Path) -> Path:
    """A path as people know it, from the working folder on."""
    here = Path.cwd()
    return module.relative_to(here) if module.is_relative_to(here) else module


def _tests_in(body: list[ast.stmt], module: Path, owner: str, *, is_marked: bool) -> Iterator[RecordedTest]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            marked = is_marked or any(map(_is_vcr, node.decorator_list))
            yield from _tests_in(node.body, module, f"{node.name}.", is_marked=marked)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            arguments = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
            yield RecordedTest(
                module,
                owner + node.name,
                node.lineno,
                is_marked or any(map(_is_vcr, node.decorator_list)),
                tuple(_named_in(node)),
                "vcr" in arguments,
            )


def _is_vcr(node: ast.expr) -> bool:
    """Whether an expression is, calls, or lists the marker `vcr`."""
    return any(isinstance(inner, ast.Attribute) and inner.attr == "vcr" for inner in ast.walk(node))


def _named_in(test: ast.AST) -> Iterator[str]:
    """The names that a test gives `use_cassette` or a marker, as decorator or in its body."""
    for node in ast.walk(test):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called in _NAMING:
            texts = (name.value for name in node.args if isinstance(name, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))
