"""What is remarked of an answer: that it uses autograd, say, or reads a name from outside.

These are notes for the learner and flags for a person; they change no mark.
"""

import ast
import textwrap
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from chainrule.functions import known

AUTOGRAD = {"autograd", "requires_grad", "requires_grad_", "retain_grad", "vjp", "jacrev"}
# Kinds of outside names that a function may well use: modules, and what can be called.
CALLED = {"module", "function", "class"}
NAMES = 10  # of outside, that are told


class Flag(NamedTuple):
    """what: the name that is read, or the argument that is written to; "" for the other kinds."""

    kind: Literal["autograd", "global", "argument changed", "test failed"]
    what: str = ""


def flags(
    function: Callable[..., Any], handwork: bool, earlier: Collection[str] = ()
) -> list[Flag]:
    """The flags that a function's own text gives, one for each outside value that it reads.

    handwork: whether autograd misses the point. earlier: names that it is meant to read.
    """
    learners = known(function)
    found = [Flag("autograd")] if handwork and _uses_autograd(learners.source) else []
    outside = sorted(name for name, kind in learners.reads.items() if kind not in CALLED)
    outside = [name for name in outside if not name.isupper() and name not in earlier]
    return found + [Flag("global", name) for name in outside[:NAMES]]


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
