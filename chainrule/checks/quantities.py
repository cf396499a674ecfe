"""What the values on the right way are called: every true quantity of a case, by its name.

A learner's value is recognised by its numbers alone, whatever it is called and however it was
computed. What is not in the list is not recognised, which is no proof that it is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np

from chainrule.checks.attempt import quiet
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Question
from chainrule.networks.formulas import MissingName, evaluate, steps

# Steps on a right way that have no name of their own, as formulas of those that have.
ON_THE_WAY = {
    "the largest logit": "logits.max(axis=1, keepdims=True)",
    "the unshifted exponentials": "np.exp(logits)",
    "the sum of the exponentials": "exps.sum(axis=1, keepdims=True)",
    "the sum of the unshifted exponentials": "np.exp(logits).sum(axis=1, keepdims=True)",
    "the logarithm of the sum": "np.log(exps.sum(axis=1, keepdims=True))",
    "the logarithm of the unshifted sum": "np.log(np.exp(logits).sum(axis=1, keepdims=True))",
    "one_hot times log_probs": "one_hot * log_probs",
    "one_hot times probs": "one_hot * probs",
    "one_hot times logits": "one_hot * logits",
    "one_hot times the shifted logits": "one_hot * shifted",
    "the target's probability": "(one_hot * probs).sum()",
    "the target's log-probability": "(one_hot * log_probs).sum()",
    "the target's logit": "(one_hot * logits).sum()",
    "the target's shifted logit": "(one_hot * shifted).sum()",
    "the gradient of probs": "-one_hot / probs",
    "the reciprocal of probs": "1 / probs",
    "softmax's Jacobian": "np.diag(probs[0]) - np.outer(probs[0], probs[0])",
    "the outer product of probs with itself": "np.outer(probs[0], probs[0])",
    "the product of x and W": "x @ W",
    "the product of x and W1": "x @ W1",
    "the product of hidden_act and W2": "hidden_act @ W2",
    "the gradient of x": "grad_hidden_pre @ W1.T",
    "the gradient of the features": "grad_logits @ W.T",
    "ReLU's slope": "(hidden_pre > 0) * 1.0",
    "the opposite of ReLU's slope": "(hidden_pre <= 0) * 1.0",
}


def said(name: str, question: Question) -> str:
    """What a quantity is called in a message."""
    spoken = question.home.spoken if question.home else {}
    return spoken.get(name, name)


@cache
def notation(question: Question) -> frozenset[str]:
    """Names that the notebook gives to quantities: a variable so called is meant to be that one."""
    spoken = question.home.spoken if question.home else {}
    return frozenset({*question.formulas, *question.result_names} - set(spoken))


@dataclass(frozen=True, eq=False)
class Quantities:
    """The true values of one case by name, in the order in which they are computed."""

    values: Mapping[str, np.ndarray]
    spoken: Mapping[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """What a quantity is called in a message."""
        return self.spoken.get(name, name)

    def names_of(self, value: np.ndarray) -> tuple[str, ...]:
        """The quantities with these numbers, in any shape of as many entries, or transposed."""
        if not telling(value) or value.size not in self._by_size:
            return ()
        names, rows, tolerances = self._by_size[value.size]
        with np.errstate(all="ignore"):
            near = np.abs(rows - value.ravel()) <= tolerances
            # A probability of exactly 0 is not one of 1e-15: its logarithm is another one.
            near = (near & ((rows != 0) | (value.ravel() == 0))).all(axis=1)
        return tuple(dict.fromkeys(name for name, hit in zip(names, near, strict=True) if hit))

    def get_ready(self) -> None:
        """Sort them for `names_of`, before the first value is asked for."""
        _ = self._by_size

    @cached_property
    def _by_size(self) -> dict[int, tuple[list[str], np.ndarray, np.ndarray]]:
        """By their numbers of entries: names, entries in rows, and what may differ, in a column."""
        sizes: dict[int, list[tuple[str, np.ndarray]]] = {}
        for name, value in self.values.items():
            for turned in (
                (value, value.T) if value.ndim == 2 and 1 not in value.shape else (value,)
            ):
                sizes.setdefault(value.size, []).append((name, turned.ravel()))
        found = {}
        for size, pairs in sizes.items():
            rows = np.array([entries for _, entries in pairs])
            finite = np.where(np.isfinite(rows), np.abs(rows), 0.0)
            tolerances = 1e-6 * finite.max(axis=1, keepdims=True, initial=0.0)
            found[size] = ([name for name, _ in pairs], rows, tolerances)
        return found


def telling(value: np.ndarray) -> bool:
    """Whether numbers say where they come from: not zeros, ones, or all alike in many entries."""
    if not np.isfinite(value).all():
        return True
    if value.size == 1:
        number = float(value.ravel()[0])
        return abs(number) > 1e-12 and number not in (1.0, -1.0, 2.0, 0.5)
    flat = value.ravel()
    return not (flat == flat[0]).all()


@cache
def quantities(question: Question, case: Case) -> Quantities:
    """All true quantities of a case that its arguments determine."""
    spoken = question.home.spoken if question.home else {}
    if question.quantities:
        return Quantities(question.quantities(case), spoken)
    return Quantities(case.known or following(question, case.arguments), spoken)


def following(question: Question, start: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What follows rightly from these values, with them; there may be wrong ones among them."""
    names = _computable(question, tuple(start))
    with quiet():
        values = {**start, **evaluate(_formulas(question), start, names)} if names else start
    return {_SPELT.get(name, name): np.asarray(value, float) for name, value in values.items()}


@cache
def _formulas(question: Question) -> dict[str, str]:
    return {**question.formulas, **{_word(name): text for name, text in ON_THE_WAY.items()}}


@cache
def _computable(question: Question, start: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for name in _formulas(question):
        try:
            steps(_formulas(question), start, (name,))
        except MissingName:
            continue
        found += [name] if name not in start else []
    return tuple(found)


def _word(name: str) -> str:
    """A name that can stand in a formula's text, for one of several words."""
    return "_" + "".join(letter if letter.isalnum() else "_" for letter in name)


_SPELT = {_word(name): name for name in ON_THE_WAY}
