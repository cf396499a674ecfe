"""What a learner's function is run on: questions asked on worked examples and fresh numbers."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from chainrule.exercises.draw import draw, sizes_of
from chainrule.exercises.form import Bundle, Drawn, Exercise, Given, Question, Shapes
from chainrule.exercises.form import Case as Case
from chainrule.exercises.questions import question as question_of
from chainrule.exercises.truth import as_numpy, trace

# Of the fresh cases that a learner's own check shows; hidden tests bring seeds of their own.
VISIBLE_SEEDS = (1, 2)


class NotRecorded(ValueError):
    """Cases are asked for that a release does not have."""


@cache
def cases(name: str, seeds: tuple[int, ...], examples: bool = False) -> tuple[Case, ...]:
    """The cases of a question, by its name: the worked example if asked for, and each seed's fresh
    ones."""
    return cases_of(question_of(name), seeds, examples)


@cache
def cases_of(question: Question, seeds: tuple[int, ...], examples: bool) -> tuple[Case, ...]:
    """The same, of the question itself."""
    made = worked(question) if examples else []
    for seed in seeds:
        made += fresh(question, np.random.default_rng(seed))
    return tuple(made)


def worked(question: Question) -> list[Case]:
    """The worked examples."""
    exercise = _home(question)
    return [
        _case(question, _table_of(exercise, given), Drawn("fresh", words, given))
        for words, given in exercise.worked.items()
    ]


def fresh(question: Question, rng: np.random.Generator) -> list[Case]:
    """Fresh cases: of each table of shapes in each size, and of each kind that is marked."""
    exercise = _home(question)
    made = []
    for shapes in exercise.tables:
        chosen = [
            sizes if isinstance(sizes, Mapping) else sizes[int(rng.integers(len(sizes)))]
            for sizes in sizes_of(exercise, shapes)
        ]
        for sizes in chosen:
            given = (exercise.draw or draw)(rng, shapes, sizes)
            drawn = Drawn("fresh", _words(exercise, question, given, sizes), given)
            made.append(_case(question, shapes, drawn))
    for kind in dict.fromkeys(prop.kind for prop in question.properties):
        if kind == "fresh":
            continue
        special = exercise.special[kind]
        for given in special.make(rng):
            words = f"{_words(exercise, question, given, {})} with {special.words}"
            made.append(_case(question, _table_of(exercise, given), Drawn(kind, words, given)))
    return made


def _home(question: Question) -> Exercise:
    assert question.home is not None
    return question.home


def _table_of(exercise: Exercise, given: Given) -> Shapes:
    """The table of shapes that holds no name beyond what is given."""
    for shapes in exercise.tables:
        if all(name in given for name, one in shapes.items() if isinstance(one, str)):
            return shapes
    return exercise.tables[0]


def _words(exercise: Exercise, question: Question, given: Given, sizes: Mapping[str, int]) -> str:
    """What the function was run on, as it stands in messages."""
    if exercise.words:
        return exercise.words(question, given)
    listed = ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
    return f"fresh numbers{f' ({listed})' if listed else ''}"


def _case(question: Question, shapes: Shapes, drawn: Drawn) -> Case:
    """The question asked on these numbers."""
    known = trace(_home(question), shapes, drawn.given)
    arguments = {name: known[name] for name in question.arguments}
    nested = tuple(_nested(name, shapes) for name in question.result_names)
    if question.reference is None:
        returned: Any = tuple(known[name] for name in question.result_names)
    else:
        returned = as_numpy(question.reference(**arguments))
        returned = returned if isinstance(question.results, tuple) else (returned,)
    truth = dict(
        pair for names, value in zip(nested, returned, strict=True) for pair in _flat(names, value)
    )
    results = nested if isinstance(question.results, tuple) else nested[0]
    return Case(drawn.kind, drawn.words, arguments, results, truth)


def _nested(name: str, shapes: Shapes) -> str | Bundle:
    members = shapes.get(name)
    return Bundle.called(name, members) if isinstance(members, tuple) else name


def _flat(names: str | Bundle, value: Any) -> list[tuple[str, np.ndarray]]:
    if isinstance(names, str):
        return [(names, np.asarray(value, dtype=float))]
    return [(name, np.asarray(one, float)) for name, one in zip(names, value, strict=True)]
