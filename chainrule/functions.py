"""A learner's function, in this process or in another: its text, what it reads, its calls."""

import contextlib
import dis
import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

_LOADS = {"LOAD_GLOBAL", "LOAD_NAME"}


class LearnersFunction(Protocol):
    """All that a check asks of it, besides calling it.

    One of another process may also have `traced(arguments)`, which tells what its lines give
    (`checks.trace`); one that has not is shown without its lines.
    """

    @property
    def source(self) -> str:
        """The text of its definition; "" where that is unknown."""

    @property
    def reads(self) -> dict[str, str]:
        """The global names that it reads -> the kind of what they stand for."""

    def call_each(
        self,
        given: Sequence[Sequence[Any]],
        instead: Mapping[str, Callable[..., Any]] | None = None,
    ) -> list[Callable[[], Any]]:
        """Its calls with each of these arguments; each gives a result, or raises what it raised.

        instead: functions that meanwhile take the place of those with these names.
        """


class Local:
    """A function of this process as a LearnersFunction; its calls are made when asked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    @property
    def source(self) -> str:
        try:
            return inspect.getsource(self.function)
        except Exception:  # a stranger's object can make anything of it
            return ""

    @property
    def reads(self) -> dict[str, str]:
        code = getattr(self.function, "__code__", None)
        names = _names(code) if isinstance(code, types.CodeType) else frozenset()
        there = getattr(self.function, "__globals__", {})
        return {name: _kind(there[name]) for name in names if name in there}

    def call_each(
        self,
        given: Sequence[Sequence[Any]],
        instead: Mapping[str, Callable[..., Any]] | None = None,
    ) -> list[Callable[[], Any]]:
        called = partial(_called, self.function, instead) if instead else self.function
        return [partial(called, *arguments) for arguments in given]


def _called(
    function: Callable[..., Any], instead: Mapping[str, Callable[..., Any]], *arguments: Any
) -> Any:
    with replaced(function, instead):
        return function(*arguments)


@contextlib.contextmanager
def replaced(
    function: Callable[..., Any], instead: Mapping[str, Callable[..., Any]]
) -> Iterator[None]:
    """Meanwhile names that a function reads stand for other functions; then all is as it was.

    Names are global ones of its notebook, whatever they hold, or not there at all. What they held
    is exchanged where else it is found, too: under another global name, and in default arguments
    and closures of the notebook's functions. In lists, tables and objects it stays.
    """
    names = getattr(function, "__globals__", None)
    if not isinstance(names, dict):
        yield
        return
    before = dict(names)
    new = {id(before[name]): one for name, one in instead.items() if callable(before.get(name))}
    own = [one for one in (*before.values(), function) if isinstance(one, types.FunctionType)]
    own = [one for one in own if one.__globals__ is names]
    kept = [(one, one.__defaults__, one.__kwdefaults__) for one in own]
    cells = [cell for one in own for cell in one.__closure__ or () if _held(cell) in new]
    held = [(cell, cell.cell_contents) for cell in cells]
    try:
        for name, value in before.items():
            if id(value) in new:
                names[name] = new[id(value)]
        names.update(instead)
        for one, defaults, by_name in kept:
            if defaults:
                one.__defaults__ = tuple(new.get(id(value), value) for value in defaults)
            if by_name:
                found = {name: new.get(id(value), value) for name, value in by_name.items()}
                one.__kwdefaults__ = found
        for cell, value in held:
            cell.cell_contents = new[id(value)]
        yield
    finally:
        for cell, value in held:
            cell.cell_contents = value
        for one, defaults, by_name in kept:
            one.__defaults__, one.__kwdefaults__ = defaults, by_name
        for name in {*instead, *(name for name, value in before.items() if id(value) in new)}:
            if name in before:
                names[name] = before[name]
            else:
                names.pop(name, None)


def _held(cell: types.CellType) -> int:
    """What is in a closure's cell, by its id; 0 where nothing is."""
    try:
        return id(cell.cell_contents)
    except ValueError:
        return 0


def known(function: Callable[..., Any]) -> LearnersFunction:
    """What is known of a function; one that stands for another process's says so by its type."""
    return function if hasattr(type(function), "call_each") else Local(function)  # type: ignore[return-value]


@lru_cache(maxsize=256)
def _names(code: types.CodeType) -> frozenset[str]:
    """The global names that the code loads; `co_names` holds those of attributes as well."""
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    loads = {one.argval for one in dis.get_instructions(code) if one.opname in _LOADS}
    return frozenset(loads).union(*map(_names, inner))


def _kind(value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else type(value).__name__
