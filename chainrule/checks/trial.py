"""What the checks of an exercise see and say: its right answers, and every mistake, tried."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from chainrule.checks.attempt import quiet
from chainrule.checks.compare import difference
from chainrule.checks.examine import Examined, examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS
from chainrule.exercises.draw import draw, drawn_sizes
from chainrule.exercises.form import Exercise, Question
from chainrule.exercises.own import BadExercise, line_of
from chainrule.exercises.sound import faults
from chainrule.exercises.truth import trace
from chainrule.mistakes.shown import cases_of, shows
from chainrule.mistakes.unwritten import is_unwritten, unwritten
from chainrule.mistakes.variants import Variant, right_function, variants
from chainrule.networks.formulas import evaluate, names_in

HIDDEN_SEEDS = (4021, 733, 88)
_SEEDS = len(VISIBLE_SEEDS) + len(HIDDEN_SEEDS)
RIGHT_SEEDS = tuple(range(1000, 1020))


@dataclass(frozen=True, eq=False)
class Tried:
    """One mistake in one function. shown: the seeds on which it gives other numbers. named: what
    the check says on the visible ones; other: what it says in place of it."""

    variant: Variant
    shown: tuple[int, ...]
    examined: Examined

    @property
    def own(self) -> bool:
        return not is_unwritten(self.variant.mistake)

    @cached_property
    def named(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.examined.mistakes)

    @property
    def state(self) -> str:
        """`never shows`, `named`, `as another` or `unnamed`."""
        if not self.shown:
            return "never shows"
        if self.variant.mistake.id in self.named:
            return "named" if len(self.named) == 1 else "one of several"
        return "as another" if self.named else "unnamed"

    @property
    def message(self) -> str:
        """What a learner would read."""
        return plain_text(explain(self.examined))


def trial(question: Question) -> list[Tried]:
    """Every mistake of a question, tried on the visible and on some hidden seeds."""
    visible = cases_of(question, VISIBLE_SEEDS, True)
    seeds = [(seed, cases_of(question, (seed,), False)) for seed in (*VISIBLE_SEEDS, *HIDDEN_SEEDS)]
    made = []
    for one in (*variants(question), *unwritten(question)):
        shown = tuple(s for s, cases in seeds if any(shows(one.function, case) for case in cases))
        made.append(Tried(one, shown, examine(question, one.function, visible)))
    return made


def what_is_wrong(exercise: Exercise, text: str, path: Path) -> list[BadExercise]:
    """The faults of a definition, its right answers tried; [] where there are none."""
    found = faults(exercise, text, path) or list(_right(exercise, text, path))
    if not found:
        found = list(_never_shown(exercise, text, path))
    return found


def _right(exercise: Exercise, text: str, path: Path) -> Iterator[BadExercise]:
    """Right answers that are wrong; where formulas can be held against torch, the first of them."""
    told = set()
    for name, words in _formulas(exercise):
        told.add(name)
        yield BadExercise(path, line_of(text, "formulas", name), words)
    if told:
        return
    for question in exercise.questions:
        line = line_of(text, question.function)
        cases = (*cases_of(question, VISIBLE_SEEDS, True), *cases_of(question, RIGHT_SEEDS, False))
        examined = examine(question, right_function(question), cases)
        if not examined.right:
            said = plain_text(explain(examined)).splitlines()
            words = f"the right answer to {question.function} is not what the truth is: {said[1]}"
            yield BadExercise(path, line, " ".join([words, *map(str.strip, said[2:3])]))


def _formulas(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Formulas that give other numbers than torch, where their own names are right."""
    if exercise.forward is None or not exercise.formulas:
        return
    rng = np.random.default_rng(7)
    for shapes, sizes in drawn_sizes(exercise):
        true = trace(exercise, shapes, (exercise.draw or draw)(rng, shapes, sizes))
        for name, formula in exercise.formulas.items():
            needed = {other: true[other] for other in names_in(formula) if other in true}
            if name not in true or needed.keys() != names_in(formula):
                continue
            try:
                with quiet():
                    value = evaluate({name: formula}, needed, (name,))[name]
            except Exception as error:
                yield name, f"the formula of {name} fails: {error}. Mend it."
                return
            off = difference(value, np.asarray(true[name], float), name)
            if off:
                yield name, f"the formula of {name} is not what torch gives: {off.message} Mend it."
                return


def _never_shown(exercise: Exercise, text: str, path: Path) -> Iterator[BadExercise]:
    """Mistakes of its own that give right numbers in every function."""
    seen: Counter[str] = Counter()
    for question in exercise.questions:
        cases = cases_of(question, (*VISIBLE_SEEDS, *HIDDEN_SEEDS), False)
        for one in variants(question):
            seen[one.mistake.id] += any(shows(one.function, case) for case in cases)
    for mistake in exercise.mistakes:
        if not seen[mistake.id]:
            typed = "never shows: it gives right numbers" if mistake.id in seen else "fits nowhere"
            words = f"the mistake {mistake.name!r} {typed}. Change its formula, or leave it out."
            yield BadExercise(path, line_of(text, "mistakes", mistake.name), words)


def table(tried: Sequence[Tried]) -> Iterator[str]:
    """The mistakes of one question, as lines for a terminal."""
    for one in tried:
        if one.own or one.state == "unnamed":
            said = [m.name for m in one.examined.mistakes if m is not one.variant.mistake]
            others = f" ({'; '.join(said)})" if said and one.shown else ""
            seeds = f" on {len(one.shown)} of {_SEEDS} seeds" if one.shown else ""
            yield f"    {one.variant.mistake.name:<56} {one.state}{seeds}{others}"
    auto = [one for one in tried if not one.own and one.shown]
    if auto:
        named = sum(bool(one.named) for one in auto)
        yield f"    {len(auto)} mistakes that nobody wrote down: {named} of them get a name"
