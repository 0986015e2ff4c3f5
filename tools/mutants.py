"""Mutants: places where code can be changed in a small way, and the change itself.

A mutant replaces one piece of a file: a comparison, a boundary, a number, a condition, a returned
value, a statement. The rest of the file stays as it is, byte for byte, so that a mutant's diff
shows the change and nothing else. Left alone is what no behaviour depends on or a type checker
judges: strings, annotations, assertions, blocks under TYPE_CHECKING, options of dataclasses.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, tuple[tuple[str, str], ...]]]] = {
    # The operator as a pattern, then pairs of a mutation's kind and what stands there instead.
    ast.Lt: (r"<", (("boundary", "<="), ("comparison", ">="))),
    ast.LtE: (r"<=", (("boundary", "<"), ("comparison", ">"))),
    ast.Gt: (r">", (("boundary", ">="), ("comparison", "<="))),
    ast.GtE: (r">=", (("boundary", ">"), ("comparison", "<"))),
    ast.Eq: (r"==", (("comparison", "!="),)),
    ast.NotEq: (r"!=", (("comparison", "=="),)),
    ast.Is: (r"\bis\b", (("comparison", "is not"),)),
    ast.IsNot: (r"\bis\s+not\b", (("comparison", "is"),)),
    ast.In: (r"\bin\b", (("comparison", "not in"),)),
    ast.NotIn: (r"\bnot\s+in\b", (("comparison", "in"),)),
}
_ARITHMETIC: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
}


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One change to one file.

    Attributes:
        path: of the file, relative to the project.
        start: where the replaced piece starts, in bytes.
        end: where it ends.
        replacement: what stands there instead.
        kind: which sort of mutation it is.
        lines: first and last line of the statement, or of the head of a compound one.
        in_function: whether it runs when a function is called, rather than on import.
        identity: what the change looks like, wherever it stands.
    """

    path: str
    start: int
    end: int
    replacement: str
    kind: str
    lines: tuple[int, int]
    in_function: bool
    identity: str

    def applied_to(self, source: bytes) -> bytes:
        """The file's content with the change."""
        return source[: self.start] + self.replacement.encode() + source[self.end :]

    def line(self, source: bytes) -> int:
        """The line of the change, from 1."""
        return source.count(b"\n", 0, self.start) + 1

    def diff(self, source: bytes) -> str:
        """The change as a unified diff."""
        before, after = source.decode(), self.applied_to(source).decode()
        lines = difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
            n=2,
        )
        return "".join(lines)


def all_mutants(root: Path, files: Iterable[Path]) -> list[Mutant]:
    """Every mutant of these files, in order."""
    found = (mutants_of(file.relative_to(root).as_posix(), file.read_bytes()) for file in files)
    return sorted(itertools.chain.from_iterable(found))


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """Every mutant of one file."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


class _Finder(ast.NodeVisitor):
    """Walks over a module and notes what can be changed."""

    def __init__(self, path: str, source: bytes) -> None:
        self._path = path
        self._source = source
        lengths = (len(line) for line in source.splitlines(keepends=True))
        self._line_starts = [0, *itertools.accumulate(lengths)]
        self._lines = (1, 1)
        self._depth = 0
        self.found: list[Mutant] = []

    # Places

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        start = self._line_starts[node.lineno - 1] + node.col_offset
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return start, self._line_starts[end_line - 1] + end_column

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._source[start:end].decode()

    def _note(self, start: int, end: int, replacement: str, kind: str) -> None:
        line_start = self._source.rfind(b"\n", 0, start) + 1
        line = self._source[line_start : self._source.find(b"\n", start)].lstrip()
        replaced = self._source[start:end]
        identity = f"{line!r} {replaced!r} {replacement!r}"
        self.found.append(
            Mutant(self._path, start, end, replacement, kind, self._lines, self._depth > 0, identity)
        )

    def _note_between(self, left: ast.expr, right: ast.expr, operator: str, new: str, kind: str) -> None:
        """Replace the operator that stands between two operands."""
        first, last = self._span(left)[1], self._span(right)[0]
        match = re.search(operator.encode(), self._source[first:last])
        if match is not None:
            self._note(first + match.start(), first + match.end(), new, kind)

    # What is entered, and what is not

    def visit(self, node: ast.AST) -> None:
        """Visit a node; a statement's lines are those that tests are chosen by."""
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = node.end_lineno or node.lineno
            last = max(node.lineno, body[0].lineno - 1) if isinstance(body, list) and body else end
            self._lines = (node.lineno, last)
        super().visit(node)

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self._depth += 1
        self._visit_all(node.body)
        self._depth -= 1

    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function  # noqa: N815 - names that ast asks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class, without what a dataclass decorator is told."""
        self._visit_all(item for item in node.decorator_list if "dataclass" not in ast.unparse(item))
        self._visit_all(node.body)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Assertions are for type checkers and readers."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """An assignment with a type: its value alone."""
        if node.value is not None:
            self._delete(node)
            self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        """A condition that is turned round; blocks for type checkers are left out."""
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        """As a condition."""
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """As a condition."""
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Each filter is a condition."""
        for condition in node.ifs:
            self._negate(condition)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        """A plain condition; comparisons and `not` have mutations of their own that say the same."""
        plain = not isinstance(test, (ast.Compare, ast.Constant, ast.NamedExpr))
        if plain and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            self._note(*self._span(test), f"not ({self._text(test)})", "boolean")

    # Expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        """Comparisons: another one, and the one that differs at the boundary."""
        operands = [node.left, *node.comparators]
        for operator, (left, right) in zip(node.ops, itertools.pairwise(operands), strict=True):
            pattern, mutations = _COMPARISONS[type(operator)]
            for kind, new in mutations:
                self._note_between(left, right, pattern, new, kind)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`and` for `or`, and back, one at a time."""
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in itertools.pairwise(node.values):
            self._note_between(left, right, rf"\b{old}\b", new, "boolean")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """`not` and signs are left out."""
        if isinstance(node.op, (ast.Not, ast.USub)):
            kind = "boolean" if isinstance(node.op, ast.Not) else "arithmetic"
            self._note(*self._span(node), f"({self._text(node.operand)})", kind)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Arithmetic on anything but text."""
        if type(node.op) in _ARITHMETIC and not (_is_text(node.left) or _is_text(node.right)):
            old, new = _ARITHMETIC[type(node.op)]
            self._note_between(node.left, node.right, re.escape(old), new, "arithmetic")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Numbers are one more, truth values the other."""
        value = node.value
        if isinstance(value, bool):
            self._note(*self._span(node), str(not value), "boolean")
        elif isinstance(value, int | float):
            self._note(*self._span(node), repr(value + 1), "boundary")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Text is left alone."""

    # Statements

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The operator and the whole statement."""
        if type(node.op) in _ARITHMETIC and not _is_text(node.value):
            old, new = _ARITHMETIC[type(node.op)]
            self._note_between(node.target, node.value, re.escape(old) + "=", f"{new}=", "arithmetic")
        self._delete(node)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """None instead of a value, and a return that is left out if it has none."""
        value = node.value
        if value is None:
            self._delete(node)
        elif not (isinstance(value, ast.Constant) and isinstance(value.value, bool | None)):
            self._note(*self._span(value), "None", "return value")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call or await whose value nobody uses."""
        if not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom):
            self._delete(node)
        self.generic_visit(node)

    def _visit_deletable(self, node: ast.Assign | ast.Raise | ast.Delete | ast.Break | ast.Continue) -> None:
        self._delete(node)
        self.generic_visit(node)

    visit_Assign = visit_Raise = visit_Delete = visit_Break = visit_Continue = _visit_deletable  # noqa: N815

    def _delete(self, node: ast.stmt) -> None:
        """Leave a statement out. Names of a module or class that are missing would show on import."""
        if self._depth:
            self._note(*self._span(node), "pass", "statement deletion")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )
