"""A slip is paid once: what is wrong only because of it keeps its marks.

A property of a special kind of case (large logits, a slope at 0) is lost only for what is special
about it: where one mistake gives its numbers and the plain ones too, these have paid for it. And a
result that follows rightly from another of the learner's own results, which is wrong, is right as
far as it goes: a forgotten bias costs the pre-activation, not the activation and the logits after
it. It does not keep its marks where a mistake of its own could hide in those numbers, such as a
forgotten ReLU where nothing is negative, or where they are all the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from chainrule.checks.attempt import Attempt, attempt, quiet
from chainrule.checks.compare import as_array, difference, same
from chainrule.checks.diagnose import constant, giving, predict
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Property, Question
from chainrule.mistakes import CATALOGUE
from chainrule.mistakes.shown import shows
from chainrule.mistakes.variants import Variant, right_function, right_source, variants
from chainrule.networks.formulas import MissingName, evaluate, names_in, steps

Tried = Sequence[tuple[Case, Attempt]]


def following(question: Question, wrong: Sequence[Property], tried: Tried) -> set[str]:
    """Of the properties that are wrong, the names of those that another one has paid for."""
    plain = [prop for prop in wrong if prop.kind == "fresh" and prop.results]
    paid = {result for prop in plain for result in prop.results}
    found = set()
    for prop in wrong:
        if prop.kind == "fresh":
            follows = any(prop.results) and _follows(question, prop, paid, tried)
        else:
            follows = bool(paid.intersection(prop.results)) and _is_the_same(question, prop, tried)
        if follows:
            found.add(prop.name)
    return found


def _is_the_same(question: Question, prop: Property, tried: Tried) -> bool:
    """Whether one mistake gives the results of the special cases and of the plain ones, and what is
    special could have shown: an answer that returns its logits has not met large ones."""
    both = [(case, answer) for case, answer in tried if case.kind in ("fresh", prop.kind)]
    if constant(prop.results, both):
        return False
    plain = [case for case, _ in both if case.kind == "fresh"]
    special = [case for case, _ in both if case.kind != "fresh"]
    only = [
        one
        for one in variants(question)
        if not any(shows(one.function, case) for case in plain)
        and any(shows(one.function, case) for case in special)
    ]
    met = [
        one
        for one in giving(question, prop.results, both)
        if not only or any(_meets(question, one, other, special) for other in only)
    ]
    return bool(met)


def _meets(question: Question, one: Variant, other: Variant, special: Sequence[Case]) -> bool:
    """Whether a mistake of the special kind is about the same line as this one, or would change
    what this one gives."""
    assigned = {line.partition(" = ")[0]: line for line in one.text.splitlines() if " = " in line}
    right = right_source(question).splitlines()
    for before, after in zip(right, other.text.splitlines(), strict=False):
        name = before.partition(" = ")[0]
        if before == after or name not in assigned:
            continue
        if assigned[name] != before:
            return True
        both = right_function(question, one.text.replace(before, after))
        return any(
            not np.array_equal(
                _flat(predict(one, case)), _flat(attempt(both, case)), equal_nan=True
            )
            for case in special
        )
    return False


def _flat(answer: Attempt) -> np.ndarray:
    """All numbers of the results, in one row."""
    values = [as_array(value) for value in answer.results.values()]
    return np.concatenate([value.ravel() for value in values if value is not None] or [np.empty(0)])


def _follows(question: Question, prop: Property, paid: Collection[str], tried: Tried) -> bool:
    """Whether each result is what the right formulas make of wrong results before it."""
    before = {name: _before(question, name) for name in prop.results}
    if not all(names and names.intersection(paid) for names in before.values()):
        return False
    here = [(case, answer) for case, answer in tried if case.kind == prop.kind]
    return all(
        _made_of(question, name, before[name], here)
        and not _hides(question, name, before[name], here)
        for name in prop.results
    )


def _before(question: Question, name: str) -> set[str]:
    """The results from which another result is computed, as near to it as there are."""
    if question.program or question.recorded or name not in question.formulas:
        return set()
    others = [one for one in question.result_names if one != name]
    try:
        way = steps(question.formulas, (*question.arguments, *others), (name,))
    except MissingName:
        return set()
    return {one for step in way for one in names_in(question.formulas[step])}.intersection(others)


def _made_of(question: Question, name: str, before: set[str], tried: Tried) -> bool:
    for case, answer in tried:
        expected = _evaluated(question, name, before, case, answer, {})
        if expected is None or difference(answer.results[name], expected, name):
            return False
    return True


def _hides(question: Question, name: str, before: set[str], tried: Tried) -> bool:
    """Whether a mistake in the formula itself would give the same numbers everywhere."""
    for one in before:
        values = [as_array(answer.results[one]) for _, answer in tried]
        if not any(value is not None and value.size > 1 and np.ptp(value) > 0 for value in values):
            return True
    return any(
        all(_alike(question, name, before, variant, *one) for one in tried)
        for variant in _variants(question, name)
    )


def _variants(question: Question, name: str) -> Iterator[Mapping[str, str]]:
    own = question.home.mistakes if question.home else ()
    for mistake in (*own, *CATALOGUE.values()):
        for variant in mistake.variants:
            if set(variant) == {name} and variant[name] != question.formulas[name]:
                yield variant


def _alike(
    question: Question,
    name: str,
    before: set[str],
    variant: Mapping[str, str],
    case: Case,
    answer: Attempt,
) -> bool:
    other = _evaluated(question, name, before, case, answer, variant)
    yours = as_array(answer.results[name])
    return other is not None and yours is not None and same(yours, other)


def _evaluated(
    question: Question,
    name: str,
    before: set[str],
    case: Case,
    answer: Attempt,
    variant: Mapping[str, str],
) -> np.ndarray | None:
    """What the formulas make of the learner's own results; None where they cannot."""
    own = {one: as_array(answer.results.get(one)) for one in before}
    if any(value is None for value in own.values()):
        return None
    try:
        with quiet():
            given = {**case.arguments, **own}
            return as_array(evaluate({**question.formulas, **variant}, given, (name,))[name])
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
