"""An early slip costs its own marks only: what a composite gives on the learner's own functions.

A composite, such as a whole `backward`, is put together rightly from the learner's own earlier
functions and, for the other steps, from the right formulas. A result that equals this is right as
far as it goes.
"""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempt, attempts, copied, quiet, unpack
from chainrule.checks.compare import as_array, difference
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Bundle, Question
from chainrule.mistakes.variants import right_function
from chainrule.networks.formulas import MissingName, compiled, evaluate, names_in, steps

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
    if not _composable(question):
        return slips
    for name, function in earlier.items():
        for case, composed in zip(cases, _with(question, name, function, cases), strict=True):
            if composed.slipped:
                slips[case].append(composed)
    return slips


def composed_of_more(question: Question, earlier: Functions, case: Case) -> Iterator[Composed]:
    """The composites in which two or more of the earlier functions are the learner's, and slip."""
    for count in range(2, len(earlier) + 1):
        for names in combinations(earlier, count):
            own = {name: earlier[name] for name in names}
            composed = (
                _run(question, own, case)
                if question.composes
                else _network(question, own, case, {})
            )
            # Where one of them is right, a smaller set says the same.
            if len(composed.slipped) == count:
                yield composed


def _with(
    question: Question, name: str, function: Callable[..., Any], cases: Sequence[Case]
) -> Iterator[Composed]:
    """The composite with this one function of the learner's, on each case."""
    own = {name: function}
    if question.composes:
        yield from (_run(question, own, case) for case in cases)
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
    for name in question.earlier if _composable(question) and not question.composes else ():
        _asked(question, name, case)


@cache
def _composable(question: Question) -> bool:
    """Whether it is known how its earlier functions are put together."""
    if question.composes or question.recorded or question.program:
        return bool(question.composes)
    names = [name for one in question.earlier for name in _sibling(question, one).arguments]
    try:
        steps(question.formulas, question.arguments, names)
    except MissingName:
        return False
    return True


@cache
def _asked(question: Question, name: str, case: Case) -> Case:
    """What an earlier function is called with where all before it is right."""
    earlier = _sibling(question, name)
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
            earlier = _sibling(self.question, function)
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


@dataclass
class _Calls:
    """The calls of a program to the learner's own functions, and how they went.

    changed: arguments of the program itself that one of them wrote to.
    """

    question: Question
    own: Functions
    case: Case
    slipped: list[str] = field(default_factory=list)
    changed: tuple[str, ...] = ()

    def function(self, name: str) -> Callable[..., Any]:
        """The earlier function, looked at while it is called."""
        earlier, right = (
            _sibling(self.question, name),
            right_function(_sibling(self.question, name)),
        )

        def call(*arguments: Any) -> Any:
            if name not in self.own:
                return right(*arguments)
            given = dict(zip(earlier.arguments, map(copied, arguments), strict=True))
            results = _nested(earlier.result_names, self.case)
            truth = dict(unpack(right(*map(copied, arguments)), _whole(earlier, results)))
            called = Case("earlier", "", given, _whole(earlier, results), truth)
            tried = attempt(self.own[name], called)
            if not _right(tried, called) or tried.changed:
                self.slipped = [*self.slipped, name] if name not in self.slipped else self.slipped
            self.changed = self.changed or tried.changed
            if not tried.results:
                raise _Stopped(tried)
            flat = {n: np.asarray(value, dtype=float) for n, value in tried.results.items()}
            found = tuple(
                tuple(flat[member] for member in one) if isinstance(one, Bundle) else flat[one]
                for one in results
            )
            return found if isinstance(earlier.results, tuple) else found[0]

        call.__name__ = name
        return call


def _sibling(question: Question, name: str) -> Question:
    assert question.home is not None
    return question.home.question(name)


def _nested(names: Sequence[str], case: Case) -> tuple[str | Bundle, ...]:
    """The results of an earlier function, with the bundles of the case."""
    return tuple(
        Bundle.called(name, members) if (members := case.expand((name,))) != (name,) else name
        for name in names
    )


def _whole(question: Question, results: tuple[str | Bundle, ...]) -> Any:
    return results if isinstance(question.results, tuple) else results[0]


def _run(question: Question, own: Functions, case: Case) -> Composed:
    """The right program, with the learner's own function in its place."""
    calls = _Calls(question, own, case)
    definition = f"def {question.function}({', '.join(question.arguments)}):\n"
    text = definition + textwrap.indent(question.composes, "    ")
    given = question.home.helpers if question.home else ()
    helpers = [*given, *map(calls.function, question.earlier)]
    program = compiled.__wrapped__(text, question.function, *helpers)
    try:
        with quiet():
            returned = program(*map(copied, case.arguments.values()))
            composed = Attempt(dict(unpack(returned, case.results)), changed=calls.changed)
    except _Stopped as stop:
        composed = stop.attempt
    except (ArithmeticError, TypeError, ValueError) as error:
        composed = Attempt(problem=str(error), kind="misfit")
    return Composed(composed, tuple(calls.slipped))
