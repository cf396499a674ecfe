"""The exercises that there are: this course's, each a file beside this one, and the one at hand."""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from chainrule.exercises import own, released
from chainrule.exercises.form import UNCHANGED as UNCHANGED
from chainrule.exercises.form import Exercise
from chainrule.exercises.form import Property as Property
from chainrule.exercises.form import Question as Question


@cache
def of_this_course() -> dict[str, Exercise]:
    """This course's exercises by name, in its order."""
    folder = Path(__file__).parent
    modules = [module.name for module in pkgutil.iter_modules([str(folder)])]
    texts = {name: (folder / f"{name}.py").read_text("utf-8") for name in modules}
    names = [name for name, text in texts.items() if "\nEXERCISE = Exercise(" in text]
    made = [import_module(f"chainrule.exercises.{name}").EXERCISE for name in names]
    return {one.name: one for one in sorted(made, key=lambda one: one.place)}


def _all() -> Iterator[Question]:
    for exercise in of_this_course().values():
        yield from exercise.questions


QUESTIONS = {question.name: question for question in _all()}


def question(name: str) -> Question:
    """The question of that name: of this course, or else of the exercise in the working folder.

    Raises ValueError where there is none, and BadExercise where the definition does not hold.
    """
    if name in QUESTIONS:
        return QUESTIONS[name]
    here = own.at_hand(Path()) or released.at_hand(Path())
    known = {one.name: one for one in here.questions} if here else QUESTIONS
    if name not in known:
        there = f"there is no question {name!r}; there are {', '.join(known)}"
        files = f"{own.DEFINITION} or {own.RELEASED}"
        none = f". For an exercise of your own, {files} must be in {Path.cwd()}"
        raise ValueError(there + ("" if here or _of_this_course(name) else none))
    return known[name]


def _of_this_course(name: str) -> bool:
    return "." not in name or name.partition(".")[0] in of_this_course()


def exercises() -> list[str]:
    """The names of this course's exercises, in its order."""
    return list(of_this_course())
