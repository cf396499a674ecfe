"""In grading, right functions take the place of earlier ones without being there."""

import contextlib

import pytest

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.grading.limits import Limits
from chainrule.grading.trusted.learner import LearnersNotebook
from tests.support.earlier_wrong import before, pairs
from tests.support.learners import sandbox

SEEDS = (41, 42)
ROOMY = Limits(cell_seconds=20.0, notebook_seconds=60.0)


@pytest.fixture(scope="module")
def start():
    with sandbox(ROOMY, imports=("import torch",)) as made:
        yield made.fork


@contextlib.contextmanager
def notebook(start, *cells):
    made = LearnersNotebook(start, {}, ROOMY)
    try:
        for cell in cells:
            made.process.begin()
            made.run(cell, True)
        made.process.begin()
        yield made
    finally:
        made.process.close()


def found(made, question):
    """What is found of a question there, as `mark` asks for it."""
    asked = QUESTIONS[question]
    own = {}
    for name in asked.earlier:
        try:
            value, _ = made.get(name)
        except KeyError:
            continue
        own |= {name: value} if callable(value) else {}
    function, _ = made.get(asked.function)
    return examine(asked, function, cases(question, SEEDS), own)


def test_the_pairs_lose_what_they_lose_in_a_notebook(start):
    for pair in pairs():
        with notebook(start, before(pair.question), pair.text) as made:
            examined = found(made, pair.question)
        said = f"{pair.name}\n{plain_text(explain(examined))}"
        assert {one.property.name for one in examined.faults} == pair.lost, said
        assert set(examined.carried) == set(pair.blamed), pair.name


STEALS = """
import numpy as np
kept, told = [], []
def softmax(logits):
    return logits
def backward_logits(logits, one_hot):
    kept.append(softmax)
    one = softmax
    told.append([str(getattr(one, name, None)) for name in ("__code__", "__closure__", "__dict__")])
    told.append([str(cell.cell_contents) for cell in one.__closure__ or ()])
    return softmax(logits) + one_hot
"""
ASKS = """
def later(logits):
    return [str(ask(one, logits)) for one in kept]
def ask(one, logits):
    try:
        return one(logits)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
softmax_again = softmax(3)
"""


def test_a_right_function_is_not_there_and_does_not_outlast_the_call(start):
    with notebook(start, STEALS) as made:
        assert [one.property.name for one in found(made, "single_layer.backward_logits").faults]
        made.process.begin()
        made.run(ASKS, True)
        made.process.begin()
        later, _ = made.get("later")
        answers = later([[1.0, 2.0]])
        assert "RuntimeError: nobody answers for softmax any more" in answers
        told, _ = made.get("told")
        assert told and not [line for one in told for line in one if "exp" in line]
        assert made.get("softmax_again") == (3, None)  # the learner's own is back
