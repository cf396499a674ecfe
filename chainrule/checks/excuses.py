"""Whether what is wrong in an answer is what the learner's own earlier functions lead to.

This is for those that it is not seen to call (`instead`): kept in a table, or typed anew.
Composites are made when a doubt arises, and no more of them than it takes: mostly none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt
from chainrule.checks.compare import as_array, difference, same
from chainrule.checks.composites import Composed, composed_of_more, composed_of_one
from chainrule.checks.diagnose import mismatch
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Question


@dataclass
class Excuses:
    """What the learner's earlier functions, by name, can be blamed for in one answer.

    slipped: those that were to blame for something so far. stopped_short: some call ended inside an
    earlier function. seen_right: some case was right, as far as the earlier functions go.
    """

    question: Question
    earlier: Mapping[str, Callable[..., Any]]
    cases: Sequence[Case]
    slipped: set[str] = field(default_factory=set)
    stopped_short: bool = False
    seen_right: bool = False
    _singles: dict[Case, list[Composed]] = field(default_factory=dict)
    # By case: the composites that were looked at before, and those that nobody has asked for yet.
    _known: dict[Case, list[Composed]] = field(default_factory=dict)
    _left: dict[Case, Iterator[Composed]] = field(default_factory=dict)

    def result(self, case: Case, name: str, value: Any) -> bool:
        """Whether a wrong result is what a right composite of the earlier functions gives."""
        for composed in self._composed(case):
            expected = as_array(composed.attempt.results.get(name))
            if expected is None:
                continue
            if difference(value, expected, name) is None or _overflow_alike(value, expected):
                return self._blame(composed)
        return False

    def error(self, case: Case, tried: Attempt) -> bool:
        """Whether an earlier function raised the same, or returned what nobody can go on with."""
        sizes = mismatch(tried.error)
        for composed in self._composed(case):
            other = composed.attempt
            stopped = other.kind in ("None", "type", "misfit")
            if stopped or (sizes and sizes == mismatch(other.error)):
                self.stopped_short = True
                return self._blame(composed)
        return False

    def change(self, case: Case, tried: Attempt) -> bool:
        """Whether an earlier function writes to the arguments that were changed."""
        for composed in self._composed(case) if tried.changed else ():
            if set(tried.changed) <= set(composed.attempt.changed):
                return self._blame(composed)
        return False

    def _blame(self, composed: Composed) -> bool:
        self.slipped.update(composed.slipped)
        return True

    @cached_property
    def _suspects(self) -> dict[str, Callable[..., Any]]:
        """The earlier functions that are wrong in some case; the others can be left out of sets."""
        for case in self.cases:
            self._call_alone(case)
        wrong = {name for slips in self._singles.values() for one in slips for name in one.slipped}
        return {name: function for name, function in self.earlier.items() if name in wrong}

    def _call_alone(self, case: Case) -> None:
        """Mostly one case is enough; whoever needs a second one gets all, in one message each."""
        if case not in self._singles:
            cases = self.cases if self._singles else [case]
            new = [case for case in cases if case not in self._singles]
            self._singles |= composed_of_one(self.question, self.earlier, new)

    def _composed(self, case: Case) -> Iterator[Composed]:
        """The composites of a case that slip; each set is put together when it is asked for."""
        if case not in self._left:
            self._call_alone(case)
            self._known[case] = list(self._singles[case])
            # Where none of them slips alone, all are right, and so is every set.
            sets = self._known[case] and composed_of_more(self.question, self._suspects, case)
            self._left[case] = iter(sets)
        yield from self._known[case]
        for composed in self._left[case]:
            self._known[case].append(composed)
            yield composed


def _overflow_alike(value: Any, expected: np.ndarray) -> bool:
    """Whether the same entries are not finite: how it is written decides between NaN and inf."""
    yours = as_array(value)
    if yours is None or yours.shape != expected.shape or np.isfinite(expected).all():
        return False
    return same(yours, expected)
