"""Mistakes that nobody had to write down: the right formulas with one thing changed.

Each formula's syntax tree is changed at one place: a name exchanged for another one, a term or a
factor left out, a sign, a product of the other kind, a transpose dropped, another reduction, axis,
comparison or activation. The sentence is made from the change. They are tried only where nothing
simpler fits, one at a time, and by value: a changed formula is computed from true quantities, and
what follows from it rightly.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, quiet
from chainrule.checks.compare import as_array, same
from chainrule.checks.quantities import ON_THE_WAY, quantities
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Question
from chainrule.networks.formulas import MissingName, evaluate, names_in, steps

MOST = 3  # changes that are told; more than these say nothing
# Activations in place of ReLU: how they are called, and what they compute.
_ACTIVATIONS = {
    "tanh": "np.tanh(hidden_pre)",
    "a sigmoid": "1 / (1 + np.exp(-hidden_pre))",
    "the absolute value": "np.abs(hidden_pre)",
    "a minimum": "np.minimum(hidden_pre, 0)",
    "ReLU capped at 1": "np.clip(hidden_pre, 0, 1)",
    "ReLU capped at 6": "np.clip(hidden_pre, 0, 6)",
    "a leaky ReLU (0.01)": "np.where(hidden_pre > 0, hidden_pre, 0.01 * hidden_pre)",
    "a leaky ReLU (0.1)": "np.where(hidden_pre > 0, hidden_pre, 0.1 * hidden_pre)",
    "ReLU's slope": "(hidden_pre > 0) * 1.0",
    "softmax": "np.exp(hidden_pre) / np.exp(hidden_pre).sum(axis=1, keepdims=True)",
    "a square": "np.maximum(hidden_pre, 0) ** 2",
    "softplus": "np.log(1 + np.exp(hidden_pre))",
}
_SLOPES = {
    "tanh": "grad_hidden_act * (1 - np.tanh(hidden_pre) ** 2)",
    "a sigmoid": "grad_hidden_act * np.exp(-hidden_pre) / (1 + np.exp(-hidden_pre)) ** 2",
    "the absolute value": "grad_hidden_act * np.sign(hidden_pre)",
    "a leaky ReLU (0.01)": "grad_hidden_act * np.where(hidden_pre > 0, 1, 0.01)",
    "a leaky ReLU (0.1)": "grad_hidden_act * np.where(hidden_pre > 0, 1, 0.1)",
    "a step at 1": "grad_hidden_act * (hidden_pre > 1)",
}
_NUMBERS = ("1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12", "1e-15")


_SAID = {"shifted": "the shifted logits", "exps": "the exponentials"}


def said(name: str) -> str:
    return _SAID.get(name, name)


@dataclass(frozen=True, eq=False)
class Change:
    """A quantity's formula with one change in it, and the change in words."""

    name: str
    words: str
    code: CodeType


def changes_that_fit(
    question: Question, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[str]:
    """The changes that give these results on all the cases, each as a sentence; [] where none or
    too many do."""
    if question.program or question.recorded or not tried:
        return []
    fitting = list(_changes(question))
    moved: set[Change] = set()  # what changes nothing explains nothing
    with quiet():
        for case, answer in tried:
            given = {one: _given(one, question, results, case) for one in fitting}
            fitting = [one for one in fitting if _same_as(given[one], answer.results)]
            moved |= {one for one in fitting if not _same_as(given[one], case.truth)}
            if not fitting:
                return []
    fitting = [one for one in fitting if one in moved]
    words = list(dict.fromkeys(change.words for change in fitting))
    return words if len(words) <= MOST else []


def _given(
    change: Change, question: Question, results: Sequence[str], case: Case
) -> dict[str, Any] | None:
    """What the change gives on a case; None where it cannot be computed there."""
    true = quantities(question, case).values
    try:
        value = np.asarray(eval(change.code, {"np": np, "len": len}, dict(true)), dtype=float)
        if value.shape != true[change.name].shape:
            return None
        return evaluate(question.formulas, {**case.arguments, change.name: value}, tuple(results))
    except (ArithmeticError, ValueError, TypeError, IndexError, NameError, MissingName):
        return None


def _same_as(given: Mapping[str, Any] | None, results: Mapping[str, Any]) -> bool:
    """Whether these are the same numbers as some results."""
    for name, value in (given or {}).items():
        other = as_array(results.get(name))
        if other is None or not same(other, np.asarray(value, dtype=float)):
            return False
    return given is not None


@cache
def _changes(question: Question) -> tuple[Change, ...]:
    """All changes to the formulas that lie between a question's arguments and its results."""
    needed = steps(question.formulas, question.arguments, question.result_names)
    known = [*question.arguments, *needed]
    found = []
    for name in needed:
        for text, words in _changed(name, question.formulas[name], known, question.formulas):
            try:
                code = compile(ast.parse(text, mode="eval"), f"<a change of {name}>", "eval")
            except (SyntaxError, ValueError):
                continue
            found.append(Change(name, f"{words}, in {said(name)}.", code))
    return tuple(found)


def _changed(
    name: str, formula: str, known: Sequence[str], formulas: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The changed texts of one formula, each with its change in words."""
    if name == "hidden_act":
        yield from ((text, f"{words} in place of ReLU") for words, text in _ACTIVATIONS.items())
    if name == "grad_hidden_pre":
        yield from ((text, f"the slope of {words}") for words, text in _SLOPES.items())
    if name == "log_probs":
        for number in _NUMBERS:
            yield f"np.log(probs + {number})", f"{number} added in the logarithm"
            yield f"np.log(np.maximum(probs, {number}))", f"probs kept above {number}"
        yield "np.log(logits)", "logits in place of probs"
    tree = ast.parse(formula, mode="eval").body
    for place, node in enumerate(ast.walk(tree)):
        for new, words in _alternatives(node, name, known, formulas):
            whole = deepcopy(tree)
            yield ast.unparse(_with(whole, place, new)), words


def _with(tree: ast.expr, place: int, new: ast.expr) -> ast.expr:
    """The tree with another node at a place, in the order of ast.walk."""
    old = list(ast.walk(tree))[place]
    if old is tree:
        return new

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is old else self.generic_visit(node)

    changed: ast.expr = Exchange().visit(tree)
    return changed


def _alternatives(
    node: ast.AST, name: str, known: Sequence[str], formulas: Mapping[str, str]
) -> Iterator[tuple[ast.expr, str]]:
    """What can stand in place of a node, with the change in words."""
    match node:
        case ast.Name(id=typed) if typed in known:
            for other in known:
                if other not in (typed, name) and not _depends(other, name, formulas):
                    words = f"{said(other)} in place of {said(typed)}"
                    yield ast.Name(other, ast.Load()), words
        case ast.BinOp(left=left, op=op, right=right):
            yield from _products_and_sums(left, op, right)
        case ast.Attribute(value=value, attr="T"):
            yield value, f"{_spoken(value)} not transposed"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=function), args=[inner]):
            yield inner, f"np.{function} left out"
        case ast.Call(func=ast.Attribute(value=value, attr=("sum" | "max") as how)):
            for other in {"sum", "mean", "max", "min"} - {how}:
                changed = deepcopy(node)
                assert isinstance(changed.func, ast.Attribute)
                changed.func.attr = other
                yield changed, f"{other} in place of {how}"
        case ast.Compare(left=left, ops=[op], comparators=others):
            for sign in (ast.Lt(), ast.GtE(), ast.LtE()):
                words = {ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<="}[type(sign)]
                yield ast.Compare(left, [sign], others), f"{words} in the comparison"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand, "the minus left out"


def _products_and_sums(
    left: ast.expr, op: ast.operator, right: ast.expr
) -> Iterator[tuple[ast.expr, str]]:
    a, b = _spoken(left), _spoken(right)
    match op:
        case ast.Add() | ast.Sub():
            other, word = (ast.Sub(), "-") if isinstance(op, ast.Add) else (ast.Add(), "+")
            yield ast.BinOp(left, other, right), f"{word} before {b}"
            yield left, f"{b} left out"
            yield right, f"{a} left out"
            yield ast.BinOp(right, ast.Sub(), left), f"{b} minus {a}"
            yield ast.BinOp(left, ast.Mult(), right), f"{a} times {b}"
        case ast.Mult():
            yield left, f"{b} left out"
            yield right, f"{a} left out"
            yield ast.BinOp(left, ast.Add(), right), f"{a} plus {b}"
            yield ast.BinOp(left, ast.Div(), right), f"{a} divided by {b}"
        case ast.Div():
            yield left, f"the division by {b} left out"
            yield ast.BinOp(left, ast.Mult(), right), f"times {b} in place of divided by it"
            yield ast.BinOp(left, ast.Sub(), right), f"minus {b} in place of divided by it"
        case ast.MatMult():
            yield ast.BinOp(left, ast.Mult(), right), "* in place of @"
            yield ast.BinOp(left, ast.Add(), right), "+ in place of @"


def _spoken(part: ast.expr) -> str:
    """A part of a formula in words: its name if it has one, and never the formula itself."""
    text = ast.unparse(part)
    return said(text) if text.isidentifier() else _WORDS.get(text, "a part")


_WORDS = {text: words for words, text in ON_THE_WAY.items()} | {
    "len(one_hot)": "the number of examples",
    "hidden_pre > 0": "the mask",
    "x.T": "x, transposed",
    "W2.T": "W2, transposed",
    "hidden_act.T": "hidden_act, transposed",
}


def _depends(other: str, name: str, formulas: Mapping[str, str]) -> bool:
    """Whether a quantity is computed from another: it cannot be used for it."""
    waiting, seen = [other], set()
    while waiting:
        one = waiting.pop()
        if one == name:
            return True
        if one in formulas and one not in seen:
            seen.add(one)
            waiting += names_in(formulas[one])
    return False
