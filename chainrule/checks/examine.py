"""A function is examined: run on its cases, each property judged, the mistake named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempts
from chainrule.checks.compare import Difference, as_array, difference
from chainrule.checks.diagnose import (
    candidates,
    constant,
    mismatch,
    pair_giving,
    unwritten_candidate,
)
from chainrule.checks.evidence import Text
from chainrule.checks.excuses import Excuses
from chainrule.checks.findings import Findings, find
from chainrule.checks.flags import Flag, flags
from chainrule.checks.follows import following
from chainrule.checks.instead import Instead
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Mistake
from chainrule.exercises.questions import Property, Question
from chainrule.functions import known, replaced
from chainrule.mistakes.anywhere import FROM_OUTSIDE, IN_PLACE


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong with a property: in which case, and how its results differ."""

    case: Case
    attempt: Attempt
    differences: Mapping[str, Difference] = field(default_factory=dict)


Tried = list[tuple[Case, Attempt]]
Faults = dict[str, Fault | None]  # by the property's name


@dataclass(frozen=True)
class Judged:
    """One property of an answer: it keeps its marks where `fault` is None.

    follows: it is not right, but only because of what another one has paid for.
    """

    property: Property
    fault: Fault | None
    mistakes: tuple[Mistake, ...] = ()
    follows: bool = False


@dataclass(frozen=True)
class Examined:
    """All that is known of an answer, before it is put into words."""

    question: Question
    judged: tuple[Judged, ...]
    attempts: tuple[tuple[Case, Attempt], ...]
    carried: tuple[str, ...]  # the wrong earlier functions that it calls, or follows in a slip
    flags: tuple[Flag, ...]
    missing: tuple[str, ...] = ()  # those of them that are not there
    put_right: bool = False  # whether the attempts are with right ones in their place
    both: tuple[Mistake, ...] = ()  # two mistakes that give the plain results together
    look: Callable[[], Findings] = Findings

    @property
    def right(self) -> bool:
        """All properties keep their marks."""
        return not self.faults

    @property
    def faults(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.fault]

    @cached_property
    def attempted(self) -> bool:
        return any(tried.kind != "not attempted" for _, tried in self.attempts)

    @cached_property
    def findings(self) -> Findings:
        """What else can be seen; looked for when it is asked for, which marks never do."""
        return self.look()

    @property
    def changed(self) -> tuple[str, ...]:
        """The arguments that the function wrote to."""
        return tuple(dict.fromkeys(name for _, tried in self.attempts for name in tried.changed))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        found = {mistake.id: mistake for judged in self.faults for mistake in judged.mistakes}
        at_lines = [one.mistakes for one in self.findings.departures if len(one.mistakes) == 1]
        more = (*self.both, *(one for (one,) in at_lines))
        return tuple((found | {one.id: one for one in more}).values())


def examine(
    question: Question,
    function: Callable[..., Any],
    cases: Sequence[Case],
    earlier: Mapping[str, Callable[..., Any]] | None = None,
) -> Examined:
    """Run a learner's function on all cases and judge each property.

    `earlier` are the learner's own earlier functions by name: a slip of theirs costs nothing here.
    What is right with them is right. What is not is run once more with right ones in their place,
    wherever it calls them, and that decides; of those that it is not seen to call, it is excused
    what a right composite of them would give (`excuses`).
    """
    tried = list(zip(cases, attempts(function, cases), strict=True))
    nobody = Excuses(question, {}, cases)
    faults = {prop.name: _fault(question, prop, tried, nobody) for prop in question.properties}
    strict = any(answer.kind == "raised" for _, answer in tried)
    instead, slipped = Instead(question, strict), tuple[str, ...]()
    if question.earlier and (any(faults.values()) or any(one.changed for _, one in tried)):
        tried, faults, slipped = _put_right(
            question, function, tried, faults, earlier or {}, instead
        )
    missing = tuple(name for name in slipped if name not in (earlier or {}))
    put_right = bool(instead.called)
    flagged = tuple(flags(function, question.handwork, question.earlier))
    wrong = [prop for prop in question.properties if faults[prop.name]]
    follow = following(question, wrong, tried) if len(wrong) > 1 else set()
    faults = {name: None if name in follow else fault for name, fault in faults.items()}
    wrong = [prop for prop in wrong if prop.name not in follow]
    if not wrong and not any(answer.changed for _, answer in tried):
        judged = tuple(Judged(prop, None) for prop in question.properties)
        return Examined(question, judged, tuple(tried), slipped, flagged, missing, put_right)
    text = Text(known(function).source, tuple(one.what for one in flagged if one.kind == "global"))

    @cache
    def look() -> Findings:
        with instead.answering(), replaced(function, instead.functions if instead.called else {}):
            return _weighed(find(question, function, wrong, tried, slipped), text)

    named = _name_mistakes(question, faults, tried, text, look)
    both = _two(question, wrong, tried, named, text)
    judged = tuple(
        Judged(prop, faults[prop.name], named.get(prop.name, ()), prop.name in follow)
        for prop in question.properties
    )
    return Examined(
        question, judged, tuple(tried), slipped, flagged, missing, put_right, both, look
    )


def _put_right(
    question: Question,
    function: Callable[..., Any],
    tried: Tried,
    faults: Faults,
    earlier: Mapping[str, Callable[..., Any]],
    instead: Instead,
) -> tuple[Tried, Faults, tuple[str, ...]]:
    """The calls with right earlier functions, what is wrong with these too, and the learner's own
    ones that are to blame for the rest.

    tried, faults: of the calls with the learner's own.
    """
    cases = [case for case, _ in tried]
    again = list(zip(cases, instead.attempts(function, cases), strict=True))
    if not instead.called:
        return tried, *_excused(question, tried, faults, earlier)
    unseen = {name: one for name, one in earlier.items() if name not in instead.called}
    left, slipped = _excused(question, again, faults, unseen)
    wrong = dict(instead.wrong(earlier))
    if any(left.values()) and any(wrong.values()):
        # What is made for another form than the right one's can be right with the own ones only.
        others, _ = _excused(question, tried, faults, earlier)
        left = {name: fault and others[name] and fault for name, fault in left.items()}
    return again, left, tuple(sorted({*wrong, *slipped}))


def _excused(
    question: Question,
    tried: Tried,
    faults: Faults,
    earlier: Mapping[str, Callable[..., Any]],
) -> tuple[Faults, tuple[str, ...]]:
    """What is wrong beside these faults, too, and what right composites of the earlier functions do
    not give; and those of them that are to blame for the rest."""
    excuses = Excuses(question, earlier, [case for case, _ in tried])
    left = {
        prop.name: faults[prop.name] and _fault(question, prop, tried, excuses)
        for prop in question.properties
    }
    if excuses.stopped_short and not excuses.seen_right:
        # Every call stopped inside an earlier function: nothing of this one was seen to be right.
        left = {name: fault or Fault(*tried[0]) for name, fault in left.items()}
    return left, tuple(sorted(excuses.slipped))


def _fault(question: Question, prop: Property, tried: Tried, excuses: Excuses) -> Fault | None:
    """The first fault that no earlier function excuses; None where the property holds.

    A worked example is shown, and decides nothing, so that a check says what marks will: a fault
    on it alone, such as a logarithm of p + 1e-8 where p is tiny, belongs to a special kind of case.
    """
    here = [(case, answer) for case, answer in tried if case.kind == prop.kind]
    shown = [pair for pair in here if question.home and pair[0].note in question.home.worked]
    if 0 < len(shown) < len(here):
        others = [pair for pair in here if pair not in shown]
        if _first_fault(question, prop, others, excuses) is None:
            return None
    return _first_fault(question, prop, here, excuses)


def _first_fault(question: Question, prop: Property, here: Tried, excuses: Excuses) -> Fault | None:
    for case, answer in here:
        if not answer.results:
            if not excuses.error(case, answer):
                return Fault(case, answer)
            continue
        if (
            not prop.results
            and not _kept(question, case, answer)
            and not excuses.change(case, answer)
        ):
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


def _kept(question: Question, case: Case, answer: Attempt) -> bool:
    """The arguments are as they were, and what they should become is returned as new ones."""
    pairs: list[tuple[str, Any]] = []
    for name in set(question.arguments) & set(question.result_names):
        old = case.arguments[name]
        names = case.expand((name,))
        pairs += zip(names, old if isinstance(old, tuple) else (old,), strict=True)
    moved = not pairs or any(difference(answer.results[name], old) for name, old in pairs)
    return moved and not answer.changed


def _name_mistakes(
    question: Question,
    faults: Mapping[str, Fault | None],
    tried: Sequence[tuple[Case, Attempt]],
    text: Text,
    look: Callable[[], Findings],
) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes by property: what explains all results of a kind of case, or else each; or else
    what a line shows by itself. None of them where the text speaks against it."""
    named: dict[str, tuple[Mistake, ...]] = {}
    wrong = [prop for prop in question.properties if faults[prop.name]]
    for kind in dict.fromkeys(prop.kind for prop in wrong):
        here = [(case, answer) for case, answer in tried if case.kind == kind]
        group = [prop for prop in wrong if prop.kind == kind and prop.results]
        every = [prop for prop in question.properties if prop.kind == kind and prop.results]
        results = tuple(name for prop in every for name in prop.results)
        raised = next((answer.line for _, answer in here if answer.kind == "raised"), "")

        def fitting(results: tuple[str, ...], here: Any = here, raised: str = raised) -> Any:
            found = candidates(question, results, here)
            return tuple(one for one in found if not text.contradicts(one, raised))

        whole = fitting(results) if group else ()
        for prop in group:
            own = whole or fitting(prop.results) or _at_a_line(question, prop, look())
            own = _through_and_through(question, own, tried) if len(own) > 1 else own
            if not own and text.ignores_arguments(raised, constant(prop.results, tried)):
                own = (FROM_OUTSIDE,)
            named[prop.name] = own
    _withdraw(question, faults, named)
    if not any(named.values()):
        named |= _unwritten(question, wrong, tried)
    sure = {found[0] for found in named.values() if len(found) == 1}
    for name, found in named.items():
        named[name] = tuple(mistake for mistake in found if mistake in sure) or found
    for prop in wrong:
        fault = faults[prop.name]
        if not prop.results and fault and fault.attempt.changed:
            named[prop.name] = (IN_PLACE,)
    return named


def _two(
    question: Question,
    wrong: Sequence[Property],
    tried: Tried,
    named: Mapping[str, tuple[Mistake, ...]],
    text: Text,
) -> tuple[Mistake, ...]:
    """The two mistakes that explain all plain results together, where no single one does."""
    here = [(case, answer) for case, answer in tried if case.kind == "fresh"]
    every = [prop for prop in question.properties if prop.kind == "fresh" and prop.results]
    results = tuple(dict.fromkeys(name for prop in every for name in prop.results))
    known = {mistake.id for found in named.values() for mistake in found}
    plain = [prop for prop in wrong if prop in every]
    if not plain or len(known) > 1 or not all(_finite(answer) for _, answer in here):
        return ()
    if candidates(question, results, here) or unwritten_candidate(question, results, here):
        return ()
    found = pair_giving(question, results, here, known)
    return () if any(text.contradicts(one) for one in found) else found


def _through_and_through(
    question: Question, found: tuple[Mistake, ...], tried: Sequence[tuple[Case, Attempt]]
) -> tuple[Mistake, ...]:
    """Of several mistakes those that give all results of all cases, right ones too, if any do."""
    every = dict.fromkeys(name for prop in question.properties for name in prop.results)
    whole = candidates(question, tuple(every), tried)
    return tuple(one for one in found if one in whole) or found


def _unwritten(
    question: Question, wrong: Sequence[Property], tried: Sequence[tuple[Case, Attempt]]
) -> dict[str, tuple[Mistake, ...]]:
    """What nobody has written down, by property: one change gives all results, or else each."""
    found: dict[str, tuple[Mistake, ...]] = {}
    for kind in dict.fromkeys(prop.kind for prop in wrong if prop.results):
        here = [(case, answer) for case, answer in tried if case.kind == kind]
        if not all(_finite(answer) or mismatch(answer.error) for _, answer in here):
            continue  # no change of a right answer gives this, or too many do
        every = [prop for prop in question.properties if prop.kind == kind and prop.results]
        results = [name for prop in every for name in prop.results]
        whole = unwritten_candidate(question, results, here)
        for prop in wrong:
            if prop.kind == kind and prop.results:
                own = whole or unwritten_candidate(question, prop.results, here)
                found[prop.name] = tuple(own)
    return found


def _finite(answer: Attempt) -> bool:
    """Whether there are results, and all of them numbers."""
    values = [as_array(value) for value in answer.results.values()]
    return bool(values) and all(one is not None and np.isfinite(one).all() for one in values)


def _weighed(findings: Findings, text: Text) -> Findings:
    """The findings without those names at lines that the text speaks against."""
    departures = tuple(
        replace(one, mistakes=tuple(m for m in one.mistakes if not text.contradicts(m)))
        for one in findings.departures
    )
    return replace(findings, departures=departures)


def _at_a_line(question: Question, prop: Property, findings: Findings) -> tuple[Mistake, ...]:
    """The mistakes that a line at fault shows, where it makes this result, or where it alone is
    at fault and results follow from it."""
    alone = len(findings.departures) == 1
    for departure in findings.departures:
        on_the_way = departure.role and departure.role not in question.result_names
        if departure.role in prop.results or (on_the_way and alone):
            return departure.mistakes
    return ()


def _withdraw(
    question: Question,
    faults: Mapping[str, Fault | None],
    named: dict[str, tuple[Mistake, ...]],
) -> None:
    """Take back names that fit only because of what nothing explains.

    Where plain values are wrong without a reason, an overflow on large ones proves nothing, and no
    more does a single loss; and losses of other parameters cannot be recorded at the right moments.
    """
    unexplained = {
        prop.name
        for prop in question.properties
        if prop.kind == "fresh" and faults[prop.name] and not named.get(prop.name)
    }
    for prop in question.properties if unexplained else ():
        doubtful = {"T1"} if prop.kind == "fresh" else {"L5", "L6", "T1"}
        if prop.name in named:
            found = tuple(one for one in named[prop.name] if one.id not in doubtful)
            named[prop.name] = found
