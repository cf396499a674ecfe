"""What a learner's lines give: one call, with the value of each variable and of each expression.

The function is compiled once more from its own text, with a note taken at each expression and
after each statement; what it computes stays the same. What is kept is bounded in size and time,
and where the text is not known, or is more than we can read, there is no trace.
"""

import ast
import inspect
import textwrap
import time
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from chainrule.checks.compare import as_array

MOST_STEPS = 3000
MOST_ENTRIES = 10_000  # of one value
SECONDS = 0.1  # of computing
# What is read at each place of a call: names that the learner's own text cannot hold.
_NOTE, _LOOK, _LOCALS = "__chainrule_note", "__chainrule_look", "__chainrule_locals"

Value = np.ndarray | tuple[np.ndarray, ...] | None
StepKind = Literal["argument", "variable", "part", "result"]


@dataclass(frozen=True)
class Step:
    """One value, in the order of the call.

    kind: an "argument"; a "variable" after a statement that writes to it; a "part", which is an
    expression; a "result", which is returned, `slot` says as which of several. line: in the
    notebook's cell, or the file. text: the variable's name, or the expression as typed. value: None
    where it is not numbers. plain: a bare count, word or flag, of which nothing can be said. taken:
    an entry, a slice or an item of what it reads. changes: its variable is the same array as
    before, with other numbers. reads: the steps that it is computed from.
    """

    kind: StepKind
    line: int
    text: str
    value: Value
    plain: bool = False
    taken: bool = False
    changes: bool = False
    reads: tuple[int, ...] = ()
    slot: int = 0


@dataclass(frozen=True)
class Trace:
    """One call: its steps, and the line at which it ended by an exception, or 0.

    lines: the function's text, by the number of the line. at_the_end: of each variable its last
    step. names: by line, those that its statement reads.
    """

    steps: tuple[Step, ...]
    raised: int
    lines: Mapping[int, str]
    at_the_end: Mapping[str, int]
    names: Mapping[int, tuple[str, ...]]

    def typed(self, line: int) -> str:
        """The line as the learner typed it, without its indent."""
        return self.lines.get(line, "").strip()


def trace(function: Callable[..., Any], arguments: Sequence[Any]) -> Trace | None:
    """Call the function with these arguments and keep what its lines give; None where that cannot
    be done. What the function raises, prints or warns of is the caller's concern (`quiet`)."""
    traced = getattr(type(function), "traced", None)
    if traced is not None:  # a function of another process answers for itself, or not
        found: Trace | None = traced(function, arguments)
        return found
    try:
        recorder = _Recorder(function)
    except (OSError, TypeError, SyntaxError, ValueError, _TooMuch):
        return None
    return recorder.run(arguments)


class _TooMuch(Exception):
    """The text holds what is not read, or the call gives more than is kept."""


@dataclass
class _Site:
    """A place in the text: an expression, or a statement with the names that it writes."""

    kind: StepKind
    line: int
    text: str
    inside: list[int] = field(default_factory=list)  # the expressions that it is made of
    names: list[str] = field(default_factory=list)  # the names that it reads by itself
    writes: list[str] = field(default_factory=list)
    keeps: bool = False  # it changes what it writes to, in place of giving it anew
    taken: bool = False
    slot: int = 0


class _Recorder:
    """One function, compiled with notes, and what one call of it gives."""

    def __init__(self, function: Callable[..., Any]) -> None:
        code = getattr(function, "__code__", None)
        if not isinstance(code, types.CodeType) or code.co_flags & inspect.CO_GENERATOR:
            raise TypeError("not a plain function")
        lines, first = inspect.getsourcelines(function)
        source = textwrap.dedent("".join(lines))
        tree = ast.parse(source)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
            raise TypeError("not the text of one function")
        first = max(first, 1)
        self.lines = dict(enumerate(source.splitlines(), first))
        ast.increment_lineno(tree, first - 1)
        writer = _Writer(source, first)
        definition = writer.function(tree.body[0])
        self.sites, self.statements = writer.sites, writer.names
        self.parameters = code.co_varnames[: code.co_argcount]
        self.function = _rebuilt(
            function,
            definition,
            code.co_filename,
            {_NOTE: self._note, _LOOK: self._look, _LOCALS: locals},
        )
        self.steps: list[Step] = []
        self.latest: dict[int, int] = {}  # by site: its last step
        self.variables: dict[str, int] = {}  # by name: its last step
        self.objects: dict[str, Any] = {}  # by name: what it stands for
        self.until = 0.0

    def run(self, arguments: Sequence[Any]) -> Trace | None:
        for name, value in zip(self.parameters, arguments, strict=False):
            self._keep("argument", min(self.lines), name, value)
            self.variables[name] = len(self.steps) - 1
            self.objects[name] = value
        self.until = time.thread_time() + SECONDS
        raised = 0
        try:
            self.function(*arguments)
        except _TooMuch:
            return None
        except (Exception, SystemExit) as error:
            file = self.function.__code__.co_filename
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame.lineno or 0 for frame in frames if frame.filename == file]
            raised = next((line for line in reversed(own) if line in self.lines), 0)
        return Trace(tuple(self.steps), raised, self.lines, self.variables, self.statements)

    def _keep(self, kind: StepKind, line: int, text: str, value: Any, **more: Any) -> None:
        if len(self.steps) >= MOST_STEPS:
            raise _TooMuch
        kept = _kept(value)
        plain = isinstance(value, int | str) or (
            isinstance(value, tuple) and all(isinstance(one, int) for one in value)
        )
        self.steps.append(Step(kind, line, text, kept, plain, **more))

    def _note(self, number: int, value: Any) -> Any:
        """An expression has this value."""
        if time.thread_time() > self.until:
            raise _TooMuch
        site = self.sites[number]
        reads, taken = self._reads(site), site.taken
        self._keep(site.kind, site.line, site.text, value, reads=reads, taken=taken, slot=site.slot)
        self.latest[number] = len(self.steps) - 1
        return value

    def _look(self, number: int, names: Mapping[str, Any]) -> None:
        """A statement has been run: what is new is a step, also where another name shows it."""
        if time.thread_time() > self.until:
            raise _TooMuch
        site = self.sites[number]
        reads = self._reads(site)
        for name, value in list(names.items()):
            if name.startswith("__chainrule"):
                continue
            last = self.variables.get(name)
            own = name in site.writes
            if not own and (last is None or not _changed(self.steps[last].value, value)):
                continue
            kept = site.keeps or not own
            before = (last,) if kept and last is not None else ()
            changes = last is not None and self.objects.get(name) is value
            reads_all = reads + before
            self._keep(
                "variable", site.line, name, value, reads=reads_all, taken=site.taken,
                changes=changes,
            )  # fmt: skip
            self.variables[name] = len(self.steps) - 1
            self.objects[name] = value

    def _reads(self, site: _Site) -> tuple[int, ...]:
        inside = [self.latest[number] for number in site.inside if number in self.latest]
        own = [self.variables[name] for name in site.names if name in self.variables]
        return tuple(dict.fromkeys(inside + own))


def _kept(value: Any) -> Value:
    """A copy of numbers; of a few arrays a tuple of copies; None for all else."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fbiu" or value.size > MOST_ENTRIES:
            return None
        return np.array(value, dtype=float)
    if isinstance(value, bool | int | str | dict) or value is None:
        return None
    if isinstance(value, float | np.number):
        return np.array(float(value)) if np.isreal(value) else None
    if isinstance(value, tuple | list):
        return _kept_all(value)
    array = as_array(value) if type(value).__module__ == "torch" else None
    return None if array is None or array.size > MOST_ENTRIES else np.array(array, dtype=float)


def _kept_all(values: Sequence[Any]) -> Value:
    if not 0 < len(values) <= 100:
        return None
    kept = [np.array(float(value)) if isinstance(value, int) else _kept(value) for value in values]
    arrays = [one for one in kept if isinstance(one, np.ndarray)]
    if len(arrays) == len(kept) and isinstance(values, list):
        if len({one.shape for one in arrays}) == 1:
            return np.array(arrays)
    elif any(one is None for one in kept):
        return None
    flat: list[np.ndarray] = []
    for one in kept:
        flat += [one] if isinstance(one, np.ndarray) else one or ()
    return tuple(flat)


def _changed(before: Value, value: Any) -> bool:
    after = _kept(value)
    if type(before) is not type(after) or before is None or after is None:
        return before is not after and after is not None
    old = before if isinstance(before, tuple) else (before,)
    new = after if isinstance(after, tuple) else (after,)
    return len(old) != len(new) or any(
        one.shape != other.shape or one.tobytes() != other.tobytes()
        for one, other in zip(old, new, strict=True)
    )


class _Writer(ast.NodeTransformer):
    """Writes the notes into the text of a function, and keeps what each of them is about."""

    WRAPPED = (
        ast.BinOp, ast.UnaryOp, ast.Call, ast.Subscript, ast.Attribute, ast.Compare, ast.IfExp,
        ast.ListComp, ast.List, ast.Tuple, ast.GeneratorExp,
    )  # fmt: skip

    def __init__(self, source: str, first: int) -> None:
        self.lines, self.first = source.splitlines(), first
        self.sites: list[_Site] = []
        self.names: dict[int, tuple[str, ...]] = {}
        self.open: list[_Site] = [_Site("part", 0, "")]  # the places around the present one
        self.deep = 0

    def function(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = []
        node.body = self._body(node.body)
        return node

    def _segment(self, node: ast.expr) -> str:
        """The expression as typed, in one line."""
        first, last = node.lineno - self.first, (node.end_lineno or node.lineno) - self.first
        # Columns count bytes.
        lines = [line.encode() for line in self.lines[first : last + 1]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return " ".join(b" ".join(lines).decode(errors="replace").split())

    def _site(self, kind: StepKind, node: Any, text: str, **more: Any) -> tuple[int, _Site]:
        site = _Site(kind, node.lineno, text, **more)
        self.sites.append(site)
        return len(self.sites) - 1, site

    def _noted(self, number: int, node: ast.expr) -> ast.Call:
        call = ast.Call(ast.Name(_NOTE, ast.Load()), [ast.Constant(number), node], [])
        return ast.copy_location(call, node)

    def _inside(self, site: _Site, node: ast.AST) -> Any:
        """The node with its notes, which belong to the site."""
        self.open.append(site)
        changed = self.generic_visit(node)
        self.open.pop()
        return changed

    def visit(self, node: Any) -> Any:
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
            raise ValueError("not a plain function")
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                self.open[-1].names.append(node.id)
            return node
        if isinstance(node, ast.JoinedStr | ast.ClassDef):
            return node
        stores = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        if not isinstance(node, self.WRAPPED) or stores:
            return self.generic_visit(node)
        return self._expression(node, "part")

    def _expression(self, node: Any, kind: StepKind, slot: int = 0) -> Any:
        taken = isinstance(node, ast.Subscript)
        number, site = self._site(kind, node, self._segment(node), taken=taken, slot=slot)
        self.open[-1].inside.append(number)
        if isinstance(node, ast.Call):
            self.open.append(site)
            node.args = [self.visit(one) for one in node.args]
            node.keywords = [self.visit(one) for one in node.keywords]
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            self.open.pop()
        elif isinstance(node, ast.Subscript):
            node.value = self._inside_one(site, node.value)
            self.open.append(_Site("part", 0, ""))  # the index is a place, not a part
            self.generic_visit(node.slice)
            self.open.pop()
        elif isinstance(node, ast.Name | ast.Constant):
            self._inside_one(site, node)
        else:
            node = self._inside(site, node)
        return self._noted(number, node)

    def _inside_one(self, site: _Site, node: ast.expr) -> Any:
        self.open.append(site)
        changed = self.visit(node)
        self.open.pop()
        return changed

    def _body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        return [done for statement in statements for done in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        end = node.end_lineno if not hasattr(node, "body") else node.lineno
        found = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
        found.sort(key=lambda one: (one.lineno, one.col_offset))
        read = [one.id for one in found]
        for line in range(node.lineno, (end or node.lineno) + 1):
            self.names[line] = tuple(dict.fromkeys(read))
        if isinstance(node, ast.FunctionDef):
            self.deep += 1
            node.body = self._body(node.body)
            self.deep -= 1
            return [node]
        if isinstance(node, ast.Return):
            return [self._return(node)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
            return self._simple(node)
        if isinstance(node, ast.For):
            number, site = self._site("variable", node, "", taken=True)
            node.iter = self._inside_one(site, node.iter)
            site.writes = _names(node.target)
            node.body = [self._looked(number, node), *self._body(node.body)]
            node.orelse = self._body(node.orelse)
            return [node]
        if isinstance(node, ast.While | ast.If):
            node.test = self.visit(node.test)
        if isinstance(node, ast.Try):
            for handler in node.handlers:
                handler.body = self._body(handler.body)
            node.finalbody = self._body(node.finalbody)
        for block in ("body", "orelse"):
            if isinstance(getattr(node, block, None), list) and isinstance(
                node, ast.While | ast.If | ast.With | ast.Try
            ):
                setattr(node, block, self._body(getattr(node, block)))
        return [node]

    def _return(self, node: ast.Return) -> ast.stmt:
        if node.value is None:
            return node
        if self.deep:
            node.value = self.visit(node.value)
        elif isinstance(node.value, ast.Tuple | ast.List) and not any(
            isinstance(one, ast.Starred) for one in node.value.elts
        ):
            whole = node.value
            whole.elts = [self._expression(one, "result", n) for n, one in enumerate(whole.elts)]
        else:
            node.value = self._expression(node.value, "result", -1)
        return node

    def _simple(self, node: Any) -> list[ast.stmt]:
        number, site = self._site("variable", node, "")
        self.open.append(site)
        if isinstance(node, ast.Expr):
            # A call may change what it is called on, or is given.
            site.writes, site.keeps = [], True
            node.value = self.visit(node.value)
        elif node.value is not None:
            node.value = self.visit(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            site.writes = [name for target in targets for name in _names(target)]
            site.keeps = isinstance(node, ast.AugAssign) or any(
                isinstance(target, ast.Subscript | ast.Attribute) for target in targets
            )
            site.taken = any(isinstance(target, ast.Tuple | ast.List) for target in targets)
        self.open.pop()
        return [node, self._looked(number, node)]

    def _looked(self, number: int, node: ast.stmt) -> ast.stmt:
        names = ast.Call(ast.Name(_LOCALS, ast.Load()), [], [])
        call = ast.Call(ast.Name(_LOOK, ast.Load()), [ast.Constant(number), names], [])
        return ast.copy_location(ast.Expr(call), node)


def _names(target: ast.expr) -> list[str]:
    """The variables that an assignment writes to, also by an entry of theirs."""
    if isinstance(target, ast.Tuple | ast.List):
        return [name for one in target.elts for name in _names(one)]
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        target = target.value
    return [target.id] if isinstance(target, ast.Name) else []


def _rebuilt(
    function: Any, definition: ast.FunctionDef, file: str, given: Mapping[str, Any]
) -> types.FunctionType:
    """The function from its changed definition; its globals, defaults and cells are its own."""
    free = function.__code__.co_freevars
    names = [*free, *given]
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    # Only its code is taken: it never runs as a definition, which would evaluate its defaults.
    # Under its own name, a call of itself would mean this one and no longer the global one.
    definition.name = "__chainrule_traced"
    around = ast.FunctionDef("around", arguments, [definition], [], None, None)
    if "type_params" in ast.FunctionDef._fields:
        around.type_params = []  # type: ignore[attr-defined,unused-ignore]
    module = ast.fix_missing_locations(ast.Module([around], []))
    outer = next(one for one in compile(module, file, "exec").co_consts if _is_code(one))
    inner = next(one for one in outer.co_consts if _is_code(one) and one.co_name == definition.name)
    cells = dict(zip(free, function.__closure__ or (), strict=True))
    cells |= {name: types.CellType(value) for name, value in given.items()}
    closure = tuple(cells[name] for name in inner.co_freevars)
    rebuilt = types.FunctionType(
        inner, function.__globals__, function.__name__, function.__defaults__, closure
    )
    rebuilt.__kwdefaults__ = function.__kwdefaults__
    return rebuilt


def _is_code(value: Any) -> bool:
    return isinstance(value, types.CodeType)
