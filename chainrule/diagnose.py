"""Which mistake of the catalogue gives a learner's numbers.

Each mistake that can be typed into the function is run on the same cases; it is named where it
gives the learner's results on all of them, or raises as the learner's function does. Results are
compared as raveled values, so that a wrong shape gets a name too; where several fit, those of the
same shape are preferred.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from chainrule.attempt import Attempt, attempt
from chainrule.cases import Case
from chainrule.compare import as_array, same
from chainrule.formulas import Formulas, MissingName, compiled, source
from chainrule.mistakes import CATALOGUE, PROGRAMS, Mistake
from chainrule.network import loss_and_gradients
from chainrule.questions import Question


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to make a mistake in a function: its source text, and the function."""

    mistake: Mistake
    text: str
    function: Callable[..., Any]


@cache
def variants(question: Question) -> tuple[Variant, ...]:
    """All mistakes that can be typed into this function, in the catalogue's order."""
    return tuple(
        Variant(mistake, text, compiled(text, question.function, loss_and_gradients))
        for mistake in CATALOGUE.values()
        for text in wrong_sources(question, mistake)
    )


def right_source(question: Question) -> str:
    """The source of a right function."""
    if question.name in PROGRAMS:
        return _program(question, {})
    return _source(question, question.formulas)


def wrong_sources(question: Question, mistake: Mistake) -> list[str]:
    """The sources of the function with this mistake, one for each way to type it; [] if none is."""
    if question.name in PROGRAMS:
        lines = "\n".join(PROGRAMS[question.name])
        edits = [edit for edit in mistake.edits if all(old in lines for old in edit)]
        return [_program(question, edit) for edit in edits]
    texts = []
    for variant in mistake.variants:
        try:
            texts.append(_source(question, {**question.formulas, **variant}))
        except MissingName:
            continue
    # Where the replaced formula is not used, or is an argument, the function is still right.
    return [text for text in dict.fromkeys(texts) if text != right_source(question)]


def candidates(
    question: Question, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> list[Mistake]:
    """The mistakes that give these results on all the cases; [] where none does."""
    fitting = [variant for variant in variants(question) if _fits(variant, results, tried)]
    exact = [variant for variant in fitting if _same_shapes(variant, results, tried)]
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


def _source(question: Question, formulas: Formulas) -> str:
    return source(question.function, formulas, question.arguments, question.result_names)


def _program(question: Question, edit: Mapping[str, str]) -> str:
    lines = []
    for line in PROGRAMS[question.name]:
        old = next((old for old in edit if old in line), None)
        lines += (line.replace(old, edit[old]) if old else line).splitlines()
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {question.function}({', '.join(question.arguments)}):\n{body}"


def _fits(variant: Variant, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]) -> bool:
    for case, learner in tried:
        mistaken = predict(variant, case)
        if learner.kind == "raised" or mistaken.kind == "raised":
            sizes = mismatch(learner.error)
            if not sizes or sizes != mismatch(mistaken.error):
                return False
            continue
        for name in case.expand(tuple(results)):
            yours, other = as_array(learner.results.get(name)), as_array(mistaken.results[name])
            if yours is None or other is None or not same(yours, other):
                return False
    return True


def _same_shapes(
    variant: Variant, results: Sequence[str], tried: Sequence[tuple[Case, Attempt]]
) -> bool:
    for case, learner in tried:
        mistaken = predict(variant, case)
        for name in case.expand(tuple(results)) if mistaken.results else ():
            yours, other = as_array(learner.results[name]), as_array(mistaken.results[name])
            if yours is None or other is None or yours.shape != other.shape:
                return False
    return True


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
