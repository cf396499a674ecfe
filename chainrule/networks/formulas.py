"""Formulas as data: a table of name -> expression, turned into the source of a function.

The formulas of a network, right or wrong, are short NumPy expressions that name each other. As
text they can be evaluated, shown as a line of code, and written into a learner's notebook, and all
three are the same formula. Only tables of this package pass through here, never what a learner
wrote.
"""

import ast
import builtins
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

Formulas = Mapping[str, str]
_BUILTINS = {"np", *dir(builtins)}


class MissingName(LookupError):
    """A formula needs a name that is neither an argument nor in the table."""


@cache
def names_in(expression: str) -> frozenset[str]:
    """The free names of an expression that are not NumPy or a builtin."""
    nodes = list(ast.walk(ast.parse(expression, mode="eval")))
    bound = {
        name.id
        for node in nodes
        if isinstance(node, ast.comprehension)
        for name in ast.walk(node.target)
        if isinstance(name, ast.Name)
    }
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(used - bound - _BUILTINS)


def steps(formulas: Formulas, arguments: Iterable[str], results: Iterable[str]) -> list[str]:
    """The names to compute, in order, to get from the arguments to the results.

    Raises MissingName where that cannot be done.
    """
    known, order = set(arguments), []

    def need(name: str) -> None:
        if name in known:
            return
        if name not in formulas:
            raise MissingName(name)
        known.add(name)
        for other in sorted(names_in(formulas[name])):
            need(other)
        order.append(name)

    for result in results:
        need(result)
    return order


def source(name: str, formulas: Formulas, arguments: Iterable[str], results: Iterable[str]) -> str:
    """The source of a function that computes the results, one line a formula.

    Raises MissingName where that cannot be done.
    """
    arguments, results = tuple(arguments), tuple(results)
    body = [f"{step} = {formulas[step]}" for step in steps(formulas, arguments, results)]
    body.append(f"return {', '.join(results)}")
    return f"def {name}({', '.join(arguments)}):\n" + "".join(f"    {line}\n" for line in body)


@cache
def compiled(text: str, name: str, *helpers: Callable[..., Any]) -> Callable[..., Any]:
    """The function of that name that the text defines, with NumPy as `np` and the helpers."""
    namespace: dict[str, Any] = {"np": np} | {helper.__name__: helper for helper in helpers}
    exec(compile(text, f"<formula {name}>", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


@cache
def _function(
    formulas: tuple[tuple[str, str], ...], arguments: tuple[str, ...], results: tuple[str, ...]
) -> Callable[..., Any]:
    return compiled(source("f", dict(formulas), arguments, results), "f")


def evaluate(
    formulas: Formulas, given: Mapping[str, Any], results: Iterable[str]
) -> dict[str, Any]:
    """The values of the results, by name, from the values that are given.

    Raises MissingName where that cannot be done, and what NumPy raises where shapes do not fit.
    """
    results = tuple(results)
    values = _function(tuple(formulas.items()), tuple(given), results)(**given)
    return dict(zip(results, values if len(results) > 1 else (values,), strict=True))
