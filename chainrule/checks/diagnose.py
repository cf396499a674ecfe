"""Which mistake of the catalogue gives a learner's numbers.

Each mistake that can be typed into the function is run on the same cases; it is named where it
gives the learner's results on all of them, or raises as the learner's function does. Results are
compared as raveled values, so that a wrong shape gets a name too; where several fit, those of the
same shape are preferred.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempt
from chainrule.checks.compare import as_array, same
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Mistake
from chainrule.exercises.questions import Question
from chainrule.mistakes.pairs import pairs
from chainrule.mistakes.unwritten import unwritten
from chainrule.mistakes.variants import Variant, variants


def candidates(
    question: Question, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[Mistake]:
    """The mistakes that give these results on all the cases; [] where none does."""
    return _among(variants(question), results, tried)


def unwritten_candidate(
    question: Question, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[Mistake]:
    """The plainest of those that nobody has written down; [] where none gives these results.

    What is not finite comes out in many ways, so that one of them explains nothing.
    """
    for case, answer in tried:
        for name in case.expand(tuple(results)):
            yours = as_array(answer.results.get(name))
            if yours is not None and not np.isfinite(yours).all():
                return []
    return _among(unwritten(question), results, tried)[:1]


def giving(
    question: Question, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[Variant]:
    """The ways to make a mistake that give these results on all the cases; of those that nobody has
    written down only where no other does."""
    written = [one for one in variants(question) if _fits(one, results, tried)]
    return written or [one for one in unwritten(question) if _fits(one, results, tried)]


def pair_giving(
    question: Question,
    results: Sequence[str],
    tried: Sequence[tuple[Case, Attempt]],
    known: Collection[str],
) -> tuple[Mistake, ...]:
    """The two mistakes that together give these results on all the cases, if just one pair does.

    known: the ids of those that are seen already.
    """
    fitting = {
        frozenset((one.id, other.id)): (one, other)
        for one, other, variant in pairs(question, known)
        if _fits(variant, results, tried)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else ()


def _among(
    known: Sequence[Variant], results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[Mistake]:
    fitting = [variant for variant in known if _fits(variant, results, tried)]
    exact = [variant for variant in fitting if _same_shapes(variant, results, tried)]
    if not exact and _right_but_for_shapes(results, tried):
        return []  # what fits gives the right numbers here, as some mistakes do at one example
    return list({v.mistake.id: v.mistake for v in exact or fitting}.values())


@cache
def predict(variant: Variant, case: Case) -> Attempt:
    """What the mistake gives on a case. It does not depend on the learner, so it is kept."""
    return attempt(variant.function, case)


def mismatch(error: Exception | None) -> tuple[str, ...]:
    """The sizes that did not fit, from NumPy's or torch's message; () where it is another error."""
    text = str(error)
    for pattern in (
        r"size (\d+) is different from (\d+)",
        r"not aligned: (\d+) \(dim \d\) != (\d+)",
        r"\(\d+x(\d+) and (\d+)x\d+\)",
    ):
        if found := re.search(pattern, text):
            return ("product", *sorted(found.groups()))
    if "broadcast" in text:
        return ("elementwise", *sorted(re.findall(r"\([\d, ]*\)", text)))
    if found := re.search(r"tensor a \((\d+)\) must match the size of tensor b \((\d+)\)", text):
        return ("elementwise", *sorted(found.groups()))
    return ()


def constant(results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]) -> bool:
    """Whether the results stay the same where the truth changes: the arguments are not used."""
    groups: dict[tuple[str, ...], list[tuple[Any, Any]]] = {}
    for case, learner in tried:
        names = case.expand(tuple(results))
        yours = [as_array(learner.results.get(name)) for name in names]
        if all(value is not None for value in yours):
            truth = [case.truth[name] for name in names]
            groups.setdefault(names, []).append((yours, truth))
    pairs = [(group[0], other) for group in groups.values() for other in group[1:]]
    return bool(pairs) and all(
        all(map(np.array_equal, yours, others)) and not all(map(np.array_equal, truth, other))
        for (yours, truth), (others, other) in pairs
    )


def _fits(variant: Variant, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]) -> bool:
    for case, learner in tried:
        mistaken = predict(variant, case)
        if learner.kind == "raised" or mistaken.kind == "raised":
            sizes = mismatch(learner.error)
            if not sizes or sizes != mismatch(mistaken.error):
                return False
            continue
        for name in case.expand(tuple(results)):
            yours, other = as_array(learner.results.get(name)), as_array(mistaken.results.get(name))
            if yours is None or other is None or not same(yours, other):
                return False
    return True


def _right_but_for_shapes(results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]) -> bool:
    for case, learner in tried:
        for name in case.expand(tuple(results)):
            yours = as_array(learner.results.get(name))
            if yours is None or not same(yours, case.truth[name]):
                return False
    return True


def _same_shapes(
    variant: Variant, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> bool:
    for case, learner in tried:
        mistaken = predict(variant, case)
        for name in case.expand(tuple(results)) if mistaken.results else ():
            yours, other = as_array(learner.results[name]), as_array(mistaken.results.get(name))
            if yours is None or other is None or yours.shape != other.shape:
                return False
    return True
