"""Two mistakes of the catalogue in one function, each in a formula of its own.

They are looked for only where no single one explains an answer. Where there are too many pairs, one
of the two must be known already.
"""

from collections.abc import Collection
from functools import cache
from itertools import combinations

from chainrule.exercises.form import Mistake, Question
from chainrule.mistakes import SHARED
from chainrule.mistakes.variants import (
    Variant,
    is_about,
    right_function,
    right_source,
    with_formulas,
)
from chainrule.networks.formulas import Formulas, MissingName

MOST = 250  # pairs that are tried

Pair = tuple[Mistake, Mistake, Variant]  # the variant's own mistake is the first of them


def pairs(question: Question, known: Collection[str] = ()) -> list[Pair]:
    """Both mistakes, and the function that has them; none for a program.

    known: the ids of mistakes of which one must be in a pair, where there are too many pairs.
    """
    ways = _ways(question)
    chosen = list(combinations(range(len(ways)), 2))
    if len(chosen) > MOST:
        sure = {number for number, (one, _) in enumerate(ways) if one.id in known}
        chosen = [pair for pair in chosen if sure.intersection(pair)]
    made = (_pair(question, *pair) for pair in chosen[: 2 * MOST])
    return [pair for pair in made if pair is not None]


@cache
def _ways(question: Question) -> tuple[tuple[Mistake, Formulas], ...]:
    """Each way to make a mistake that changes this function."""
    if question.program or question.recorded or question.home is None:
        return ()
    own = question.home.mistakes
    found: dict[str, tuple[Mistake, Formulas]] = {}
    for mistake in (*own, *SHARED):
        for variant in mistake.variants:
            if mistake in own or is_about(question.formulas, variant):
                text = _text(question, variant)
                if text and text != right_source(question):
                    found.setdefault(text, (mistake, variant))
    return tuple(found.values())


@cache
def _pair(question: Question, first: int, second: int) -> Pair | None:
    (one, formulas), (other, others) = (_ways(question)[number] for number in (first, second))
    if one.id == other.id or set(formulas) & set(others):
        return None
    text = _text(question, {**formulas, **others})
    if not text or text in (_text(question, formulas), _text(question, others)):
        return None
    return one, other, Variant(one, text, right_function(question, text))


def _text(question: Question, formulas: Formulas) -> str:
    try:
        return with_formulas(question, formulas)
    except MissingName:
        return ""
