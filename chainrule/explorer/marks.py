"""A learner's function, run on the numbers on the screen and marked entry by entry."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule.attempt import Attempt, attempt
from chainrule.cases import Case, cases
from chainrule.compare import as_array, difference
from chainrule.explorer.run import TookTooLong, call
from chainrule.marking import Examined, examine
from chainrule.network import Network
from chainrule.questions import QUESTIONS, Question

Function = Callable[..., Any]
SEEDS = (1, 2)  # of the fresh networks on which a mistake is named


def question_for(function: Function, layers: int) -> Question:
    """The question that a function answers: by its name, else by the number of its arguments."""
    exercise = "single_layer" if layers == 1 else "multi_layer"
    named = QUESTIONS.get(f"{exercise}.{name_of(function)}")
    return named or QUESTIONS[f"{exercise}.backward"]


def name_of(function: Function) -> str:
    """How a function is called."""
    return getattr(function, "__name__", type(function).__name__)


def answer(function: Function, question: Question, network: Network) -> Attempt:
    """What the function gives for the network, within the time limit."""
    truth = network.trace()
    names = question.result_names
    case = Case(
        kind="fresh",
        note="the numbers on the screen",
        arguments={name: truth[name] for name in question.arguments},
        results=question.results,
        truth={name: truth[name] for name in names},
    )
    try:
        return call(lambda: attempt(function, case))
    except TookTooLong as late:
        return Attempt(problem=str(late), kind="late")


def gradients_by(function: Function, network: Network) -> list[np.ndarray]:
    """The gradients as a backward function gives them. Raises ValueError where they do not fit."""
    question = QUESTIONS[f"{'single' if len(network.names) == 2 else 'multi'}_layer.backward"]
    given = answer(function, question, network)
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
    """The marks as plain data: a message, and by name what was given and whether it is right."""
    question = question_for(function, len(network.names) // 2)
    result: dict[str, Any] = {"message": "", "late": False, "yours": {}, "right": {}}
    given = answer(function, question, network)
    name = name_of(function)
    if given.problem:
        result["late"] = given.kind == "late"
        return result | {"message": f"{name}: {' '.join(given.problem.split())}"}
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
        result["yours"][result_name] = _plain(yours.tolist())
        result["right"][result_name] = right.tolist()
    every = [entry for array in result["right"].values() for entry in np.ravel(array)]
    counted = f"{sum(every)} of {len(every)} entries are right." if every else ""
    diagnosis = "" if given.kind == "late" else _diagnosis(function, question, bool(words), every)
    message = " ".join([f"{name}:", *filter(None, [counted, *words, diagnosis])])
    return result | {"message": message}


def _diagnosis(function: Function, question: Question, misfit: bool, every: list[Any]) -> str:
    """The mistake's name, from fresh networks: the numbers on the screen may hide it."""
    cases(question.name, SEEDS)  # made once; the first time imports torch, which takes its time
    try:
        examined = call(lambda: _examined(function, question))
    except TookTooLong:
        return ""
    if examined.right:
        return ""
    elsewhere = "" if misfit or not all(every) else "With other numbers it is not right. "
    if len(examined.mistakes) == 1:
        mistake = examined.mistakes[0]
        return f"{elsewhere}The mistake: {mistake.name}. {mistake.hint}"
    return elsewhere.strip()


@lru_cache(maxsize=8)
def _examined(function: Function, question: Question) -> Examined:
    return examine(question, function, cases(question.name, SEEDS))


def _plain(value: Any) -> Any:
    """Nested lists as JSON takes them: what is not finite is a word."""
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if math.isfinite(value) else str(value)
