"""An early slip costs its own marks only: what a composite gives on the learner's own functions.

A composite, such as a whole `backward`, is put together rightly from the learner's own earlier
functions and, for the other steps, from the right formulas. A result that equals this is right as
far as it goes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempt, attempts, quiet
from chainrule.checks.compare import as_array, difference
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import QUESTIONS, Question
from chainrule.networks.formulas import evaluate, names_in
from chainrule.networks.network import loss_and_gradients

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Composed:
    """What a composite gives on a case, and the earlier functions that were not right there."""

    attempt: Attempt
    slipped: tuple[str, ...]


def composed_of_one(
    question: Question, earlier: Functions, cases: Sequence[Case]
) -> dict[Case, list[Composed]]:
    """The composites in which one earlier function alone is the learner's, and slips."""
    slips: dict[Case, list[Composed]] = {case: [] for case in cases}
    for name, function in earlier.items():
        for case, composed in zip(cases, _with(question, name, function, cases), strict=True):
            if composed.slipped:
                slips[case].append(composed)
    return slips


def composed_of_more(question: Question, earlier: Functions, case: Case) -> Iterator[Composed]:
    """The composites in which two or more of the earlier functions are the learner's, and slip."""
    for count in range(2, len(earlier) + 1):
        for names in combinations(earlier, count):
            composed = _network(question, {name: earlier[name] for name in names}, case, {})
            # Where one of them is right, a smaller set says the same.
            if len(composed.slipped) == count:
                yield composed


def _with(
    question: Question, name: str, function: Callable[..., Any], cases: Sequence[Case]
) -> Iterator[Composed]:
    """The composite with this one function of the learner's, on each case."""
    own = {name: function}
    if _is_loop(question):
        yield from (_train(question, own, case) for case in cases)
        return
    calls = [_asked(question, name, case) for case in cases]
    for case, one, tried in zip(cases, calls, attempts(function, calls), strict=True):
        if _right(tried, one):
            yield Composed(tried, ())
        elif not tried.results:
            yield Composed(tried, (name,))
        else:
            yield _network(question, own, case, {name: tried})


def get_ready(question: Question, case: Case) -> None:
    """Work out what is the same for every learner."""
    for name in question.earlier if not _is_loop(question) else ():
        _asked(question, name, case)


def _is_loop(question: Question) -> bool:
    return question.name == "update_step.train"


@cache
def _asked(question: Question, name: str, case: Case) -> Case:
    """What an earlier function is called with where all before it is right."""
    earlier = QUESTIONS[f"{question.exercise}.{name}"]
    with quiet():
        given = evaluate(question.formulas, case.arguments, earlier.arguments)
        return _earlier_case(earlier, given)


def _earlier_case(earlier: Question, given: Mapping[str, Any]) -> Case:
    truth = evaluate(earlier.formulas, given, earlier.result_names)
    return Case("earlier", "", dict(given), earlier.results, truth)


def _right(tried: Attempt, case: Case) -> bool:
    return bool(tried.results) and all(
        difference(tried.results[name], true) is None for name, true in case.truth.items()
    )


class _Stopped(Exception):
    """An earlier function gave nothing to go on with."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt


@dataclass
class _Graph:
    """The values of one case by name, each computed when it is asked for.

    tried: what of the learner's own functions has been called on this case before.
    """

    question: Question
    own: Functions
    values: dict[str, Any]
    tried: dict[str, Attempt]
    slipped: list[str] = field(default_factory=list)

    def value(self, name: str) -> Any:
        if name not in self.values:
            self.values |= self._from_learner(name) or {name: self._from_formula(name)}
        return self.values[name]

    def _from_formula(self, name: str) -> Any:
        formulas = {**self.question.formulas, **self.question.composition}
        given = {other: self.value(other) for other in sorted(names_in(formulas[name]))}
        return evaluate(formulas, given, (name,))[name]

    def _from_learner(self, name: str) -> dict[str, Any]:
        for function in self.own:
            earlier = QUESTIONS[f"{self.question.exercise}.{function}"]
            if name not in earlier.result_names:
                continue
            given = {other: self.value(other) for other in earlier.arguments}
            case = _earlier_case(earlier, given)
            tried = self.tried.get(function) or attempt(self.own[function], case)
            if not _right(tried, case) and function not in self.slipped:
                self.slipped.append(function)
            if not tried.results:
                raise _Stopped(tried)
            return {result: _plain(value) for result, value in tried.results.items()}
        return {}


def _plain(value: Any) -> Any:
    array = as_array(value)
    return value if array is None else array


def _network(
    question: Question, own: Functions, case: Case, tried: Mapping[str, Attempt]
) -> Composed:
    graph = _Graph(question, own, dict(case.arguments), dict(tried))
    try:
        with quiet():
            composed = Attempt({name: graph.value(name) for name in question.result_names})
    except _Stopped as stop:
        composed = stop.attempt
    except (ArithmeticError, TypeError, ValueError) as error:
        # A wrong shape from an earlier function does not fit the next step.
        composed = Attempt(problem=str(error), kind="misfit")
    return Composed(composed, tuple(graph.slipped))


def _train(question: Question, own: Functions, case: Case) -> Composed:
    """The loop of the last exercise, with the learner's own step."""
    x, one_hot, parameters, rate, steps = case.arguments.values()
    names = case.results[0]
    losses, slipped = [], False
    changed: tuple[str, ...] = ()
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        given = {"parameters": parameters, "gradients": gradients, "learning_rate": rate}
        pairs = zip(names, parameters, gradients, strict=True)
        truth = {name: value - rate * gradient for name, value, gradient in pairs}
        tried = attempt(own["sgd_step"], Case("earlier", "", given, names, truth))
        if not tried.results:
            return Composed(tried, ("sgd_step",))
        slipped |= any(difference(tried.results[name], truth[name]) for name in names)
        changed = changed or tried.changed
        try:
            parameters = tuple(np.asarray(tried.results[name], dtype=float) for name in names)
            loss = loss_and_gradients(parameters, x, one_hot)[0]
        except (TypeError, ValueError) as error:
            failed = Attempt(problem=str(error), kind="misfit")
            return Composed(failed, ("sgd_step",))
    losses.append(loss)
    results = dict(zip(names, parameters, strict=True)) | {"losses": losses}
    composed = Attempt(results, changed=changed)
    return Composed(composed, ("sgd_step",) if slipped or changed else ())
