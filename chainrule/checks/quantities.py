"""What the values on the right way are called: every true quantity of a case, by its name.

A learner's value is recognised by its numbers alone, whatever it is called and however it was
computed. What is not in the list is not recognised, which is no proof that it is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from chainrule.checks.attempt import quiet
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Question
from chainrule.networks.formulas import MissingName, evaluate, steps
from chainrule.networks.network import loss_and_gradients

# Names that the notebooks give to quantities: a variable so called is meant to be that quantity.
NOTATION = {
    "hidden_pre", "hidden_act", "logits", "probs", "log_probs", "loss", "losses", "grad_logits",
    "grad_hidden_act", "grad_hidden_pre", "grad_W", "grad_b", "grad_W1", "grad_b1", "grad_W2",
    "grad_b2",
}  # fmt: skip
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


# Two names of our own formulas, which no notebook mentions.
_SAID = {"shifted": "the shifted logits", "exps": "the exponentials"}


def said(name: str) -> str:
    """What a quantity is called in a message."""
    return _SAID.get(name, name)


@dataclass(frozen=True, eq=False)
class Quantities:
    """The true values of one case by name, in the order in which they are computed."""

    values: Mapping[str, np.ndarray]

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
    if question.exercise == "update_step":
        return Quantities(_of_an_update(question, case))
    return Quantities(following(question, case.arguments))


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


def _of_an_update(question: Question, case: Case) -> dict[str, np.ndarray]:
    """Of a step: all that belongs to each parameter. Of a training: the same after each step."""
    names = case.expand(("parameters",))
    rate = float(case.arguments["learning_rate"])
    parameters: Sequence[np.ndarray] = case.arguments["parameters"]
    values: dict[str, np.ndarray] = {"learning_rate": np.array(rate)}
    if question.function == "sgd_step":
        gradients = case.arguments["gradients"]
        for name, old, gradient in zip(names, parameters, gradients, strict=True):
            values |= {f"the old {name}": old, f"grad_{name}": gradient}
            values |= {
                f"the step of {name}": rate * gradient,
                f"minus the step of {name}": -rate * gradient,
            }
            values |= {name: case.truth[name]}
        return values
    x, one_hot = case.arguments["x"], case.arguments["one_hot"]
    values |= {"x": x, "one_hot": one_hot}
    losses: list[float] = []
    for done in range(case.arguments["steps"] + 1):
        when = f"after {done} step{'s' * (done != 1)}" if done else "at the start"
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        values[f"the loss {when}"] = np.array(loss)
        if done:
            values[f"the losses up to it, {when}"] = np.array(losses)
        pairs = list(zip(names, parameters, gradients, strict=True))
        for name, old, gradient in pairs:
            values |= {f"{name} {when}": old, f"grad_{name} {when}": gradient}
            values |= {f"the step of {name} {when}": rate * gradient}
            values |= {f"minus the step of {name} {when}": -rate * gradient}
        parameters = [old - rate * gradient for _, old, gradient in pairs]
    values["losses"] = np.array(losses)
    return values
