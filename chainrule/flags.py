"""What a function's own text says about it: that it uses autograd, or a name from outside.

These are remarks for the learner and flags for a person; they change no mark. In two-process
grading the function is remote and brings its text (`source`) and the outside names that it reads
(`reads`) as data.
"""

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

AUTOGRAD = {"autograd", "requires_grad", "requires_grad_", "retain_grad", "vjp", "jacrev"}
# Kinds of outside names that a function may well use: modules, and what can be called.
CALLED = {"module", "function", "class"}


def flags(function: Callable[..., Any], handwork: bool, earlier: Collection[str] = ()) -> list[str]:
    """The flags of a function: "autograd", and "global: NAME" for each outside value it reads.

    handwork: whether autograd misses the point. earlier: names that it is meant to read.
    """
    text, reads = describe(function)
    found = ["autograd"] if handwork and _uses_autograd(text) else []
    outside = sorted(name for name, kind in reads.items() if kind not in CALLED)
    outside = [name for name in outside if not name.isupper() and name not in earlier]
    return found + [f"global: {name}" for name in outside]


def describe(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """The text of a function, "" where unknown, and the kinds of the outside names it reads."""
    text, reads = getattr(function, "source", None), getattr(function, "reads", None)
    if isinstance(text, str) and isinstance(reads, dict):
        return text, {str(name): str(kind) for name, kind in reads.items()}
    try:
        text = inspect.getsource(function)
    except Exception:  # a stranger's object can make anything of it
        text = ""
    code = getattr(function, "__code__", None)
    names = _names(code) if isinstance(code, types.CodeType) else set()
    known = getattr(function, "__globals__", {})
    return text, {name: _kind(known[name]) for name in names if name in known}


def _names(code: types.CodeType) -> set[str]:
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _kind(value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else type(value).__name__


@lru_cache(maxsize=64)  # a check and the hidden test that follows it ask the same
def _uses_autograd(text: str) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(textwrap.dedent(text))))
    except SyntaxError:
        return False
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    keywords = {node.arg for node in nodes if isinstance(node, ast.keyword)}
    called = {
        node.func.attr
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return bool((attributes | keywords) & AUTOGRAD) or "backward" in called
