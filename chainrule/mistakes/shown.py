"""Fresh cases in which no mistake can hide, computed from the mistakes themselves.

The cases of a seed are drawn anew until each mistake that can cost marks gives other numbers in one
of them. A mistake that never does, such as one about the mean where there is one example, asks for
nothing; `chainrule try` lists it.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from chainrule.exercises import released
from chainrule.exercises.cases import VISIBLE_SEEDS, Case, NotRecorded, fresh, worked
from chainrule.exercises.form import Question
from chainrule.exercises.own import DEFINITION, RELEASED
from chainrule.mistakes.variants import Variant, variants

DRAWS = 20  # of the cases of a seed, at most
_CLOSE = 1e-6  # of the largest true entry, as in a check


@cache
def cases_of(question: Question, seeds: tuple[int, ...], examples: bool) -> tuple[Case, ...]:
    """The worked examples if asked for, and each seed's fresh cases.

    Raises NotRecorded where only the visible ones are known.
    """
    visible = seeds == VISIBLE_SEEDS and examples
    if question.recorded:
        if not visible:
            raise NotRecorded(
                f"{question.name}: hidden cases need the instructor's own {DEFINITION}, and here "
                f"is only {RELEASED}"
            )
        return question.recorded.cases
    if visible and (kept := released.of_this_course(question)):
        return kept
    made = worked(question) if examples else []
    for seed in seeds:
        made += _of_a_seed(question, seed)
    return tuple(made)


@cache
def marked_variants(question: Question) -> tuple[Variant, ...]:
    """Those ways to make a mistake that cost marks in this function."""
    seen: set[Variant] = set()
    for seed in VISIBLE_SEEDS:
        for made in _draws(question, seed, len(VISIBLE_SEEDS)):
            seen |= {one for one in variants(question) if one not in seen and _in_one(one, made)}
    return tuple(one for one in variants(question) if one in seen)


def shows(function: Callable[..., Any], case: Case) -> bool:
    """Whether a function gives other numbers than the truth, or writes to its arguments."""
    given = [_copied(value) for value in case.arguments.values()]
    try:
        with _quiet():
            found = list(_flat(function(*given), case.results))
    except Exception:
        return True
    if any(_differ(*pair) for pair in zip(given, case.arguments.values(), strict=True)):
        return True
    truth = list(case.truth.values())
    return len(found) != len(truth) or any(map(_off, found, truth))


@cache
def _of_a_seed(question: Question, seed: int) -> list[Case]:
    wanted = marked_variants(question)
    best: list[Case] = []
    least = len(wanted) + 1
    for made in _draws(question, seed, DRAWS):
        hidden = sum(not _in_one(one, made) for one in wanted)
        if hidden < least:
            best, least = made, hidden
        if not least:
            break
    return best


@cache
def _draw(question: Question, seed: int, again: int) -> list[Case]:
    return fresh(question, np.random.default_rng([seed, again] if again else seed))


def _draws(question: Question, seed: int, count: int) -> Iterator[list[Case]]:
    return (_draw(question, seed, again) for again in range(count))


def _in_one(variant: Variant, made: Sequence[Case]) -> bool:
    return any(shows(variant.function, case) for case in made)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _differ(value: Any, before: Any) -> bool:
    if isinstance(before, tuple):
        return any(_differ(*pair) for pair in zip(value, before, strict=True))
    return not np.array_equal(value, before)


def _flat(returned: Any, names: Any) -> Iterator[np.ndarray]:
    if isinstance(names, str):
        yield np.asarray(returned, dtype=float)
        return
    for value, name in zip(returned, names, strict=True):
        yield from _flat(value, name)


def _off(found: np.ndarray, true: np.ndarray) -> bool:
    if found.shape != true.shape:
        return True
    finite = np.abs(true[np.isfinite(true)]).max(initial=0.0)
    return not np.isclose(found, true, rtol=0, atol=_CLOSE * finite, equal_nan=True).all()
