"""A learner's function, run on the numbers on the screen and marked entry by entry."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempt
from chainrule.checks.compare import as_array, as_plain, difference
from chainrule.checks.examine import Examined, examine
from chainrule.checks.ready import cases_of
from chainrule.exercises.cases import VISIBLE_SEEDS, Case
from chainrule.exercises.questions import QUESTIONS, Question
from chainrule.explorer.time_limit import TookTooLong, call
from chainrule.networks.network import Network

Function = Callable[..., Any]


def question(name: str, network: Network) -> Question:
    """The question of that name about networks of this kind; `backward` where there is none.

    Of a batch the later exercises know more: which mistakes need several examples to show.
    """
    known, formulas = set(network.trace()), network.formulas
    about = [
        one
        for one in QUESTIONS.values()
        if one.formulas
        and known.issuperset((*one.arguments, *one.result_names))
        and all(formulas.get(each, right) == right for each, right in one.formulas.items())
    ]
    if len(network.x) > 1:
        about.reverse()
    return next(one for wanted in (name, "backward") for one in about if one.function == wanted)


def name_of(function: Function) -> str:
    """A function's own name, or its class's where it has none."""
    return getattr(function, "__name__", type(function).__name__)


def answer(function: Function, asked: Question, network: Network) -> Attempt:
    """What the function gives for the network, within the time limit."""
    truth = network.trace()
    case = Case(
        kind="fresh",
        note="the numbers on the screen",
        arguments={name: truth[name] for name in asked.arguments},
        results=asked.results,
        truth={name: truth[name] for name in asked.result_names},
    )
    try:
        return call(lambda: attempt(function, case))
    except TookTooLong as late:
        return Attempt(problem=str(late), kind="late")


def gradients_by(function: Function, network: Network) -> list[np.ndarray]:
    """The gradients as a backward function gives them. Raises ValueError where they do not fit."""
    given = answer(function, question("backward", network), network)
    if given.problem:
        raise ValueError(f"{name_of(function)}: {given.problem.splitlines()[0]}")
    gradients = []
    for name, parameter in zip(network.names, network.parameters, strict=True):
        array = as_array(given.results[f"grad_{name}"])
        if array is None or array.shape != parameter.shape:
            found = difference(given.results[f"grad_{name}"], parameter, f"grad_{name}")
            raise ValueError(f"{name_of(function)}: {found.message if found else 'no array'}")
        gradients.append(array)
    return gradients


def marks(function: Function, network: Network) -> dict[str, Any]:
    """The marks as plain data: a message, and by name what was given and whether it is right.

    "yours" and "right" hold each array that has the true one's shape, as nested lists of numbers
    and of booleans; "late" says that the function took too long.
    """
    result: dict[str, Any] = {"message": "", "late": False, "yours": {}, "right": {}}
    name = name_of(function)
    asked = question(name, network)
    given = answer(function, asked, network)
    if given.problem:
        result["late"] = given.kind == "late"
        where = f" in the line: {given.line}" if given.line else ""
        return result | {"message": f"{name}: {given.problem}{where}"}
    truth, words = network.trace(), []
    for result_name, value in given.results.items():
        true = truth[result_name]
        found = difference(value, true, result_name)
        if found and (found.yours is None or found.yours.shape != true.shape):
            words.append(found.message)
            continue
        yours = as_array(value)
        assert yours is not None
        right = np.ones(true.shape, bool)
        for index in found.where if found else ():
            right[index] = False
        result["yours"][result_name] = as_plain(yours)
        result["right"][result_name] = right.tolist()
    every = [entry for array in result["right"].values() for entry in np.ravel(array)]
    counted = f"{sum(every)} of {len(every)} entries are right." if every else ""
    seen_right = all(every) and not words
    diagnosis = _diagnosis(function, asked, seen_right)
    message = " ".join([f"{name}:", *filter(None, [counted, *words, diagnosis])])
    return result | {"message": message}


def _diagnosis(function: Function, asked: Question, seen_right: bool) -> str:
    """The mistake's name, from fresh networks: the numbers on the screen may hide it."""
    # Made once, outside of the time limit: the first time imports torch.
    cases_of(asked.name, VISIBLE_SEEDS, examples=False)
    try:
        examined = call(lambda: _examined(function, asked))
    except TookTooLong:
        return ""
    if examined.right:
        return ""
    elsewhere = "With other numbers it is not right. " if seen_right else ""
    if len(examined.mistakes) == 1:
        mistake = examined.mistakes[0]
        return f"{elsewhere}The mistake: {mistake.name}. {mistake.hint}"
    return elsewhere.strip()


@lru_cache(maxsize=8)
def _examined(function: Function, asked: Question) -> Examined:
    return examine(asked, function, cases_of(asked.name, VISIBLE_SEEDS, examples=False))
