"""Where a learner's own lines leave the right way.

The values of one traced call are compared with the true quantities of its case. From a wrong result
the search goes back through all that it was computed from, as long as that is not recognised, to
the first line that makes something else out of what is still right. A value that is not recognised
but leads to the true results just as well is no fault. Once a fault is found, what follows rightly
from it counts as right, so that a second one further on can be seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np

from chainrule.checks.attempt import quiet
from chainrule.checks.compare import same
from chainrule.checks.quantities import Quantities, following, notation, quantities, telling
from chainrule.checks.trace import Step, Trace
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Mistake
from chainrule.exercises.questions import Question
from chainrule.mistakes import SHARED
from chainrule.mistakes.variants import is_about
from chainrule.networks.formulas import MissingName, evaluate, steps

MOST_FAULTS = 3
State = Literal["right", "plain", "unknown"]


@dataclass(frozen=True)
class Departure:
    """A line after which the way is left.

    variable: what the line writes to, or "" where it returns. role: the quantity that it should
    give, where that is sure: because it is called so, or because all that follows is right, given
    this. holds: the other quantity that it gives. reads: what the line reads and is right, as
    (typed, quantity). infinite: it makes the first value that is not finite; overflow: out of
    numbers so large that their exp is too large. instead: what is typed, which quantity it is, and
    the one for which it stands, where all follows from this exchange. mistakes: those of the
    catalogue that give the same here.
    """

    line: int
    text: str
    variable: str = ""
    role: str = ""
    holds: str = ""
    reads: tuple[tuple[str, str], ...] = ()
    infinite: bool = False
    overflow: bool = False
    instead: tuple[str, str, str] | None = None
    mistakes: tuple[Mistake, ...] = ()


def departures(
    question: Question,
    case: Case,
    traced: Trace,
    wrong: Sequence[str],
    slipped: Sequence[str] = (),
) -> list[Departure]:
    """The lines at fault for these wrong results, in the order of the lines; [] where none is
    found. Of a call that raised, those that lead to the line where it ended.

    slipped: earlier functions that are wrong; what they return is none of this one's faults.
    """
    search = _Search(question, case, traced, tuple(slipped))
    return sorted(search.run(wrong), key=lambda found: found.line)


@dataclass
class _Search:
    question: Question
    case: Case
    traced: Trace
    slipped: tuple[str, ...] = ()
    # Values that count as right by now: true ones, and the learner's own faults.
    known: list[Quantities] = field(default_factory=list)
    start: dict[str, Any] = field(default_factory=dict)
    forgiven: set[int] = field(default_factory=set)
    exchanged: dict[int, np.ndarray] = field(default_factory=dict)  # by line, for `instead`
    recognised: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = [quantities(self.question, self.case)]
        self.start = dict(self.case.arguments)
        self.notation = notation(self.question)

    def run(self, wrong: Sequence[str]) -> Iterator[Departure]:
        seen: set[int] = set()
        for result in wrong if not self.traced.raised else wrong[:1]:
            if result == "losses" and self._told_by_moments():
                continue
            for _ in range(MOST_FAULTS):
                ends = self._ends(result)
                # A result is wrong to begin with, as long as no fault so far leads to it.
                found = self._first_fault(ends, set() if self._follows(ends, result) else set(ends))
                if found is None and self.traced.raised and not seen:
                    seen.add(self.traced.raised)
                    yield self._stop()
                if found is None or found in self.forgiven:
                    break
                departure = self._departure(found, result)
                if departure.line not in seen:
                    seen.add(departure.line)
                    yield departure
                if len(seen) == MOST_FAULTS or not self._go_on(found, departure, result):
                    break

    # From the result back.

    def _ends(self, result: str) -> list[int]:
        """The steps at which a result came out, or those that led to an exception."""
        traced = self.traced
        if traced.raised:
            names = traced.names.get(traced.raised, ())
            variables = [traced.at_the_end[n] for n in names if n in traced.at_the_end]
            last = max(variables, default=0)
            parts = [
                number
                for number, step in enumerate(traced.steps)
                if step.line == traced.raised and step.kind == "part" and number > last
            ]
            return variables + parts
        slots = self._slots(result)
        ends = [n for n, step in enumerate(traced.steps) if step.kind == "result"]
        exact = [n for n in ends if traced.steps[n].slot in slots]
        return [self._written(n, result) for n in exact[-1:] or ends[-1:]]

    def _written(self, number: int, result: str) -> int:
        """Of a variable that is returned as it is, the step that wrote it, if that is at fault."""
        step = self.traced.steps[number]
        earlier = [n for n in step.reads if self.traced.steps[n].text == step.text]
        if not isinstance(step.value, np.ndarray) or len(earlier) != 1:
            return number
        names = self._names(step.value)
        shapes = {self.known[0].values[n].shape for n in names if n in self.known[0].values}
        # What it is called, or what nobody called it: then returning it is the mistake.
        called_so = step.text in names or step.text not in self.question.formulas
        return number if names and step.value.shape in shapes and called_so else earlier[0]

    def _stop(self) -> Departure:
        """The line at which the call ended, where nothing before it is at fault."""
        line = self.traced.raised
        return Departure(
            line, self.traced.typed(line), reads=self._right_reads(line, len(self.traced.steps))
        )

    def _slots(self, result: str) -> set[int]:
        results = self.case.results
        if isinstance(results, str):
            return {-1}
        return {
            slot
            for slot, name in enumerate(results)
            if name == result or (isinstance(name, tuple) and result in name)
        } | {-1}

    def _follows(self, ends: Sequence[int], result: str) -> bool:
        """Whether a result follows rightly from the faults that were found before it."""
        values = [self.traced.steps[number].value for number in ends]
        return bool(self.traced.raised) or any(
            result in one.names_of(value)
            for one in self.known[1:]
            for value in values
            if isinstance(value, np.ndarray)
        )

    def _told_by_moments(self) -> bool:
        """Whether each of the losses is one of some moment: then it is their choice that is wrong,
        which no line shows."""
        ends = [self.traced.steps[number].value for number in self._ends("losses")]
        return not self.traced.raised and any(
            isinstance(one, np.ndarray) and self._all_losses(one) for one in ends
        )

    def _first_fault(self, ends: Sequence[int], forced: set[int]) -> int | None:
        """The earliest step that is not right although all that it is computed from is.

        forced: ends that are known to be wrong.
        """
        for _ in range(20):
            states = self._states()
            waiting, reached = [n for n in ends if n in forced or states[n] == "unknown"], set()
            while waiting:
                number = waiting.pop()
                if number in reached:
                    continue
                reached.add(number)
                waiting += [n for n in self.traced.steps[number].reads if states[n] == "unknown"]
            if not reached:
                return None
            first = min(reached)
            whole = self._target(first)
            if first in ends or whole in ends or self._confirmed(whole):
                return first
            if not self._harmless(whole):
                return first
            self.forgiven.update(self._of_the_statement(first))
        return None

    def _target(self, number: int) -> int:
        """The variable or result that the statement of a step makes; the step, if there is none."""
        line = self.traced.steps[number].line
        for later, step in enumerate(self.traced.steps[number:], number):
            if step.line == line and step.kind in ("variable", "result"):
                return later
        return number

    def _of_the_statement(self, number: int) -> range:
        """The steps of a statement, from this one on."""
        return range(number, self._target(number) + 1)

    def _states(self) -> list[State]:
        states: list[State] = []
        for number, step in enumerate(self.traced.steps):
            states.append(self._state(number, step, [states[n] for n in step.reads]))
        return states

    def _state(self, number: int, step: Step, reads: list[State]) -> State:
        if step.kind == "argument" or number in self.forgiven:
            return "right"
        if step.plain:
            return "plain"
        if step.kind == "part" and step.text.startswith(tuple(f"{name}(" for name in self.slipped)):
            return "right"
        before: State = (
            "unknown" if "unknown" in reads else "right" if "right" in reads else "plain"
        )
        if step.value is None:
            return before
        if isinstance(step.value, tuple):
            known = all(not telling(one) or self._names(one) for one in step.value)
            return "right" if known else before if before == "plain" else "unknown"
        names = self._names_at(number)
        if not names and self._all_losses(step.value):
            return "right"
        if names:
            return "unknown" if self._misplaced(step, names) else "right"
        if not telling(step.value):
            return "plain"
        if step.kind == "variable" and step.text in self.case.arguments and before == "plain":
            return "unknown"  # an argument is thrown away
        if before == "plain" or (step.taken and before == "right"):
            return before
        return "unknown"

    def _names_at(self, number: int) -> tuple[str, ...]:
        """The quantities that a step gives; the search asks again and again."""
        asked = (number, len(self.known))
        if asked not in self.recognised:
            value = self.traced.steps[number].value
            self.recognised[asked] = self._names(value) if isinstance(value, np.ndarray) else ()
        return self.recognised[asked]

    def _names(self, value: np.ndarray) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.known for name in one.names_of(value)))

    def _all_losses(self, value: np.ndarray) -> bool:
        """Whether all entries are losses of some moment: of a list that grows, each is right."""
        if self.question.result_names[-1] != "losses" or value.ndim != 1:
            return False
        return all(
            any(name.startswith("the loss ") for name in self._names(entry)) for entry in value
        )

    def _misplaced(self, step: Step, names: Sequence[str]) -> bool:
        """Whether a variable that is called like one quantity holds another."""
        meant = step.text in self.question.formulas and step.text in self.known[0].values
        return (
            step.kind == "variable"
            and meant
            and step.text not in self.case.arguments
            and step.text not in names
        )

    def _harmless(self, number: int) -> bool:
        """Whether this value, as some quantity, leads to the true results as well."""
        step = self.traced.steps[number]
        return (
            isinstance(step.value, np.ndarray)
            and not self._misplaced(step, self._names(step.value))
            and _finite(step.value)
            and any(
                self._results(role, step.value, self.case.truth) for role in self._roles(step.value)
            )
        )

    def _confirmed(self, number: int) -> str:
        """The quantity that this value should be, where all that follows is right, given this."""
        value, returned = self.traced.steps[number].value, self._returned
        if not returned or not isinstance(value, np.ndarray):
            return ""
        fitting = [r for r in reversed(self._roles(value)) if self._results(r, value, returned)]
        return next((role for role in fitting if role in self.notation), (fitting or [""])[0])

    def _supported(self, number: int) -> str:
        """The quantity for which more later values follow rightly than for any other one."""
        value = self.traced.steps[number].value
        if not isinstance(value, np.ndarray) or self.traced.raised:
            return ""
        later = [
            step.value
            for n, step in enumerate(self.traced.steps)
            if n > number and isinstance(step.value, np.ndarray) and not self._names_at(n)
        ]
        best, most = "", 0
        for role in reversed(self._roles(value)):
            shaped = value.reshape(self.known[0].values[role].shape)
            given = Quantities(following(self.question, {**self.start, role: shaped}))
            seen = {name for one in later for name in given.names_of(one)} - {role}
            if len(seen) > most:
                best, most = role, len(seen)
        return best

    def _instead(self, line: int, number: int) -> tuple[str, str, str] | None:
        """A right value in the line that stands where another one belongs, if that is all."""
        returned = self._returned
        if not returned:
            return None
        steps = self.traced.steps
        here = [n for n, s in enumerate(steps[: number + 1]) if s.line == line]
        for n in dict.fromkeys(read for own in [*here, number] for read in steps[own].reads):
            value = steps[n].value
            if not isinstance(value, np.ndarray) or steps[n].line == line:
                continue
            names = self._names(value)
            for role in [*self._roles(value), *self._arguments_like(value)] if names else ():
                if role not in names and self._results(role, value, returned):
                    self.exchanged[line] = value
                    return steps[n].text, names[0], role
        return None

    def _arguments_like(self, value: np.ndarray) -> list[str]:
        return [
            name
            for name, other in self.case.arguments.items()
            if isinstance(other, np.ndarray) and other.size == value.size
        ]

    # What a value can stand for.

    def _roles(self, value: np.ndarray) -> list[str]:
        """The quantities of this size on which the results depend."""
        needed = _needed(self.question, tuple(self.case.arguments))
        true = self.known[0].values
        return [name for name in needed if name in true and true[name].size == value.size]

    def _results(self, role: str, value: np.ndarray, expected: Mapping[str, Any]) -> bool:
        """Whether all results are these ones where the quantity has this value."""
        shaped = value.reshape(self.known[0].values[role].shape)
        found = following(self.question, {**self.start, role: shaped})
        return all(
            name in found and same(np.asarray(found[name]), np.asarray(other))
            for name, other in expected.items()
        )

    # From the fault on.

    def _departure(self, number: int, result: str) -> Departure:
        traced = self.traced
        step = traced.steps[number]
        line = step.line
        written = next(
            (s for s in traced.steps[number:] if s.line == line and s.kind == "variable"), None
        )
        value = step.value
        array = value if isinstance(value, np.ndarray) else None
        names = self._names(array) if array is not None else ()
        role, mistakes = self._meant(number, result)
        earlier = [traced.steps[n].value for n in step.reads]
        instead = self._instead(line, number)
        if instead and instead[2] in self.question.formulas:
            mistakes = self._named(instead[2], self.exchanged[line])
        return Departure(
            line,
            traced.typed(line),
            written.text if written else "",
            role,
            names[0] if names and role not in names else "",
            self._right_reads(line, number),
            not _finite(value) and all(map(_finite, earlier)),
            any(map(_overflows, earlier)),
            instead,
            mistakes,
        )

    def _right_reads(self, line: int, number: int) -> tuple[tuple[str, str], ...]:
        """The names that the line reads -> the quantities that they are, but for arguments."""
        found = {}
        for read in self.traced.names.get(line, ()):
            before = [
                step
                for step in self.traced.steps[: number + 1]
                if step.text == read and step.kind == "variable" and step.line != line
            ]
            value = before[-1].value if before else None
            # What follows rightly from a fault in an earlier line is not right for that.
            if isinstance(value, np.ndarray) and (names := [*self.known[0].names_of(value)]):
                found[read] = read if read in names else names[0]
        return tuple(found.items())

    def _meant(self, number: int, result: str) -> tuple[str, tuple[Mistake, ...]]:
        """Which quantity the statement should give, where that is sure, and the mistakes that give
        what it gives."""
        step = self.traced.steps[self._target(number)]
        if not isinstance(step.value, np.ndarray):
            return "", ()
        known = self.known[0].values
        if step.kind == "variable" and step.text in self.notation and step.text in known:
            role = step.text
        elif step.kind == "result" and result in self.question.formulas:
            role = result
        else:
            role = self._confirmed(self._target(number)) or self._supported(self._target(number))
        return role, self._named(role, step.value) if role else ()

    def _named(self, role: str, value: np.ndarray) -> tuple[Mistake, ...]:
        """The mistakes in the quantity's own formula that give this value, and are no right one."""
        found: dict[str, Mistake] = {}
        if not telling(value) or same(value, self.known[0].values[role]):
            return ()
        for mistake, wrong in _wrong(self.question, role, tuple(self.start)):
            try:
                with quiet():
                    other = evaluate(wrong, self.start, (role,))[role]
            except (ArithmeticError, ValueError, TypeError, MissingName, IndexError):
                continue
            if same(value, np.asarray(other, dtype=float)) and not self._follows_rightly(
                role, other
            ):
                found[mistake.id] = mistake
        return tuple(found.values())

    def _follows_rightly(self, role: str, value: Any) -> bool:
        """Whether the right formula gives the same, as with some mistakes at a single example."""
        right = evaluate(self.question.formulas, self.start, (role,))[role]
        return same(np.asarray(value, dtype=float), np.asarray(right, dtype=float))

    @cached_property
    def _returned(self) -> dict[str, np.ndarray]:
        """What the call returned, by name, where it is known which is which and numbers are wrong.

        Wrong shapes and values that are not finite are no sign of where they come from.
        """
        results = self.case.results
        ends = [step for step in self.traced.steps if step.kind == "result"]
        found: dict[str, np.ndarray] = {}
        for step in ends if not self.traced.raised else ():
            name = results if isinstance(results, str) else ""
            if not name and 0 <= step.slot < len(results) and isinstance(results[step.slot], str):
                name = results[step.slot]
            if name and isinstance(step.value, np.ndarray):
                found[name] = step.value
        whole = set(found) == set(self.case.truth) and all(map(_finite, found.values()))
        differ = any(not same(value, self.case.truth[name]) for name, value in found.items())
        return found if whole and differ else {}

    def _go_on(self, number: int, departure: Departure, result: str) -> bool:
        """Count this fault, and what follows from it, as right; False where nothing follows."""
        self.forgiven.update(self._of_the_statement(number))
        value, role = self.traced.steps[self._target(number)].value, departure.role
        if departure.instead:
            value, role = self.exchanged[departure.line], departure.instead[2]
        if role not in self.question.formulas or not isinstance(value, np.ndarray):
            return False
        shape = self.known[0].values[role].shape
        if value.size != np.prod(shape, dtype=int):
            return False
        self.start[role] = value.reshape(shape)
        self.known.append(Quantities(following(self.question, self.start)))
        return True


def _overflows(value: Any) -> bool:
    """Whether exp of it is too large for a float."""
    if isinstance(value, tuple | list):
        return any(map(_overflows, value))
    with quiet():
        return value is not None and bool(np.isinf(np.exp(np.asarray(value, float))).any())


def _finite(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return value is None or bool(np.isfinite(value).all())


@cache
def _needed(question: Question, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The quantities that lie between the arguments and the results."""
    try:
        return tuple(steps(question.formulas, arguments, question.result_names))
    except MissingName:
        return ()


@cache
def _wrong(
    question: Question, role: str, start: tuple[str, ...]
) -> tuple[tuple[Mistake, dict[str, str]], ...]:
    """The mistakes made in this quantity's own formula, with the formulas around."""
    found = []
    own = question.home.mistakes if question.home else ()
    for mistake in (*own, *SHARED):
        for variant in mistake.variants:
            if mistake not in own and not is_about(question.formulas, variant):
                continue
            formulas = {**question.formulas, **variant}
            try:
                order = steps(formulas, start, (role,))
            except MissingName:
                continue
            if role in variant and role in order:
                found.append((mistake, formulas))
    return tuple(found)
