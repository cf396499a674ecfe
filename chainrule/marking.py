"""A function is examined: run on its cases, each property judged, the mistake named."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chainrule import carry
from chainrule.attempt import Attempt, attempts
from chainrule.carry import Composed, composed_of_more, composed_of_one
from chainrule.cases import Case
from chainrule.compare import Difference, as_array, difference
from chainrule.diagnose import candidates, constant, mismatch, predict
from chainrule.flags import flags
from chainrule.mistakes import CATALOGUE, Mistake
from chainrule.questions import PARAMETERS, Property, Question
from chainrule.typed import variants


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
    carried: tuple[str, ...]
    flags: tuple[str, ...]

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
    carrier = _Carrier(question, earlier or {}, cases)
    faults = {prop.name: _fault(prop, tried, carrier) for prop in question.properties}
    flagged = tuple(flags(function, question.handwork, question.earlier))
    named = _name(question, faults, tried, any(flag.startswith("global") for flag in flagged))
    judged = tuple(
        Judged(prop, faults[prop.name], named.get(prop.name, ())) for prop in question.properties
    )
    if carrier.only_excused:
        # Every call stopped inside an earlier function: nothing of this one was seen to be right.
        judged = tuple(
            Judged(one.property, one.fault or Fault(*tried[0]), one.mistakes) for one in judged
        )
    return Examined(question, judged, tuple(tried), tuple(sorted(carrier.slipped)), flagged)


def get_ready(question: Question, cases: Sequence[Case]) -> None:
    """Work out what the mistakes give on these cases, which is the same for every learner.

    Grading asks for it before the first submission: the processes that follow are forks.
    """
    for case in cases:
        for variant in variants(question):
            predict(variant, case)
        carry.get_ready(question, case)


@dataclass
class _Carrier:
    """Looks up whether what is not the truth is what the learner's earlier functions lead to."""

    question: Question
    earlier: Mapping[str, Callable[..., Any]]
    cases: Sequence[Case]
    slipped: set[str] = field(default_factory=set)
    excused: bool = False
    seen_right: bool = False
    singles: dict[Case, list[Composed]] = field(default_factory=dict)
    known: dict[Case, list[Composed]] = field(default_factory=dict)
    left: dict[Case, Iterator[Composed]] = field(default_factory=dict)

    @property
    def only_excused(self) -> bool:
        return self.excused and not self.seen_right

    @cached_property
    def suspects(self) -> dict[str, Callable[..., Any]]:
        """The earlier functions that are wrong in some case; the others can be left out of sets."""
        for case in self.cases:
            self._call_alone(case)
        wrong = {name for slips in self.singles.values() for one in slips for name in one.slipped}
        return {name: function for name, function in self.earlier.items() if name in wrong}

    def _call_alone(self, case: Case) -> None:
        """Mostly one case is enough; whoever needs a second one gets all, in one message each."""
        if case not in self.singles:
            cases = self.cases if self.singles else [case]
            new = [case for case in cases if case not in self.singles]
            self.singles |= composed_of_one(self.question, self.earlier, new)

    def _composed(self, case: Case) -> Iterator[Composed]:
        """The composites of a case that slip; each set is put together when it is asked for."""
        if case not in self.left:
            self._call_alone(case)
            self.known[case] = list(self.singles[case])
            # Where none of them slips alone, all are right, and so is every set.
            sets = self.known[case] and composed_of_more(self.question, self.suspects, case)
            self.left[case] = iter(sets)
        yield from self.known[case]
        for composed in self.left[case]:
            self.known[case].append(composed)
            yield composed

    def result(self, case: Case, name: str, value: Any) -> bool:
        for composed in self._composed(case):
            expected = as_array(composed.attempt.results.get(name))
            if expected is not None and difference(value, expected, name) is None:
                self.slipped.update(composed.slipped)
                return True
        return False

    def error(self, case: Case, tried: Attempt) -> bool:
        """An earlier function raised the same, or what it returned let nobody go on."""
        sizes = mismatch(tried.error)
        for composed in self._composed(case):
            other = composed.attempt
            if (sizes and sizes == mismatch(other.error)) or other.kind in (
                "None",
                "type",
                "misfit",
            ):
                self.slipped.update(composed.slipped)
                self.excused = True
                return True
        return False

    def change(self, case: Case, tried: Attempt) -> bool:
        for composed in self._composed(case) if tried.changed else ():
            if set(tried.changed) <= set(composed.attempt.changed):
                self.slipped.update(composed.slipped)
                return True
        return False


def _fault(
    prop: Property, tried: Sequence[tuple[Case, Attempt]], carrier: _Carrier
) -> Fault | None:
    for case, answer in tried:
        if case.kind != prop.kind:
            continue
        if not answer.results:
            if not carrier.error(case, answer):
                return Fault(case, answer)
            continue
        if not prop.results and not _kept(case, answer) and not carrier.change(case, answer):
            return Fault(case, answer)
        found = {}
        for name in case.expand(prop.results):
            off = difference(answer.results[name], case.truth[name], name)
            if off and not carrier.result(case, name, answer.results[name]):
                found[name] = off
        if found:
            return Fault(case, answer, found)
        carrier.seen_right = True
    return None


def _kept(case: Case, answer: Attempt) -> bool:
    """New parameters were returned, and the arguments are as they were."""
    old = dict(zip(case.expand((PARAMETERS,)), case.arguments["parameters"], strict=True))
    moved = any(difference(answer.results[name], value) for name, value in old.items())
    return moved and not answer.changed


def _name(
    question: Question,
    faults: Mapping[str, Fault | None],
    tried: Sequence[tuple[Case, Attempt]],
    outside: bool,
) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes by property: what explains all results of a kind of case, or else each."""
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
