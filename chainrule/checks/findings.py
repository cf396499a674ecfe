"""What else can be seen of a wrong answer: the lines at fault, what its numbers are, what an error
means.

All of this is text for a reader and never a mark. It is looked for only where something is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, copied, quiet
from chainrule.checks.compare import difference
from chainrule.checks.lines import Departure, departures
from chainrule.checks.observations import Observation, observe
from chainrule.checks.python_words import in_words
from chainrule.checks.trace import Trace, trace
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Property, Question

Tried = Sequence[tuple[Case, Attempt]]
TRACED = 2  # cases, so that what agrees by chance in one of them is not believed


@dataclass(frozen=True)
class Findings:
    """departures: the lines at fault. writes: the line that changes an argument. returns: the one
    that returns what has the wrong form. observations: what the numbers are. stopped: the first
    case in which it raised. meaning: of that, in plain words. shapes: of what the line that raised
    reads.
    """

    departures: tuple[Departure, ...] = ()
    writes: Departure | None = None
    returns: Departure | None = None
    observations: tuple[Observation, ...] = ()
    stopped: tuple[Case, Attempt] | None = None
    meaning: str = ""
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()


def find(
    question: Question,
    function: Callable[..., Any],
    wrong: Sequence[Property],
    tried: Tried,
    slipped: Sequence[str] = (),
) -> Findings:
    """Look at an answer of which these properties are wrong, or which writes to an argument.

    tried: all its cases. slipped: earlier functions of the learner's that are wrong.
    """
    try:
        return looked_at(question, function, wrong, tried, slipped)
    except Exception:
        return Findings()  # a stranger's values can be anything, and no mark depends on this


def looked_at(
    question: Question,
    function: Callable[..., Any],
    wrong: Sequence[Property],
    tried: Tried,
    slipped: Sequence[str] = (),
) -> Findings:
    """The same, without a net."""
    asked = [prop for prop in wrong if prop.results]
    if any(answer.kind == "not attempted" for _, answer in tried):
        return Findings()
    writes = _writes(function, tried)
    if not asked:
        return Findings(writes=writes)
    kind = asked[0].kind
    here = [(case, answer) for case, answer in tried if case.kind == kind]
    results = list(dict.fromkeys(r for prop in asked if prop.kind == kind for r in prop.results))
    failing = [(case, answer, _wrong(case, answer, results)) for case, answer in here]
    failing = [(case, answer, names) for case, answer, names in failing if names]
    # The worked example comes first, and agrees by chance more often than fresh networks do.
    chosen = [one for one in failing if one[0] is not tried[0][0]] or failing
    stops = [one for one in chosen if one[1].kind == "raised"] or [
        one for one in chosen if one[1].results
    ]
    traced = [
        (case, names, one)
        for case, _, names in stops[:TRACED]
        if (one := _traced(function, case)) is not None
    ]
    found = _agreed(
        [departures(question, case, one, names, slipped) for case, names, one in traced]
    )
    stopped = next((one for one in here if one[1].kind == "raised"), None)
    raised = stopped[1] if stopped else None
    whole = all(answer.results for _, answer in here)
    last = _traced(function, stopped[0]) if stopped else None
    names = list(last.at_the_end) if last else []
    return Findings(
        found,
        writes,
        _returns(function, here),
        tuple(observe(question, results, here)) if whole else (),
        stopped,
        in_words(raised.error, question.function, question.arguments, names) if raised else "",
        _shapes(last) if last else (),
    )


def _writes(function: Callable[..., Any], tried: Tried) -> Departure | None:
    """The first line after which an argument is no longer what it was."""
    case, answer = next((one for one in tried if one[1].changed), tried[0])
    traced = _traced(function, case) if answer.changed else None
    for step in traced.steps if traced else ():
        if step.kind == "variable" and step.text in answer.changed and step.changes and traced:
            return Departure(step.line, traced.typed(step.line), step.text)
    return None


def _returns(function: Callable[..., Any], tried: Tried) -> Departure | None:
    """The line that returned one value in place of several, or too many."""
    case, answer = tried[0]
    traced = _traced(function, case) if answer.kind == "type" else None
    ends = [step.line for step in traced.steps if step.kind == "result"] if traced else []
    return Departure(ends[-1], traced.typed(ends[-1])) if traced and ends else None


def _wrong(case: Case, answer: Attempt, results: Sequence[str]) -> list[str]:
    """The results that differ in a case; all of them where there are none."""
    names = case.expand(tuple(results))
    if not answer.results:
        return list(names)
    return [n for n in names if difference(answer.results.get(n), case.truth[n]) is not None]


def _traced(function: Callable[..., Any], case: Case) -> Trace | None:
    with quiet():
        return trace(function, tuple(copied(value) for value in case.arguments.values()))


def _agreed(found: Sequence[list[Departure]]) -> tuple[Departure, ...]:
    """The lines of the first case; of mistakes, those that all cases show at the line."""
    if not found:
        return ()
    others: list[Mapping[int, Departure]] = [{one.line: one for one in more} for more in found[1:]]
    agreed = []
    for departure in found[0]:
        mistakes = tuple(
            mistake
            for mistake in departure.mistakes
            if all(
                departure.line in other and mistake in other[departure.line].mistakes
                for other in others
            )
        )
        agreed.append(replace(departure, mistakes=mistakes))
    return tuple(agreed)


def _shapes(traced: Trace) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The arrays that the line which raised reads, with their shapes."""
    found = {}
    for name in traced.names.get(traced.raised, ()):
        value = traced.steps[traced.at_the_end[name]].value if name in traced.at_the_end else None
        if isinstance(value, np.ndarray):
            found[name] = value.shape
    return tuple(found.items())
