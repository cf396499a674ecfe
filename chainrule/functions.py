"""A learner's function, in this process or in another: its text, what it reads, its calls."""

import dis
import inspect
import types
from collections.abc import Callable, Sequence
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

    def call_each(self, given: Sequence[Sequence[Any]]) -> list[Callable[[], Any]]:
        """Its calls with each of these arguments; each gives a result, or raises what it raised."""


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

    def call_each(self, given: Sequence[Sequence[Any]]) -> list[Callable[[], Any]]:
        return [partial(self.function, *arguments) for arguments in given]


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
