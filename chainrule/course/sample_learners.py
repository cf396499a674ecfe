"""The learners of the sample class: what each answers, and which mistakes it makes.

The first eight are an all-right one, a blank one, and so on (`KINDS`); the rest share out the
catalogue's mistakes, so that with 24 learners each mistake is made by someone.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chainrule.course.sample_answers import COMPOSED, ODD, REMEMBERED, WRONG_TYPES
from chainrule.exercises.questions import QUESTIONS, Question, exercises
from chainrule.mistakes.shown import marked_variants
from chainrule.mistakes.variants import right_source


class Slip(NamedTuple):
    """A mistake in an answer: the question, the catalogue's id, and the answer's source."""

    question: str
    mistake: str
    text: str


@dataclass
class Learner:
    """A made-up learner: its name, and the sources of its answers by question.

    A question that is missing from `answers` is left as it was released. `mistakes` are the
    catalogue's ids by question. `written` says that the questions in words are answered.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    written: bool = True

    def slip(self, slip: Slip) -> None:
        """Give this wrong answer in place of another."""
        self.answers[slip.question] = slip.text
        self.mistakes[slip.question] = slip.mistake


def sample_learners(count: int, seed: int) -> list[Learner]:
    """That many learners; the same number and seed give the same ones."""
    rng = random.Random(seed)
    learners: list[Learner] = []
    for kind, fill in list(KINDS.items())[:count]:
        learners.append(Learner(f"{len(learners) + 1:03d}-{kind}"))
        fill(learners[-1], rng)
    for hand in _deal(max(count - len(KINDS), 0), rng):
        learners.append(Learner(f"{len(learners) + 1:03d}-mistakes"))
        _right(learners[-1], rng)
        for slip in hand:
            learners[-1].slip(slip)
    return learners


def _deal(hands: int, rng: random.Random) -> list[list[Slip]]:
    """Every mistake once, dealt out like cards; each hand gets one of each exercise at least."""
    dealt: list[list[Slip]] = [[] for _ in range(hands)]
    for exercise in exercises() if hands else ():
        cards = _cards(exercise)
        for turn in range(max(len(cards), hands) if cards else 0):
            card = cards[turn] if turn < len(cards) else rng.choice(cards)
            # A function holds one mistake; the next hand that has none there takes the card.
            for hand in dealt[turn % hands :] + dealt[: turn % hands]:
                if card.question not in [taken.question for taken in hand]:
                    hand.append(card)
                    break
    return dealt


def _cards(exercise: str) -> list[Slip]:
    """Each mistake of an exercise, in the first function where it can be typed."""
    cards: dict[str, Slip] = {}
    for question in QUESTIONS.values():
        if question.exercise == exercise:
            for slip in _marked(question):
                cards.setdefault(slip.mistake, slip)
    return sorted(cards.values())


def _marked(question: Question) -> Iterator[Slip]:
    """The slips that cost marks in this function."""
    for variant in marked_variants(question):
        yield Slip(question.name, variant.mistake.id, variant.text)
    if question.name in REMEMBERED:
        yield Slip(question.name, "U10", REMEMBERED[question.name])


def _right(learner: Learner, rng: random.Random) -> None:
    for question in QUESTIONS.values():
        learner.answers[question.name] = COMPOSED.get(question.name) or right_source(question)


def _blank(learner: Learner, rng: random.Random) -> None:
    learner.written = False


def _half_done(learner: Learner, rng: random.Random) -> None:
    for exercise in exercises():
        names = [name for name, question in QUESTIONS.items() if question.exercise == exercise]
        for name in names[: len(names) // 2]:
            learner.answers[name] = right_source(QUESTIONS[name])
    learner.written = False


def _two_mistakes(learner: Learner, rng: random.Random) -> None:
    """Two in each exercise, in functions of which the later one calls the earlier."""
    _right(learner, rng)
    for exercise in exercises():
        by_question: dict[str, list[Slip]] = {}
        for card in _cards(exercise):
            by_question.setdefault(card.question, []).append(card)
        for name in rng.sample(sorted(by_question), min(2, len(by_question))):
            learner.slip(rng.choice(by_question[name]))


def _odd_but_right(learner: Learner, rng: random.Random) -> None:
    _right(learner, rng)
    learner.answers |= ODD


def _wrong_types(learner: Learner, rng: random.Random) -> None:
    _right(learner, rng)
    learner.answers |= WRONG_TYPES


def _does_not_run(learner: Learner, rng: random.Random) -> None:
    """A line that Python cannot read, in the first function of each exercise."""
    _right(learner, rng)
    for exercise in exercises():
        first = next(name for name in learner.answers if name.startswith(exercise))
        head, _, body = learner.answers[first].partition("\n")
        learner.answers[first] = f"{head}\n    so this is where I got stuck (sorry\n{body}"


def _unwritten(learner: Learner, rng: random.Random) -> None:
    _right(learner, rng)
    learner.written = False


# The first learners, in this order: what their names say, and what fills in their answers.
KINDS: dict[str, Callable[[Learner, random.Random], None]] = {
    "all-right": _right,
    "blank": _blank,
    "half-done": _half_done,
    "two-mistakes": _two_mistakes,
    "odd-but-right": _odd_but_right,
    "wrong-types": _wrong_types,
    "does-not-run": _does_not_run,
    "no-words": _unwritten,
}
