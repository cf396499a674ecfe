"""A function is examined: run on its cases, each property judged, the mistake named."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chainrule.checks import composites
from chainrule.checks.attempt import Attempt, attempts
from chainrule.checks.compare import Difference, difference
from chainrule.checks.diagnose import candidates, constant, predict
from chainrule.checks.excuses import Excuses
from chainrule.checks.flags import Flag, flags
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import PARAMETERS, Property, Question
from chainrule.mistakes import CATALOGUE, Mistake
from chainrule.mistakes.variants import variants


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong with a property: in which case, and how its results differ."""

    case: Case
    attempt: Attempt
    differences: Mapping[str, Difference] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """One property of an answer: right where `fault` is None."""

    property: Property
    fault: Fault | None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Examined:
    """All that is known of an answer, before it is put into words."""

    question: Question
    judged: tuple[Judged, ...]
    attempts: tuple[tuple[Case, Attempt], ...]
    carried: tuple[str, ...]  # the earlier functions that the answer follows in a slip
    flags: tuple[Flag, ...]

    @property
    def right(self) -> bool:
        """All properties hold, and no argument was written to."""
        return not self.faults and not self.changed

    @property
    def faults(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.fault]

    @cached_property
    def attempted(self) -> bool:
        return any(tried.kind != "not attempted" for _, tried in self.attempts)

    @property
    def changed(self) -> tuple[str, ...]:
        """The arguments that the function wrote to."""
        return tuple(dict.fromkeys(name for _, tried in self.attempts for name in tried.changed))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        found = {mistake.id: mistake for judged in self.faults for mistake in judged.mistakes}
        return tuple(found.values())


def examine(
    question: Question,
    function: Callable[..., Any],
    cases: Sequence[Case],
    earlier: Mapping[str, Callable[..., Any]] | None = None,
) -> Examined:
    """Run a learner's function on all cases and judge each property.

    `earlier` are the learner's own earlier functions by name: a slip of theirs costs nothing here.
    """
    if "CHAINRULE_REHEARSAL" in os.environ:
        get_ready(question, cases)
    tried = list(zip(cases, attempts(function, cases), strict=True))
    excuses = Excuses(question, earlier or {}, cases)
    faults = {prop.name: _fault(prop, tried, excuses) for prop in question.properties}
    flagged = tuple(flags(function, question.handwork, question.earlier))
    outside = any(flag.kind == "global" for flag in flagged)
    named = _name_mistakes(question, faults, tried, outside)
    if excuses.stopped_short and not excuses.seen_right:
        # Every call stopped inside an earlier function: nothing of this one was seen to be right.
        faults = {name: fault or Fault(*tried[0]) for name, fault in faults.items()}
    judged = tuple(
        Judged(prop, faults[prop.name], named.get(prop.name, ())) for prop in question.properties
    )
    return Examined(question, judged, tuple(tried), tuple(sorted(excuses.slipped)), flagged)


def get_ready(question: Question, cases: Sequence[Case]) -> None:
    """Work out what the mistakes give on these cases, which is the same for every learner.

    Grading asks for it before the first submission: the processes that follow are forks.
    """
    for case in cases:
        for variant in variants(question):
            predict(variant, case)
        composites.get_ready(question, case)


def _fault(prop: Property, tried: Sequence[tuple[Case, Attempt]], excuses: Excuses) -> Fault | None:
    """The first fault that no earlier function excuses; None where the property holds."""
    for case, answer in tried:
        if case.kind != prop.kind:
            continue
        if not answer.results:
            if not excuses.error(case, answer):
                return Fault(case, answer)
            continue
        if not prop.results and not _kept(case, answer) and not excuses.change(case, answer):
            return Fault(case, answer)
        found = {}
        for name in case.expand(prop.results):
            off = difference(answer.results[name], case.truth[name], name)
            if off and not excuses.result(case, name, answer.results[name]):
                found[name] = off
        if found:
            return Fault(case, answer, found)
        excuses.seen_right = True
    return None


def _kept(case: Case, answer: Attempt) -> bool:
    """New parameters were returned, and the arguments are as they were."""
    old = dict(zip(case.expand((PARAMETERS,)), case.arguments["parameters"], strict=True))
    moved = any(difference(answer.results[name], value) for name, value in old.items())
    return moved and not answer.changed


def _name_mistakes(
    question: Question,
    faults: Mapping[str, Fault | None],
    tried: Sequence[tuple[Case, Attempt]],
    outside: bool,
) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes by property: what explains all results of a kind of case, or else each.

    outside: whether the function reads a value from outside, which then explains what nothing does.
    """
    named: dict[str, tuple[Mistake, ...]] = {}
    wrong = [prop for prop in question.properties if faults[prop.name]]
    for kind in dict.fromkeys(prop.kind for prop in wrong):
        here = [(case, answer) for case, answer in tried if case.kind == kind]
        group = [prop for prop in wrong if prop.kind == kind and prop.results]
        every = [prop for prop in question.properties if prop.kind == kind and prop.results]
        results = tuple(name for prop in every for name in prop.results)
        whole = tuple(candidates(question, results, here)) if group else ()
        for prop in group:
            own = whole or tuple(candidates(question, prop.results, here))
            if not own and (outside or constant(prop.results, here)):
                own = (CATALOGUE["U10"],)
            named[prop.name] = own
    sure = {found[0] for found in named.values() if len(found) == 1}
    for name, found in named.items():
        named[name] = tuple(mistake for mistake in found if mistake in sure) or found
    for prop in wrong:
        fault = faults[prop.name]
        if not prop.results and fault and fault.attempt.changed:
            named[prop.name] = (CATALOGUE["U9"],)
    return named
